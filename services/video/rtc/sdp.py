"""Writes the server's offer and reads a browser's answer: the few lines of SDP that a packet forward needs."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

OPUS, VP8, VP8_REPAIR = 111, 96, 97
TRANSPORT_CC = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
# The audio-level extension is left out on purpose: it would show the server who speaks.
EXTENSIONS = (
    (1, "urn:ietf:params:rtp-hdrext:sdes:mid"),
    (2, "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"),
    (3, TRANSPORT_CC),
)
AUDIO_LINES = (
    f"a=rtpmap:{OPUS} opus/48000/2",
    f"a=rtcp-fb:{OPUS} transport-cc",
    f"a=fmtp:{OPUS} minptime=10;useinbandfec=1;usedtx=1",
)
VIDEO_LINES = (
    f"a=rtpmap:{VP8} VP8/90000",
    f"a=rtcp-fb:{VP8} goog-remb",
    f"a=rtcp-fb:{VP8} transport-cc",
    f"a=rtcp-fb:{VP8} ccm fir",
    f"a=rtcp-fb:{VP8} nack",
    f"a=rtcp-fb:{VP8} nack pli",
    f"a=rtpmap:{VP8_REPAIR} rtx/90000",
    f"a=fmtp:{VP8_REPAIR} apt={VP8}",
)
MOST_CANDIDATES = 50


class BadDescription(ValueError):
    """The answer is not one that our offer could have had."""


@dataclass(frozen=True, kw_only=True)
class Sources:
    """The SSRCs of one end: its voice, its picture, and the repair of its picture; 0 when not known yet."""

    audio: int = 0
    video: int = 0
    repair: int = 0


@dataclass(frozen=True, kw_only=True)
class Ice:
    """What the other end needs to reach a transport and to know it (RFC 8839, RFC 8122)."""

    username: str
    password: str
    fingerprints: tuple[tuple[str, str], ...]
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What we keep of a browser's answer."""

    ice: Ice
    sources: Sources
    active: bool  # the browser opens the DTLS handshake


def offer(*, ice: Ice, sources: Sources, session: int) -> str:
    """The same offer for everyone but for its addresses and sources, so that both legs share numbers."""
    lines = [
        "v=0",
        f"o=- {session} 1 IN IP4 0.0.0.0",
        "s=-",
        "t=0 0",
        "a=group:BUNDLE 0 1",
        "a=msid-semantic: WMS *",
        f"m=audio 9 UDP/TLS/RTP/SAVPF {OPUS}",
        *_transport_lines(mid=0, ice=ice),
        *AUDIO_LINES,
        "a=msid:room voice",
        f"a=ssrc:{sources.audio} cname:room",
        f"m=video 9 UDP/TLS/RTP/SAVPF {VP8} {VP8_REPAIR}",
        *_transport_lines(mid=1, ice=ice),
        *VIDEO_LINES,
        "a=msid:room picture",
        f"a=ssrc-group:FID {sources.video} {sources.repair}",
        f"a=ssrc:{sources.video} cname:room",
        f"a=ssrc:{sources.repair} cname:room",
    ]
    return "\r\n".join(lines) + "\r\n"


def _transport_lines(*, mid: int, ice: Ice) -> Sequence[str]:
    return [
        "c=IN IP4 0.0.0.0",
        f"a=mid:{mid}",
        "a=sendrecv",
        "a=rtcp-mux",
        "a=rtcp-rsize",
        *(f"a=extmap:{number} {uri}" for number, uri in EXTENSIONS),
        f"a=ice-ufrag:{ice.username}",
        f"a=ice-pwd:{ice.password}",
        *(f"a=fingerprint:{algorithm} {value}" for algorithm, value in ice.fingerprints),
        "a=setup:actpass",
        *(f"a=candidate:{candidate}" for candidate in ice.candidates),
        "a=end-of-candidates",
    ]


@dataclass
class _Section:
    kind: str
    lines: list[str] = field(default_factory=list)

    def all(self, name: str) -> list[str]:
        return [line[len(name) + 3 :] for line in self.lines if line.startswith(f"a={name}:")]

    def first(self, name: str, otherwise: str = "") -> str:
        return next(iter(self.all(name)), otherwise)


def read_answer(text: str) -> Answer:
    """Read the browser's answer; `BadDescription` when something that we need is missing or odd."""
    session, *media = _sections(text)
    kinds = [section.kind for section in media]
    if kinds != ["audio", "video"]:
        raise BadDescription("expected one audio and one video section")
    audio, video = media
    username = audio.first("ice-ufrag", session.first("ice-ufrag"))
    password = audio.first("ice-pwd", session.first("ice-pwd"))
    if not re.fullmatch(r"[A-Za-z0-9_+/-]{4,256}", username) or not re.fullmatch(r"[A-Za-z0-9_+/-]{22,256}", password):
        raise BadDescription("ICE credentials missing or odd")
    setup = audio.first("setup", session.first("setup"))
    if setup not in ("active", "passive"):
        raise BadDescription("the answer must choose a DTLS role")
    candidates = tuple(audio.all("candidate") + video.all("candidate"))
    if len(candidates) > MOST_CANDIDATES:
        raise BadDescription("too many candidates")
    return Answer(
        ice=Ice(
            username=username,
            password=password,
            fingerprints=_fingerprints(audio.all("fingerprint") or session.all("fingerprint")),
            candidates=candidates,
        ),
        sources=_sources(audio, video),
        active=setup == "active",
    )


def _sections(text: str) -> list[_Section]:
    sections = [_Section("session")]
    for line in text.splitlines():
        if line.startswith("m="):
            sections.append(_Section(line[2:].split(" ", 1)[0]))
        else:
            sections[-1].lines.append(line)
    return sections


def _fingerprints(values: list[str]) -> tuple[tuple[str, str], ...]:
    found = []
    for value in values:
        algorithm, _, digest = value.partition(" ")
        if not re.fullmatch(r"[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){19,63}", digest):
            raise BadDescription("a fingerprint is odd")
        found.append((algorithm.lower(), digest))
    if not any(algorithm == "sha-256" for algorithm, _ in found):
        raise BadDescription("a sha-256 fingerprint is needed")
    return tuple(found)


def _sources(audio: _Section, video: _Section) -> Sources:
    pair = re.match(r"FID ([0-9]{1,10}) ([0-9]{1,10})$", video.first("ssrc-group"))
    voice, picture = _ssrc(audio), _ssrc(video)
    if pair:
        return Sources(audio=voice, video=_bounded(pair[1]), repair=_bounded(pair[2]))
    return Sources(audio=voice, video=picture)


def _ssrc(section: _Section) -> int:
    number = section.first("ssrc").split(" ", 1)[0]
    return _bounded(number) if number else 0


def _bounded(number: str) -> int:
    if not re.fullmatch(r"[0-9]{1,10}", number) or int(number) >= 1 << 32:
        raise BadDescription("a source is not a 32-bit number")
    return int(number)
