"""Workers that are lost, asleep or unlucky: nothing is lost, one message may repeat, and it shows."""

import asyncio

from kit.clock import now
from services.reminders.deliver import ticks
from services.reminders.deliver.answers import Letter
from services.reminders.deliver.sending import prepare, send_due
from services.reminders.store import sending
from tests.reminders.conftest import House, Provider
from tests.reminders.due import expire_leases, one_due, the_row


async def test_a_worker_lost_before_the_provider_repeats_nothing(house: House) -> None:
    await one_due(house)
    async with house.worker.database.transaction() as db:
        await sending.claim(db, now())
    assert await house.send() == 0  # it is someone's, for a lease
    await expire_leases(house)
    assert await house.send() == 1
    assert (await the_row(house))["possible_repeat"] == 0


async def test_a_worker_lost_after_the_providers_yes_repeats_one_and_counts_it(house: House) -> None:
    await one_due(house)
    await _lost_while_sending(house)
    assert await house.send() == 0
    await expire_leases(house)
    assert await house.send() == 1
    row = await the_row(house)
    assert (row["status"], row["possible_repeat"]) == ("sent", 1)
    assert {letter.id for letter in house.sms.letters} == {row["id"]}  # a repeat can be recognised


async def test_a_message_is_never_repeated_twice(house: House) -> None:
    await one_due(house)
    for _ in range(2):
        await _lost_while_sending(house)
        await expire_leases(house)
    assert await house.send() == 0
    assert (await the_row(house))["status"] == "failed" and len(await house.told("MessageFailed")) == 1


async def test_a_worker_that_was_asleep_is_refused(house: House) -> None:
    """Its lease ran out, another sent the message: whatever it still does changes nothing."""
    await one_due(house)
    waking = Asleep()
    sleeper = house.another_worker(waking)
    job = asyncio.create_task(send_due(sleeper))
    async with asyncio.timeout(120):
        await waking.reached.wait()
    await expire_leases(house)
    assert await house.send() == 1
    before = await the_row(house)
    waking.wake.set()
    assert await job == 0
    assert await the_row(house) == before
    await sleeper.redis.aclose()
    await sleeper.database.stop()


async def test_a_stale_claim_cannot_even_begin(house: House) -> None:
    await one_due(house)
    async with house.worker.database.transaction() as db:
        [stale] = await sending.claim(db, now())
    await expire_leases(house)
    async with house.worker.database.transaction() as db:
        [fresh] = await sending.claim(db, now())
    async with house.worker.database.transaction() as db:
        assert fresh.fence == stale.fence + 1
        assert await sending.look(db, [stale], now()) == []
        assert len(await sending.look(db, [fresh], now())) == 1
        assert await sending.mark_sent(db, [stale], now()) == 0


async def test_a_contact_that_cannot_be_opened_is_told_and_stops_nothing_else(house: House) -> None:
    bad = await one_due(house)
    await one_due(house)
    await house.sql("UPDATE contact SET phone = phone || 'altered' WHERE case_id = $1", bad)
    assert await house.send() == 1
    assert [row["case_id"] for row in await house.rows(status="failed")] == [bad]
    assert len(await house.told("MessageFailed")) == 1


async def test_a_failure_of_ours_leaves_the_row_to_the_next_worker(house: House) -> None:
    await one_due(house)
    house.sms.answers = [RuntimeError("a bug")]
    assert await house.send() == 0
    await expire_leases(house)
    assert await house.send() == 1


async def test_lateness_and_repeats_are_measured_once(house: House) -> None:
    await one_due(house)
    await _lost_while_sending(house)
    await expire_leases(house)
    await house.send()
    before = _metrics()
    for _ in range(2):
        async with house.worker.database.transaction() as db:
            await ticks.measure(db)
    after = _metrics()
    assert [new - old for new, old in zip(after, before, strict=True)] == [1.0, 1.0]


class Asleep(Provider):
    """Says yes only when it is woken."""

    def __init__(self) -> None:
        super().__init__()
        self.reached, self.wake = asyncio.Event(), asyncio.Event()

    async def send(self, letter: Letter) -> None:
        self.reached.set()
        await self.wake.wait()


async def _lost_while_sending(house: House) -> None:
    """A worker marks the row, hands the letter over, and is never heard of again."""
    async with house.worker.database.transaction() as db:
        claims = await sending.claim(db, now())
    async with house.worker.database.transaction() as db:
        [leaving] = await prepare(db, house.worker.things["outgoing"], claims, now())
    await house.sms.send(leaving.letter)


def _metrics() -> tuple[float, float]:
    lateness = next(
        sample.value
        for sample in next(iter(ticks.lateness_seconds.collect())).samples
        if sample.name.endswith("_count")
    )
    repeats = next(
        sample.value
        for sample in next(iter(ticks.duplicates_total.collect())).samples
        if sample.name.endswith("_total")
    )
    return lateness, repeats
