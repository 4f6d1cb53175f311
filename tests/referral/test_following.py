"""A referral follows what booking tells, in any order, and the desk learns what it must do."""

from datetime import timedelta
from itertools import permutations
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from contracts.events import (
    AccountClosed,
    AccountOpened,
    AppointmentAttended,
    AppointmentBooked,
    AppointmentCancelled,
    AppointmentKept,
    AppointmentMissed,
    AppointmentMoved,
    AppointmentSeen,
    AppointmentUnseen,
    AvailabilityChanged,
    MessageFailed,
    PersonWaitingAlone,
)
from contracts.words import Channel, MessageMoment, Modality, Role
from kit.clock import now
from services.referral import invariants
from tests.referral.conftest import Desk, booked
from tests.tokens import a_caller


def ids(event: AppointmentBooked, *, version: int) -> dict[str, Any]:
    """What every later event of the same appointment says."""
    return {
        "appointment_id": event.appointment_id,
        "version": version,
        "case_id": event.case_id,
        "referral_id": event.referral_id,
        "expert_id": event.expert_id,
    }


def moved(event: AppointmentBooked, *, version: int, **changes: Any) -> AppointmentMoved:
    return AppointmentMoved(
        **{
            **ids(event, version=version),
            "starts_at": event.starts_at,
            "ends_at": event.ends_at,
            "person_zone": event.person_zone,
            "modality": event.modality,
            "privacy": event.privacy,
            **changes,
        }
    )


async def open_tasks(desk: Desk) -> list[tuple[str, str | None]]:
    tasks = (await desk.get("/tasks")).json()["tasks"]
    return [(task["kind"], task["appointment_id"]) for task in tasks]


async def test_booked_moved_attended_over_the_wire(desk: Desk) -> None:
    referral, expert = await desk.referral(), await desk.expert()
    event = booked(referral, expert)
    later = event.starts_at + timedelta(hours=3)
    await desk.hears(event)
    shown = (await desk.get(f"/referrals/{referral['id']}")).json()
    assert (shown["status"], shown["expert_id"], shown["appointment_id"]) == (
        "booked",
        str(expert.id),
        str(event.appointment_id),
    )
    await desk.hears(moved(event, version=2, starts_at=later))
    await desk.hears(AppointmentAttended(**ids(event, version=3)))
    timeline = (await desk.get(f"/referrals/{referral['id']}/timeline")).json()["transitions"]
    assert [step["cause"] for step in timeline] == ["created", "submitted", "booked", "moved", "attended"]
    assert timeline[0]["actor"] == str(desk.me.subject) and timeline[-1]["actor"] == "booking"


async def test_the_same_event_twice_and_an_older_one_change_nothing(desk: Desk) -> None:
    referral, expert = await desk.referral(), await desk.expert()
    event, event_id = booked(referral, expert), uuid4()
    await desk.hears(event, event, event_ids=[event_id, event_id])
    await desk.hears(AppointmentCancelled(**ids(event, version=2), starts_at=event.starts_at, by="person"))
    await desk.hears(event)
    shown = (await desk.get(f"/referrals/{referral['id']}")).json()
    assert shown["status"] == "ready" and shown["appointment_id"] is None
    passes = await desk.sql("SELECT stride_pass FROM expert_standing WHERE expert_id = $1", expert.id)
    assert passes[0]["stride_pass"] == pytest.approx(0)


@pytest.mark.parametrize("order", list(permutations(range(4))))
async def test_whatever_the_order_the_referral_ends_the_same(desk: Desk, order: tuple[int, ...]) -> None:
    referral, expert, other = await desk.referral(), await desk.expert(), await desk.expert()
    first = booked(referral, expert)
    second = booked(referral, other, starts_at=now() + timedelta(hours=30))
    story = [
        first,
        AppointmentCancelled(**ids(first, version=2), starts_at=first.starts_at, by="person"),
        second,
        moved(second, version=2, starts_at=second.starts_at + timedelta(hours=1)),
    ]
    await desk.hears(*(story[n] for n in order))
    shown = (await desk.get(f"/referrals/{referral['id']}")).json()
    assert (shown["status"], shown["expert_id"]) == ("booked", str(other.id))
    assert shown["starts_at"] == (second.starts_at + timedelta(hours=1)).isoformat().replace("+00:00", "Z")
    passes = {row["expert_id"]: row["stride_pass"] for row in await desk.sql("SELECT * FROM expert_standing")}
    assert passes[expert.id] == pytest.approx(0) and passes[other.id] == pytest.approx(1 / 3)


