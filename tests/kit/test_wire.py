"""The short HTTP client of the house against a server that behaves and one that does not."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import pytest

from kit.wire import WireCut, Wires

Play = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
OK = b'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nETag: "1"\r\n\r\nyes'[:-1]


@asynccontextmanager
async def served(play: Play, *, total: float = 2.0, size: int = 100) -> AsyncIterator[Wires]:
    met: list[asyncio.Task[None]] = []

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        met.append(asyncio.current_task())  # type: ignore[arg-type]
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            await play(reader, writer)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    server = await asyncio.start_server(meet, "127.0.0.1", 0)
    wires = Wires(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/under", total=total, size=size)
    try:
        yield wires
    finally:
        wires.close()
        server.close()
        await asyncio.gather(*met)


async def _request(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    length = next((int(line[15:]) for line in head.split(b"\r\n") if line.startswith(b"content-length:")), 0)
    return head + await reader.readexactly(length)


async def test_one_connection_serves_call_after_call() -> None:
    met: list[bytes] = []
    connections = 0

    async def play(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        while True:
            met.append(await _request(reader))
            writer.write(OK[:20])
            await asyncio.sleep(0)
            writer.write(OK[20:])

    async with served(play) as wires:
        for number in range(3):
            status, headers, body = await wires.send("POST", f"/a?n={number} é", {"x-a": "b \u202e \udc80"}, b"{}")
            assert (status, headers["etag"], body) == (200, '"1"', b"ye")
        assert connections == 1
        assert met[1].startswith(b"POST /under/a?n=1%20%C3%A9 HTTP/1.1\r\nhost: 127.0.0.1:")
        assert met[1].endswith(b"x-a: b \xe2\x80\xae ?\r\ncontent-length: 2\r\n\r\n{}")
        with pytest.raises(ValueError, match="end of a line"):
            await wires.send("GET", "/", {"x-a": "b\r\nx-evil: 1"}, None)


async def test_a_look_is_repeated_when_the_kept_connection_had_ended_and_a_write_never() -> None:
    met: list[bytes] = []

    async def play(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        met.append(await _request(reader))
        writer.write(OK)
        met.append(await _request(reader))  # the second on this connection is cut unanswered

    async with served(play) as wires:
        await wires.send("GET", "/", {}, None)
        assert (await wires.send("GET", "/", {}, None))[0] == 200
        assert len(met) == 3
        with pytest.raises(WireCut):
            await wires.send("POST", "/", {}, b"{}")
        assert len(met) == 4


async def test_chunks_heads_and_closed_answers_are_understood() -> None:
    async def play(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            asked = await _request(reader)
            if asked.startswith(b"HEAD"):
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n")
            elif b"chunked" in asked:
                writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n")
            elif b"nothing" in asked:
                writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
            else:
                writer.write(b"HTTP/1.1 409 Conflict\r\nconnection: close\r\ncontent-length: 1\r\n\r\nx")
                return

    async with served(play) as wires:
        assert (await wires.send("HEAD", "/", {}, None))[1] == {"content-length": "99"}
        assert (await wires.send("GET", "/chunked", {}, None))[2] == b"abc"
        assert (await wires.send("GET", "/nothing", {}, None))[0] == 204
        assert [(await wires.send("GET", "/", {}, None))[0] for _ in range(2)] == [409, 409]


async def test_silence_nonsense_and_nobody_there_are_no_answer() -> None:
    heard = asyncio.Event()

    async def play(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = await _request(reader)
        heard.set()
        if b"nonsense" in asked:
            writer.write(b"what?\r\n\r\n")
        await reader.read()  # until the other side has gone

    async with served(play, total=0.02) as wires:
        with pytest.raises(TimeoutError):
            await wires.send("GET", "/", {}, None)
    async with served(play, total=30, size=1) as wires:
        with pytest.raises(WireCut):
            await wires.send("GET", "/nonsense", {}, None)
        heard.clear()
        left = asyncio.create_task(wires.send("GET", "/", {}, None))
        await heard.wait()
        left.cancel()
        with pytest.raises(asyncio.CancelledError):
            await left
    with pytest.raises(WireCut):
        await Wires("http://127.0.0.1:9", total=1).send("GET", "/", {}, None)
