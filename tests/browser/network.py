"""A page's own way to the room, which a test can cut: its socket and its media pass through hops of ours."""

import asyncio
from contextlib import suppress

from playwright.async_api import Page

from tests.video.weak import WeakLine

# The page's media go to the hop instead of the node, and the node never learns another way to the page.
THROUGH = """
const set = RTCPeerConnection.prototype.setRemoteDescription;
RTCPeerConnection.prototype.setRemoteDescription = async function (description) {
  const lines = description.sdp.split('\\r\\n');
  const found = lines.find((line) => /^a=candidate:.* udp .* \\d+\\.\\d+\\.\\d+\\.\\d+ \\d+ typ host/i.test(line));
  const words = found.split(' ');
  words[5] = String(await weaken(words[4], Number(words[5])));
  words[4] = '127.0.0.1';
  const sdp = lines.filter((line) => !line.startsWith('a=candidate') || line === found)
    .map((line) => (line === found ? words.join(' ') : line)).join('\\r\\n');
  return set.call(this, { type: description.type, sdp });
};
const say = WebSocket.prototype.send;
WebSocket.prototype.send = function (text) {
  const message = JSON.parse(text);
  if (message.kind === 'candidate') return;
  const kept = message.sdp?.split('\\r\\n').filter((line) => !line.startsWith('a=candidate'));
  if (kept) message.sdp = kept.join('\\r\\n');
  return say.call(this, JSON.stringify(message));
};
"""


class Network:
    """Hops between one page and the rooms at `target`; `cut` lets nothing pass either way, and closes nothing."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.port = 0
        self.lines: list[WeakLine] = []
        self._open = asyncio.Event()
        self._open.set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def carry(self, page: Page) -> None:
        """From its next page on, all that this page sends and hears passes here."""
        self._server = await asyncio.start_server(self._accepted, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        await page.expose_function("weaken", self._hop)
        await page.add_init_script(THROUGH)

    def cut(self) -> None:
        self._open.clear()
        for line in self.lines:
            line.loss = 1.0

    def mend(self) -> None:
        self._open.set()
        for line in self.lines:
            line.loss = 0.0

    async def close(self) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for line in self.lines:
            line.close()

    async def _hop(self, host: str, port: int) -> int:
        line = WeakLine((host, port))
        line.loss = 0.0 if self._open.is_set() else 1.0
        self.lines.append(line)
        return await line.open()

    async def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
        with suppress(ConnectionError, asyncio.CancelledError):
            await self._open.wait()
            there, back = await asyncio.open_connection("127.0.0.1", self.target)
            ways = [asyncio.create_task(self._pass(*way)) for way in ((reader, back), (there, writer))]
            try:
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for way in ways:
                    way.cancel()
                await asyncio.gather(*ways, return_exceptions=True)
                for end in (back, writer):
                    end.close()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(65536):
                await self._open.wait()
                writer.write(data)
                await writer.drain()
