"""The way out: claimed once, looked at again, marked, called, recorded; and what happens when any of it fails."""

import asyncio
import hashlib
import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from contracts.words import Channel, MessageMoment
from kit.clock import now
from services.reminders.deliver import ticks
from services.reminders.deliver.answers import Refused, Unknown
from services.reminders.deliver.sending import prepare, send_due
from services.reminders.domain.tries import PAUSES
from services.reminders.store import sending
from tests.reminders.conftest import MAIL, PHONE, House, soon
from tests.reminders.due import DAY_AND_NIGHT, NOW, one_due, the_row
from tests.reminders.make import booked, cancelled, moved


async def test_a_due_message_leaves_once_with_day_hour_and_link(house: House) -> None:
    await one_due(house, channels=(Channel.SMS, Channel.MAIL))
    assert await house.send() == 2
    assert await house.send() == 0
    assert [letter.to for letter in house.sms.letters + house.mail.letters] == [PHONE, MAIL]
    for letter in house.sms.letters + house.mail.letters:
        assert re.fullmatch(r"\w+ \d\d/\d\d à \d+ h( \d\d)? : https://agenda\.exemple\.fr/l#[\w-]{43}", letter.text)


async def test_each_message_has_a_fresh_secret_of_which_only_the_hash_is_told(house: House) -> None:
    case_id = await one_due(house, channels=(Channel.SMS, Channel.MAIL))
    await house.send()
    secrets = [letter.text.rpartition("#")[2] for letter in house.sms.letters + house.mail.letters]
    told = await house.told("LinkMade")
    assert len(set(secrets)) == 2
    assert {link["link_hash"] for link in told} == {hashlib.sha256(one.encode()).hexdigest() for one in secrets}
    assert {(link["purpose"], link["target_id"]) for link in told} == {("case", str(case_id))}
    for table in ("message", "outbox", "contact", "inbox"):
        kept = repr(await house.sql(f"SELECT * FROM {table}"))
        assert not any(secret in kept for secret in secrets)


async def test_what_is_not_due_waits(house: House) -> None:
    event = booked(soon(days=3))
    await house.contact(event.case_id)
    await house.hear(event)
    assert await house.send() == 0
    assert await house.send(now() + timedelta(seconds=11)) == 1


async def test_many_workers_send_each_message_once(house: House) -> None:
    for _ in range(20):
        await one_due(house)
    workers = [house.another_worker() for _ in range(4)]
    sent = await asyncio.gather(*(send_due(worker) for worker in workers))
    assert sum(sent) == 20
    assert len({letter.id for letter in house.sms.letters}) == len(house.sms.letters) == 20
    for worker in workers:
        await worker.redis.aclose()
        await worker.database.stop()


async def test_nothing_leaves_after_a_cancel(house: House) -> None:
    event = booked(soon(days=3))
    await house.contact(event.case_id)
    await house.hear(event)
    await house.due_now()
    async with house.worker.database.transaction() as db:
        claims = await sending.claim(db, now())  # a worker is already holding it
    await house.hear(cancelled(event, version=2))
    async with house.worker.database.transaction() as db:
        assert await prepare(db, house.worker.things["outgoing"], claims, now()) == []
    assert house.sms.letters == [] and await house.told("LinkMade") == []


async def test_nothing_leaves_for_a_time_that_has_moved_even_if_its_row_were_left(house: House) -> None:
    """The last look does not trust that the plan was kept: it compares versions itself."""
    event = booked(soon(days=3))
    await house.contact(event.case_id, NOW)
    await house.hear(event, moved(event, soon(days=4)))
    await house.sql("UPDATE message SET status = 'planned' WHERE version = 1")
    await house.due_now()
    assert await house.send() == 1
    [left] = await house.rows(status="sent")
    assert left["version"] == 2


async def test_nothing_leaves_after_the_start(house: House) -> None:
    await one_due(house)
    assert await house.send(now() + timedelta(days=3)) == 0
    assert (await the_row(house))["status"] == "dropped"


async def test_nothing_leaves_without_a_contact(house: House) -> None:
    await one_due(house)
    await house.sql("DELETE FROM contact")
    assert await house.send() == 0
    assert (await the_row(house))["status"] == "dropped"


