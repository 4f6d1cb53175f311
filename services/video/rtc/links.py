"""What is live between each two seats of a room: their pair of legs, and who waits for the other to be ready."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations
from time import monotonic

from services.video.domain import SEATS
from services.video.rtc import figures
from services.video.rtc.leg import Leg, LegState
from services.video.rtc.room import Pair


@dataclass
class End:
    """One seat's end of a link."""

    ready: bool = False
    leg: Leg | None = None
    candidates: int = 0


@dataclass
class Link:
    """Two seats that hear each other by a pair of legs of their own: with three people, three links."""

    ends: dict[str, End]
    wanted: bool = False
    epoch: int = 0
    offered_at: float = 0.0
    pair: Pair[Leg] | None = None
    former: Pair[Leg] | None = None  # flows until the browsers have gone over to the new one

    def other(self, name: str) -> str:
        return next(one for one in self.ends if one != name)

    @property
    def live(self) -> bool:
        """Both browsers are connected."""
        return self.pair is not None and self.pair.first.state is self.pair.second.state is LegState.LIVE

    def received(self, leg: Leg, packet: bytes) -> None:
        """Every packet of every leg passes here: hand it on, unless its leg was replaced."""
        for pair in (self.pair, self.former):
            if pair is not None and (leg is pair.first or leg is pair.second):
                pair.forward(leg, packet)
                return

    def renew(self, epoch: int, legs: dict[str, Leg]) -> None:
        """Begin an epoch with these legs; the old ones were retired before."""
        self.wanted, self.epoch, self.offered_at = False, epoch, monotonic()
        for name, end in self.ends.items():
            end.leg, end.candidates = legs[name], 0
        self.pair = Pair(*(legs[name] for name in self.ends))

    def met(self, now: float) -> None:
        """Once both are connected each shows itself anew; how long that took is counted once."""
        if self.pair is None or not self.live:
            return
        self.pair.ask_for_pictures()
        if self.offered_at:
            figures.join_seconds.observe(now - self.offered_at)
            self.offered_at = 0.0

    def retire(self) -> list[Leg]:
        """The pair becomes the former one if both of it are live; whoever asks closes the legs that are over."""
        over = self.take_former()
        if self.live:
            self.former, self.pair = self.pair, None
        else:
            over += self.take_legs()
        return over

    def take_former(self, only: Pair[Leg] | None = None) -> list[Leg]:
        """The former pair's legs, if it is still this one; whoever asks closes them."""
        former = self.former
        if former is None or only not in (None, former):
            return []
        self.former = None
        return [former.first, former.second]

    def take_legs(self) -> list[Leg]:
        """Whoever asks closes them."""
        self.pair = None
        legs = [end.leg for end in self.ends.values() if end.leg is not None]
        for end in self.ends.values():
            end.leg = None
        return legs + self.take_former()


@dataclass
class Links:
    """Every link of a room, found by seat, by two seats, or by leg."""

    _all: dict[frozenset[str], Link] = field(
        default_factory=lambda: {frozenset(two): Link({one: End() for one in two}) for two in combinations(SEATS, 2)}
    )

    def __iter__(self) -> Iterator[Link]:
        return iter(self._all.values())

    def between(self, name: str, other: str) -> Link | None:
        return self._all.get(frozenset((name, other)))

    def of(self, name: str) -> list[Link]:
        return [link for link in self if name in link.ends]

    def pairs(self) -> list[Pair[Leg]]:
        return [link.pair for link in self if link.pair is not None]

    def holding(self, leg: Leg) -> tuple[Link, str] | None:
        """The link of this leg and the seat it belongs to; none once it was replaced."""
        for link in self:
            for name, end in link.ends.items():
                if end.leg is leg:
                    return link, name
        return None

    def named(self, name: str, leg_id: str | None) -> tuple[Link, End] | None:
        """The link of this seat whose leg is called so."""
        for link in self.of(name):
            end = link.ends[name]
            if end.leg is not None and end.leg.id == leg_id:
                return link, end
        return None
