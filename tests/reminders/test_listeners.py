"""What reminders does when others speak, in whatever order they are heard."""

import random
from datetime import datetime, timedelta
from itertools import permutations
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from contracts.events import (
    AccountClosed,
    AccountOpened,
    AppointmentMissed,
    AppointmentUnseen,
    CaseErased,
    PersonWaitingAlone,
    ReferralClosed,
    UrgentActionTriggered,
)
from contracts.words import Channel, MessageMoment, Privacy, Role
from kit.clock import now
from tests.reminders.conftest import House, soon
from tests.reminders.make import booked, cancelled, moved

NOON = datetime.combine((now() + timedelta(days=5)).date(), datetime.min.time(), ZoneInfo("Europe/Paris")).replace(
    hour=12
)


async def kinds(house: House) -> list[str]:
    return [row["kind"] for row in await house.rows()]


async def notices(house: House) -> list[tuple[str, object]]:
    rows = await house.sql("SELECT * FROM message WHERE case_id IS NULL AND status = 'planned' ORDER BY due_at, kind")
    return [(row["kind"], row["recipient_id"]) for row in rows if not row["kind"].endswith("_before")]


async def test_a_booking_plans_the_chosen_messages(house: House) -> None:
    event = booked(NOON)
    await house.contact(event.case_id, channels=(Channel.SMS, Channel.MAIL))
    await house.hear(event)
    rows = await house.rows()
    assert [row["kind"] for row in rows] == ["now", "now", "day_before", "day_before", "hour_before", "hour_before"]
    assert rows[-1]["due_at"] == NOON - timedelta(hours=1)
    assert all(row["due_at"] < row["expires_at"] == NOON for row in rows)


async def test_nothing_was_chosen_beforehand_so_nothing_is_planned(house: House) -> None:
    await house.hear(booked(NOON))
    assert await kinds(house) == []


async def test_a_silent_appointment_is_never_spoken_of_to_the_person(house: House) -> None:
    event = booked(NOON, privacy=Privacy.SILENT)
    await house.contact(event.case_id)
    await house.account(event.expert_id)
    await house.hear(event)
    assert await kinds(house) == []
    assert await notices(house) == [("account_booked", event.expert_id)]


async def test_an_event_heard_twice_plans_once(house: House) -> None:
    event, event_id = booked(NOON), uuid4()
    await house.contact(event.case_id)
    await house.hear(event, event_id=event_id)
    await house.hear(event, event_id=event_id)
    await house.hear(event)  # the same fact told anew
    assert len(await house.rows()) == 3


async def test_a_move_replaces_the_messages_of_the_former_time(house: House) -> None:
    event = booked(NOON)
    await house.contact(event.case_id)
    await house.hear(event, moved(event, NOON + timedelta(days=1)))
    rows = await house.rows()
    assert {row["version"] for row in rows} == {2}
    assert rows[-1]["due_at"] == NOON + timedelta(hours=23)
    assert {row["version"] for row in await house.rows(status="dropped")} == {1}


async def test_a_cancelled_appointment_has_no_message_left(house: House) -> None:
    event = booked(NOON)
    await house.contact(event.case_id)
    await house.hear(event, cancelled(event, version=2))
    assert await kinds(house) == []


async def test_a_missed_appointment_has_no_message_left(house: House) -> None:
    event = booked(NOON)
    await house.contact(event.case_id)
    await house.hear(
        event,
        AppointmentMissed(event.appointment_id, 2, event.case_id, event.referral_id, event.expert_id),
    )
    assert await kinds(house) == []


@pytest.mark.parametrize("seed", range(6))
async def test_events_in_any_order_leave_the_same_plan(house: House, seed: int) -> None:
    """Two appointments: one moved twice, one moved and cancelled; each order ends the same."""
    stays, ends = booked(NOON), booked(NOON + timedelta(days=2))
    story = [
        stays,
        moved(stays, NOON + timedelta(days=1)),
        moved(stays, NOON + timedelta(days=3), version=3),
        ends,
        moved(ends, NOON + timedelta(days=4)),
        cancelled(ends),
    ]
    random.Random(seed).shuffle(story)
    await house.contact(stays.case_id)
    await house.contact(ends.case_id)
    await house.hear(*story)
    rows = await house.rows()
    assert [(row["appointment_id"], row["version"], row["kind"]) for row in rows] == [
        (stays.appointment_id, 3, kind) for kind in ("now", "day_before", "hour_before")
    ]
    assert rows[-1]["due_at"] == NOON + timedelta(days=3) - timedelta(hours=1)


async def test_a_cancel_heard_first_keeps_its_word(house: House) -> None:
    for order in permutations(range(2)):
        event = booked(NOON)
        await house.contact(event.case_id)
        story = [event, cancelled(event, version=2)]
        await house.hear(*(story[place] for place in order))
    assert await kinds(house) == []


async def test_a_replacing_appointment_ends_the_former_in_either_order(house: House) -> None:
    for former_first in (True, False):
        former = booked(NOON)
        new = booked(NOON + timedelta(days=1), case_id=former.case_id, replaces_id=former.appointment_id)
        await house.contact(former.case_id)
        await house.hear(*((former, new) if former_first else (new, former)))
        rows = await house.rows(former.case_id)
        assert {row["appointment_id"] for row in rows} == {new.appointment_id}


