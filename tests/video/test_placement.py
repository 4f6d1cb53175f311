"""A room lives on one node; a silent node loses its rooms to whoever asks first, and epochs never come twice."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import redis.asyncio as redis

from services.video import domain
from services.video.placement import HeldElsewhere, Load, Placement
from services.video.rtc.node import Elsewhere, Node, NodeFull
from services.video.settings import Settings
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


class Stumbling(Placement):
    """A memory that answers the second beat with what no one thought of."""

    beats = 0

    async def beat(self, load: Load) -> bool:
        self.beats += 1
        if self.beats == 2:
            raise ValueError("not a load")
        return False


async def test_a_node_beats_on_whatever_one_beat_met(client: redis.Redis) -> None:
    settings = Settings(redis_url="", identity_url="", booking_url="", node_url="http://alive")
    placement = Stumbling(client, f"node-{uuid4()}")
    node = Node(settings, placement)
    await node.start()
    async with asyncio.timeout(120):
        while placement.beats < 3:
            await asyncio.sleep(0.05)
    await node.stop()


async def test_seats_are_found_again_by_another_node(client: redis.Redis) -> None:
    room, first, second = uuid4(), Placement(client, "a"), Placement(client, "b")
    seats = domain.arrive(domain.NO_SEATS, domain.PERSON, "hash")

    await first.keep(room, seats, until=LATER)

    assert dict(await second.seats(room)) == dict(seats)
    assert dict(await second.seats(uuid4())) == {}


async def test_epochs_only_grow(client: redis.Redis) -> None:
    room, placement = uuid4(), Placement(client, "a")

    epochs = await asyncio.gather(*(placement.next_epoch(room) for _ in range(20)))

    assert sorted(epochs) == list(range(1, 21))
    assert (await placement.claim(room, until=LATER)).epoch == 20


async def test_a_room_is_forgotten_after_its_time_and_holds_no_key(client: redis.Redis) -> None:
    room, placement = uuid4(), Placement(client, "a")
    until = datetime.now(UTC) + timedelta(minutes=30)
    await placement.claim(room, until=until)
    await placement.keep(room, domain.arrive(domain.NO_SEATS, domain.PERSON, "hash"), until=until)

    assert 0 < await client.ttl(f"video:room:{room}") <= 90 * 60
    assert set(await client.hkeys(f"video:room:{room}")) == {b"node", b"epoch", b"seats"}


async def test_a_node_that_could_not_be_reached_counts_as_dead_at_once(client: redis.Redis) -> None:
    room, mute, heir = uuid4(), Placement(client, f"mute-{uuid4()}"), Placement(client, f"heir-{uuid4()}")
    await mute.beat(ALIVE)
    await mute.claim(room, until=LATER)
    epoch = await mute.next_epoch(room)

    taken = await heir.claim(room, until=LATER, silent=mute.node)

    assert (taken.node, taken.epoch) == (heir.node, epoch + 1)
    assert await mute.lost([room]) == {room}
    with pytest.raises(HeldElsewhere):  # it was only slow: what it writes now would be another's
        await mute.next_epoch(room)
    with pytest.raises(HeldElsewhere):
        await mute.keep(room, domain.NO_SEATS, until=LATER)


async def test_a_node_that_drains_or_has_come_back_under_its_address_holds_nothing(client: redis.Redis) -> None:
    one, two, draining, again = uuid4(), uuid4(), *(Placement(client, f"node-{uuid4()}") for _ in range(2))
    await draining.claim(one, until=LATER)
    await draining.claim(two, until=LATER)
    await draining.beat(ALIVE)

    assert (await again.claim(one, until=LATER, url=ALIVE.url)).url is None
    await draining.beat(Load(url="http://first", rooms=2, packets=0, lag_ms=0.0, draining=True))
    assert (await again.claim(two, until=LATER, url="http://second")).url is None


async def test_a_full_node_keeps_what_it_has_takes_nothing_and_knows_the_next_best(client: redis.Redis) -> None:
    await client.delete("video:nodes")
    full, busy, quiet = (Placement(client, f"node-{uuid4()}") for _ in range(3))
    await full.beat(Load(url="http://full", rooms=25, packets=0, lag_ms=0.0, full=True))
    await busy.beat(Load(url="http://busy", rooms=9, packets=0, lag_ms=0.0))
    await quiet.beat(Load(url="http://quiet", rooms=2, packets=0, lag_ms=0.0))
    held = uuid4()
    await full.claim(held, until=LATER)

    assert (await full.claim(held, until=LATER, open=False)).node == full.node
    assert (await full.claim(uuid4(), until=LATER, open=False)).node == ""
    best = await full.next_best()
    assert best is not None
    assert best[1].url == "http://quiet"


async def test_a_memory_that_came_back_empty_learns_again_what_the_node_knows(client: redis.Redis) -> None:
    room, placement = uuid4(), Placement(client, f"node-{uuid4()}")
    await placement.claim(room, until=LATER)
    await placement.next_epoch(room)
    await client.delete(f"video:room:{room}")

    assert await placement.lost([room]) == set()
    assert await placement.next_epoch(room, known=7) == 8
    await placement.keep(room, domain.arrive(domain.NO_SEATS, domain.PERSON, "hash"), until=LATER)
    assert domain.PERSON in (await placement.claim(room, until=LATER)).seats


async def test_a_node_with_all_its_rooms_points_to_the_next_best_or_says_that_it_is_full(client: redis.Redis) -> None:
    await client.delete("video:nodes")
    settings = Settings(redis_url="", identity_url="", booking_url="", node_url="http://small", rooms_per_node=1)
    small, other = Node(settings, Placement(client, f"small-{uuid4()}")), Placement(client, f"other-{uuid4()}")
    first = uuid4()
    room = await small.room(first, until=LATER)

    with pytest.raises(NodeFull):
        await small.room(uuid4(), until=LATER)
    await other.beat(Load(url="http://other", rooms=3, packets=0, lag_ms=0.0))
    with pytest.raises(Elsewhere) as there:
        await small.room(uuid4(), until=LATER)
    assert there.value.url == "http://other"
    assert await small.room(first, until=LATER) is room
