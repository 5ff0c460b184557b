"""What is kept besides the vault."""
