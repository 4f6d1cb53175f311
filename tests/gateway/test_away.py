"""Time away in words, the calendar given out, and what the person sees when their professional cannot be there."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
from icalendar import Calendar

from contracts.booking import Absence
from contracts.calendars import FeedEntry
from gateway import calendars, visits
from gateway.pages.agenda_away import in_words
from tests.gateway.test_visits import AT, BOOKED, CARD

MARCH = datetime(2027, 3, 1, 23, tzinfo=UTC)


def away(start: datetime, **length: float) -> str:
    return in_words(Absence(1, start, start + timedelta(**length), "absence"), "Europe/Paris").replace("\u00a0", " ")


def test_an_absence_is_said_as_one_would() -> None:
    assert away(MARCH, days=1) == "mardi 2 mars"
    assert away(MARCH, days=3) == "du mardi 2 mars au jeudi 4 mars"
    assert away(MARCH + timedelta(hours=14), hours=4) == "mardi 2 mars, de 14:00 à 18:00"
    assert away(MARCH + timedelta(hours=18), hours=38) == "du mardi 2 mars, 18:00, au jeudi 4 mars, 08:00"


def test_the_calendar_given_out_is_the_same_until_something_moves() -> None:
    entry = FeedEntry(str(UUID(int=9)), 1, AT, AT + timedelta(minutes=45), AT - timedelta(days=3))
    once = calendars.feed([entry])
    assert once == calendars.feed([entry]) != calendars.feed([msgspec.structs.replace(entry, sequence=2)])
    read = Calendar.from_ical(once)
    (event,) = read.walk("VEVENT")
    assert (str(event["SUMMARY"]), event["SEQUENCE"], str(event["CLASS"])) == ("Rendez-vous", 1, "PRIVATE")
    assert set(event) == {"UID", "SEQUENCE", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "CLASS", "STATUS"}
    assert calendars.feed([]).startswith(b"BEGIN:VCALENDAR")


def test_what_was_handed_back_asks_for_another_hour_until_it_is_over() -> None:
    handed = msgspec.structs.replace(BOOKED, handed_back=True)
    assert visits.visit_of(handed, CARD, AT - timedelta(days=1)).handed_back
    assert not visits.visit_of(BOOKED, CARD, AT - timedelta(days=1)).handed_back
    assert not visits.visit_of(handed, CARD, AT + timedelta(days=1)).handed_back