@pytest.mark.parametrize("late", [False, True])
async def test_a_move_to_another_expert_is_one_move_and_charges_the_new_one(desk: Desk, late: bool) -> None:
    referral, expert, other = await desk.referral(), await desk.expert(), await desk.expert()
    first = booked(referral, expert)
    to_other = moved(first, version=1, appointment_id=uuid4(), expert_id=other.id, replaces_id=first.appointment_id)
    await desk.hears(*((to_other, first) if late else (first, to_other)))
    shown = (await desk.get(f"/referrals/{referral['id']}")).json()
    assert (shown["status"], shown["expert_id"]) == ("booked", str(other.id))
    charged = await desk.sql("SELECT expert_id FROM appointment WHERE charged_at IS NOT NULL AND refunded_at IS NULL")
    assert [row["expert_id"] for row in charged] == [other.id]
    assert await open_tasks(desk) == []


async def test_booked_too_late_tells_again_that_the_referral_is_closed(desk: Desk) -> None:
    referral, expert = await desk.referral(), await desk.expert()
    answer = await desk.post(f"/referrals/{referral['id']}/decide?cause=withdrawn_by_caller")
    assert answer.json()["status"] == "cancelled_by_caller"
    await desk.hears(booked(referral, expert))
    told = await desk.told("ReferralClosed")
    assert [one["reason"] for one in told] == ["cancelled_by_caller"] * 2
    assert (await desk.get(f"/referrals/{referral['id']}")).json()["status"] == "cancelled_by_caller"
    contact = referral["contact_id"]
    assert (await desk.post(f"/contacts/{contact}/permit")).json()["code"] == "referral-closed"


async def test_an_illegal_decision_is_refused(desk: Desk) -> None:
    referral = await desk.referral()
    path = f"/referrals/{referral['id']}/decide?cause="
    assert (await desk.post(f"{path}lost")).json()["code"] == "illegal-transition"
    assert (await desk.post(f"{path}booked")).json()["code"] == "unknown-decision"
    assert (await desk.post(f"/referrals/{uuid4()}/decide?cause=lost")).json()["code"] == "unknown-referral"


async def test_an_unseen_appointment_is_a_task_until_it_is_seen(desk: Desk) -> None:
    referral, expert = await desk.referral(), await desk.expert()
    event = booked(referral, expert)
    await desk.hears(event, AppointmentUnseen(**ids(event, version=1), starts_at=event.starts_at))
    tasks = (await desk.get("/tasks")).json()["tasks"]
    assert [(one["kind"], one["contact_id"]) for one in tasks] == [("unseen", referral["contact_id"])]
    candidates = (await desk.get(f"/contacts/{tasks[0]['contact_id']}/candidates")).json()
    assert candidates["candidates"]  # the next ranked experts stand ready
    await desk.hears(AppointmentSeen(**ids(event, version=1)))
    assert await open_tasks(desk) == []


async def test_seen_before_it_was_called_unseen_makes_no_task(desk: Desk) -> None:
    referral, expert = await desk.referral(), await desk.expert()
    event = booked(referral, expert)
    await desk.hears(AppointmentSeen(**ids(event, version=1)))
    await desk.hears(event, AppointmentUnseen(**ids(event, version=1), starts_at=event.starts_at))
    assert await open_tasks(desk) == []
    assert (await desk.get(f"/referrals/{referral['id']}")).json()["status"] == "booked"


