"""Canned-packet clients of rooms, in a process of their own: 50 voices of 60 B and 30 pictures of 3.1 kB a second.

Reads a plan as JSON from its standard input: `kind` (veilleuse or janus), `rooms` (one mapping of seat → address and
headers each, or Janus room numbers), `seconds`. Prints « ready » once all hear one another, waits for « go », and
prints one JSON object: packets sent and received. Speaks to loopback only, and ends by time.
"""

import asyncio
import contextlib
import json
import os
import socket
import sys
import time
from collections.abc import Iterable, Sequence
from itertools import count
from struct import pack
from typing import Any

import aiohttp
import uvloop
from aiortc import (
    RTCCertificate,
    RTCDtlsFingerprint,
    RTCDtlsParameters,
    RTCDtlsTransport,
    RTCIceGatherer,
    RTCIceParameters,
    RTCIceTransport,
)
from aiortc.sdp import SessionDescription, candidate_to_sdp

OPUS, VP8, REPAIR = 111, 96, 97
VOICE, PICTURE = b"\x5a" * 60, b"\x5a" * 1040  # three of these a frame
TAIL = 1.0  # seconds to let the last packets arrive
WAKES_EVERY = 0.004  # seconds

_sources = count(10_000, 10)


class Counting(asyncio.DatagramProtocol):
    """Counts media, and hands the rest to ICE."""

    def __init__(self, inner: asyncio.DatagramProtocol) -> None:
        self.inner = inner
        self.received = 0

    def datagram_received(self, data: bytes, addr: Any) -> None:
        if 127 < data[0] < 192:
            if not 192 <= data[1] <= 223:
                self.received += 1
        else:
            self.inner.datagram_received(data, addr)

    def error_received(self, error: Exception) -> None:
        self.inner.error_received(error)

    def connection_lost(self, error: Exception | None) -> None:
        self.inner.connection_lost(error)


class Canned:
    """One peer connection without a browser: a transport, canned packets, and a counter."""

    def __init__(self) -> None:
        self._gatherer = RTCIceGatherer(iceServers=[])
        self._ice = RTCIceTransport(self._gatherer)
        self._dtls = RTCDtlsTransport(self._ice, [RTCCertificate.generateCertificate()])
        self.audio = next(_sources)
        self.counters: list[Counting] = []
        self.sent = 0
        self.due: list[tuple[float, tuple[bytes, ...]]] = []  # seconds after the start, and what is said then
        self._wire: Any = None

    @property
    def received(self) -> int:
        return sum(counter.received for counter in self.counters)

    async def describe(self, direction: str, setup: str) -> str:
        """Our side, as an offer or an answer."""
        if not self._gatherer.getLocalCandidates():
            await self._gatherer.gather()
        local = self._gatherer.getLocalParameters()
        transport = [
            "c=IN IP4 0.0.0.0", f"a={direction}", "a=rtcp-mux",
            f"a=ice-ufrag:{local.usernameFragment}", f"a=ice-pwd:{local.password}",
            *(f"a=fingerprint:{f.algorithm} {f.value}" for f in self._dtls.getLocalParameters().fingerprints[:1]),
            f"a=setup:{setup}",
        ]  # fmt: skip
        addresses = [f"a=candidate:{candidate_to_sdp(one)}" for one in self._gatherer.getLocalCandidates()]
        speaks = direction != "recvonly"
        lines = [
            "v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=group:BUNDLE 0 1",
            f"m=audio 9 UDP/TLS/RTP/SAVPF {OPUS}", "a=mid:0", f"a=rtpmap:{OPUS} opus/48000/2", *transport, *addresses,
            *([f"a=ssrc:{self.audio} cname:canned"] if speaks else []),
            f"m=video 9 UDP/TLS/RTP/SAVPF {VP8} {REPAIR}", "a=mid:1", f"a=rtpmap:{VP8} VP8/90000",
            f"a=rtpmap:{REPAIR} rtx/90000", f"a=fmtp:{REPAIR} apt={VP8}", *transport,
            *([f"a=ssrc:{self.audio + 1} cname:canned"] if speaks else []),
        ]  # fmt: skip
        return "\r\n".join(lines) + "\r\n"

    async def connect(self, theirs: str, *, opens: bool) -> None:
        """Connect to what they described; `opens` when we begin the DTLS handshake."""
        media = SessionDescription.parse(theirs).media[0]
        assert media.ice is not None
        assert media.dtls is not None
        for candidate in media.ice_candidates:
            await self._ice.addRemoteCandidate(candidate)
        fingerprints = media.dtls.fingerprints
        await self._start(media.ice, fingerprints, opens)

    async def _start(self, ice: RTCIceParameters, fingerprints: list[RTCDtlsFingerprint], opens: bool) -> None:
        self._ice._connection.ice_controlling = not opens
        await self._ice.start(ice)
        self._dtls._set_role("client" if opens else "server")
        await self._dtls.start(RTCDtlsParameters(fingerprints=fingerprints))
        if self._dtls.state != "connected":
            raise ConnectionError("no media path")
        pair = self._ice._connection._nominated[1]
        for protocol in self._ice._connection._protocols:
            counter = Counting(protocol)
            protocol.transport.set_protocol(counter)
            self.counters.append(counter)
        # A socket of our own on the same port: uvloop's way through a transport costs twice as much.
        port = socket.socket(fileno=os.dup(pair.protocol.transport.get_extra_info("socket").fileno()))
        self._wire = (port, pair.remote_addr, self._dtls._tx_srtp.protect)

    def prepare(self, seconds: float, phase: float) -> None:
        """Seal now all that will be said, each with its moment: voice and picture at their own pace."""
        _, _, protect = self._wire
        for n in range(int(seconds * 50)):
            head = pack("!BBHLL", 0x80, OPUS, n & 0xFFFF, n * 960, self.audio)
            self.due.append((phase + n / 50, (protect(head + VOICE),)))
        numbers = count()
        for n in range(int(seconds * 30)):
            heads = [
                pack("!BBHLL", 0x80, VP8 | last, next(numbers) & 0xFFFF, n * 3000, self.audio + 1)
                for last in (0, 0, 128)
            ]
            self.due.append((phase + n / 30, tuple(protect(head + PICTURE) for head in heads)))

    def say(self, packets: Iterable[bytes]) -> None:
        port, address, _ = self._wire
        for packet in packets:
            with contextlib.suppress(BlockingIOError):
                port.sendto(packet, address)
            self.sent += 1

    async def close(self) -> None:
        with contextlib.suppress(Exception):
            await self._dtls.stop()
            await self._ice.stop()
        if self._wire is not None:
            self._wire[0].close()


