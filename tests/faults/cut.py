"""A TCP hop in front of a service that does something drastic at one exact moment, once."""

import asyncio
from collections.abc import Callable


class Hop:
    """Passes bytes through to `port`; when the answer to a request that begins with `marked` comes back, calls `then`
    instead of passing it on."""

    def __init__(self, port: int) -> None:
        self.target = port
        self.marked: bytes | None = None
        self.then: Callable[[], None] = lambda: None
        self.fired = 0
        self._server: asyncio.Server | None = None

    async def start(self) -> int:
        """The port it listens on."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """No more."""
        if self._server is not None:
            self._server.close()

    def arm(self, marked: str, then: Callable[[], None]) -> None:
        """The next answer to such a request is not passed on."""
        self.marked, self.then, self.fired = marked.encode(), then, 0

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            service_reader, service_writer = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.close()
            return
        last = [b""]
        await asyncio.gather(
            self._up(reader, service_writer, last),
            self._down(service_reader, writer, last),
            return_exceptions=True,
        )

    async def _up(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, last: list[bytes]) -> None:
        while data := await reader.read(65536):
            if data.split(b" ", 1)[0] in (b"GET", b"POST", b"PUT", b"PATCH", b"DELETE"):
                last[0] = data
            writer.write(data)
            await writer.drain()
        writer.close()

    async def _down(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, last: list[bytes]) -> None:
        while data := await reader.read(65536):
            if self.marked is not None and last[0].startswith(self.marked):
                self.marked = None
                self.fired += 1
                self.then()
                writer.close()
                return
            writer.write(data)
            await writer.drain()
        writer.close()
