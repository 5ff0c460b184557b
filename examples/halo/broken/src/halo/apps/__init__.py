"""The apps: which there are, and what they did."""
