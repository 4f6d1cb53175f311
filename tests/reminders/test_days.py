"""One message speaks of a whole day; the professional hears the day and the hour before; who was let down hears it."""

import re
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from aiohttp import web

from contracts.words import MessageMoment, Privacy
from infra.embedded.ports import free_port
from kit.clock import now
from services.reminders.deliver.answers import Letter, Refused, Unknown
from services.reminders.deliver.batches import Batches, sms
from services.reminders.deliver.sms import Sms
from services.reminders.domain.plan import of_the_end
from tests.reminders.conftest import House, soon
from tests.reminders.due import DAY_AND_NIGHT, NOW
from tests.reminders.make import an_appointment, booked, cancelled, moved, wishes

DAY_BEFORE = MessageMoment.DAY_BEFORE


TODAY = soon().replace(hour=11, minute=0)  # of the whole run, also when midnight comes over a test


def at_noon(days: int, **later: float) -> datetime:
    return TODAY + timedelta(days=days, **later)


async def test_a_person_with_several_that_day_gets_one_message_with_all_the_hours(house: House) -> None:
    first = booked(at_noon(4))
    second = booked(at_noon(4, hours=3), case_id=first.case_id)
    other_day = booked(at_noon(6), case_id=first.case_id)
    await house.contact(first.case_id, DAY_BEFORE, **DAY_AND_NIGHT)
    await house.hear(first, second, other_day)
    assert await house.send(first.starts_at - timedelta(hours=23)) == 1
    [letter] = house.sms.letters
    assert len(re.findall(r"\d h", letter.text)) == 2 and " et " in letter.text
    assert await house.send(second.starts_at - timedelta(hours=23)) == 0
    assert await house.send(other_day.starts_at - timedelta(hours=23)) == 1


async def test_both_due_at_once_are_still_one_and_a_cancelled_one_is_not_named(house: House) -> None:
    first = booked(at_noon(4))
    second = booked(at_noon(4, hours=3), case_id=first.case_id)
    third = booked(at_noon(4, hours=5), case_id=first.case_id)
    await house.contact(first.case_id, DAY_BEFORE, **DAY_AND_NIGHT)
    await house.hear(first, second, third, cancelled(second, version=2))
    await house.due_now(kind="day_before")
    assert await house.send() == 1
    assert len(house.sms.letters) == 1 and len(re.findall(r"\d h", house.sms.letters[0].text)) == 2


async def test_the_professional_hears_of_the_day_before_and_of_the_first_hour_only(house: House) -> None:
    first = booked(at_noon(4))
    second = booked(at_noon(4, hours=2), expert_id=first.expert_id)
    await house.account(first.expert_id)
    await house.hear(first, second)
    rows = await house.sql("SELECT * FROM message WHERE kind LIKE '%_before' AND case_id IS NULL ORDER BY due_at")
    assert [row["kind"] for row in rows] == ["account_day_before"] * 2 + ["account_hour_before"] * 2
    await house.sql("UPDATE message SET status = 'dropped' WHERE kind = 'account_booked'")
    await house.due_now()
    assert await house.send() == 2
    said = sorted(letter.text for letter in house.sms.letters)
    assert "commence à" in said[0] and said[1].startswith("Votre agenda")


async def test_what_moved_is_reminded_of_at_its_new_hour_only(house: House) -> None:
    event = booked(at_noon(4))
    await house.account(event.expert_id)
    await house.hear(event, moved(event, at_noon(5)))
    rows = await house.sql("SELECT * FROM message WHERE kind = 'account_day_before' AND status = 'planned'")
    assert [row["starts_at"] for row in rows] == [at_noon(5)]


async def test_a_series_is_said_once_to_each_of_the_two_and_never_to_whoever_made_it(house: House) -> None:
    first, own = booked(at_noon(4)), booked(at_noon(4), by="expert")
    for one in (first, own):
        await house.contact(one.case_id, NOW, DAY_BEFORE, **DAY_AND_NIGHT)
        await house.account(one.expert_id)
        same = {"case_id": one.case_id, "expert_id": one.expert_id, "told_with": one.appointment_id, "by": one.by}
        await house.hear(one, *(booked(at_noon(4 + 7 * week), **same) for week in (1, 2)))
    rows = await house.sql("SELECT * FROM message WHERE status = 'planned'")
    at_once = {(row["kind"], row["recipient_id"], row["appointment_id"]) for row in rows if "before" not in row["kind"]}
    assert at_once == {
        ("now", first.case_id, first.appointment_id),
        ("account_booked", first.expert_id, first.appointment_id),
        ("now", own.case_id, own.appointment_id),
    }
    assert len([row for row in rows if row["kind"] == "day_before"]) == 6  # each week has its own eve


async def test_who_was_let_down_is_told_after_a_voice_had_its_time_unless_they_did_it(house: House) -> None:
    event, own = booked(at_noon(4)), booked(at_noon(4))
    for one in (event, own):
        await house.contact(one.case_id, NOW, **DAY_AND_NIGHT)
    await house.hear(event, own, cancelled(event, version=2, by="expert"), cancelled(own, version=2, by="person"))
    rows = await house.sql("SELECT * FROM message WHERE kind = 'person_gone'")
    assert [row["case_id"] for row in rows] == [event.case_id]
    assert rows[0]["due_at"] >= now() + timedelta(minutes=55)
    assert await house.send(now() + timedelta(hours=2)) == 1
    assert "n'a plus lieu : https://" in house.sms.letters[0].text


def test_nothing_is_said_of_a_silent_one_or_after_the_hour() -> None:
    instant = now()
    gone = an_appointment(starts_at=instant + timedelta(days=1))
    chosen = wishes(moments=(NOW,))
    assert of_the_end(gone, chosen, now=instant)
    assert of_the_end(gone, None, now=instant) == []
    assert of_the_end(an_appointment(starts_at=instant - timedelta(minutes=1)), chosen, now=instant) == []
    silent = an_appointment(starts_at=instant + timedelta(days=1), privacy=Privacy.SILENT)
    assert of_the_end(silent, chosen, now=instant) == []


async def test_batches_say_what_was_taken_and_what_never_will_be() -> None:
    taken: list[Any] = []
    answer: dict[str, Any] = {"status": 200, "body": {}}

    async def take(request: web.Request) -> web.Response:
        taken.append(await request.json())
        return web.json_response(answer["body"], status=answer["status"])

    application, port = web.Application(), free_port()
    application.add_routes([web.post("/sms", take)])
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    route = sms(f"batch://127.0.0.1:{port}/sms")
    assert isinstance(route, Batches) and isinstance(sms("json://127.0.0.1/sms"), Sms)
    letters = [Letter(uuid4(), "+33612345678", "Bonjour") for _ in range(3)]
    assert await route.send_all(letters) == [None, None, None]
    assert [one["id"] for one in taken[0]] == [str(one.id) for one in letters]
    answer["body"] = {"refused": [str(letters[0].id)], "for_good": [str(letters[2].id)]}
    said = await route.send_all(letters)
    assert isinstance(said[0], Refused) and said[1] is None and isinstance(said[2], Refused) and said[2].for_good
    answer["status"] = 503
    with pytest.raises(Refused):
        await route.send(letters[0])
    await runner.cleanup()
    with pytest.raises((Refused, Unknown)):
        await route.send(letters[0])
    await route.close()
