"""What the window may import: shapes, and nothing of storage."""
