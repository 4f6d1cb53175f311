"""Two things at one hour: an appointment, and something of another calendar of its professional."""

from uuid import UUID

import msgspec


class Settled(msgspec.Struct, frozen=True):
    """The professional said that both stand; `absence_id` is the other calendar's time."""

    absence_id: int
    appointment_id: UUID


class Settle(msgspec.Struct, frozen=True):
    """POST /appointments/{id}/clashes: both stand (`settled`), or ask again."""

    settled: bool = True
