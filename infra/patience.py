"""A server that waits for nobody without end: heads have a length, requests have a minute to come in, answers to go."""

import asyncio
from typing import Any, Final

from infra.one_write import HttpProtocol as WritingOnce
from infra.unread import Unread

LONGEST_HEAD: Final = 64 * 1024
MOST_AHEAD: Final = 16
"""Requests that one connection may send ahead of their answers; browsers and our own processes send none."""
REFUSALS: Final = {
    408: b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n",
    431: b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n",
}


class TooFarAhead(Exception):
    """More requests than `MOST_AHEAD` wait for their answers on one connection."""


class HttpProtocol(Unread, WritingOnce):
    """The parser bounds neither a head nor its time: a thousand visitors who drip would keep a thousand connections.

    Nor does the server bound what is sent ahead: each answer let in another thousand requests, and twenty connections
    took a gigabyte in ten seconds. A request that comes in one piece, as nearly all do, starts no timer.
    """

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._head = 0
        self._in_head = self._incomplete = True
        self._patience: asyncio.TimerHandle | None = None
        self._wait()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._incomplete:
            self._wait()
            if self._in_head:
                self._head += len(data)
                if self._head > LONGEST_HEAD:
                    self._refuse(431)
        else:
            self._stop_waiting()

    def on_message_begin(self) -> None:
        self._head = 0
        self._in_head = self._incomplete = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._in_head = False
        if len(self.pipeline) >= MOST_AHEAD:
            raise TooFarAhead
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._incomplete = False
        super().on_message_complete()

    def handle_websocket_upgrade(self) -> None:
        self._in_head = self._incomplete = False
        self._read_on()
        super().handle_websocket_upgrade()

    def send_400_response(self, msg: str) -> None:
        """Nothing is written into the midst of an answer under way."""
        if self.cycle is None or self.cycle.response_complete:
            super().send_400_response(msg)
        else:
            self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def _wait(self) -> None:
        if self._patience is None:
            self._patience = self.loop.call_later(self.patience, self._refuse, 408)

    def _stop_waiting(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _refuse(self, status: int) -> None:
        """Say why where nothing was answered yet, and hang up."""
        self._incomplete = False
        if not self.transport.is_closing():
            if self._in_head:
                self.transport.write(REFUSALS[status])
            self.transport.close()