async def test_nobody_waits_alone(desk: Desk) -> None:
    referral, expert = await desk.referral(), await desk.expert()
    event = booked(referral, expert)
    waiting = PersonWaitingAlone(**ids(event, version=2), starts_at=event.starts_at)
    await desk.hears(event, waiting, waiting)
    assert await open_tasks(desk) == [("waiting_alone", str(event.appointment_id))]
    await desk.hears(AppointmentAttended(**ids(event, version=3)))
    assert await open_tasks(desk) == []
    await desk.hears(waiting)
    assert await open_tasks(desk) == []


@pytest.mark.parametrize(("level", "minutes"), [(4, 0), (3, 60), (2, None)])
async def test_a_cancel_from_level_three_is_somebodys_task(desk: Desk, level: int, minutes: int | None) -> None:
    referral, expert = await desk.referral(level=level), await desk.expert()
    event = booked(referral, expert)
    await desk.hears(event, AppointmentCancelled(**ids(event, version=2), starts_at=event.starts_at, by="person"))
    tasks = (await desk.get("/tasks")).json()["tasks"]
    if minutes is None:
        assert tasks == []
        return
    assert [task["kind"] for task in tasks] == ["cancelled"]
    rows = await desk.sql("SELECT due_at - created_at AS wait FROM task")
    assert rows[0]["wait"] == timedelta(minutes=minutes)
    await desk.hears(booked(referral, expert))
    assert [kind for kind, _ in await open_tasks(desk)] == ["cancelled"]  # booked anew, and only a person closes it
    assert (await desk.post(f"/tasks/{tasks[0]['id']}/done?outcome=reached")).json()["outcome"] == "reached"
    assert await open_tasks(desk) == []


async def test_a_no_show_from_level_three_is_a_task_and_never_lost_by_itself(desk: Desk) -> None:
    referral, expert = await desk.referral(level=3), await desk.expert()
    for _ in range(2):
        event = booked(referral, expert)
        await desk.hears(event, AppointmentMissed(**ids(event, version=2)))
    assert (await desk.get(f"/referrals/{referral['id']}")).json()["status"] == "booked"
    assert [kind for kind, _ in await open_tasks(desk)] == ["no_show", "no_show"]  # only a person closes the first


@pytest.mark.parametrize("before", [AppointmentSeen, AppointmentAttended])
async def test_from_level_three_whoever_did_not_come_is_a_task_though_another_hour_stands(
    desk: Desk, before: type[AppointmentSeen] | type[AppointmentAttended]
) -> None:
    referral, expert = await desk.referral(level=3), await desk.expert()
    first, second, later = (booked(referral, expert, starts_at=now() + timedelta(days=day)) for day in (1, 2, 9))
    await desk.hears(first, second, later, before(**ids(first, version=2)))
    await desk.hears(AppointmentMissed(**ids(second, version=2)))
    assert await open_tasks(desk) == [("no_show", str(second.appointment_id))]
    await desk.hears(AppointmentMissed(**ids(second, version=3)))
    assert await open_tasks(desk) == [("no_show", str(second.appointment_id))]


async def test_below_level_three_the_second_no_show_loses_and_says_so(desk: Desk) -> None:
    referral, expert = await desk.referral(level=2), await desk.expert()
    for _ in range(2):
        event = booked(referral, expert)
        await desk.hears(event, AppointmentMissed(**ids(event, version=2)))
    assert (await desk.get(f"/referrals/{referral['id']}")).json()["status"] == "lost"
    assert [one["reason"] for one in await desk.told("ReferralClosed")] == ["lost"]
    kept = AppointmentKept(**ids(event, version=3), starts_at=event.starts_at)
    await desk.hears(kept, kept, AppointmentMissed(**ids(event, version=2)))  # said by mistake, and told out of order
    again = (await desk.get(f"/referrals/{referral['id']}")).json()
    assert (again["status"], again["next_action"], again["queue"]) == ("booked", "appointment", "desk")
    assert await open_tasks(desk) == []
    await desk.hears(AppointmentMissed(**ids(event, version=4)), AppointmentAttended(**ids(event, version=5)))
    assert (await desk.get(f"/referrals/{referral['id']}")).json()["status"] == "engaged"


