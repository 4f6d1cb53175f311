"""The house that runs on a data folder, for the small commands that speak to it."""

import sys
from pathlib import Path

from infra.embedded import runfile
from infra.embedded.environment import Place, place_of_run
from infra.embedded.refusals import as_typed, cannot_read


def running(data: Path) -> Place:
    """Its place; leaves the program with a sentence when nothing runs there."""
    try:
        run = runfile.read(data) if runfile.is_held(data) else None
    except PermissionError as refused:
        print(cannot_read(data, refused), file=sys.stderr)
        raise SystemExit(2) from refused
    if run is None:
        print(f"Rien ne tourne sur {data}. Allumez d'abord : {as_typed('up', data)}", file=sys.stderr)
        raise SystemExit(2)
    return place_of_run(data, int(run["url"].rpartition(":")[2]))
