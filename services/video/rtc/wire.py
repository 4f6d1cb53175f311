"""The short way of a packet: from the socket through SRTP to the room and out again, in one call and on one buffer.

aiortc hands each packet through a queue and three tasks; two thirds of a node's time went there (see
`docs/video-speed.md`). This and `leg` are the only modules that touch private names, of aiortc 1.16, aioice 0.13 and
pylibsrtp 1.0; `tests/video/test_legs.py` holds them to it.
"""

import asyncio
import struct
from collections.abc import Callable
from typing import Any

from aioice import stun
from pylibsrtp import Session
from pylibsrtp._binding import ffi, lib

LARGEST = 1500
_COOKIE = stun.COOKIE.to_bytes(4, "big")
_TRAILER = 4 + 16 + 128  # SRTCP index, tag, MKI: what protecting may add
_space = ffi.new("char[]", LARGEST + _TRAILER)  # one for all: nothing here waits while it is in use
_view = ffi.buffer(_space)
_length = ffi.new("int *")


class Srtp:
    """Both directions of one leg; None for what cannot be read, is a replay, or would be unsafe to send."""

    def __init__(self, incoming: Session, outgoing: Session) -> None:
        self._kept = (incoming, outgoing)  # they own what the pointers point to
        self._in, self._out = incoming._srtp[0], outgoing._srtp[0]

    def open(self, packet: bytes) -> bytes | None:
        size = len(packet)
        if not 12 <= size <= LARGEST:
            return None
        _view[0:size] = packet
        _length[0] = size
        function = lib.srtp_unprotect_rtcp if 192 <= packet[1] <= 223 else lib.srtp_unprotect
        return _view[0 : _length[0]] if function(self._in, _space, _length) == 0 else None

    def seal(self, packet: bytes) -> bytes | None:
        size = len(packet)
        if not 8 <= size <= LARGEST:
            return None
        _view[0:size] = packet
        _length[0] = size
        function = lib.srtp_protect_rtcp if 192 <= packet[1] <= 223 else lib.srtp_protect
        return _view[0 : _length[0]] if function(self._out, _space, _length) == 0 else None


def _is_stun(data: bytes) -> bool:
    if data[4:8] != _COOKIE:
        return False
    try:
        stun.parse_message(data)
    except (ValueError, IndexError, struct.error):
        return False
    return True


class Straight(asyncio.DatagramProtocol):
    """Stands in front of an ICE protocol: media go straight to `media`, what is STUN or DTLS takes the usual way.

    Anything else is let go, and so is DTLS from an address that is not `wanted`: aioice keeps all that it cannot read
    in a queue without end, and one broken attribute makes it raise.
    """

    def __init__(
        self,
        usual: asyncio.DatagramProtocol,
        media: Callable[[bytes], None],
        wanted: Callable[[tuple[Any, ...]], bool],
    ) -> None:
        self._usual = usual
        self._media = media
        self._wanted = wanted

    def datagram_received(self, data: bytes, addr: tuple[Any, ...]) -> None:
        first = data[0] if data else 255
        if 127 < first < 192:  # RFC 7983 §7
            self._media(data)
        elif (first < 4 and _is_stun(data)) or (19 < first < 64 and self._wanted(addr)):
            self._usual.datagram_received(data, addr)

    def error_received(self, exc: Exception) -> None:
        self._usual.error_received(exc)

    def connection_lost(self, exc: Exception | None) -> None:
        self._usual.connection_lost(exc)
