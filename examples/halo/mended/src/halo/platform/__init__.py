"""What every app may rely on: the database, the clock, the memory."""
