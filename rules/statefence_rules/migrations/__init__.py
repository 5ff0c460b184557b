"""SF4xx: migrations, and the schema that they make."""
