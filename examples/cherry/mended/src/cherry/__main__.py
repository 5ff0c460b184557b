"""`python -m cherry`."""

import sys

from cherry.cli import main

sys.exit(main(sys.argv[1:]))
