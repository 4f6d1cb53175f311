"""Whoever misbehaves in a room loses their own line: the others notice nothing, and the node grows by nothing."""

import asyncio
import gc
import os
import tracemalloc
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from random import Random
from struct import pack
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pylibsrtp import Policy, Session

from infra.embedded.ports import free_port
from services.video.app import create
from services.video.rtc import sdp
from services.video.rtc.room import Pair
from services.video.rtc.sdp import OPUS, VP8, BadDescription, Sources, read_answer
from services.video.rtc.wire import LARGEST, Srtp, Straight
from services.video.settings import Settings
from tests.cluster import Cluster
from tests.keys import Keys
from tests.video.serving import Served
from tests.video.test_legs import a_conversation, rtp
from tests.video.test_pair import PlayedLeg
from tests.video.test_routes import Doors, Talk


@pytest.fixture(scope="module")
def address(cluster: Cluster, keys: Keys) -> Iterator[str]:
    port = free_port()
    settings = Settings(
        redis_url=cluster.valkey_url,
        identity_url="http://127.0.0.1:9",
        booking_url="http://127.0.0.1:9",
        node=f"node-{uuid4()}",
        node_url=f"http://127.0.0.1:{port}",
        seat_kept=timedelta(seconds=1),
        log_level="error",
    )
    served = Served(keys.trusted_by(create(settings)), port)
    yield f"http://127.0.0.1:{port}"
    served.stop()


@asynccontextmanager
async def both_ready(doors: Doors) -> AsyncIterator[tuple[Talk, Talk, str]]:
    """The two of a room, offered a pair; the third is the leg that the person was offered."""
    async with doors.open("person") as person, doors.open("professional") as professional:
        await professional.hears("welcome")
        await professional.say("admit")
        await person.states(person="admitted", professional="admitted")
        for talk in (person, professional):
            await talk.say("join", epoch=0)
        offer = await person.hears("offer")
        yield person, professional, offer.leg or ""


async def undisturbed(talk: Talk) -> None:
    await talk.say("beat")
    await talk.hears("beat")


