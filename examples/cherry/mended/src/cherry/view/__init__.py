"""What the window shows. It knows nothing of storage: rows reach it as plain dictionaries."""
