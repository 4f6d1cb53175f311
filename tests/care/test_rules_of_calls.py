"""Rules 1, 2, 3, 6, 7, 10, 20: what a call asks, what is never decided for people, and who must act."""

import ast
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import msgspec
import pytest

from contracts.referral import Sheet
from contracts.words import ReferralStatus
from gateway.contact_wishes import wishes
from services.referral import tables
from services.referral.domain import sheets, shift, urgent, vocabulary
from services.referral.domain.appointments import Appointment, Standing, reconciled
from services.referral.domain.contacts import HEAVY, TakeUpOver, WithAColleague, may_take_up
from services.referral.domain.sheets import PlanMissing
from services.referral.domain.tasks import follow_up_due
from services.referral.domain.urgent import Action, Attempt, Duty
from services.referral.settings import Settings
from tests.referral.make import NIGHT, a_referral, a_sheet

ROOT = Path(__file__).parents[2]
POSTS = [Duty(0, "Dr Lefèvre", "+33199000001"), Duty(1, "Sonia A.", "+33199000002")]
ALERT = Action(UUID(int=1), "triggered", NIGHT, 1)


def test_rule_01_no_clinical_default_a_new_sheet_and_a_new_contact_say_nothing() -> None:
    sheet = Sheet()
    assert sheet.level is None and not sheet.modalities and not sheet.help and not sheet.motives
    assert not sheet.level_confirmed
    untouched = wishes({})
    assert not untouched.way and not untouched.moments and not untouched.channels
    assert {"way"} <= untouched.missing().keys(), "a person says how to be told; nothing is guessed"


@pytest.mark.parametrize("level", [None, 1, 2, 3, 4, 5])
def test_rule_02_suicidal_ideas_open_prompts_and_never_a_score(level: int | None) -> None:
    sheet = sheets.changed(a_sheet(level=level), {"motives": [vocabulary.SUICIDAL_IDEAS]})
    assert sheet.level == level
    asked = sheets.asks(sheet, now=NIGHT)
    assert "risk_prompts" in asked
    assert ("level_meant" in asked) == (level is not None and level < 4)
    assert "level_meant" not in sheets.asks(sheets.changed(sheet, {"level_confirmed": True}), now=NIGHT)


def test_rule_02_the_prompts_are_the_six_of_the_rule() -> None:
    assert len(vocabulary.PROMPTS) == len(vocabulary.PROMPT_CODES) == 6
    filled = sheets.changed(a_sheet(level=2), {"prompts": dict.fromkeys(vocabulary.PROMPT_CODES, "dit")})
    assert filled.level == 2


def test_rule_03_the_first_rings_at_once_at_any_hour() -> None:
    for hour in range(24):
        at = NIGHT + timedelta(hours=hour)
        action = Action(UUID(int=1), "triggered", at, 1)
        rings = urgent.rings_due(action, POSTS, [], now=at)
        assert {(ring.position, ring.channel) for ring in rings} == {(0, "voice"), (0, "sms")}


def test_rule_03_a_provider_has_less_than_ten_seconds_to_take_the_first_ring() -> None:
    default = next(field.default for field in msgspec.structs.fields(Settings) if field.name == "ring_timeout")
    assert default < timedelta(seconds=10)


def test_rule_03_the_number_stands_after_thirty_seconds_and_at_once_when_nobody_took_it() -> None:
    assert not urgent.dial_now(ALERT, POSTS, [], now=NIGHT + timedelta(seconds=29))
    assert urgent.dial_now(ALERT, POSTS, [], now=NIGHT + timedelta(seconds=30))
    refused = [Attempt(0, 0, channel, "refused", NIGHT) for channel in urgent.CHANNELS]
    assert urgent.dial_now(ALERT, POSTS, refused, now=NIGHT + timedelta(seconds=1))
    assert urgent.dial_now(ALERT, [], [], now=NIGHT)
    assert urgent.to_dial([]) == urgent.EMERGENCY, "without a rota there is still a number"


