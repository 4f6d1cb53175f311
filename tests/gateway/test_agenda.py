"""What the agenda says of itself: near and unseen, whole days and nights, hours that no clock shows."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import msgspec
import pytest

from contracts.booking import Absence, Agenda, Appointment, Opening
from contracts.words import AppointmentStatus, Modality
from gateway.pages.agenda_view import Visit, days_of, next_of, on_the_grid, title_of, touched_by, visits_of
from gateway.pages.agenda_whose import UnclearTime, instant
from gateway.typed import version_typed
from tests.gateway.played import EXPERT, TYPE, an_appointment

NOW = datetime(2026, 11, 22, 7, 0, tzinfo=UTC)
RULE = EXPERT


def a_visit(*, hours: float = 2, own: bool = True, **changes: Any) -> Visit:
    """An appointment of this morning, unseen, unless said otherwise."""
    return Visit(an_appointment(starts_at=NOW + timedelta(hours=hours), **changes), "Europe/Paris", NOW, own)


def an_agenda(*appointments: Appointment, **changes: Any) -> Agenda:
    valid = Agenda(EXPERT, "Europe/Paris", 1, [], [], list(appointments), [])
    return msgspec.structs.replace(valid, **changes)


@pytest.mark.parametrize(("hours", "seen"), [(11.9, False), (12.1, True), (-0.2, False), (-2, True)])
def test_only_what_is_near_and_not_over_asks_to_be_seen(hours: float, seen: bool) -> None:
    assert a_visit(hours=hours).to_see is not seen
    assert not a_visit(hours=hours, seen_at=NOW).to_see


def test_whoever_arrived_needs_no_eye_any_more() -> None:
    arrived = a_visit(hours=0.2, status=AppointmentStatus.ARRIVED)
    assert not arrived.to_see
    assert arrived.state == ("En salle d’attente", "sauge")


def test_the_room_opens_half_an_hour_before_for_the_professional_alone() -> None:
    assert a_visit(hours=0.5).room_open
    assert not a_visit(hours=0.6).room_open
    assert not a_visit(hours=0.4, own=False).has_room
    assert not a_visit(hours=0.4, modality=Modality.PHONE).has_room


def test_who_came_is_said_by_the_professional_and_not_before_the_hour() -> None:
    assert not a_visit(hours=0.1).can_say_who_came
    assert a_visit(hours=-0.1).can_say_who_came
    assert not a_visit(hours=-0.1, own=False).can_say_who_came
    together = a_visit(hours=-0.1, status=AppointmentStatus.STARTED)
    assert together.can_say_who_came and not together.can_say_nobody_came


@pytest.mark.parametrize("typed", ["", "x", "-1", "٣", "²", "9" * 5000])
def test_what_is_no_version_is_none(typed: str) -> None:
    assert version_typed("3") == 3
    assert version_typed(typed) is None
    assert a_visit(hours=-3, status=AppointmentStatus.NO_SHOW).came_after_all


def test_the_grid_tells_no_case_no_referral_and_no_zone_but_the_professionals() -> None:
    agenda = an_agenda(an_appointment(starts_at=NOW + timedelta(hours=2)), time_zone="Indian/Reunion")
    (shown,) = on_the_grid(agenda, NOW, "", own=True)
    assert shown["start"] == "2026-11-22T13:00"
    assert not {"case_id", "referral_id", "person_zone"} & shown.keys()
    assert str(agenda.appointments[0].case_id) not in str(shown)


def test_cancelled_appointments_are_not_shown() -> None:
    gone = an_appointment(status=AppointmentStatus.CANCELLED_BY_PERSON)
    assert visits_of(an_agenda(gone), NOW, own=True) == []


def test_a_night_opening_stands_on_the_day_it_begins_and_an_absence_on_each_day_it_lasts() -> None:
    night = Opening(
        1, RULE, datetime(2026, 11, 24, 21, tzinfo=UTC), datetime(2026, 11, 25, 1, tzinfo=UTC), [TYPE], False
    )
    away = Absence(2, datetime(2026, 11, 25, 23, tzinfo=UTC), datetime(2026, 11, 27, 23, tzinfo=UTC), "absence")
    agenda = an_agenda(openings=[night], absences=[away])
    days = days_of(agenda, date(2026, 11, 23), date(2026, 11, 29), NOW, own=True)
    assert [(day.date.day, kind) for day in days for kind, _ in day.lines] == [
        (24, "opening"),
        (26, "absence"),
        (27, "absence"),
    ]


def test_a_whole_day_is_no_stretch_of_hours_even_on_the_day_on_which_the_clocks_change() -> None:
    def away(number: int, start: datetime, hours: float) -> Absence:
        return Absence(number, start, start + timedelta(hours=hours), "absence")

    spring, autumn = datetime(2027, 3, 27, 23, tzinfo=UTC), datetime(2027, 10, 30, 22, tzinfo=UTC)
    absences = [away(1, spring, 23), away(2, spring, 22), away(3, autumn, 25), away(4, autumn, 24.5)]
    shown = on_the_grid(an_agenda(absences=absences), NOW, "", own=True)
    assert [one["editable"] for one in shown] == [False, True, False, True]


def test_the_next_one_is_the_one_that_goes_on() -> None:
    now_on = an_appointment(starts_at=NOW - timedelta(minutes=10), status=AppointmentStatus.STARTED)
    later = an_appointment(starts_at=NOW + timedelta(hours=3))
    visits = visits_of(an_agenda(later, now_on), NOW, own=True)
    assert next_of(visits) == visits[0]
    assert visits[0].appointment == now_on
    assert touched_by(visits, NOW + timedelta(hours=3, minutes=44), NOW + timedelta(hours=9)) == [visits[1]]
    assert touched_by(visits, NOW + timedelta(hours=3, minutes=45), NOW + timedelta(hours=9)) == []


def test_the_hour_that_the_spring_skips_is_refused_and_the_one_that_autumn_repeats_is_its_first() -> None:
    with pytest.raises(UnclearTime):
        instant(date(2026, 3, 29), time(2, 30), "Europe/Paris")
    assert instant(date(2026, 10, 25), time(2, 30), "Europe/Paris") == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_titles_say_the_month_and_the_year_once() -> None:
    assert title_of(date(2026, 11, 23), date(2026, 11, 29)) == "23 – 29 novembre 2026"
    assert title_of(date(2026, 11, 30), date(2026, 12, 6)) == "30 novembre – 6 décembre 2026"
    assert title_of(date(2026, 12, 28), date(2027, 1, 3)) == "28 décembre 2026 – 3 janvier 2027"
    assert title_of(date(2026, 12, 1), date(2026, 12, 1)) == "Mardi 1er décembre 2026"
