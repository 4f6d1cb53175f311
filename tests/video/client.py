"""A browser without a screen: it answers our offer and counts packets instead of decoding them."""

import asyncio

from aiortc import (
    RTCCertificate,
    RTCDtlsFingerprint,
    RTCDtlsParameters,
    RTCDtlsTransport,
    RTCIceGatherer,
    RTCIceParameters,
    RTCIceServer,
    RTCIceTransport,
    RTCIceTransportPolicy,
)
from aiortc.sdp import SessionDescription, candidate_to_sdp

from services.video.rtc.sdp import OPUS, VP8, VP8_REPAIR


class _Receiving(RTCDtlsTransport):
    packets: asyncio.Queue[bytes]

    async def _handle_rtp_data(self, data: bytes, arrival_time_ms: int) -> None:
        self.packets.put_nowait(data)

    async def _handle_rtcp_data(self, data: bytes) -> None:
        self.packets.put_nowait(data)


class Client:
    """Answers one offer, connects by itself (by `relay` alone if one is given), sends and receives raw packets."""

    def __init__(self, *, audio: int, video: int, repair: int, relay: RTCIceServer | None = None) -> None:
        policy = RTCIceTransportPolicy.ALL if relay is None else RTCIceTransportPolicy.RELAY
        self._gatherer = RTCIceGatherer(iceServers=[relay] if relay else [], iceTransportPolicy=policy)
        self._ice = RTCIceTransport(self._gatherer)
        self._dtls = _Receiving(self._ice, [RTCCertificate.generateCertificate()])
        self._dtls.packets = asyncio.Queue()
        self.audio = audio
        self._sources = (audio, video, repair)
        self._task: asyncio.Task[None] | None = None
        self.connected = asyncio.Event()

    async def answer(self, offer: str) -> str:
        await self._gatherer.gather()
        media = SessionDescription.parse(offer).media[0]
        for candidate in media.ice_candidates:
            await self._ice.addRemoteCandidate(candidate)
        assert media.dtls is not None
        assert media.ice is not None
        self._task = asyncio.create_task(self._connect(media.ice, media.dtls.fingerprints))
        return self._text()

    async def _connect(self, ice: RTCIceParameters, fingerprints: list[RTCDtlsFingerprint]) -> None:
        await self._ice.start(ice)
        self._dtls._set_role("client")
        await self._dtls.start(RTCDtlsParameters(fingerprints=fingerprints))
        assert self._dtls.state == "connected"
        self.connected.set()

    async def send(self, packet: bytes) -> None:
        await self._dtls._send_rtp(packet)

    async def received(self) -> bytes:
        return await self._dtls.packets.get()

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self._dtls.stop()
        await self._ice.stop()

    def _text(self) -> str:
        local = self._gatherer.getLocalParameters()
        audio, video, repair = self._sources
        transport = [
            "c=IN IP4 0.0.0.0",
            "a=sendrecv",
            "a=rtcp-mux",
            f"a=ice-ufrag:{local.usernameFragment}",
            f"a=ice-pwd:{local.password}",
            *(f"a=fingerprint:{f.algorithm} {f.value}" for f in self._dtls.getLocalParameters().fingerprints),
            "a=setup:active",
        ]
        candidates = [f"a=candidate:{candidate_to_sdp(c)}" for c in self._gatherer.getLocalCandidates()]
        lines = [
            "v=0",
            "o=- 1 1 IN IP4 0.0.0.0",
            "s=-",
            "t=0 0",
            "a=group:BUNDLE 0 1",
            f"m=audio 9 UDP/TLS/RTP/SAVPF {OPUS}",
            "a=mid:0",
            *transport,
            *candidates,
            f"a=ssrc:{audio} cname:client",
            f"m=video 9 UDP/TLS/RTP/SAVPF {VP8} {VP8_REPAIR}",
            "a=mid:1",
            *transport,
            f"a=ssrc-group:FID {video} {repair}",
            f"a=ssrc:{video} cname:client",
            f"a=ssrc:{repair} cname:client",
        ]
        return "\r\n".join(lines) + "\r\n"
