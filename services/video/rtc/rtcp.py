"""Renames the sources inside RTCP packets, and nothing else, so that two browsers can report to each other."""

from collections.abc import Iterator, Mapping
from struct import pack_into, unpack_from

SENDER_REPORT, RECEIVER_REPORT, DESCRIPTION, BYE, APPLICATION = 200, 201, 202, 203, 204
TRANSPORT_FEEDBACK, PAYLOAD_FEEDBACK, EXTENDED_REPORT = 205, 206, 207
PICTURE_LOSS, FULL_INTRA, APPLICATION_LAYER = 1, 4, 15
LAST_RECEIVER_REPORT = 5  # DLRR, the only extended report block that names sources (RFC 3611 §4.5)


def is_rtcp(packet: bytes) -> bool:
    """Tell RTCP from RTP on one port (RFC 5761 §4)."""
    return len(packet) >= 2 and 192 <= packet[1] <= 223


def rewrite(packet: bytes, names: Mapping[int, int]) -> bytes | None:
    """Rename each SSRC found in `names`; unknown ones stay; None when the packet is malformed (RFC 3550 §6)."""
    renamed = bytearray(packet)
    try:
        for offset in _sources(packet):
            (ssrc,) = unpack_from("!L", packet, offset)
            pack_into("!L", renamed, offset, names.get(ssrc, ssrc))
    except ValueError:
        return None
    return bytes(renamed)


def picture_loss(*, sender: int, media: int) -> bytes:
    """Ask `media` for a key frame (PLI, RFC 4585 §6.3.1)."""
    packet = bytearray(12)
    pack_into("!BBHLL", packet, 0, 0x80 | PICTURE_LOSS, PAYLOAD_FEEDBACK, 2, sender, media)
    return bytes(packet)


def _sources(packet: bytes) -> Iterator[int]:
    """Offsets of every SSRC of a compound packet."""
    start = 0
    while start < len(packet):
        if len(packet) - start < 4 or packet[start] >> 6 != 2:
            raise ValueError("not an RTCP packet")
        count, kind = packet[start] & 0x1F, packet[start + 1]
        end = start + 4 * (unpack_from("!H", packet, start + 2)[0] + 1)
        if end > len(packet):
            raise ValueError("longer than its datagram")
        yield from _sources_of_one(packet, start, end, count=count, kind=kind)
        start = end


def _sources_of_one(packet: bytes, start: int, end: int, *, count: int, kind: int) -> Iterator[int]:
    if kind == SENDER_REPORT:
        yield from _every(start + 4, end, size=24, times=1)
        yield from _every(start + 28, end, size=24, times=count)
    elif kind == RECEIVER_REPORT:
        yield from _every(start + 4, end, size=4, times=1)
        yield from _every(start + 8, end, size=24, times=count)
    elif kind == DESCRIPTION:
        yield from _chunks(packet, start + 4, end, count)
    elif kind == BYE:
        yield from _every(start + 4, end, size=4, times=count)
    elif kind == APPLICATION:
        yield from _every(start + 4, end, size=4, times=1)
    elif kind in (TRANSPORT_FEEDBACK, PAYLOAD_FEEDBACK):
        yield from _every(start + 4, end, size=4, times=2)
        if kind == PAYLOAD_FEEDBACK and count == FULL_INTRA:
            yield from _every(start + 12, end, size=8, times=(end - start - 12) // 8)
        elif kind == PAYLOAD_FEEDBACK and count == APPLICATION_LAYER and packet[start + 12 : start + 16] == b"REMB":
            if end - start < 20:
                raise ValueError("REMB without its list")
            yield from _every(start + 20, end, size=4, times=packet[start + 16])
    elif kind == EXTENDED_REPORT:
        yield from _every(start + 4, end, size=4, times=1)
        yield from _extended_blocks(packet, start + 8, end)


def _every(offset: int, end: int, *, size: int, times: int) -> Iterator[int]:
    """Offsets of `times` neighbours of `size` bytes, each of which opens with an SSRC."""
    if offset + size * times > end:
        raise ValueError("shorter than it says")
    yield from range(offset, offset + size * times, size)


def _chunks(packet: bytes, offset: int, end: int, count: int) -> Iterator[int]:
    for _ in range(count):
        if offset + 8 > end:
            raise ValueError("a description without its items")
        yield offset
        offset += 4
        while packet[offset] != 0:
            if offset + 2 > end or offset + 2 + packet[offset + 1] >= end:
                raise ValueError("an item longer than its packet")
            offset += 2 + packet[offset + 1]
        offset += 4 - offset % 4  # the closing zero, then up to the next word


def _extended_blocks(packet: bytes, offset: int, end: int) -> Iterator[int]:
    while offset + 4 <= end:
        size = 4 * unpack_from("!H", packet, offset + 2)[0]
        if offset + 4 + size > end:
            raise ValueError("a report block longer than its packet")
        if packet[offset] == LAST_RECEIVER_REPORT:
            yield from _every(offset + 4, offset + 4 + size, size=12, times=size // 12)
        offset += 4 + size
