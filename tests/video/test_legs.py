"""Contract with aiortc: two legs of ours carry canned packets between two clients, byte for byte."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from struct import pack, unpack_from

import pytest

from services.video.rtc import sdp
from services.video.rtc.leg import Leg, LegState
from services.video.rtc.room import Pair
from services.video.rtc.sdp import OPUS, VP8
from tests.video.client import Client

DEADLINE = 120.0


@asynccontextmanager
async def a_conversation() -> AsyncIterator[tuple[Client, Client, Pair[Leg]]]:
    pairs: list[Pair[Leg]] = []
    live = asyncio.Event()

    def received(leg: Leg, packet: bytes) -> None:
        pairs[0].forward(leg, packet)

    def changed(leg: Leg) -> None:
        if pairs and {pairs[0].first.state, pairs[0].second.state} == {LegState.LIVE}:
            live.set()

    legs = [Leg(received=received, changed=changed) for _ in range(2)]
    pairs.append(Pair(*legs))
    clients = [Client(audio=100 + 10 * n, video=101 + 10 * n, repair=102 + 10 * n) for n in range(2)]
    try:
        for leg, client in zip(legs, clients, strict=True):
            leg.accept(sdp.read_answer(await client.answer(await leg.offer())))
        pairs[0].rename()
        async with asyncio.timeout(DEADLINE):
            await live.wait()
            await asyncio.gather(*(client.connected.wait() for client in clients))
        yield clients[0], clients[1], pairs[0]
    finally:
        await asyncio.gather(*(leg.close() for leg in legs), *(client.close() for client in clients))


def rtp(ssrc: int, number: int, payload_type: int) -> bytes:
    return pack("!BBHLL", 0x80, payload_type, number, number * 3000, ssrc) + bytes([number % 251]) * 60


async def test_canned_packets_cross_both_ways_unchanged_but_for_their_source() -> None:
    async with a_conversation() as (left, right, pair), asyncio.timeout(DEADLINE):
        for number in range(20):
            await left.send(rtp(101, number, VP8))
            await right.send(rtp(110, number, OPUS))
        at_right = [await right.received() for _ in range(20)]
        at_left = [await left.received() for _ in range(20)]

        assert at_right == [rtp(pair.second.offered.video, number, VP8) for number in range(20)]
        assert at_left == [rtp(pair.first.offered.audio, number, OPUS) for number in range(20)]


async def test_a_request_for_a_picture_reaches_the_camera_behind_the_other_leg() -> None:
    async with a_conversation() as (left, right, pair), asyncio.timeout(DEADLINE):
        pair.ask_for_pictures()
        asked = await left.received()

        assert unpack_from("!L", asked, 8)[0] == 101
        assert await right.received()


async def test_the_offer_asks_no_third_party_for_our_address_and_hides_who_speaks() -> None:
    def ignore(leg: Leg, packet: bytes) -> None: ...

    leg = Leg(received=ignore, changed=lambda _: None)
    text = await leg.offer()
    await leg.close()

    assert "typ host" in text
    assert "typ srflx" not in text
    assert "ssrc-audio-level" not in text
    assert sdp.TRANSPORT_CC in text


async def test_behind_a_one_to_one_nat_the_public_address_is_offered() -> None:
    def ignore(leg: Leg, packet: bytes) -> None: ...

    leg = Leg(received=ignore, changed=lambda _: None, public_address="203.0.113.7")
    text = await leg.offer()
    await leg.close()

    v4 = [line for line in text.splitlines() if line.startswith("a=candidate") and ":" not in line.split()[4]]
    assert v4
    assert all(line.split()[4] == "203.0.113.7" for line in v4)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "candidate:",
        "candidate:1 1 udp x y z",
        "candidate:1 1 udp 1 a1b2.local 9 typ host",
        "candidate:1 1 udp 1 ::1",
    ],
)
async def test_an_odd_candidate_is_passed_over(line: str) -> None:
    def ignore(leg: Leg, packet: bytes) -> None: ...

    leg = Leg(received=ignore, changed=lambda _: None)
    await leg.offer()
    await leg.add_candidate(line)
    await leg.close()
    await leg.close()

    assert leg.state is LegState.CLOSED
