"""Someone in a room without a screen: signals as the page does, sends a canned voice, notes what it hears."""

import asyncio
import itertools
import socket
import time
from contextlib import suppress
from struct import pack
from typing import Any

import aiohttp
import msgspec

from contracts.video import FromBrowser, FromServer
from services.video.rtc.sdp import OPUS
from tests.video.client import Client

BACK_OFF = (0.0, 0.5, 1.0, 2.0)
BEAT, SILENT, STALLED = 2.0, 4.5, 2.0
VOICE_EVERY = 0.02
_sources = itertools.count(1000, 10)


class Visitor:
    """One seat at `url`; `heard` are the moments at which a packet of the other came."""

    def __init__(self, url: str, seat: str) -> None:
        self.url, self.seat = url, seat
        self.heard: list[float] = []
        self.losses: list[float] = []  # when this page knew that something was lost
        self.epochs: list[int] = []
        self.codes: list[int | None] = []
        self.problems: list[str] = []
        self.said: list[str] = []
        self.cut = False  # its network: nothing comes, nothing goes
        self._seats: dict[str, str] = {}
        self._client: Client | None = None
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._tasks: list[asyncio.Task[Any]] = []

    async def __aenter__(self) -> "Visitor":
        self._tasks = [asyncio.create_task(work) for work in (self._live(), self._speak(), self._watch())]
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._client is not None:
            await self._client.close()

    async def hears(self, after: float | None = None, within: float = 120.0) -> float:
        """The moment of the first packet after `after` (now, unless said)."""
        since = time.monotonic() if after is None else after
        async with asyncio.timeout(within):
            while not self.heard or self.heard[-1] <= since:
                await asyncio.sleep(0.01)
        return next(moment for moment in self.heard if moment > since)

    async def linked_again(self, within: float = 120.0) -> None:
        """Once the line that was lost is back."""
        async with asyncio.timeout(within):
            while not self.codes or self._socket is None or self._socket.closed:
                await asyncio.sleep(0.01)

    async def keeps(self, within: float = 120.0) -> None:
        """Once it has said, on a line that is back, that what it had still flows."""
        async with asyncio.timeout(within):
            while "ready" not in self.said:
                await asyncio.sleep(0.01)

    async def paired(self, times: int, within: float = 120.0) -> None:
        """Once it was given that many pairs of legs in all."""
        async with asyncio.timeout(within):
            while len(self.epochs) < times:
                await asyncio.sleep(0.02)

    def longest_silence(self, since: float) -> float:
        """Seconds between two packets, the longest since then."""
        moments = [since, *(moment for moment in self.heard if moment > since)]
        return max((b - a for a, b in itertools.pairwise(moments)), default=float("inf"))

    async def _live(self) -> None:
        async with aiohttp.ClientSession() as http:
            for tries in itertools.count():
                await asyncio.sleep(BACK_OFF[min(tries, 3)] if self.codes else 0)
                while self.cut:
                    await asyncio.sleep(0.02)
                with suppress(aiohttp.ClientError, TimeoutError):
                    async with asyncio.timeout(3):
                        self._socket = await http.ws_connect(self.url)
                    async with self._socket:
                        await self._talk(self._socket)
                    self.codes.append(self._socket.close_code)
                    if 4000 <= (self._socket.close_code or 0) < 4500:
                        return
                self.losses.append(time.monotonic())

    async def _talk(self, line: aiohttp.ClientWebSocketResponse) -> None:
        beating = asyncio.create_task(self._beat(line))
        try:
            while True:
                async with asyncio.timeout(SILENT):
                    frame = await line.receive()
                if frame.type is not aiohttp.WSMsgType.TEXT:
                    return
                while self.cut:
                    await asyncio.sleep(0.02)
                await self._hear(msgspec.json.decode(frame.data, type=FromServer))
        except TimeoutError:
            return
        finally:
            beating.cancel()

    async def _beat(self, line: aiohttp.ClientWebSocketResponse) -> None:
        while True:
            await asyncio.sleep(BEAT)
            if not self.cut:
                await line.send_str('{"kind":"beat"}')

    async def _hear(self, message: FromServer) -> None:
        if message.seats:
            self._seats = {one.seat: one.state for one in message.seats}
        if message.kind == "problem":
            self.problems.append(message.code or "")
        elif message.kind == "offer":
            await self._answer(message)
        elif message.kind in ("welcome", "seats"):
            if self.seat == "professional" and self._seats.get("person") == "waiting":
                await self.say("admit")
            inside = self._seats.get(self.seat) in ("admitted", "in_room")
            if inside and (message.kind == "welcome" or self._client is None):
                await self.say("join" if self._client is None else "ready", epoch=message.epoch or 0)

    def lose_the_network(self) -> None:
        """Nothing comes and nothing goes, until `cut` is false again; its line breaks, as the other end sees it."""
        self.cut = True
        if self._socket is not None:
            self._socket.get_extra_info("socket").shutdown(socket.SHUT_RDWR)

    async def say(self, kind: str, **more: Any) -> None:
        if self._socket is not None and not self._socket.closed and not self.cut:
            self.said.append(kind)
            await self._socket.send_str(msgspec.json.encode(FromBrowser(kind, **more)).decode())

    async def _answer(self, offer: FromServer) -> None:
        old, number = self._client, next(_sources)
        client = self._client = Client(audio=number, video=number + 1, repair=number + 2)
        self.epochs.append(offer.epoch or 0)
        await self.say("answer", leg=offer.leg, sdp=await client.answer(offer.sdp or ""))
        self._tasks.append(asyncio.create_task(self._listen(client)))
        if old is not None:
            await old.close()

    async def _listen(self, client: Client) -> None:
        while True:
            packet = await client.received()
            if packet[1] & 0x7F == OPUS and client is self._client and not self.cut:
                self.heard.append(time.monotonic())

    async def _speak(self) -> None:
        for number in itertools.count():
            await asyncio.sleep(VOICE_EVERY)
            client = self._client
            if client is not None and client.connected.is_set() and not self.cut:
                with suppress(ConnectionError):
                    await client.send(
                        pack("!BBHLL", 0x80, OPUS, number & 0xFFFF, number * 960, client.audio) + b"sealed" * 10
                    )

    async def _watch(self) -> None:
        """Two seconds without a packet: ask for a new pair, as the page does."""
        while True:
            await asyncio.sleep(0.2)
            if self.heard and time.monotonic() - self.heard[-1] > STALLED and self._client is not None:
                self.losses.append(time.monotonic())
                await self.say("join", epoch=self.epochs[-1] if self.epochs else 0)
                await asyncio.sleep(STALLED)