async def test_a_closed_referral_sends_nothing_even_when_its_booking_is_heard_later(house: House) -> None:
    event = booked(NOON)
    await house.contact(event.case_id)
    closed = ReferralClosed(event.referral_id, 1, event.case_id, "withdrawn")
    await house.hear(event, closed)
    assert await kinds(house) == []
    late = booked(NOON, case_id=event.case_id, referral_id=event.referral_id)
    await house.hear(late)
    assert await kinds(house) == []


async def test_an_erased_case_leaves_no_key_no_message_and_no_appointment(house: House) -> None:
    event = booked(NOON)
    await house.contact(event.case_id)
    await house.account(event.expert_id)
    await house.hear(event, CaseErased(event.case_id), moved(event, NOON + timedelta(days=1)))
    for table in ("contact", "message", "appointment"):
        assert await house.sql(f"SELECT 1 FROM {table}") == []


async def test_an_expert_is_told_unless_they_did_it(house: House) -> None:
    near = soon(hours=6)
    event = booked(near)
    await house.account(event.expert_id)
    await house.hear(event)
    assert await notices(house) == [("account_booked", event.expert_id)]
    await house.due_now()
    await house.send()
    await house.hear(moved(event, near + timedelta(minutes=30), by="expert"))
    assert await notices(house) == []
    await house.hear(moved(event, near + timedelta(minutes=60), version=3))
    assert await notices(house) == [("account_moved", event.expert_id)]
    await house.hear(cancelled(event, version=4))
    assert await notices(house) == [("account_cancelled", event.expert_id)]


async def test_an_expert_who_was_not_yet_told_hears_of_the_latest_only(house: House) -> None:
    event = booked(NOON)
    await house.account(event.expert_id)
    await house.hear(event, moved(event, NOON + timedelta(days=1)))
    assert await notices(house) == [("account_booked", event.expert_id)]
    await house.hear(cancelled(event))
    assert await notices(house) == []


async def test_another_expert_takes_over_and_both_are_told(house: House) -> None:
    near = soon(hours=6)
    event, other = booked(near), uuid4()
    await house.account(event.expert_id)
    await house.account(other)
    await house.hear(event)
    await house.due_now()
    await house.send()
    await house.hear(moved(event, near, expert_id=other))
    assert set(await notices(house)) == {("account_cancelled", event.expert_id), ("account_booked", other)}


async def test_an_unseen_appointment_is_said_again_at_once(house: House) -> None:
    event = booked(soon(minutes=90))
    await house.account(event.expert_id)
    unseen = AppointmentUnseen(
        event.appointment_id, 2, event.case_id, event.referral_id, event.expert_id, event.starts_at
    )
    await house.hear(event, unseen)
    assert ("account_unseen", event.expert_id) in await notices(house)


async def test_the_desk_hears_of_someone_waiting_alone(house: House) -> None:
    event, duty, other = booked(soon(minutes=-7)), uuid4(), uuid4()
    for account_id, role in ((duty, Role.DUTY_MANAGER), (other, Role.PSYCHOLOGIST)):
        await house.account(account_id)
        await house.hear(AccountOpened(account_id, 1, (role,), "Camille"))
    await house.account(event.expert_id)
    waiting = PersonWaitingAlone(
        event.appointment_id, 2, event.case_id, event.referral_id, event.expert_id, event.starts_at
    )
    await house.hear(event, waiting)
    assert set(await notices(house)) == {("account_waiting", event.expert_id), ("account_waiting", duty)}


async def test_an_urgent_action_has_a_second_path(house: House) -> None:
    duty = uuid4()
    await house.hear(AccountOpened(duty, 1, (Role.DUTY_MANAGER,), "Camille"))
    await house.account(duty, Channel.SMS, Channel.MAIL)
    await house.hear(UrgentActionTriggered(uuid4(), 1))
    assert await house.send() == 2
    assert house.sms.letters[0].text == "Une alerte vous attend : https://agenda.exemple.fr/appels"


async def test_a_role_heard_late_does_not_win(house: House) -> None:
    duty = uuid4()
    await house.hear(AccountOpened(duty, 2, (Role.EXPERT,), "C"), AccountOpened(duty, 1, (Role.DUTY_MANAGER,), "C"))
    await house.account(duty)
    await house.hear(UrgentActionTriggered(uuid4(), 1))
    assert await notices(house) == []


async def test_a_closed_account_is_told_nothing_and_forgotten(house: House) -> None:
    event = booked(NOON)
    await house.account(event.expert_id)
    await house.hear(event, AccountClosed(event.expert_id, 2))
    assert await notices(house) == [] and await house.sql("SELECT 1 FROM account") == []


async def test_only_the_chosen_moments_are_planned(house: House) -> None:
    event = booked(NOON)
    await house.contact(event.case_id, MessageMoment.HOUR_BEFORE)
    await house.hear(event)
    assert await kinds(house) == ["hour_before"]
