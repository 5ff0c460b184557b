"""Work that runs outside the desktop's own process."""
