"""Whatever breaks under a call, its voice comes back by itself: nobody does anything but wait."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from uuid import UUID, uuid4

import pytest
import redis.asyncio as redis

from services.video.placement import Placement
from tests.keys import Keys
from tests.video.nodes import Nodes, running
from tests.video.visitor import Visitor

pytestmark = pytest.mark.faults
IN_ALL = 30.0
"""Seconds of silence; a deadline for any machine. What it costs on a quiet one, six at most, is what is printed."""


@pytest.fixture(scope="module")
async def nodes(tmp_path_factory: pytest.TempPathFactory, keys: Keys) -> AsyncIterator[Nodes]:
    async with running(tmp_path_factory.mktemp("nodes"), keys, "video", "video-2", "video-3") as nodes:
        yield nodes


@asynccontextmanager
async def a_call(nodes: Nodes) -> AsyncIterator[tuple[UUID, Visitor, Visitor]]:
    """Two who hear each other."""
    room = uuid4()
    async with AsyncExitStack() as stack:
        both = [
            await stack.enter_async_context(Visitor(nodes.url(room, seat), seat)) for seat in ("person", "professional")
        ]
        for one in both:
            await one.hears()
        yield room, both[0], both[1]


async def holder(nodes: Nodes, room: UUID) -> str:
    """The name of the node that has the room."""
    async with redis.from_url(nodes.redis_url) as client:
        return str((await client.hget(f"video:room:{room}", "node")).decode()).rsplit(".", 1)[0]


async def silence(what: str, since: float, *people: Visitor) -> float:
    """How long nothing was heard once it broke; printed, and how long after the page knew."""
    back = [await one.hears(after=max(since, *(loss for loss in one.losses), 0) + 0.001) for one in people]
    longest = max(one.longest_silence(since) for one in people)
    known = max(
        moment - max((loss for loss in one.losses if since <= loss <= moment), default=moment)
        for moment, one in zip(back, people, strict=True)
    )
    print(f"{what}: silence of {longest * 1000:.0f} ms, {known * 1000:.0f} ms after the loss was known")
    return longest


async def test_a_node_killed_under_a_call_is_replaced_by_another(nodes: Nodes) -> None:
    async with a_call(nodes) as (room, person, professional):
        old = await holder(nodes, room)
        broke = time.monotonic()
        await nodes.kill(old)

        assert await silence("node killed", broke, person, professional) < IN_ALL
        assert await holder(nodes, room) != old
        assert person.epochs[-1] > person.epochs[0]
    await nodes.start(old)


async def test_a_drained_node_hands_its_calls_over_and_takes_rooms_again(nodes: Nodes) -> None:
    async with a_call(nodes) as (room, person, professional), redis.from_url(nodes.redis_url) as client:
        old, placement = await holder(nodes, room), Placement(client, "test")
        broke = time.monotonic()
        await placement.drain(old)
        await asyncio.gather(person.paired(2), professional.paired(2))

        assert await silence("node drained", broke, person, professional) < IN_ALL
        assert await holder(nodes, room) != old
        await placement.drain(old, again=True)
        async with asyncio.timeout(120):
            while any(load.draining for load in (await placement.loads()).values()):
                await asyncio.sleep(0.1)


async def test_the_gateway_and_the_memory_restart_without_a_word_lost(nodes: Nodes) -> None:
    async with a_call(nodes) as (_, person, professional):
        broke = time.monotonic()
        await asyncio.to_thread(nodes.restart_the_gateway)
        await asyncio.to_thread(nodes.restart_memory)
        await asyncio.gather(person.linked_again(), professional.linked_again())

        assert await silence("gateway and memory restarted", broke, person, professional) < IN_ALL
        assert (len(person.epochs), len(professional.epochs)) == (1, 1)  # the packets never stopped
        await asyncio.gather(person.keeps(), professional.keeps())
        await person.say("join", epoch=person.epochs[-1])
        await person.paired(2)  # a memory that lost everything learns the epochs again
        assert person.epochs == sorted(set(person.epochs))
        await person.hears()


async def test_a_network_cut_longer_than_the_seat_is_kept_costs_a_new_pair_and_no_tap(nodes: Nodes) -> None:
    async with a_call(nodes) as (_, person, professional):
        person.lose_the_network()
        await asyncio.sleep(2.5)  # here a seat keeps its media for one second
        person.cut = False
        back = time.monotonic()
        await asyncio.gather(person.paired(2), professional.paired(2))

        assert await silence("network back", back, person, professional) < IN_ALL
        assert not person.problems


async def test_a_cut_that_nobody_had_time_to_notice_costs_nothing(nodes: Nodes) -> None:
    async with a_call(nodes) as (_, person, professional):
        person.cut = True
        await asyncio.sleep(0.3)
        person.cut = False

        await asyncio.gather(person.hears(), professional.hears())
        assert (len(person.epochs), person.losses, professional.losses) == (1, [], [])


async def test_the_newer_page_of_a_seat_wins_and_the_older_is_told(nodes: Nodes) -> None:
    async with a_call(nodes) as (_, person, professional), Visitor(person.url, "person") as newer:
        began = time.monotonic()
        await newer.hears(after=began)
        await professional.hears(after=time.monotonic())

        assert person.problems == ["seat-taken-elsewhere"]
        assert person.codes == [4409]
