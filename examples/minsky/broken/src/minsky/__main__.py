"""`python -m minsky`."""

import sys

from minsky.cli import main

sys.exit(main(sys.argv[1:]))
