"""What the command line can do, without its words."""