async def test_a_message_held_up_into_the_night_waits_for_the_morning(house: House) -> None:
    paris = ZoneInfo("Europe/Paris")
    start = datetime.combine((now() + timedelta(days=5)).date(), datetime.min.time(), paris).replace(hour=15)
    event = booked(start)
    await house.contact(event.case_id, MessageMoment.DAY_BEFORE, NOW)
    await house.hear(event)
    night = start - timedelta(hours=12)  # 3 in the morning: the worker was away for half a day
    assert await house.send(night) == 0
    dates = {row["due_at"].astimezone(paris) for row in await house.rows()}
    assert dates == {start.replace(hour=8)}


async def test_after_an_outage_the_same_words_leave_once(house: House) -> None:
    event = booked(soon(hours=30))
    await house.contact(event.case_id, channels=(Channel.SMS,), **DAY_AND_NIGHT)
    await house.hear(event)
    assert await house.send(event.starts_at - timedelta(minutes=20)) == 1
    [left] = await house.rows(status="sent")
    assert left["kind"] == "hour_before" and len(await house.rows(status="dropped")) == 2


async def test_a_refusal_is_tried_again_later(house: House) -> None:
    await one_due(house)
    house.sms.answers = [Refused()]
    assert await house.send() == 0
    row = await the_row(house)
    assert (row["status"], row["tries"], row["possible_repeat"]) == ("planned", 1, 0)
    assert timedelta(seconds=25) < row["due_at"] - now() <= PAUSES[0]
    assert await house.send(row["due_at"]) == 1
    assert len(house.sms.letters) == 1


async def test_when_no_provider_takes_it_the_desk_is_told(house: House) -> None:
    case_id = await one_due(house)
    house.sms.answers = [Refused()] * 20
    for _ in range(len(PAUSES) + 1):
        await house.send(now() + timedelta(hours=1))
        await house.due_now()
    assert (await the_row(house))["status"] == "planned"  # a provider down for hours: it leaves while it is of use
    [failed] = await house.told("MessageFailed")
    assert (failed["case_id"], failed["channel"], failed["moment"]) == (str(case_id), "sms", "now")


async def test_an_address_refused_for_good_is_not_asked_again(house: House) -> None:
    await one_due(house)
    house.sms.answers = [Refused(for_good=True)]
    await house.send()
    assert (await the_row(house))["status"] == "failed" and len(await house.told("MessageFailed")) == 1


async def test_a_try_never_falls_after_the_start(house: House) -> None:
    event = booked(soon(minutes=3))
    await house.contact(event.case_id, NOW)
    await house.hear(event)
    await house.due_now()
    house.sms.answers = [Refused()] * 10
    late = event.starts_at - timedelta(seconds=40)
    await house.send(late)
    assert (await the_row(house))["status"] == "failed"


async def test_a_provider_that_does_not_answer_is_asked_once_more_and_it_shows(house: House) -> None:
    await one_due(house)
    house.sms.answers = [Unknown()]
    await house.send()
    row = await the_row(house)
    assert (row["status"], row["possible_repeat"]) == ("planned", 1)
    house.sms.answers = [Unknown()]
    await house.send(row["due_at"])
    assert (await the_row(house))["status"] == "failed" and len(await house.told("MessageFailed")) == 1


class Queue:
    """A broker that only counts."""

    def __init__(self) -> None:
        self.jobs: list[tuple[str, str]] = []

    async def job(self, service: str, name: str) -> None:
        self.jobs.append((service, name))


async def test_a_tick_asks_for_as_many_jobs_as_there_is_work(house: House) -> None:
    queue = Queue()
    tick = ticks.Ask(queue)
    for expected in (0, 1, 1):
        async with house.worker.database.transaction() as db:
            await tick(db)
        assert len(queue.jobs) == expected
        if not expected:
            await one_due(house)
    assert queue.jobs == [("reminders", "send_due")]


async def test_any_number_of_schedulers_ask_once(house: House) -> None:
    for _ in range(3):
        await one_due(house)
    asked = []
    for _ in range(3):
        async with house.worker.database.transaction() as db:
            asked.append(await sending.ask(db, now()))
    assert asked == [3, 0, 0]
    await house.sql("UPDATE message SET asked_until = now() - interval '1 second'")
    async with house.worker.database.transaction() as db:
        assert await sending.ask(db, now()) == 3  # nobody took them: asked again
