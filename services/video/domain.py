"""The waiting room: who may sit where, who waits, who lets in; pure, no clock, no network."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from contracts.permits import SeatPermit
from kit.errors import Conflict, Forbidden, Gone

PERSON, PROFESSIONAL, GUEST = "person", "professional", "guest"
SEATS = (PERSON, PROFESSIONAL, GUEST)  # a guest (interpreter, the doctor at the bedside) comes by invitation


class SeatNotKnown(Forbidden):
    """This permit names a seat that no room has."""


class RoomNotOpen(Conflict):
    """It is too early: the room is not open yet."""


class RoomClosed(Gone):
    """The time of this room is over."""


class SeatOfAnother(Forbidden):
    """Someone else holds this seat."""


class NotYoursToAdmit(Forbidden):
    """Only the professional lets people in."""


class NobodyWaits(Conflict):
    """There is nobody to let in."""


class NotAdmitted(Conflict):
    """The professional has not let you in yet."""


class InvitationUnknown(Gone):
    """No room is open to this code, or no more."""


class State(StrEnum):
    WAITING = "waiting"
    ADMITTED = "admitted"
    IN_ROOM = "in_room"
    LEFT = "left"


INSIDE = frozenset({State.ADMITTED, State.IN_ROOM})


@dataclass(frozen=True)
class Seat:
    """One place in a room; `holder` is a hash, enough to know the same person again."""

    state: State
    holder: str


Seats = Mapping[str, Seat]
NO_SEATS: Seats = MappingProxyType({})


def allowed(permit: SeatPermit, now: datetime) -> None:
    """Refuse an unknown seat, and one before or after its time."""
    if permit.seat not in SEATS:
        raise SeatNotKnown()
    if now < permit.opens_at:
        raise RoomNotOpen()
    if now >= permit.closes_at:
        raise RoomClosed()


def arrive(seats: Seats, name: str, holder: str) -> Seats:
    """Sit down, or come back: whoever was inside stays inside; after leaving, all but the professional wait again."""
    seat = seats.get(name)
    if seat is not None and seat.holder != holder and seat.state in INSIDE:
        raise SeatOfAnother()
    if seat is not None and seat.holder == holder and seat.state is not State.LEFT:
        return seats
    return _with(seats, name, Seat(State.ADMITTED if name == PROFESSIONAL else State.WAITING, holder))


def admit(seats: Seats, by: str, whom: str = PERSON) -> Seats:
    """The professional lets the person in, or the guest."""
    if by != PROFESSIONAL:
        raise NotYoursToAdmit()
    seat = seats.get(whom)
    if seat is None or seat.state is not State.WAITING:
        raise NobodyWaits()
    return _with(seats, whom, replace(seat, state=State.ADMITTED))


def enter(seats: Seats, name: str) -> Seats:
    """Go in, once admitted."""
    seat = seats.get(name)
    if seat is None or seat.state not in INSIDE:
        raise NotAdmitted()
    return _with(seats, name, replace(seat, state=State.IN_ROOM))


def leave(seats: Seats, name: str) -> Seats:
    """Leave for good, by one's own wish; a lost connection is not leaving."""
    seat = seats.get(name)
    return seats if seat is None else _with(seats, name, replace(seat, state=State.LEFT))


def over(seats: Seats, here: Collection[str], *, until: datetime, now: datetime) -> bool:
    """The time of the room is past and nobody is with anyone: a page left open overnight keeps no room."""
    return now >= until and sum(name in seats and seats[name].state in INSIDE for name in here) < 2


def _with(seats: Seats, name: str, seat: Seat) -> Seats:
    return MappingProxyType({**seats, name: seat})
