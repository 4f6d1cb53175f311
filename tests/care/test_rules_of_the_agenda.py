"""Rules 8, 11, 12, 16: what the professional's desk says, and what it never hides from the line."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from contracts.words import AppointmentStatus, Privacy
from kit.clock import now
from services.booking.domain.appointments import WAITING_ALONE_AFTER, desk_moment
from services.booking.domain.delays import say_late
from services.reminders.domain import plan, texts
from services.reminders.domain.tries import PAUSES, next_try
from tests.care.test_rules_of_appointments import a_visit
from tests.reminders.make import an_appointment, wishes

HOUR = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def test_rule_08_lateness_that_was_told_does_not_make_the_desk_wait_longer() -> None:
    waiting = replace(a_visit(), status=AppointmentStatus.ARRIVED)
    late = say_late(waiting, 15, waiting.starts_at - timedelta(minutes=1))
    assert late.late_minutes == 15
    assert desk_moment(late, late.starts_at + WAITING_ALONE_AFTER) == "alone"


@pytest.mark.parametrize("gone", [False, True])
def test_rule_11_a_message_of_several_hours_or_of_an_end_holds_a_day_hours_and_a_link(gone: bool) -> None:
    text = texts.for_person(HOUR, "Europe/Paris", "LIEN", others=[HOUR + timedelta(hours=4)], gone=gone)
    assert text in ("Lundi 23/11 à 10 h et 14 h : LIEN", "Lundi 23/11 à 10 h et 14 h n'a plus lieu : LIEN")


def test_rule_12_who_chose_no_message_is_not_told_of_an_end_either() -> None:
    instant = now()
    over = an_appointment(starts_at=instant + timedelta(days=2))
    assert plan.of_the_end(over, wishes(moments=()), now=instant) == []
    assert plan.of_the_end(replace(over, privacy=Privacy.SILENT), wishes(), now=instant) == []


def test_rule_16_a_late_message_leaves_only_while_it_is_of_use() -> None:
    instant = now()
    tomorrow = instant + timedelta(days=1)
    assert next_try(len(PAUSES) + 40, now=instant, before=tomorrow, hours=None) is not None
    assert next_try(1, now=tomorrow, before=tomorrow, hours=None) is None
