"""Shapes of video: the signalling messages of a room (JSON over one websocket per participant)."""

from typing import Any

import msgspec


class SeatState(msgspec.Struct, frozen=True):
    """One seat as the others see it: waiting, admitted, in_room, left."""

    seat: str
    state: str
    here: bool = True  # its page is connected now


class FromServer(msgspec.Struct, frozen=True, omit_defaults=True):
    """`kind`: welcome, seats, offer, admitted, peer (relayed between browsers), move, left, beat, problem."""

    kind: str
    seats: list[SeatState] = []
    sdp: str | None = None
    epoch: int | None = None
    leg: str | None = None
    data: dict[str, Any] = {}
    code: str | None = None


class FromBrowser(msgspec.Struct, frozen=True, omit_defaults=True):
    """`kind`: join (a new pair, please), ready (ours still flows), answer, candidate, admit, peer, leave, beat."""

    kind: str
    sdp: str | None = None
    epoch: int | None = None
    leg: str | None = None
    data: dict[str, Any] = {}
