"""Many at once: real processes on real connections, and what must hold after them."""

import asyncio
import multiprocessing
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor

import asyncpg
import pytest

from kit.clock import now
from services.booking import invariants
from tests.booking.make import an_agenda, local_noon, put
from tests.booking.racers import jostle, race
from tests.cluster import Address, Cluster

RACERS = 50
PROCESSES = 2


@pytest.fixture(scope="module")
def processes() -> Iterator[ProcessPoolExecutor]:
    with ProcessPoolExecutor(PROCESSES, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield pool


async def test_fifty_clients_want_one_slot_and_one_has_it(
    cluster: Cluster, booking_address: Address, processes: ProcessPoolExecutor
) -> None:
    agenda = an_agenda()
    await put(booking_address.app, agenda)
    loop = asyncio.get_running_loop()
    for days in (3, 4, 5):
        asked = (booking_address.app, agenda.expert.id, local_noon(days), RACERS // PROCESSES)
        said = await asyncio.gather(*(loop.run_in_executor(processes, race, *asked) for _ in range(PROCESSES)))
        assert Counter(code for some in said for code in some) == {"booked": 1, "slot-taken": RACERS - 1}
    assert "deadlock" not in cluster.log()


async def test_the_projection_is_right_after_everyone_has_jostled(
    cluster: Cluster, booking_address: Address, processes: ProcessPoolExecutor
) -> None:
    agenda = an_agenda()
    await put(booking_address.app, agenda)
    loop = asyncio.get_running_loop()
    asked = (booking_address.app, agenda.expert.id)
    said = await asyncio.gather(*(loop.run_in_executor(processes, jostle, *asked, seed) for seed in range(PROCESSES)))
    done = sum(said, Counter[str]())
    assert done["book booked"] and done["confirm booked"] and done["move moved"] and done["cancel cancelled"]
    assert "deadlock" not in cluster.log()
    connection = await asyncpg.connect(booking_address.app)
    try:
        assert await invariants.check(connection, now(), agendas={agenda.expert.id}) == []
    finally:
        await connection.close()
