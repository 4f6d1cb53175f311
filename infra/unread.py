"""Whoever asks and does not read what comes is hung up on: what waits for them is memory of ours."""

import asyncio
from typing import Any, Final

PATIENCE: Final = 60.0
"""Seconds for one request to come in whole (a list of four megabytes takes less on a slow line), and for whoever asked
to read on."""


class Unread(asyncio.Protocol):
    """Before a server's protocol, of pages or of sockets: a line on which nothing is read for `patience` is cut."""

    patience = PATIENCE
    loop: asyncio.AbstractEventLoop
    transport: Any
    _unread: asyncio.TimerHandle | None = None

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._unread is None:
            self._unread = self.loop.call_later(self.patience, self.transport.abort)

    def resume_writing(self) -> None:
        self._read_on()
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        self._read_on()
        super().connection_lost(exc)

    def _read_on(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None