def test_rule_03_urgent_action_stands_on_nothing_but_its_own_database() -> None:
    shut = ("redis", "celery", "kit.broker", "kit.http", "services.booking", "services.reminders", "services.video")
    for name in ("domain/urgent.py", "store/urgent.py", "routes/urgent.py", "deliver/ringing.py", "deliver/ports.py"):
        tree = ast.parse((ROOT / "services" / "referral" / name).read_text())
        found = {
            module
            for node in ast.walk(tree)
            for module in (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
        }
        assert not {module for module in found if module.startswith(shut)}, name


@pytest.mark.parametrize("level", [1, 2, 3, 4, 5])
def test_rule_06_from_level_4_the_call_back_number_is_asked_first(level: int) -> None:
    asked = sheets.asks(a_sheet(level=level), now=NIGHT)
    assert ("call_back_number" in asked) == (level >= 4)
    if level >= 4:
        assert asked[0] == "call_back_number"


def test_rule_06_an_appointment_beyond_the_target_needs_a_plan_until_then() -> None:
    late, soon = NIGHT + timedelta(hours=25), NIGHT + timedelta(hours=23)
    sheet = a_sheet(level=4)
    with pytest.raises(PlanMissing):
        sheets.submittable(sheet, starts_at=late, now=NIGHT)
    with pytest.raises(PlanMissing):
        sheets.submittable(sheets.changed(sheet, {"plan": "   "}), starts_at=late, now=NIGHT)
    assert sheets.submittable(sheet, starts_at=soon, now=NIGHT) == 4
    assert sheets.submittable(sheets.changed(sheet, {"plan": "Rappel demain"}), starts_at=late, now=NIGHT) == 4


@pytest.mark.parametrize("kind", ["cancelled", "no_show"])
@pytest.mark.parametrize("by", ["person", "expert", "staff"])
def test_rule_07_from_level_3_somebody_owns_it_within_the_hour(kind: str, by: str) -> None:
    for level in (3, 4, 5):
        due = follow_up_due(kind, level=level, by=by, now=NIGHT)
        assert due is not None and due <= NIGHT + timedelta(hours=1)


@pytest.mark.parametrize("level", [3, 4, 5])
def test_rule_07_missed_appointments_never_close_a_referral_by_themselves(level: int) -> None:
    referral = a_referral(level=level, status=ReferralStatus.BOOKED)
    missed = [
        Appointment(uuid4(), 3, uuid4(), Standing.MISSED, starts_at=NIGHT - timedelta(days=days))
        for days in range(1, 5)
    ]
    after, _ = reconciled(referral, missed, heard=missed[0].id, now=NIGHT)
    assert after.status is ReferralStatus.BOOKED


def test_rule_10_a_cut_call_is_taken_up_by_anyone_for_two_hours_and_no_longer() -> None:
    def taken(*, mine: bool, minutes: int) -> None:
        cut_at = NIGHT - timedelta(minutes=minutes)
        may_take_up(mine=mine, final=False, cut_at=cut_at, ended_at=None, now=NIGHT)

    for minutes in (0, 1, 119):
        taken(mine=False, minutes=minutes)
    with pytest.raises(TakeUpOver):
        taken(mine=False, minutes=120)
    taken(mine=True, minutes=600)
    with pytest.raises(WithAColleague):
        may_take_up(mine=False, final=False, cut_at=None, ended_at=None, now=NIGHT)


@pytest.mark.parametrize("level", [3, 4, 5])
def test_rule_07_a_call_cut_from_level_3_becomes_somebodys_within_the_hour(level: int) -> None:
    due = follow_up_due("cut_call", level=level, by="person", now=NIGHT)
    assert due is not None and due - NIGHT <= timedelta(hours=1)


def test_rule_20_no_table_counts_pauses_or_debriefs_by_name() -> None:
    kept = {column.name for column in tables.presence.columns}
    assert kept == {"account_id", "state", "since", "post", "pause_until", "rest_offered_at", "touched_at"}
    assert list(tables.presence.primary_key.columns.keys()) == ["account_id"], "one row a person, of now alone"
    assert tables.debrief.c.asked_by.nullable, "who asked is forgotten once it was held"


def test_rule_20_after_a_heavy_call_ten_minutes_are_offered() -> None:
    assert HEAVY == 4
    assert shift.pause_until("pause", NIGHT) == NIGHT + timedelta(minutes=10)
