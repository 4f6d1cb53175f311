"""One participant's encrypted transport; with `wire`, the only module that touches aiortc's private names (1.16)."""

import asyncio
import secrets
from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum
from ipaddress import ip_address
from typing import Any

from aiortc import (
    RTCCertificate,
    RTCDtlsFingerprint,
    RTCDtlsParameters,
    RTCDtlsTransport,
    RTCIceGatherer,
    RTCIceParameters,
    RTCIceTransport,
)
from aiortc.sdp import candidate_from_sdp, candidate_to_sdp

from services.video.rtc import sdp
from services.video.rtc.wire import Srtp, Straight

WAITING_AT_ONCE = 32  # datagrams of a handshake that nobody reads yet
CONNECT_WITHIN = 35.0  # seconds; a browser begins anew by itself (room/patience.js), after 32 at most


class LegState(StrEnum):
    NEW = "new"
    CONNECTING = "connecting"
    LIVE = "live"
    CLOSED = "closed"


class _Transport(RTCDtlsTransport):
    """Hands packets on once SRTP is off: nothing is parsed, queued, decoded or answered."""

    def __init__(self, ice: RTCIceTransport, certificate: RTCCertificate, received: Callable[[bytes], None]) -> None:
        super().__init__(ice, [certificate])
        self._received = received

    async def _handle_rtp_data(self, data: bytes, arrival_time_ms: int) -> None:
        self._received(data)

    async def _handle_rtcp_data(self, data: bytes) -> None:
        self._received(data)


class Leg:
    """An ICE and a DTLS transport with one browser; the server offers, the browser answers.

    `received` gets every packet after SRTP; `changed` hears of each new state.
    """

    def __init__(
        self,
        *,
        received: Callable[["Leg", bytes], None],
        changed: Callable[["Leg"], None],
        public_address: str | None = None,
    ) -> None:
        # An empty list, not None: with None aiortc asks a third party's public STUN server.
        self._gatherer = RTCIceGatherer(iceServers=[])
        self._ice = RTCIceTransport(self._gatherer)
        self._certificate = RTCCertificate.generateCertificate()
        self._dtls = _Transport(self._ice, self._certificate, lambda data: received(self, data))
        self._changed = changed
        self._public_address = public_address
        self._task: asyncio.Task[None] | None = None
        self._received = received
        self._srtp: Srtp | None = None
        audio, video, repair = _three_ssrcs()
        self.offered = sdp.Sources(audio=audio, video=video, repair=repair)
        self.theirs = sdp.Sources()
        self.state = LegState.NEW
        self.id = secrets.token_hex(8)

    async def offer(self) -> str:
        """Gather our own addresses and describe this leg."""
        await self._gatherer.gather()
        self._stand_in_front()
        self._ice._connection.ice_controlling = True  # the offerer controls (RFC 8445 §6.1.1)
        local = self._gatherer.getLocalParameters()
        return sdp.offer(
            ice=sdp.Ice(
                username=local.usernameFragment or "",
                password=local.password or "",
                fingerprints=tuple(
                    (one.algorithm, one.value)
                    for one in self._dtls.getLocalParameters().fingerprints
                    if one.algorithm == "sha-256"
                ),
                candidates=tuple(self._addresses()),
            ),
            sources=self.offered,
            session=secrets.randbits(62),
        )

    def accept(self, answer: sdp.Answer) -> None:
        """Take the browser's answer and start connecting; a second answer is ignored."""
        if self.state is not LegState.NEW:
            return
        self.theirs = answer.sources
        self._become(LegState.CONNECTING)
        self._task = asyncio.create_task(self._connect(answer))

    async def add_candidate(self, line: str) -> None:
        """Add an address of the browser; names (mDNS) and TCP are passed over, its checks will show them to us."""
        words = line.removeprefix("candidate:").split()
        try:
            candidate = candidate_from_sdp(" ".join(words))
            ip_address(candidate.ip)
        except (ValueError, AssertionError, IndexError):
            return
        if candidate.protocol.lower() == "udp" and self.state is not LegState.CLOSED:
            with suppress(ValueError):
                await self._ice.addRemoteCandidate(candidate)

    def send(self, packet: bytes) -> None:
        """Protect and send; a leg that is not live drops it, as a network would, and so does SRTP what is unsafe."""
        if self.state is LegState.LIVE and self._srtp is not None:
            sealed = self._srtp.seal(packet)
            pair = self._ice._connection._nominated.get(1)
            if sealed is None:
                return  # a source that restarted far from where it was: one packet is lost, the leg lives
            if pair is None:
                self._become(LegState.CLOSED)
                return
            pair.protocol.transport.sendto(sealed, pair.remote_addr)

    def _arrived(self, packet: bytes) -> None:
        """One datagram of media, straight from the socket."""
        if self._srtp is not None:
            opened = self._srtp.open(packet)
            if opened is not None:
                self._received(self, opened)

    def _stand_in_front(self) -> None:
        """From here on media pass by aiortc's queue and tasks, and noise gets no further than the socket."""
        for protocol in self._ice._connection._protocols:
            protocol.transport.set_protocol(Straight(protocol, self._arrived, self._wanted))

    def _wanted(self, address: tuple[Any, ...]) -> bool:
        """DTLS while there is room for it; once live, only from where our browser is."""
        connection = self._ice._connection
        if connection._queue.qsize() >= WAITING_AT_ONCE:
            return False
        return self.state is not LegState.LIVE or address[:2] in {pair.remote_addr for pair in connection._check_list}

    async def close(self) -> None:
        """Stop for good; may be called at any time, and again."""
        task, self._task = self._task, None
        if task is not None and task is not asyncio.current_task():
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        await self._dtls.stop()
        await self._ice.stop()
        self._become(LegState.CLOSED)

    async def _connect(self, answer: sdp.Answer) -> None:
        ice = answer.ice
        for line in ice.candidates:
            await self.add_candidate(line)
        self._dtls._set_role("server" if answer.active else "client")
        try:
            async with asyncio.timeout(CONNECT_WITHIN):
                # End-of-candidates is never signalled: the browser's checks may be the only way to learn its address.
                await self._ice.start(RTCIceParameters(usernameFragment=ice.username, password=ice.password))
                if self._ice.state == "completed":
                    await self._dtls.start(
                        RTCDtlsParameters(fingerprints=[RTCDtlsFingerprint(*one) for one in ice.fingerprints])
                    )
        except TimeoutError:
            pass
        if self._dtls.state != "connected":
            self._become(LegState.CLOSED)
            return
        self._dtls.on("statechange", self._dtls_changed)
        self._srtp = Srtp(self._dtls._rx_srtp, self._dtls._tx_srtp)
        self._become(LegState.LIVE)

    def _dtls_changed(self) -> None:
        if self._dtls.state in ("closed", "failed"):
            self._become(LegState.CLOSED)

    def _become(self, state: LegState) -> None:
        if self.state not in (state, LegState.CLOSED):
            self.state = state
            self._changed(self)

    def _addresses(self) -> list[str]:
        lines = []
        for candidate in self._gatherer.getLocalCandidates():
            if self._public_address and ip_address(candidate.ip).version == ip_address(self._public_address).version:
                candidate.ip = self._public_address
            lines.append(candidate_to_sdp(candidate))
        return lines


def _three_ssrcs() -> list[int]:
    chosen: set[int] = set()
    while len(chosen) < 3:
        chosen.add(secrets.randbelow((1 << 32) - 1) + 1)
    return list(chosen)
