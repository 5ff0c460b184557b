"""`python -m chatty`."""

import sys

from chatty.cli import main

sys.exit(main(sys.argv[1:]))
