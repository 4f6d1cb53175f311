"""A load client in a process of its own: N connections in a closed loop, raw HTTP/1.1 over uvloop.

Reads a plan as JSON from its standard input, waits for the line « go », and prints one JSON object: latencies in
microseconds, statuses, seconds. It speaks to loopback only, and ends by time or by count.
"""

import asyncio
import json
import sys
import time
from collections import Counter
from typing import Any

import uvloop


class Connection(asyncio.Protocol):
    """One kept-alive connection; one request at a time."""

    def __init__(self) -> None:
        self.buffer = b""
        self.wanted = -1
        self.answer: asyncio.Future[tuple[int, bytes]] | None = None
        self.transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        if self.wanted < 0:
            end = self.buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            head = self.buffer[:end].lower()
            at = head.find(b"content-length:")
            stop = head.find(b"\r\n", at)
            length = int(head[at + 15 : stop if stop > 0 else None])
            self.wanted = end + 4 + length
        if len(self.buffer) >= self.wanted and self.answer is not None:
            whole, self.buffer = self.buffer[: self.wanted], self.buffer[self.wanted :]
            self.wanted = -1
            answer, self.answer = self.answer, None
            answer.set_result((int(whole[9:12]), whole))

    def connection_lost(self, _: Exception | None) -> None:
        if self.answer is not None and not self.answer.done():
            self.answer.set_exception(ConnectionResetError())

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        """Send one request and wait for its whole answer."""
        self.answer = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        return await self.answer


def request(method: str, path: str, headers: dict[str, str], body: str) -> bytes:
    """The bytes of one request."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *(f"{key}: {value}" for key, value in headers.items())]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body.encode())}"]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


async def run(plan: dict[str, Any]) -> dict[str, Any]:
    """`plan`: port, connections, seconds, requests ([method, path, headers, body]), once (each at most once)."""
    loop = asyncio.get_running_loop()
    wires = [request(*one) for one in plan["requests"]]
    connections = [
        (await loop.create_connection(Connection, "127.0.0.1", plan["port"]))[1] for _ in range(plan["connections"])
    ]
    for connection in connections:
        await connection.ask(request("GET", plan.get("warm", "/live"), plan.get("warm_headers", {}), ""))
    print("ready", flush=True)
    await loop.run_in_executor(None, sys.stdin.readline)
    statuses: Counter[int] = Counter()
    spent: list[int] = []
    turn = iter(range(len(wires))) if plan["once"] else iter(int, 1)
    began = time.perf_counter()
    ends = began + plan["seconds"]

    async def one(connection: Connection, number: int) -> None:
        while time.perf_counter() < ends:
            place = next(turn, None)
            if place is None:
                return
            wire = wires[place if plan["once"] else number % len(wires)]
            sent = time.perf_counter_ns()
            status, _ = await connection.ask(wire)
            spent.append((time.perf_counter_ns() - sent) // 1000)
            statuses[status] += 1

    await asyncio.gather(*(one(connection, number) for number, connection in enumerate(connections)))
    return {"micros": spent, "statuses": dict(statuses), "seconds": time.perf_counter() - began}


if __name__ == "__main__":
    given = json.loads(sys.stdin.readline())
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        print(json.dumps(runner.run(run(given))), flush=True)
