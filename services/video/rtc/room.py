"""Joins two legs into one conversation: which packet goes where, and under which name (RFC 7667 §3.2)."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from struct import pack, unpack_from
from time import monotonic
from typing import Generic, Protocol, TypeVar

from services.video.rtc import rtcp, sdp
from services.video.rtc.reports import Reports

_FIELD_OF_PAYLOAD = {sdp.OPUS: "audio", sdp.VP8: "video", sdp.VP8_REPAIR: "repair"}


class End(Protocol):
    """What a pair needs of a leg."""

    @property
    def offered(self) -> sdp.Sources: ...

    theirs: sdp.Sources

    def send(self, packet: bytes) -> None: ...


@dataclass
class Counts:
    """Packets seen by a pair since it was made; never their content."""

    forwarded: int = 0
    dropped: int = 0
    octets: int = 0


E = TypeVar("E", bound=End)


class Pair(Generic[E]):
    """Two legs that hear each other; both are made for one epoch and end together.

    A browser that rejoins restarts its sequence numbers, which the other's SRTP would refuse under an old source:
    hence new legs, with new sources, on both sides of every epoch.
    """

    def __init__(self, first: E, second: E) -> None:
        self.first, self.second = first, second
        self.counts = Counts()
        self.reports = Reports()
        self._names: dict[int, dict[int, int]] = {}
        self.rename()

    def rename(self) -> None:
        """Rebuild both tables of names; called whenever a leg's sources become known."""
        self._names = {
            id(self.first): names(self.first, self.second),
            id(self.second): names(self.second, self.first),
        }

    def other(self, leg: E) -> E:
        return self.second if leg is self.first else self.first

    def forward(self, leg: E, packet: bytes) -> None:
        """Send one packet of `leg` to the other leg, its sources renamed and nothing else touched."""
        renamed = self._renamed(leg, packet)
        if renamed is None:
            self.counts.dropped += 1
            return
        self.other(leg).send(renamed)
        self.counts.forwarded += 1
        self.counts.octets += len(packet)

    def ask_for_pictures(self) -> None:
        """Ask both browsers for a key frame, so that the one who came second sees at once."""
        for leg in (self.first, self.second):
            if leg.theirs.video:
                leg.send(rtcp.picture_loss(sender=leg.offered.video, media=leg.theirs.video))

    def _renamed(self, leg: E, packet: bytes) -> bytes | None:
        if rtcp.is_rtcp(packet):
            renamed_report = rtcp.rewrite(packet, self._names[id(leg)])
            if renamed_report is not None:
                self.reports.see(packet, monotonic())
            return renamed_report
        if len(packet) < 12:
            return None
        (ssrc,) = unpack_from("!L", packet, 8)
        renamed = self._names[id(leg)].get(ssrc) or self._learn(leg, packet, ssrc)
        return packet[:8] + pack("!L", renamed) + packet[12:] if renamed else None

    def _learn(self, leg: E, packet: bytes, ssrc: int) -> int | None:
        """An answer may leave its sources unsaid: the payload type then tells which one this is."""
        source = _FIELD_OF_PAYLOAD.get(packet[1] & 0x7F)
        if source is None or getattr(leg.theirs, source):
            return None
        leg.theirs = replace(leg.theirs, **{source: ssrc})
        self.rename()
        return self._names[id(leg)].get(ssrc)


def names(sender: End, receiver: End) -> dict[int, int]:
    """What each source seen on `sender`'s leg is called on `receiver`'s: media one way, reports the other."""
    table: dict[int, int] = {}
    for read in _READERS:
        for ours, theirs in (
            (read(sender.theirs), read(receiver.offered)),
            (read(sender.offered), read(receiver.theirs)),
        ):
            if ours and theirs:
                table[ours] = theirs
    return table


_READERS: tuple[Callable[[sdp.Sources], int], ...] = (
    lambda sources: sources.audio,
    lambda sources: sources.video,
    lambda sources: sources.repair,
)
