"""A room lives on one node; a silent node loses its rooms to whoever asks first, and epochs never come twice."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import redis.asyncio as redis

from services.video import domain
from services.video.placement import Load, Placement
from tests.cluster import Cluster

LATER = datetime(2100, 1, 1, tzinfo=UTC)
ALIVE = Load(url="http://first", rooms=0, packets=0, lag_ms=0.0)


@pytest.fixture
async def client(cluster: Cluster) -> AsyncIterator[redis.Redis]:
    client: redis.Redis = redis.from_url(cluster.valkey_url)
    yield client
    await client.aclose()


async def test_the_first_node_to_ask_holds_the_room_while_it_lives(client: redis.Redis) -> None:
    room, first, second = uuid4(), Placement(client, f"first-{uuid4()}"), Placement(client, f"second-{uuid4()}")
    await first.beat(ALIVE)

    assert (await first.claim(room, until=LATER)).url is None
    assert (await second.claim(room, until=LATER)).url == "http://first"
    assert (await first.claim(room, until=LATER)).url is None


async def test_a_silent_node_loses_its_rooms_to_exactly_one_other(client: redis.Redis) -> None:
    room, dead = uuid4(), Placement(client, f"dead-{uuid4()}")
    await dead.beat(ALIVE)
    await dead.claim(room, until=LATER)
    await dead.gone()
    heirs = [Placement(client, f"heir-{n}-{uuid4()}") for n in range(8)]
    for heir in heirs:
        await heir.beat(Load(url=heir.node, rooms=0, packets=0, lag_ms=0.0))

    claims = await asyncio.gather(*(heir.claim(room, until=LATER) for heir in heirs))

    winners = [claim.node for claim in claims if claim.url is None]
    assert len(winners) == 1
    assert {claim.node for claim in claims} == set(winners)


async def test_seats_are_found_again_by_another_node(client: redis.Redis) -> None:
    room, first, second = uuid4(), Placement(client, "a"), Placement(client, "b")
    seats = domain.arrive(domain.NO_SEATS, domain.PERSON, "hash")

    await first.keep(room, seats)

    assert dict(await second.seats(room)) == dict(seats)
    assert dict(await second.seats(uuid4())) == {}


async def test_epochs_only_grow(client: redis.Redis) -> None:
    room, placement = uuid4(), Placement(client, "a")

    epochs = await asyncio.gather(*(placement.next_epoch(room) for _ in range(20)))

    assert sorted(epochs) == list(range(1, 21))
    assert await placement.epoch(room) == 20


async def test_a_room_is_forgotten_after_its_time_and_holds_no_key(client: redis.Redis) -> None:
    room, placement = uuid4(), Placement(client, "a")
    until = datetime.now(UTC) + timedelta(minutes=30)
    await placement.claim(room, until=until)
    await placement.keep(room, domain.arrive(domain.NO_SEATS, domain.PERSON, "hash"))

    assert 0 < await client.ttl(f"video:room:{room}") <= 90 * 60
    assert set(await client.hkeys(f"video:room:{room}")) == {b"node", b"epoch", b"seats"}
