"""Shapes of video: the signalling messages of a room (JSON over one websocket per participant)."""

from typing import Any

import msgspec


class SeatState(msgspec.Struct, frozen=True):
    """One seat as the others see it: waiting, admitted, in_room, left."""

    seat: str
    state: str
    here: bool = True  # its page is connected now


class FromServer(msgspec.Struct, frozen=True, omit_defaults=True):
    """`kind`: welcome, seats, offer, admitted, peer (relayed between browsers), move, left, beat, problem.

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
    """`kind`: join (a new pair, please), ready (ours still flows), answer, candidate, admit, peer, leave, beat.

    `seat` is the other end meant: join and ready with whom, admit whom, a note to whom (to everyone when not said).
    """

    kind: str
    sdp: str | None = None
    epoch: int | None = None
    leg: str | None = None
    data: dict[str, Any] = {}
    seat: str | None = None
