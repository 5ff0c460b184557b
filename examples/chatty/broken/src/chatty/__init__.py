"""A chat assistant that takes in conversations from elsewhere."""
