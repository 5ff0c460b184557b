"""Taking in archives of conversations from elsewhere."""
