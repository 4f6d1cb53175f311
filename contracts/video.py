"""Shapes of video: the signalling messages of a room (JSON over one websocket per participant)."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec


class SeatState(msgspec.Struct, frozen=True):
    """One seat as the others see it: waiting, admitted, in_room, left."""

    seat: str
    state: str
    here: bool = True  # its page is connected now


class FromServer(msgspec.Struct, frozen=True, omit_defaults=True):
    """`kind`: welcome, seats, offer, admitted, peer (relayed between browsers), trial (an offer to try the way),
    visit (what the gateway knows of the appointment), move, left, beat, problem.

    `seat` is the other end: who is heard by this offer, who says this note.
    """

    kind: str
    seats: list[SeatState] = []
    sdp: str | None = None
    epoch: int | None = None
    leg: str | None = None
    data: dict[str, Any] = {}
    code: str | None = None
    seat: str | None = None


class FromBrowser(msgspec.Struct, frozen=True, omit_defaults=True):
    """`kind`: join (a new pair, please), ready (ours still flows), answer, candidate, admit, peer, trial, leave, beat.

    `seat` is the other end meant: join and ready with whom, admit whom, a note to whom (to everyone when not said).
    """

    kind: str
    sdp: str | None = None
    epoch: int | None = None
    leg: str | None = None
    data: dict[str, Any] = {}
    seat: str | None = None


class NewInvitation(msgspec.Struct, frozen=True):
    """POST /invitations on video: booking's permit for a third seat; a new one replaces the room's earlier one."""

    permit: str


class Invitation(msgspec.Struct, frozen=True):
    """What opens a third seat: nine digits, said aloud or at the end of a link."""

    code: str


class OpenInvitation(msgspec.Struct, frozen=True):
    """POST /invitations/open: `origin` is a keyed hash of where this comes from, for the limits."""

    code: str
    origin: str


class Invited(msgspec.Struct, frozen=True):
    """Which room an invitation opens."""

    appointment_id: UUID
    closes_at: datetime


class Opinion(msgspec.Struct, frozen=True):
    """POST /opinions: two answers that may both be missing; only counts are kept, by month."""

    appointment_id: UUID
    helped: Literal["yes", "some", "no"] | None = None
    quality: Literal["good", "fair", "poor"] | None = None


class Opinions(msgspec.Struct, frozen=True):
    """One month's counts; a question that too few answered is None, so that nobody can be guessed from it."""

    month: str  # 2026-11
    helped: dict[str, int] | None  # yes, some, no
    quality: dict[str, int] | None  # good, fair, poor


class RoomSeen(msgspec.Struct, frozen=True):
    """One room as the coordination sees it: its state and its line, never who, never why, not even its name."""

    state: str  # talking, waiting, alone, empty
    since: datetime
    people: int
    kbit_s: int
    lost: float  # share of the packets
    round_trip_ms: int


class NodeSeen(msgspec.Struct, frozen=True):
    """One video node and its rooms."""

    name: str
    rooms: list[RoomSeen]
    lag_ms: float
    full: bool
    draining: bool
