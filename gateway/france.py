"""The départements as points on a plain drawing of France: no tile, no third party, no script."""

from collections.abc import Sequence
from typing import NamedTuple

from contracts.network import Listing

WIDTH, HEIGHT = 520, 560
WEST, EAST, NORTH, SOUTH = -5.4, 9.9, 51.3, 41.2
CAPITAL = frozenset({"75", "77", "78", "91", "92", "93", "94", "95"})
INSET = {"95": (410, 34), "93": (444, 34), "77": (478, 51), "75": (427, 68), "94": (461, 85)}
INSET |= {"78": (376, 68), "92": (393, 102), "91": (427, 119)}
OVERSEAS = ("971", "972", "973", "974", "976")


class Point(NamedTuple):
    """Where a département stands on the drawing, in its units."""

    code: str
    name: str
    listed: int
    x: int
    y: int


def points(departments: Sequence[Listing]) -> list[Point]:
    """The mainland by its chefs-lieux, the capital's region drawn apart and larger, overseas in a row below."""
    found = []
    for one in departments:
        if one.code in OVERSEAS:
            x, y = 60 + 100 * OVERSEAS.index(one.code), HEIGHT - 24
        elif one.code in CAPITAL:
            x, y = INSET[one.code]
        else:
            x = round(16 + (one.longitude - WEST) / (EAST - WEST) * (WIDTH - 40))
            y = round(12 + (NORTH - one.latitude) / (NORTH - SOUTH) * (HEIGHT - 90))
        found.append(Point(one.code, one.name, one.count, x, y))
    return found
