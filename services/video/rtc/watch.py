"""Looks at each room once a second: its state for the coordination, its line for the figures; never who is in it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.video.domain import INSIDE, State
from services.video.placement import RoomState
from services.video.rtc import figures
from services.video.rtc.live import LiveRoom

SAMPLED_EVERY = 10  # looks
STATES = ("talking", "waiting", "alone", "empty")
LEVELS = ((1200, "high"), (500, "middle"), (150, "low"), (0, "voice"))  # kbit/s of the whole room → its pictures


@dataclass
class _Seen:
    state: str
    since: datetime
    octets: int
    at: float
    kbit_s: int = 0


class Watch:
    """What was seen of each room at the last look."""

    def __init__(self) -> None:
        self._seen: dict[UUID, _Seen] = {}
        self._looks = 0

    def look(self, rooms: Iterable[LiveRoom], *, now: datetime, at: float) -> Sequence[RoomState]:
        """The states of the rooms, the oldest first; `at` in seconds of a steady clock."""
        self._looks += 1
        found = {room.id: self._one(room, now, at) for room in rooms}
        self._seen = {room: seen for room, seen in self._seen.items() if room in found}
        for state in STATES:
            figures.rooms.labels(state).set(sum(one.state == state for one in found.values()))
        if self._looks % SAMPLED_EVERY == 0:
            self._sample([one for one in found.values() if one.state == "talking"])
        return sorted(found.values(), key=lambda one: one.since)

    def _one(self, room: LiveRoom, now: datetime, at: float) -> RoomState:
        state, octets = state_of(room), sum(pair.counts.octets for pair in room.links.pairs())
        seen = self._seen.setdefault(room.id, _Seen(state, now, octets, at))
        if seen.state != state:
            seen.state, seen.since = state, now
        if at - seen.at >= 1:
            seen.kbit_s = max(0, round((octets - seen.octets) * 8 / 1000 / (at - seen.at)))
            seen.octets, seen.at = octets, at
        reports = [pair.reports for pair in room.links.pairs()]
        return RoomState(
            state=state,
            since=seen.since,
            people=room.people,
            kbit_s=seen.kbit_s if state == "talking" else 0,
            lost=round(max((one.lost for one in reports), default=0.0), 3),
            round_trip_ms=round(1000 * max((one.round_trip for one in reports), default=0.0)),
        )

    @staticmethod
    def _sample(talking: Sequence[RoomState]) -> None:
        levels = [next(name for least, name in LEVELS if one.kbit_s >= least) for one in talking]
        for _, name in LEVELS:
            figures.pictures.labels(name).set(levels.count(name))
        for one in talking:
            figures.room_kbit_s.observe(one.kbit_s)
            figures.room_lost.observe(one.lost)
            figures.room_round_trip.observe(one.round_trip_ms / 1000)


def state_of(room: LiveRoom) -> str:
    """talking: a pair is live; waiting: someone waits to be let in; alone: only one is here; empty: nobody is."""
    if any(link.live for link in room.links):
        return "talking"
    if room.people == 0:
        return "empty"
    if any(seat.state is State.WAITING for seat in room.seats.values()):
        return "waiting"
    return "alone" if room.people == 1 or not any(s.state in INSIDE for s in room.seats.values()) else "waiting"
