"""`make proof`: plays every fault under load, and writes the page that says what held."""

import sys

from tests.faults.proof import main

sys.exit(main(sys.argv[1:]))
