"""A weak line of our own: a UDP hop that loses, delays and narrows what passes, both ways."""

import asyncio
import random
from typing import Any


class WeakLine:
    """Passes datagrams between whoever speaks to `port` and `target`; `loss` a share, `delay` in seconds one way,
    `rate` in bits a second with a queue of a third of a second, as a poor uplink has."""

    QUEUE = 0.35

    def __init__(self, target: tuple[str, int], *, seed: int = 7) -> None:
        self.target = target
        self.loss, self.delay, self.rate = 0.0, 0.0, 0.0
        self.port = 0
        self.dropped = self.passed = 0
        self._chance = random.Random(seed)
        self._inner: dict[Any, asyncio.DatagramTransport] = {}
        self._tasks: list[asyncio.Future[None]] = []
        self._free_at = {"in": 0.0, "out": 0.0}

    async def open(self) -> int:
        loop = asyncio.get_running_loop()
        self._outer, _ = await loop.create_datagram_endpoint(lambda: _Side(self._inward), local_addr=("127.0.0.1", 0))
        self.port = int(self._outer.get_extra_info("sockname")[1])
        return self.port

    def close(self) -> None:
        self._outer.close()
        for transport in self._inner.values():
            transport.close()

    def _inward(self, data: bytes, source: Any) -> None:
        if source not in self._inner:
            self._tasks.append(asyncio.ensure_future(self._first(data, source)))
            return
        self._pass("in", data, lambda: self._inner[source].sendto(data, self.target))

    async def _first(self, data: bytes, source: Any) -> None:
        """A side of its own towards the target for each who speaks, as an address translator would."""
        loop = asyncio.get_running_loop()

        def back(answer: bytes, _: Any) -> None:
            self._pass("out", answer, lambda: self._outer.sendto(answer, source))

        transport, _ = await loop.create_datagram_endpoint(lambda: _Side(back), local_addr=("127.0.0.1", 0))
        if source in self._inner:  # another of its first packets was quicker
            transport.close()
        else:
            self._inner[source] = transport
        self._inward(data, source)

    def _pass(self, way: str, data: bytes, send: Any) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        spent = len(data) * 8 / self.rate if self.rate else 0.0
        begins = max(now, self._free_at[way])
        if self._chance.random() < self.loss or begins - now > self.QUEUE:
            self.dropped += 1
            return
        self.passed += 1
        self._free_at[way] = begins + spent
        wait = begins + spent - now + self.delay
        loop.call_later(wait, send) if wait > 0.0005 else send()


class _Side(asyncio.DatagramProtocol):
    def __init__(self, heard: Any) -> None:
        self._heard = heard

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self._heard(data, addr)