class TestSignalling:
    @pytest.mark.parametrize("size", [70_000, 3_000_000])
    async def test_a_giant_description_closes_its_own_line(self, address: str, keys: Keys, size: int) -> None:
        async with both_ready(Doors(address, keys)) as (person, professional, leg):
            await person.say("answer", leg=leg, sdp="v=0\r\n" + "a=x\r\n" * (size // 5))

            assert (await person.ends())[1] in (4403, 1009)
            await undisturbed(professional)

    async def test_ten_thousand_candidates_are_refused_and_the_line_goes_on(self, address: str, keys: Keys) -> None:
        async with both_ready(Doors(address, keys)) as (person, professional, leg):
            line = "candidate:1 1 udp 1 192.0.2.1 9 typ host"
            for _ in range(10):  # as many as fit into one message, ten times
                await person.say("candidate", leg=leg, data={"candidates": [line] * 1000})
            refused = [(await person.hears("problem")).code for _ in range(10)]

            assert set(refused) == {"too-many-candidates"}
            await undisturbed(person)
            await undisturbed(professional)

    async def test_a_flood_of_notes_ends_the_one_who_floods(self, address: str, keys: Keys) -> None:
        doors = Doors(address, keys)
        async with doors.open("person") as person, doors.open("professional") as professional:
            await professional.hears("welcome")
            for _ in range(400):
                await person.say("peer", data={"x": "y" * 4000})

            assert (await person.ends())[1] == 4403
            await undisturbed(professional)

    async def test_without_a_seat_or_with_another_session_the_door_stays_shut(self, address: str, keys: Keys) -> None:
        doors, thief = Doors(address, keys), Doors(address, keys)
        thief.room = doors.room
        async with both_ready(doors) as (person, professional, _):
            async with thief.open("person", doors.permit("person")) as stolen:
                assert await stolen.ends() == ("seat-of-another", 4403)
            async with thief.open("person") as other:  # a seat of their own in a room that has this one taken
                assert await other.ends() == ("seat-of-another", 4403)
            async with doors.open("person", doors.permit("person", seat="audience")) as third:
                assert await third.ends() == ("seat-not-known", 4403)
            await undisturbed(person)
            await undisturbed(professional)


ODD_LINES = ("a=ssrc:x", "a=ssrc:99999999999", "m=", "a=fingerprint:sha-256 zz", "")


class TestDescriptions:
    @given(st.text(max_size=400))
    def test_any_text_is_read_or_refused(self, text: str) -> None:
        with pytest.raises(BadDescription):
            read_answer(text)

    @given(st.data())
    def test_a_good_answer_with_odd_lines_is_read_or_refused(self, data: st.DataObject) -> None:
        ice = sdp.Ice(username="abcd", password="p" * 22, fingerprints=(("sha-256", ":".join(["AB"] * 32)),))
        good = sdp.offer(ice=ice, sources=Sources(audio=1, video=2, repair=3), session=1)
        lines = good.replace("actpass", "active").splitlines()
        for _ in range(data.draw(st.integers(0, 4))):
            at = data.draw(st.integers(0, len(lines) - 1))
            lines[at] = data.draw(st.sampled_from(ODD_LINES))
        try:
            assert read_answer("\r\n".join(lines)).ice.username == "abcd"
        except BadDescription:
            pass


# A check of ICE (RFC 5769 §2.1).
CHECK = bytes.fromhex(
    "000100582112a442b7e7a701bc34d686fa87dfae802200105354554e207465737420636c69656e74002400046e0001ff80290008932ff9b1"
    "51263b36000600096576746a3a68367659202020000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a280280004e57a3bcf"
)


class Heard(asyncio.DatagramProtocol):
    """What came the usual way."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []

    def datagram_received(self, data: bytes, addr: object) -> None:
        self.heard.append(data)


def srtp_pair() -> tuple[Session, Srtp]:
    """Someone's sending end, and our receiving one."""
    key = os.urandom(30)
    theirs = Session(Policy(key=key, ssrc_type=Policy.SSRC_ANY_OUTBOUND))
    ours = Session(Policy(key=key, ssrc_type=Policy.SSRC_ANY_INBOUND))
    return theirs, Srtp(ours, Session(Policy(key=os.urandom(30), ssrc_type=Policy.SSRC_ANY_OUTBOUND)))


class TestPackets:
    @given(st.binary(max_size=LARGEST + 200))
    def test_noise_opens_to_nothing_and_seals_to_something_or_nothing(self, noise: bytes) -> None:
        _, wire = srtp_pair()

        assert wire.open(noise) is None
        sealed = wire.seal(noise)
        assert sealed is None or len(sealed) > len(noise)

    def test_noise_on_the_port_gets_no_further_than_the_socket(self) -> None:
        usual, media = Heard(), list[bytes]()
        near, far = ("192.0.2.1", 9), ("203.0.113.7", 9)
        straight = Straight(usual, media.append, lambda address: address == near)
        torn = b"\0\1\0\x08" + CHECK[4:20] + b"\0\x24\0\1\0\0\0\0"  # a priority of one byte
        for noise in (b"", b"\0", CHECK[:-1], CHECK[:4] + b"none" + CHECK[8:], torn, b"\x40" * 40, b"\xff" * 40):
            straight.datagram_received(noise, near)
        straight.datagram_received(b"\x16" * 40, far)
        assert usual.heard == [] and media == []

        straight.datagram_received(CHECK, far)
        straight.datagram_received(b"\x16" * 40, near)
        straight.datagram_received(b"\x80" * 40, far)
        assert usual.heard == [CHECK, b"\x16" * 40] and media == [b"\x80" * 40]

    def test_a_replayed_packet_passes_once(self) -> None:
        theirs, wire = srtp_pair()
        sealed = theirs.protect(rtp(7, 1, OPUS))

        assert wire.open(sealed) == rtp(7, 1, OPUS)
        assert wire.open(sealed) is None

    @given(st.binary(min_size=12, max_size=200), st.booleans())
    def test_packets_of_nobody_go_nowhere_but_ahead_and_never_grow(self, noise: bytes, rtcp: bool) -> None:
        first = PlayedLeg(Sources(audio=1, video=2, repair=3), Sources(audio=11, video=12, repair=13))
        second = PlayedLeg(Sources(audio=4, video=5, repair=6), Sources(audio=14, video=15, repair=16))
        packet = bytes([0x80, 200 if rtcp else VP8]) + noise
        Pair(first, second).forward(first, packet)

        assert all(len(sent) == len(packet) for sent in second.sent)
        assert first.sent == []

    async def test_eleven_thousand_hostile_packets_stop_no_call_and_leave_nothing_behind(self) -> None:
        async with a_conversation() as (left, right, pair), asyncio.timeout(120):
            noise, leg = Random(7), pair.first

            def attack(times: int) -> None:
                for number in range(times):
                    packet = noise.randbytes(noise.randrange(1, 1400))
                    leg._arrived(bytes([128 + number % 64]) + packet)  # what the socket of this leg would hand on
                    pair.forward(leg, pack("!BBHLL", 0x80, VP8, number & 0xFFFF, 0, noise.getrandbits(32)) + packet)

            attack(500)
            gc.collect()
            tracemalloc.start()
            before = tracemalloc.get_traced_memory()[0]
            attack(5_000)
            gc.collect()
            grown = tracemalloc.get_traced_memory()[0] - before
            tracemalloc.stop()
            await left.send(rtp(100, 1, OPUS))

            assert await right.received() == rtp(pair.second.offered.audio, 1, OPUS)
            assert grown < 128 * 1024  # one object kept for each packet would be twice that
