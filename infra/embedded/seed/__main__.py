"""`python -m infra.embedded.seed --data DIR`."""

import sys

from infra.embedded.seed.main import main

sys.exit(main(sys.argv[1:]))
