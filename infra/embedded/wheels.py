"""Where the programs that came inside wheels lie, found without importing the wheels' own Python."""

from importlib.util import find_spec
from pathlib import Path


def folder(package: str) -> Path:
    """The folder of an installed package; `ModuleNotFoundError` names the one that is missing."""
    found = find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise ModuleNotFoundError(f"{package} is not installed", name=package)
    return Path(found.submodule_search_locations[0])