async def speak(peers: Sequence[Canned]) -> None:
    """All that was prepared, each at its moment, by one loop that wakes every few milliseconds."""
    clock = asyncio.get_running_loop().time
    due = sorted(((at, peer, packets) for peer in peers for at, packets in peer.due), key=lambda one: one[0])
    began = clock()
    for at, peer, packets in due:
        while (ahead := began + at - clock()) > 0:
            await asyncio.sleep(max(ahead, WAKES_EVERY))
        peer.say(packets)


async def sit(http: aiohttp.ClientSession, seat: dict[str, Any]) -> tuple[Canned, asyncio.Task[None]]:
    """Take a seat of ours, and be connected."""
    socket = await http.ws_connect(seat["url"], headers=seat["headers"])
    peer, joined = Canned(), False
    while True:
        message = json.loads((await socket.receive()).data)
        states = {one["seat"]: one["state"] for one in message.get("seats", ())}
        if seat["seat"] == "professional" and states.get("person") == "waiting":
            await socket.send_json({"kind": "admit"})
        if not joined and states.get(seat["seat"]) in ("admitted", "in_room"):
            joined = True
            await socket.send_json({"kind": "join", "epoch": message.get("epoch", 0)})
        if message["kind"] == "offer":
            break
        if message["kind"] == "problem":
            raise ConnectionError(message["code"])
    answer = await peer.describe("sendrecv", "active")
    await socket.send_json({"kind": "answer", "leg": message["leg"], "sdp": answer})
    connecting = asyncio.create_task(peer.connect(message["sdp"], opens=True))
    beating = asyncio.create_task(_beat(socket))
    await connecting
    return peer, beating


async def _beat(socket: aiohttp.ClientWebSocketResponse) -> None:
    """Heart-beats, and whatever the room says is heard and let go."""
    hearing = asyncio.create_task(_hear(socket))
    with contextlib.suppress(ConnectionError):
        while True:
            await asyncio.sleep(2)
            await socket.send_str('{"kind":"beat"}')
    hearing.cancel()


async def _hear(socket: aiohttp.ClientWebSocketResponse) -> None:
    async for _ in socket:
        pass


async def beside_idle_rooms(http: aiohttp.ClientSession, plan: dict[str, Any]) -> dict[str, Any]:
    """Rooms that only wait, and how many milliseconds two need to join another meanwhile, one room after the other."""
    waiting = []
    for seat in (seat for room in plan["rooms"] for seat in room):
        socket = await http.ws_connect(seat["url"], headers=seat["headers"])
        await socket.receive()
        waiting.append(asyncio.create_task(_beat(socket)))
    print("ready", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
    joins = []
    for room in plan["joins"]:
        began = time.perf_counter()
        met = await asyncio.gather(*(sit(http, seat) for seat in room))
        joins.append(1000 * (time.perf_counter() - began))
        for peer, beating in met:
            beating.cancel()
            await peer.close()
    for task in waiting:
        task.cancel()
    return {"joins": joins}


async def run(plan: dict[str, Any]) -> dict[str, Any]:
    # One for each seat: by default a session opens a hundred connections and no more.
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        if plan["kind"] == "idle":
            return await beside_idle_rooms(http, plan)
        if plan["kind"] == "janus":
            from bench.video_janus import meet

            speakers, hearers = await meet(http, plan["address"], plan["rooms"])
        else:
            sat = await asyncio.gather(*(sit(http, seat) for room in plan["rooms"] for seat in room))
            speakers = hearers = [peer for peer, _ in sat]
        for number, peer in enumerate(speakers):
            peer.prepare(plan["seconds"], number * 0.0037 % 0.02)
        print("ready", flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
        used = time.process_time()
        before = sum(peer.received for peer in hearers)
        await speak(speakers)
        await asyncio.sleep(TAIL)
        used = time.process_time() - used
        told = {
            "sent": sum(peer.sent for peer in speakers),
            "received": sum(peer.received for peer in hearers) - before,
            "cpu": round(100 * used / plan["seconds"], 1),
        }
        await asyncio.gather(*(peer.close() for peer in {*speakers, *hearers}))
        return told


if __name__ == "__main__":
    given = json.loads(sys.stdin.readline())
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        print(json.dumps(runner.run(run(given))), flush=True)
