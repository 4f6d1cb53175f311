"""What the passing reports of two browsers tell about their line: loss and round trip; read, never changed."""

from collections import OrderedDict
from struct import unpack_from

from services.video.rtc.rtcp import RECEIVER_REPORT, SENDER_REPORT

KEPT = 32  # sender reports that an answer may still refer to


class Reports:
    """One direction's sender reports and the other's answers (RFC 3550 §6.4); packets must have passed `rewrite`."""

    def __init__(self) -> None:
        self.lost = 0.0  # share of the last interval
        self.round_trip = 0.0  # seconds, between the node and the browser that answered
        self._sent: OrderedDict[int, float] = OrderedDict()

    def see(self, packet: bytes, at: float) -> None:
        """`at` in seconds of any steady clock."""
        start = 0
        while start + 8 <= len(packet):
            kind, count = packet[start + 1], packet[start] & 0x1F
            end = start + 4 * (unpack_from("!H", packet, start + 2)[0] + 1)
            if kind == SENDER_REPORT:
                self._sent[unpack_from("!L", packet, start + 10)[0]] = at
                while len(self._sent) > KEPT:
                    self._sent.popitem(last=False)
                self._blocks(packet, start + 28, count, at)
            elif kind == RECEIVER_REPORT:
                self._blocks(packet, start + 8, count, at)
            start = end

    def _blocks(self, packet: bytes, offset: int, count: int, at: float) -> None:
        for block in range(offset, offset + 24 * count, 24):
            self.lost = packet[block + 4] / 256
            last, delay = unpack_from("!LL", packet, block + 16)
            sent = self._sent.get(last)
            if last and sent is not None:
                self.round_trip = max(0.0, at - sent - delay / 65536)
