"""What booking does when others speak, and what it tells by itself when time passes."""

from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.events import AccountClosed, CaseErased, CaseExclusionsChanged, ExpertChanged, ReferralClosed
from contracts.words import ExpertProfession, Modality, Role
from kit.clock import now
from kit.db import Database
from services.booking import app, listeners
from services.booking.rebuild import run as rebuild
from services.booking.store import experts, watch
from tests.booking.conftest import Door
from tests.booking.make import FIRST_VIDEO, a_permit, local_noon
from tests.tokens import a_caller


class Ears:
    """One transaction a call, as the worker and the ticks have."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def hear(self, listener: Any, *events: Any) -> None:
        for event in events:
            async with self.database.transaction() as db:
                await listener(db, event)

    async def beat(self, tick: Any, *arguments: Any) -> Any:
        async with self.database.transaction() as db:
            return await tick(db, *arguments)


@pytest.fixture
async def ears(database: Database) -> AsyncIterator[Ears]:
    yield Ears(database)


def changed(expert_id: UUID, version: int, **more: Any) -> ExpertChanged:
    said: dict[str, Any] = {
        "profession": ExpertProfession.PSYCHOLOGIST,
        "modalities": (Modality.VIDEO,),
        "time_zone": "Europe/Paris",
        "holiday_region": "metropole",
        "active": True,
    }
    return ExpertChanged(expert_id=expert_id, version=version, **(said | more))


async def booked(door: Door, expert_id: UUID, permit: Any = None, starts_at: datetime | None = None) -> UUID:
    answer = await door.book(expert_id, starts_at, permit=permit)
    assert answer.status_code == 201, answer.text
    return UUID(answer.json()["id"])


async def test_the_newest_word_about_an_expert_counts_in_whatever_order_it_comes(door: Door, ears: Ears) -> None:
    expert_id = uuid4()
    third = changed(expert_id, 3, time_zone="Indian/Reunion")
    await ears.hear(listeners.expert_changed, third, changed(expert_id, 1), third)
    shown = (await door.get(f"/experts/{expert_id}")).json()
    assert (shown["time_zone"], shown["modalities"]) == ("Indian/Reunion", ["video"])
    known = await door.an_expert()
    await ears.hear(listeners.expert_changed, changed(known, 5, modalities=(Modality.PHONE,)))
    assert (await door.book(known)).json()["code"] == "slot-not-open"
    await door.proven()


async def test_a_closed_account_is_offered_to_nobody(door: Door, ears: Ears) -> None:
    expert_id = await door.an_expert()
    await ears.hear(listeners.account_closed, AccountClosed(account_id=expert_id, version=9))
    assert (await door.book(expert_id)).json()["code"] == "slot-not-open"
    assert (await door.get(f"/slots?expert={expert_id}")).json()["slots"] == []
    await door.proven()


async def test_a_closed_referral_ends_what_was_still_to_come(door: Door, ears: Ears) -> None:
    expert_id, permit = await door.an_expert(), a_permit()
    coming = await booked(door, expert_id, permit)
    over = ReferralClosed(referral_id=permit.referral_id, version=4, case_id=permit.case_id, reason="completed")
    await ears.hear(listeners.referral_closed, over, over)
    (event,) = await door.events("AppointmentCancelled", "appointment_id", coming)
    assert event["by"] == "staff"
    assert (await door.book(expert_id)).status_code == 201
    await door.proven()


async def test_an_erased_case_leaves_nothing_that_leads_to_it(door: Door, ears: Ears) -> None:
    permit = a_permit(priority=4)
    coming = await booked(door, await door.an_expert(), permit)
    await ears.hear(listeners.case_erased, CaseErased(case_id=permit.case_id))
    (row,) = await door.rows("SELECT * FROM appointment WHERE id = $1", coming)
    assert (row["status"], row["case_id"], row["referral_id"], row["nickname"], row["level"]) == (
        "cancelled_by_staff",
        None,
        None,
        "",
        None,
    )
    assert len(await door.events("AppointmentCancelled", "appointment_id", coming)) == 1
    await door.proven()


async def test_a_new_exclusion_binds_later_moves(door: Door, ears: Ears) -> None:
    expert_id, permit = await door.an_expert(), a_permit()
    coming = await booked(door, expert_id, permit)
    told = CaseExclusionsChanged(case_id=permit.case_id, version=2, not_experts=(expert_id,))
    older = CaseExclusionsChanged(case_id=permit.case_id, version=1, not_experts=())
    await ears.hear(listeners.case_exclusions_changed, told, older)
    person = a_caller(Role.PERSON, subject=permit.case_id)
    answer = await door.post(f"/appointments/{coming}/move", {"starts_at": local_noon(4).isoformat()}, caller=person)
    assert answer.json()["code"] == "expert-not-allowed"


@pytest.mark.parametrize(
    ("kind", "minutes", "status"),
    [("AppointmentUnseen", 80, "booked"), ("PersonWaitingAlone", -8, "arrived"), ("AppointmentMissed", -11, "booked")],
)
async def test_care_8_and_9_the_desk_is_told_once_and_not_too_early(
    door: Door, ears: Ears, kind: str, minutes: int, status: str
) -> None:
    coming = await booked(door, await door.an_expert())
    await door.bring(coming, now() + timedelta(minutes=minutes + 15), status)
    await ears.beat(app.tell_the_desk)
    assert await door.events(kind, "appointment_id", coming) == []
    await door.bring(coming, now() + timedelta(minutes=minutes))
    await ears.beat(app.tell_the_desk)
    await ears.beat(app.tell_the_desk)
    (event,) = await door.events(kind, "appointment_id", coming)
    assert event["version"] >= 2
    await door.proven()


async def test_whoever_comes_late_to_an_hour_said_missed_finds_it_and_the_house_is_told(door: Door, ears: Ears) -> None:
    permit = a_permit()
    coming = await booked(door, await door.an_expert(), permit)
    await door.bring(coming, now() - timedelta(minutes=12))
    await ears.beat(app.tell_the_desk)
    lost = ReferralClosed(referral_id=permit.referral_id, version=4, case_id=permit.case_id, reason="lost")
    await ears.hear(listeners.referral_closed, lost)
    person = a_caller(Role.PERSON, subject=permit.case_id)
    there = await door.post(f"/appointments/{coming}/arrive", caller=person)
    assert (there.status_code, there.json()["status"]) == (200, "arrived"), there.text
    (kept,), (missed,) = [
        await door.events(kind, "appointment_id", coming) for kind in ("AppointmentKept", "AppointmentMissed")
    ]
    assert kept["version"] > missed["version"]


async def test_a_seen_appointment_is_no_task_of_the_desk(door: Door, ears: Ears) -> None:
    expert_id = await door.an_expert()
    coming = await booked(door, expert_id)
    seen = await door.post(f"/appointments/{coming}/seen", caller=a_caller(Role.EXPERT, subject=expert_id))
    assert seen.status_code == 200
    await door.bring(coming, now() + timedelta(minutes=30))
    await ears.beat(app.tell_the_desk)
    assert await door.events("AppointmentUnseen", "appointment_id", coming) == []


async def test_holds_that_are_over_are_swept_and_their_time_is_offered_again(door: Door, ears: Ears) -> None:
    expert_id = await door.an_expert()
    hold = (await door.hold(expert_id)).json()
    await ears.beat(app.sweep_holds)
    assert len(await door.rows("SELECT 1 FROM claim WHERE id = $1", hold["id"])) == 1
    await door.rows("UPDATE claim SET expires_at = now() - interval '1 second' WHERE id = $1", hold["id"])
    await ears.beat(app.sweep_holds)
    assert await door.rows("SELECT 1 FROM claim WHERE id = $1", hold["id"]) == []
    await door.proven()


async def test_the_house_is_told_when_an_experts_first_slot_changes(door: Door, ears: Ears) -> None:
    expert_id = await door.an_expert()
    await ears.beat(app.tell_availability)
    (first,) = await door.events("AvailabilityChanged", "expert_id", expert_id)
    assert set(first["first_free"]) == {"video", "phone", "in_person"}
    await ears.beat(app.tell_availability)
    assert len(await door.events("AvailabilityChanged", "expert_id", expert_id)) == 1
    await booked(door, expert_id, starts_at=datetime.fromisoformat(first["first_free"]["video"]))
    await ears.beat(app.tell_availability)
    (_, second) = await door.events("AvailabilityChanged", "expert_id", expert_id)
    assert second["version"] == 2
    assert second["first_free"]["video"] > first["first_free"]["video"]
    await ears.beat(experts.availability_changes, now() + timedelta(days=1))
    (row,) = await door.rows("SELECT told_version, told_soonest FROM expert_agenda WHERE expert_id = $1", expert_id)
    assert row["told_version"] == 3


async def test_first_starts_that_time_has_overtaken_are_moved_on(door: Door, ears: Ears) -> None:
    expert_id = await door.an_expert()
    await ears.beat(watch.advance, now() + timedelta(hours=2))
    soon = now() + timedelta(hours=2)
    rows = await door.rows(
        "SELECT first_free FROM agenda_day WHERE expert_id = $1 AND first_free < $2", expert_id, soon
    )
    assert rows == []
    assert await rebuild(door.address.app, [expert_id]) == 1
    assert await rebuild(door.address.app) > 1  # the others lived two hours too far
    await door.proven()


async def test_the_next_day_comes_within_reach_and_openings_are_written_further_out(door: Door, ears: Ears) -> None:
    expert_id = await door.an_expert()
    back: date = now().date() + timedelta(days=40)
    await door.rows("DELETE FROM agenda_day WHERE expert_id = $1 AND day > $2", expert_id, back)
    await door.rows("DELETE FROM opening_occurrence WHERE expert_id = $1 AND day > $2", expert_id, back)
    await door.rows(
        "UPDATE expert_agenda SET shown_until = $2, written_until = $2 WHERE expert_id = $1", expert_id, back
    )
    while await ears.beat(watch.extend, now()):
        pass
    (row,) = await door.rows(
        "SELECT max(day) AS shown, max(first_free) AS last FROM agenda_day WHERE expert_id = $1", expert_id
    )
    assert row["shown"] >= now().date() + timedelta(days=60)
    (row,) = await door.rows("SELECT max(day) AS written FROM opening_occurrence WHERE expert_id = $1", expert_id)
    assert row["written"] >= now().date() + timedelta(days=120)
    assert (await door.book(expert_id, local_noon(59), type_id=FIRST_VIDEO.id)).status_code == 201
    await door.proven()


async def test_an_agenda_without_openings_is_told_to_be_empty_once(door: Door, ears: Ears) -> None:
    expert_id = uuid4()
    await ears.hear(listeners.expert_changed, changed(expert_id, 1))
    told = await ears.beat(experts.availability_changes, now())
    assert [(one.version, one.first_free) for one in told if one.expert_id == expert_id] == [(1, {})]
    again = await ears.beat(experts.availability_changes, now())
    assert expert_id not in {one.expert_id for one in again}
