"""How long people really waited: the only delay that a page may promise."""

import msgspec


class Delay(msgspec.Struct, frozen=True):
    """Of the hand-overs of one level in the last four weeks: hours until half, and nine of ten, were met."""

    level: int
    count: int
    half: float
    nine_of_ten: float


class Delays(msgspec.Struct, frozen=True):
    """GET /delays; a level that was met fewer than eleven times is left out."""

    delays: list[Delay]
