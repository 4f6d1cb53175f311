"""WebSockets of people who talk: messages have a length, frames a pace, and nobody is written to who does not read."""

from typing import Any, Final

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from infra.unread import Unread

LONGEST_MESSAGE: Final = 128 * 1024
"""Above the longest that a room takes, which says no by itself."""
AT_ONCE: Final = 256
A_SECOND: Final = 64.0
"""Frames of any kind, far above what a room takes of messages: only who means harm comes near."""
SLICE: Final = 4096
"""Bytes looked at before the frames in them are counted."""


class SocketProtocol(Unread, WebSocketsSansIOProtocol):
    """The parser reads whatever has come in one go, and bounds the bytes of a message but not its pieces.

    A quarter of a megabyte holds forty thousand empty pieces: one visitor who sent nothing else kept every page of the
    house waiting for nine seconds.
    """

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._left, self._counted = float(AT_ONCE), self.loop.time()

    def data_received(self, data: bytes) -> None:
        for at in range(0, len(data), SLICE):
            if self.transport.is_closing():
                return
            super().data_received(data[at : at + SLICE])

    def handle_events(self) -> None:
        at = self.loop.time()
        regained = (at - self._counted) * A_SECOND
        self._left, self._counted = min(AT_ONCE, self._left + regained) - len(self.conn.events), at
        if self._left < 0:
            self.transport.abort()
        else:
            super().handle_events()
