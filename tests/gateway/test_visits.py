"""What a person sees of an appointment, hour after hour; and calendars that give nothing away."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import msgspec
import pytest
from icalendar import Calendar

from contracts.booking import Appointment, Slot
from contracts.referral import ExpertCard
from contracts.words import AppointmentStatus, ExpertProfession, Modality, VisitKind
from gateway import calendars, visits

AT = datetime(2026, 11, 22, 7, 30, tzinfo=UTC)
EXPERT = UUID(int=7)
BOOKED = Appointment(
    id=UUID(int=1),
    expert_id=EXPERT,
    type_id=UUID(int=2),
    case_id=UUID(int=3),
    referral_id=UUID(int=4),
    starts_at=AT,
    ends_at=AT + timedelta(minutes=45),
    status=AppointmentStatus.BOOKED,
    modality=Modality.VIDEO,
    visit=VisitKind.FIRST,
    nickname="Loutre",
    expert_zone="Europe/Paris",
    person_zone="Indian/Reunion",
    version=1,
    sequence=2,
    ical_uid="3f6c@veilleuse",
)
CARD = ExpertCard(
    id=EXPERT,
    name="Claire Morvan",
    title="Psychologue clinicienne",
    profession=ExpertProfession.PSYCHOLOGIST,
    city="Brest",
    department="29",
    languages=["fr"],
    specialties=[],
    modalities=[Modality.VIDEO],
    fee="Tarif à demander",
    time_zone="Europe/Paris",
)


def _with(**changes: object) -> Appointment:
    return msgspec.structs.replace(BOOKED, **changes)


@pytest.mark.parametrize(
    ("minutes", "state", "joinable"),
    [
        (-600, "ahead", False),
        (-30, "ahead", True),
        (-5, "now", True),
        (20, "now", True),
        (45 + 120, "now", True),
        (45 + 121, "past", False),
    ],
)
def test_the_room_is_offered_from_half_an_hour_before_until_two_hours_after(
    minutes: int, state: str, joinable: bool
) -> None:
    visit = visits.visit_of(BOOKED, CARD, AT + timedelta(minutes=minutes))
    assert (visit.state, visit.joinable) == (state, joinable)


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (AppointmentStatus.CANCELLED_BY_PERSON, "cancelled"),
        (AppointmentStatus.CANCELLED_BY_EXPERT, "withdrawn"),
        (AppointmentStatus.CANCELLED_BY_STAFF, "withdrawn"),
        (AppointmentStatus.NO_SHOW, "missed"),
        (AppointmentStatus.FULFILLED, "past"),
        (AppointmentStatus.STARTED, "now"),
    ],
)
def test_each_status_has_its_page(status: AppointmentStatus, state: str) -> None:
    visit = visits.visit_of(_with(status=status), CARD, AT)
    assert visit.state == state
    assert visit.joinable == (state == "now")


def test_a_telephone_appointment_has_no_room_and_is_over_when_its_number_is_gone() -> None:
    by_phone = _with(modality=Modality.PHONE)
    assert not visits.visit_of(by_phone, CARD, AT).joinable
    assert visits.visit_of(by_phone, CARD, by_phone.ends_at).state == "now"
    assert visits.visit_of(by_phone, CARD, by_phone.ends_at + timedelta(minutes=1)).state == "past"


@pytest.mark.parametrize(
    ("calls", "number", "rings"),
    [
        (None, True, True),
        (None, False, False),
        (None, None, False),
        ("person", True, False),
        ("expert", True, True),
        ("expert", None, True),
        ("expert", False, False),
    ],
)
def test_nobody_is_said_to_ring_a_number_that_was_never_given(calls: str, number: bool | None, rings: bool) -> None:
    by_phone = _with(modality=Modality.PHONE, calls=calls)
    assert visits.visit_of(by_phone, CARD, AT, number=number).expert_calls is rings


def test_the_hour_stands_even_when_the_directory_does_not_answer() -> None:
    visit = visits.visit_of(BOOKED, None, AT)
    assert (visit.starts_at, visit.zone, visit.who) == (AT, "Indian/Reunion", "Votre professionnel")


def test_the_next_appointment_comes_first_and_the_latest_past_one_leads_those_that_are_over() -> None:
    now = AT
    days = [3, -4, 1, -2]
    shown = visits.in_order(
        [
            visits.visit_of(
                _with(starts_at=AT + timedelta(days=d), ends_at=AT + timedelta(days=d, minutes=45)), CARD, now
            )
            for d in days
        ]
    )
    assert [(v.starts_at - AT).days for v in shown] == [1, 3, -2, -4]


def test_free_hours_are_grouped_by_the_day_of_the_person_not_of_the_expert() -> None:
    late = datetime(2026, 11, 22, 19, 0, tzinfo=UTC)  # 23:00 in La Réunion
    starts = [late, late + timedelta(hours=2), late, AT]
    slots = [Slot(EXPERT, UUID(int=2), at, at + timedelta(minutes=45), Modality.VIDEO) for at in starts]
    days = visits.by_day(slots, "Indian/Reunion", but=AT)
    assert [len(day.slots) for day in days] == [1, 1]


def test_the_calendar_entry_says_when_and_nothing_else() -> None:
    text = calendars.entry(BOOKED, AT)
    (event,) = Calendar.from_ical(text).walk("VEVENT")
    assert str(event["summary"]) == "Rendez-vous"
    assert event.decoded("dtstart") == AT
    assert event.decoded("sequence") == 2
    for word in (b"Morvan", b"eilleuse", b"sycholog", b"http", b"Loutre", b"LOCATION", b"ORGANIZER", b"VALARM"):
        assert word not in text


def test_a_cancelled_entry_takes_itself_out_of_the_agenda() -> None:
    assert b"STATUS:CANCELLED" in calendars.entry(_with(status=AppointmentStatus.CANCELLED_BY_EXPERT), AT)


def test_the_neutral_page_is_a_true_calendar() -> None:
    month = calendars.month(date(2026, 11, 22))
    assert month["month"] == "Novembre 2026"
    assert month["weeks"][0]["days"] == [0, 0, 0, 0, 0, 0, 1]
    assert month["week_now"] == 47
    assert month["day_of_year"] == 326


def test_lateness_is_said_until_the_professional_comes() -> None:
    assert visits.visit_of(_with(late_minutes=10), CARD, AT).late
    assert not visits.visit_of(_with(late_minutes=10, started_at=AT), CARD, AT).late
    assert not visits.visit_of(_with(late_minutes=0), CARD, AT).late
