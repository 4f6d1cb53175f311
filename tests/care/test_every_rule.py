"""Each of the twenty rules of care has a test named after it."""

import re
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from services.referral.domain.appointments import Appointment, Standing, must_be_followed
from services.reminders.domain.contacts import ON_THE_LINE
from tests.referral.make import a_referral

ROOT = Path(__file__).parents[2]


def test_no_rule_is_without_a_test_named_after_it() -> None:
    rules = {int(number) for number in re.findall(r"^(\d+)\. ", (ROOT / "docs" / "care.md").read_text(), re.MULTILINE)}
    tests = "\n".join(file.read_text() for file in Path(__file__).parent.glob("test_*.py"))
    named = {int(number) for number in re.findall(r"def test_rule_(\d+)_\w+", tests)}
    assert rules == set(range(1, 21)) and rules - named == set()


def test_rule_07_an_hour_lost_by_a_link_is_followed_though_another_one_stands() -> None:
    for by, wanted in (("person", "cancelled"), ("expert", "cancelled"), ("staff", None)):
        lost = Appointment(UUID(int=1), 2, UUID(int=2), Standing.CANCELLED, cancelled_by=by)
        assert must_be_followed(a_referral(level=3), lost) == wanted
        assert must_be_followed(a_referral(level=2), lost) is None


def test_rule_12_an_hour_booked_without_the_person_wakes_nobody() -> None:
    assert timedelta() < ON_THE_LINE <= timedelta(hours=1), "« now » means now only while they are on the line"
