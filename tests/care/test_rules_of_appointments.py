"""Rules 8, 9, 12, 14, 15, 17, 18, 19: around an appointment, and around those who work."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import msgspec
import pytest

from contracts import booking as shapes
from contracts import events
from contracts.caller import Grant
from contracts.identity import SessionState
from contracts.referral import ExpertCard
from contracts.words import (
    AppointmentStatus,
    Channel,
    ExpertProfession,
    LinkPurpose,
    MessageMoment,
    Modality,
    Privacy,
    Role,
    VisitKind,
)
from gateway import spoken
from services.booking import tables as booking_tables
from services.booking.domain import telling
from services.booking.domain.appointments import Appointment, desk_moment
from services.identity.domain.links import Link
from services.identity.domain.sessions import Session
from services.reminders.domain import plan
from services.reminders.domain.texts import Notice
from tests.reminders.make import an_appointment, wishes

HOUR = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
NIGHT = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)


def wall_hour(at: datetime) -> int:
    """The hour on a clock in Paris."""
    return at.astimezone(ZoneInfo("Europe/Paris")).hour


def a_visit(**changes: Any) -> Appointment:
    """Booked, by video, at `HOUR`."""
    kept: dict[str, Any] = {
        **{name: uuid4() for name in ("id", "expert_id", "type_id", "case_id", "referral_id")},
        "starts_at": HOUR,
        "ends_at": HOUR + timedelta(minutes=45),
        "status": AppointmentStatus.BOOKED,
        "modality": Modality.VIDEO,
        "visit": VisitKind.FIRST,
        "nickname": "Alix",
        "expert_zone": "Europe/Paris",
        "person_zone": "Europe/Paris",
        "privacy": Privacy.NEUTRAL,
        "version": 1,
        "sequence": 0,
        "ical_uid": "x",
        "seen_at": HOUR - timedelta(days=1),
    }
    return Appointment(**{**kept, **changes})


def test_rule_08_nobody_waits_alone_the_desk_knows_at_seven_minutes() -> None:
    waiting = a_visit(status=AppointmentStatus.ARRIVED, arrived_at=HOUR)
    assert desk_moment(waiting, HOUR + timedelta(minutes=6, seconds=59)) is None
    assert desk_moment(waiting, HOUR + timedelta(minutes=7)) == "alone"
    assert desk_moment(replace(waiting, status=AppointmentStatus.STARTED), HOUR + timedelta(minutes=20)) is None


def test_rule_09_an_unseen_appointment_becomes_the_desks_ninety_minutes_before() -> None:
    unseen = a_visit(seen_at=None)
    assert desk_moment(unseen, HOUR - timedelta(minutes=91)) is None
    assert desk_moment(unseen, HOUR - timedelta(minutes=90)) == "unseen"
    assert desk_moment(a_visit(), HOUR - timedelta(minutes=30)) is None


def test_rule_09_a_professional_is_told_at_any_hour_of_an_appointment_under_twelve_hours_away() -> None:
    soon = an_appointment(NIGHT + timedelta(hours=7))
    (row,) = plan.for_account(Notice.BOOKED, uuid4(), [Channel.MAIL], now=NIGHT, about=soon)
    assert row.due_at == NIGHT
    far = an_appointment(NIGHT + timedelta(days=3))
    (row,) = plan.for_account(Notice.BOOKED, uuid4(), [Channel.MAIL], now=NIGHT, about=far)
    assert 8 <= wall_hour(row.due_at) < 21, "what can wait waits for the morning"


def test_rule_12_nothing_is_sent_that_was_not_chosen() -> None:
    appointment = an_appointment(HOUR + timedelta(days=3))
    assert plan.for_person(appointment, wishes(moments=()), now=HOUR, awake=True) == []
    assert plan.for_person(appointment, None, now=HOUR, awake=True) == []
    only = plan.for_person(appointment, wishes(moments=(MessageMoment.DAY_BEFORE,)), now=HOUR, awake=True)
    assert [row.kind for row in only] == ["day_before"]


def test_rule_12_night_workers_exist_messages_keep_to_their_hours() -> None:
    night = {"from_hour": time(22), "to_hour": time(6)}
    appointment = an_appointment(HOUR + timedelta(days=3))
    rows = plan.for_person(
        appointment,
        wishes(moments=(MessageMoment.DAY_BEFORE, MessageMoment.HOUR_BEFORE), **night),
        now=HOUR,
        awake=True,
    )
    assert rows
    for row in rows:
        assert wall_hour(row.due_at) >= 22 or wall_hour(row.due_at) < 6, row.kind


def test_rule_14_the_link_opens_until_two_hours_after_the_last_appointment() -> None:
    told = telling.last_appointment(uuid4(), HOUR, HOUR)
    link = Link(
        purpose=LinkPurpose.CASE, target_id=uuid4(), made_at=HOUR - timedelta(days=50), opens_until=told.opens_until
    )
    assert link.is_open(HOUR - timedelta(days=49))
    assert link.is_open(HOUR + timedelta(minutes=119)), "as often as needed"
    assert not link.is_open(HOUR + timedelta(hours=2))


def a_card(**changes: Any) -> ExpertCard:
    kept: dict[str, Any] = {
        "id": uuid4(),
        "name": "Claire Morvan",
        "title": "Psychologue clinicienne",
        "profession": ExpertProfession.PSYCHOLOGIST,
        "city": "Brest",
        "department": "29",
        "languages": ["fr"],
        "specialties": [],
        "modalities": [Modality.VIDEO],
        "fee": "50 €, à régler au professionnel",
        "time_zone": "Europe/Paris",
    }
    return ExpertCard(**{**kept, **changes})


def said(card: ExpertCard) -> str:
    return spoken.proposal(HOUR, HOUR - timedelta(days=1), "Europe/Paris", Modality.VIDEO, card)


def test_rule_15_the_cost_is_said_before_booking_also_when_it_is_unknown() -> None:
    assert "50 €" in said(a_card())
    assert "association" in said(a_card(fee="Pris en charge par l’association"))
    for unknown in ("", "Tarif à demander"):
        assert "Je ne connais pas le tarif" in said(a_card(fee=unknown))


@pytest.mark.parametrize("profession", [ExpertProfession.PSYCHIATRIST, ExpertProfession.GENERAL_PRACTITIONER])
def test_rule_15_the_limit_of_anonymity_with_a_doctor_is_said(profession: ExpertProfession) -> None:
    assert "identité" in said(a_card(profession=profession))
    assert "identité" not in said(a_card())


@pytest.mark.parametrize("role", [Role.PSYCHOLOGIST, Role.EXPERT])
def test_rule_17_a_working_person_is_never_logged_out(role: Role) -> None:
    session = Session(id=uuid4(), subject=uuid4(), opened_at=HOUR, seen_at=HOUR, grants=(Grant(role),))
    for hours in (1, 5, 13, 40):
        later = HOUR + timedelta(hours=hours)
        assert session.state(later, busy=True) is SessionState.OPEN
        assert session.state(later) is SessionState.LOCKED, "and it locks, rather than loses, when nobody works"
        assert not session.over(later)


def test_rule_17_a_person_in_a_room_is_not_put_out_when_the_link_ends() -> None:
    theirs = Session(
        id=uuid4(), subject=uuid4(), opened_at=HOUR, seen_at=HOUR, staff=False, closes_at=HOUR + timedelta(hours=1)
    )
    later = HOUR + timedelta(hours=2)
    assert not theirs.over(later, busy=True)
    assert theirs.over(later)


def test_rule_18_a_message_leaves_ten_seconds_after_the_press_and_may_be_taken_back_until_then() -> None:
    rows = plan.for_person(
        an_appointment(HOUR + timedelta(days=2)), wishes(moments=(MessageMoment.NOW,)), now=HOUR, awake=True
    )
    assert [row.due_at for row in rows] == [HOUR + timedelta(seconds=10)]
    assert [row.recallable_until for row in rows] == [HOUR + timedelta(seconds=10)]


CLINICAL = ("note", "motive", "diagnos", "symptom", "prompt", "complaint", "treatment", "comment")


def test_rule_19_no_clinical_note_is_kept_beside_an_appointment() -> None:
    columns = {f"{table.name}.{column.name}" for table in booking_tables.metadata.tables.values() for column in table.c}
    fields = {name for shape in (shapes.Appointment, shapes.Agenda, shapes.Seat) for name in shape.__struct_fields__}
    assert columns
    assert not [name for name in columns | fields if any(word in name for word in CLINICAL)]


def test_rule_19_the_listener_learns_only_that_it_took_place() -> None:
    allowed = {"event_id", "at", "appointment_id", "version", "case_id", "referral_id", "expert_id", "request_id"}
    for event in (events.AppointmentAttended, events.AppointmentMissed):
        assert {field.name for field in msgspec.structs.fields(event)} <= allowed