async def test_a_message_that_could_not_leave_is_a_task(desk: Desk) -> None:
    referral, expert = await desk.referral(), await desk.expert()
    event = booked(referral, expert)
    await desk.hears(event)
    failed = MessageFailed(None, event.appointment_id, Channel.SMS, MessageMoment.NOW)
    await desk.hears(failed, failed)
    tasks = (await desk.get("/tasks")).json()["tasks"]
    assert [(one["kind"], one["referral_id"]) for one in tasks] == [("message_failed", referral["id"])]
    await desk.hears(MessageFailed(None, None, Channel.MAIL, None))
    assert len(await open_tasks(desk)) == 1


async def test_a_task_is_taken_by_one_and_done_once(desk: Desk) -> None:
    referral, expert = await desk.referral(), await desk.expert()
    event = booked(referral, expert)
    await desk.hears(event, PersonWaitingAlone(**ids(event, version=1), starts_at=event.starts_at))
    task = (await desk.get("/tasks")).json()["tasks"][0]
    taken = (await desk.post(f"/tasks/{task['id']}/take")).json()
    assert taken["owner_id"] == str(desk.me.subject)
    answer = await desk.post(f"/tasks/{task['id']}/take", caller=a_caller())
    assert (answer.status_code, answer.json()["code"]) == (409, "task-taken")
    assert (await desk.post(f"/tasks/{task['id']}/done")).json()["done_at"]
    assert (await desk.post(f"/tasks/{task['id']}/done")).status_code == 200
    assert (await desk.post(f"/tasks/{task['id']}/take")).json()["code"] == "task-done"
    assert (await desk.get(f"/tasks/{uuid4()}")).json()["code"] == "unknown-task"
    assert (await desk.get("/tasks", caller=a_caller(Role.EXPERT))).status_code == 403


async def test_availability_keeps_the_highest_version(desk: Desk) -> None:
    contact, expert = await desk.call(level=2), await desk.expert()
    soon, later = now() + timedelta(hours=2), now() + timedelta(hours=9)
    await desk.hears(AvailabilityChanged(expert.id, 2, {Modality.VIDEO: soon}))
    await desk.hears(AvailabilityChanged(expert.id, 1, {Modality.VIDEO: later}))
    found = (await desk.get(f"/contacts/{contact['id']}/candidates")).json()
    assert found["candidates"][0]["first_free"] == soon.isoformat().replace("+00:00", "Z")
    assert found["earliest"] == str(expert.id)
    await desk.hears(AvailabilityChanged(expert.id, 3, {}))
    found = (await desk.get(f"/contacts/{contact['id']}/candidates")).json()
    assert found["candidates"][0]["first_free"] is None and found["earliest"] is None


async def test_a_closed_account_is_no_longer_proposed_and_booking_is_told(desk: Desk) -> None:
    contact, expert = await desk.call(level=2), await desk.expert()
    await desk.hears(AccountOpened(expert.id, 1, (Role.EXPERT,), expert.name), AccountClosed(expert.id, 2))
    assert (await desk.get(f"/contacts/{contact['id']}/candidates")).json()["matching"] == 0
    told = await desk.told("ExpertChanged")
    assert [(one["expert_id"], one["active"], one["version"]) for one in told] == [(str(expert.id), False, 2)]
    await desk.hears(AccountOpened(expert.id, 1, (Role.EXPERT,), expert.name))
    assert not (await desk.sql("SELECT open FROM colleague WHERE id = $1", expert.id))[0]["open"]


async def test_an_appointment_of_a_referral_unknown_here_is_kept_and_harms_nothing(desk: Desk) -> None:
    expert = await desk.expert()
    stranger = {"id": str(uuid4()), "case_id": str(uuid4())}
    await desk.hears(booked(stranger, expert))
    assert (await desk.get(f"/referrals/{stranger['id']}")).json()["code"] == "unknown-referral"


async def test_the_data_is_sound_after_all_this(desk: Desk) -> None:
    referral, expert = await desk.referral(), await desk.expert()
    await desk.hears(booked(referral, expert))
    connection = await asyncpg.connect(desk.address.owner)
    broken = await invariants.check(connection)
    await connection.close()
    assert [rule for rule in broken if "heard of" not in rule and "of the network" not in rule] == []  # emptied tables
