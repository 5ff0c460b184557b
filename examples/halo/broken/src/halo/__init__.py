"""Small apps that work for you in spaces, by the clock."""
