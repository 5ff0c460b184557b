"""What can be done with agents, sessions and logs."""
