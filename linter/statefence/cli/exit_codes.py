"""What the process tells whoever started it."""

CLEAN = 0
FINDINGS = 1
ERROR = 2
