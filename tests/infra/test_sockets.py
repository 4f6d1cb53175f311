"""Sockets that flood in pieces, in bytes or by not reading, at a real server: hung up on, and nobody else waits."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import uvicorn

from infra.patience import HttpProtocol
from infra.sockets import AT_ONCE, LONGEST_MESSAGE, SocketProtocol

DEADLINE = 120.0  # not a measure
HELLO = (
    b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)
OPENED = b"\r\n\r\n"
UNMASKED = b"\0\0\0\0"
WORD = b"\x81\x81" + UNMASKED + b"a"
BEGUN = b"\x01\x81" + UNMASKED + b"a"
NOTHING_MORE_YET = b"\x00\x80" + UNMASKED
PING = b"\x89\x80" + UNMASKED


class Hasty(SocketProtocol):
    """Loses patience at once."""

    patience = 0.2


class Scene:
    """An application that listens, or that talks without end, and the server before it."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.talks = False
        self.gone = asyncio.Event()
        self.port = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        try:
            while self.talks:
                await send({"type": "websocket.send", "text": "a" * 100_000})
            while (message := await receive())["type"] == "websocket.receive":
                self.heard.append(message["text"])
        finally:
            self.gone.set()

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(HELLO)
        async with asyncio.timeout(DEADLINE):
            await reader.readuntil(OPENED)
        return reader, writer

    async def hung_up(self) -> None:
        async with asyncio.timeout(DEADLINE):
            await self.gone.wait()


@pytest.fixture
async def scene(request: pytest.FixtureRequest) -> AsyncIterator[Scene]:
    made = Scene()
    server = uvicorn.Server(
        uvicorn.Config(
            made,
            port=0,
            loop="uvloop",
            http=HttpProtocol,
            ws=getattr(request, "param", SocketProtocol),
            ws_max_size=LONGEST_MESSAGE,
            lifespan="off",
            log_config=None,
        )
    )
    serving = asyncio.create_task(server.serve())
    async with asyncio.timeout(DEADLINE):
        while not server.started:
            await asyncio.sleep(0.01)
    made.port = server.servers[0].sockets[0].getsockname()[1]
    yield made
    server.should_exit = server.force_exit = True
    await serving


async def test_a_conversation_at_its_liveliest_is_carried(scene: Scene) -> None:
    _, writer = await scene.connect()
    lively = AT_ONCE // 4
    writer.write((WORD + PING) * lively + b"\x88\x80" + UNMASKED)
    await scene.hung_up()
    assert scene.heard == ["a"] * lively
    writer.close()


@pytest.mark.parametrize("flood", [BEGUN + NOTHING_MORE_YET * 100_000, PING * 100_000])
async def test_pieces_and_pings_without_end_are_hung_up_on(scene: Scene, flood: bytes) -> None:
    _, writer = await scene.connect()
    writer.write(flood)
    await scene.hung_up()
    assert not scene.heard
    writer.transport.abort()


async def test_a_message_without_end_is_hung_up_on(scene: Scene) -> None:
    _, writer = await scene.connect()
    writer.write(b"\x81\xff" + (2 * LONGEST_MESSAGE).to_bytes(8) + UNMASKED + b"a" * LONGEST_MESSAGE)
    await scene.hung_up()
    assert not scene.heard
    writer.transport.abort()


@pytest.mark.parametrize("scene", [Hasty], indirect=True)
async def test_who_never_reads_is_not_written_to_for_ever(scene: Scene) -> None:
    scene.talks = True
    reader, writer = await scene.connect()
    reader._transport.pause_reading()  # type: ignore[attr-defined]
    await scene.hung_up()
    writer.transport.abort()
