"""The vault: what was said here, and nothing else."""
