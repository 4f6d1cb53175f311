"""The départements as points on a plain drawing of France: no tile, no third party, no script."""

from collections.abc import Sequence
from functools import cache
from itertools import combinations, product
from math import dist
from typing import NamedTuple

from contracts.network import Listing

WIDTH, HEIGHT = 520, 560
WEST, EAST, NORTH, SOUTH = -5.4, 9.9, 51.3, 41.2
ROOM, PASSES = 26, 40
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
    places = _laid_out(tuple((one.code, one.latitude, one.longitude) for one in departments))
    return [Point(one.code, one.name, one.count, *places[one.code]) for one in departments]


@cache
def _laid_out(chefs_lieux: tuple[tuple[str, float, float], ...]) -> dict[str, tuple[int, int]]:
    """Everyone's place; neighbours closer than a circle are pushed apart."""
    fixed: dict[str, tuple[int, int]] = dict(INSET)
    free: dict[str, list[float]] = {}
    for code, latitude, longitude in chefs_lieux:
        if code in OVERSEAS:
            fixed[code] = (60 + 100 * OVERSEAS.index(code), HEIGHT - 24)
        elif code not in INSET:
            x = 16 + (longitude - WEST) / (EAST - WEST) * (WIDTH - 40)
            free[code] = [x, 12 + (NORTH - latitude) / (NORTH - SOUTH) * (HEIGHT - 90)]
    for _, (one, other) in product(range(PASSES), combinations(free.values(), 2)):
        apart = dist(one, other)
        if apart < ROOM:
            push = (ROOM - apart) / 2 / (apart or 1)
            for axis in (0, 1):
                step = (other[axis] - one[axis] or 0.1) * push
                one[axis] -= step
                other[axis] += step
    inside = {
        code: (round(min(max(x, 14), WIDTH - 14)), round(min(max(y, 14), HEIGHT - 60))) for code, (x, y) in free.items()
    }
    return fixed | inside
