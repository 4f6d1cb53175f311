"""`python -m infra.embedded.seed --data DIR`; a full disk is told by `up`, which looks at it once this has failed."""

import sys

from asyncpg.exceptions import DiskFullError

from infra.embedded.seed.main import main

try:
    sys.exit(main(sys.argv[1:]))
except DiskFullError:
    sys.exit(1)
