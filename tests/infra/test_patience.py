"""Visitors who drip, flood or never read, at a real server: they lose their connection, and nobody else anything."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import uvicorn

from infra.one_write import OneWrite
from infra.patience import LONGEST_HEAD, MOST_AHEAD, HttpProtocol

DEADLINE = 120.0  # not a measure
GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


class Hasty(HttpProtocol):
    """Loses patience at once."""

    patience = 0.2


class Scene:
    """An application whose answers wait to be let go, and the server before it."""

    def __init__(self) -> None:
        self.asked = self.ended = 0
        self.answering = asyncio.Event()
        self.answering.set()
        self.body = b"yes"
        self.port = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.asked += 1
        await self.answering.wait()
        try:
            await send({"type": "http.response.start", "status": 200, "headers": []})
            for _ in range(64):
                await send({"type": "http.response.body", "body": self.body, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        finally:
            self.ended += 1

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self.port)


@pytest.fixture
async def scene(request: pytest.FixtureRequest) -> AsyncIterator[Scene]:
    made = Scene()
    protocol = getattr(request, "param", HttpProtocol)
    server = uvicorn.Server(
        uvicorn.Config(made, port=0, loop="uvloop", http=protocol, lifespan="off", log_config=None, access_log=False)
    )
    serving = asyncio.create_task(server.serve())
    async with asyncio.timeout(DEADLINE):
        while not server.started:
            await asyncio.sleep(0.01)
    made.port = server.servers[0].sockets[0].getsockname()[1]
    yield made
    made.answering.set()
    server.should_exit = server.force_exit = True
    await serving


async def closed(reader: asyncio.StreamReader) -> bytes:
    """What came until the other side hung up."""
    async with asyncio.timeout(DEADLINE):
        try:
            return await reader.read()
        except ConnectionResetError:
            return b""


async def test_whoever_sends_ahead_without_end_is_hung_up_on(scene: Scene) -> None:
    scene.answering.clear()
    reader, writer = await scene.connect()
    writer.write(GET * 5000)
    said = await closed(reader)
    assert not said, "nothing was answered, so nothing was written"
    assert scene.asked <= 1
    writer.close()


async def test_a_few_requests_ahead_are_answered_in_their_order(scene: Scene) -> None:
    reader, writer = await scene.connect()
    writer.write(GET * MOST_AHEAD + b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert (await closed(reader)).count(b"HTTP/1.1 200") == MOST_AHEAD + 1
    writer.close()


async def test_nonsense_behind_a_question_does_not_cut_into_its_answer(scene: Scene) -> None:
    scene.answering.clear()
    reader, writer = await scene.connect()
    writer.write(GET + b"\x00nonsense\r\n\r\n")
    assert b"400" not in await closed(reader)
    writer.close()


async def test_a_head_without_end_is_refused(scene: Scene) -> None:
    reader, writer = await scene.connect()
    writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X: %s\r\n" % (b"a" * 2 * LONGEST_HEAD))
    assert b"200" not in await closed(reader)  # what we did not read resets the line: the 431 may not arrive
    assert not scene.asked
    writer.close()


@pytest.mark.parametrize("scene", [Hasty], indirect=True)
@pytest.mark.parametrize("begun", [b"", b"GET / HTTP/1.1\r\nHost: x\r\n"])
async def test_a_request_that_never_comes_is_not_waited_for(scene: Scene, begun: bytes) -> None:
    reader, writer = await scene.connect()
    writer.write(begun)
    assert (await closed(reader)).startswith(b"HTTP/1.1 408")
    writer.close()


@pytest.mark.parametrize("scene", [Hasty], indirect=True)
async def test_an_answer_that_nobody_reads_is_not_kept(scene: Scene) -> None:
    scene.body = b"a" * 1_000_000  # more than every buffer on the way
    reader, writer = await scene.connect()
    reader._transport.pause_reading()  # type: ignore[attr-defined]
    writer.write(GET)
    async with asyncio.timeout(DEADLINE):
        while not scene.ended:
            await asyncio.sleep(0.01)
    writer.transport.abort()


class Gone:
    """The line of someone who has hung up."""

    def is_closing(self) -> bool:
        return True

    def write(self, data: bytes) -> None:
        raise RuntimeError("the handler is closed")


async def test_an_answer_to_someone_who_has_hung_up_is_no_error() -> None:
    loop = asyncio.get_running_loop()
    said: list[object] = []
    loop.set_exception_handler(lambda _, context: said.append(context))
    try:
        OneWrite(Gone(), loop).write(GET)
        await asyncio.sleep(0)
    finally:
        loop.set_exception_handler(None)
    assert not said
