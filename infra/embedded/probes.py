"""Is it ready? One question per kind of process, asked again until the answer is yes."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

from infra.embedded import postgres, valkey
from infra.embedded.ports import HOST

Probe = Callable[[], Awaitable[bool]]


def http(port: int, path: str) -> Probe:
    """GET `path` answers 200."""

    async def ready() -> bool:
        try:
            async with asyncio.timeout(5):
                reader, writer = await asyncio.open_connection(HOST, port)
                try:
                    request = f"GET {path} HTTP/1.1\r\nHost: {HOST}:{port}\r\nConnection: close\r\n\r\n"
                    writer.write(request.encode())
                    answer = await reader.readline()
                finally:
                    writer.close()
        except (OSError, TimeoutError):
            return False
        return answer.split(b" ")[1:2] == [b"200"]

    return ready


def cluster(port: int) -> Probe:
    """PostgreSQL takes connections."""

    async def ready() -> bool:
        return await asyncio.to_thread(postgres.is_ready, port)

    return ready


def cache(port: int) -> Probe:
    """Valkey answers PING."""

    async def ready() -> bool:
        return await asyncio.to_thread(valkey.is_ready, port)

    return ready


def announced(file: Path) -> Probe:
    """The file holds the pid of a live process: a worker has no port to ask."""

    async def ready() -> bool:
        try:
            os.kill(int(file.read_text()), 0)
        except (FileNotFoundError, ValueError, ProcessLookupError):
            return False
        return True

    return ready
