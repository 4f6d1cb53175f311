"""Each appointment as an entry of the professional's own calendar: one UID for life, a growing SEQUENCE."""

from datetime import datetime, timedelta
from email import message_from_bytes, policy
from typing import Any
from uuid import UUID, uuid4

import icalendar

from contracts.events import CaseErased
from contracts.words import Channel
from kit.clock import now
from services.reminders.deliver.answers import Letter
from services.reminders.deliver.mail import Mail
from services.reminders.domain.entries import Entry, beside
from services.reminders.domain.texts import Notice
from services.reminders.store import entries
from tests.reminders.conftest import House, soon
from tests.reminders.make import booked, cancelled, moved

START = datetime.fromisoformat("2027-03-02T09:00:00+00:00")


def taken(entry: Entry) -> tuple[Any, Any]:
    """The mail as its reader gets it, and the calendar in it."""
    mail = Mail("smtp://127.0.0.1", sender="Agenda <agenda@exemple.fr>", subject="Votre agenda")
    letter = Letter(uuid4(), "claire@exemple.fr", "Rendez-vous le mardi 02/03 à 10:00.", entry)
    whole: Any = message_from_bytes(mail.letter(letter), policy=policy.SMTP)
    (calendar,) = [part for part in whole.walk() if part.get_content_type() == "text/calendar"]
    return whole, (calendar, icalendar.Calendar.from_ical(calendar.get_content()))


def test_an_invitation_says_when_and_nothing_else() -> None:
    entry = Entry(uuid4(), 2, START, START + timedelta(minutes=45), stands=True)
    whole, (part, calendar) = taken(entry)
    assert whole.get_content_type() == "multipart/alternative"
    assert part.get_param("method") == calendar["METHOD"] == "REQUEST"
    (event,) = calendar.walk("VEVENT")
    assert (str(event["UID"]), event["SEQUENCE"], str(event["SUMMARY"])) == (
        str(entry.appointment_id),
        2,
        "Rendez-vous",
    )
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (START, START + timedelta(minutes=45))
    assert str(event["ATTENDEE"]) == "mailto:claire@exemple.fr"
    assert not {"DESCRIPTION", "LOCATION", "CATEGORIES", "URL"} & set(event)
    _, (part, calendar) = taken(Entry(entry.appointment_id, 3, START, START + timedelta(minutes=45), stands=False))
    assert part.get_param("method") == calendar["METHOD"] == "CANCEL"
    assert str(calendar.walk("VEVENT")[0]["STATUS"]) == "CANCELLED"


def test_an_entry_takes_the_place_of_a_mail_and_of_nothing_else() -> None:
    both = (Channel.SMS, Channel.MAIL)
    assert beside(Notice.BOOKED, both, entries=True) == (Channel.SMS,)
    assert beside(Notice.UNSEEN, both, entries=True) == both
    assert beside(Notice.BOOKED, both, entries=False) == both


async def with_entries(house: House, account_id: UUID) -> None:
    await house.account(account_id, Channel.MAIL)
    async with house.worker.database.transaction() as db:
        await entries.choose(db, account_id, True)


async def beat(house: House) -> None:
    async with house.worker.database.transaction() as db:
        await entries.tell(db, now())


async def planned(house: House, account_id: UUID, like: str = "account_entry%") -> list[tuple[str, int, str]]:
    sql = "SELECT kind, version, status FROM message WHERE recipient_id = $1 AND kind LIKE $2 ORDER BY version, kind"
    return [(row["kind"], row["version"], row["status"]) for row in await house.sql(sql, account_id, like)]


async def leave(house: House, account_id: UUID) -> Letter:
    sql = "UPDATE message SET due_at = now() - interval '1 second' WHERE recipient_id = $1 AND status = 'planned'"
    await house.sql(sql, account_id)
    await house.send()
    return [letter for letter in house.mail.letters if letter.entry is not None][-1]


async def test_the_calendar_follows_every_move_and_the_end(house: House) -> None:
    event = booked(soon(days=3))
    await with_entries(house, event.expert_id)
    await house.hear(event)
    await beat(house)
    await beat(house)
    assert await planned(house, event.expert_id) == [("account_entry", 0, "planned")]
    first = await leave(house, event.expert_id)
    assert first.entry is not None
    assert (first.entry.appointment_id, first.entry.sequence, first.entry.stands) == (event.appointment_id, 0, True)
    once, twice = (moved(event, event.starts_at + timedelta(hours=n), version=n + 1, by="expert") for n in (1, 2))
    await house.hear(twice, once)  # out of order
    await beat(house)
    second = await leave(house, event.expert_id)
    assert second.entry is not None
    assert (second.entry.sequence, second.entry.starts_at) == (1, event.starts_at + timedelta(hours=2))
    await house.hear(cancelled(event, version=4, by="expert"))
    await beat(house)
    last = await leave(house, event.expert_id)
    assert last.entry is not None
    assert (last.entry.appointment_id, last.entry.sequence, last.entry.stands) == (event.appointment_id, 2, False)
    assert {status for _, _, status in await planned(house, event.expert_id)} == {"sent"}


async def test_what_was_never_said_is_not_taken_back_and_an_erased_case_leaves_the_calendar(house: House) -> None:
    brief = booked(soon(days=3))
    await with_entries(house, brief.expert_id)
    await house.hear(brief)
    await beat(house)
    await house.hear(cancelled(brief, version=2))
    await beat(house)
    assert await planned(house, brief.expert_id) == [("account_entry", 0, "dropped")]
    erased = booked(soon(days=3))
    await with_entries(house, erased.expert_id)
    await house.hear(erased)
    await beat(house)
    await leave(house, erased.expert_id)
    await house.hear(CaseErased(erased.case_id))
    await beat(house)
    last = await leave(house, erased.expert_id)
    assert last.entry is not None and (last.entry.sequence, last.entry.stands) == (1, False)


async def test_whoever_did_not_choose_it_gets_sentences_only(house: House) -> None:
    event = booked(soon(days=3))
    await house.account(event.expert_id, Channel.MAIL)
    await house.hear(event)
    await beat(house)
    assert [kind for kind, _, _ in await planned(house, event.expert_id, "account_booked")] == ["account_booked"]
    assert await planned(house, event.expert_id) == []
