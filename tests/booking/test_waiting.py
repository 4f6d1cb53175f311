"""The waiting list: hours that come free are offered, held, taken by one, passed on, never where they must not go."""

import asyncio
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

from contracts.caller import Caller, Grant
from contracts.events import CaseExclusionsChanged, ReferralClosed
from contracts.permits import BookPermit
from contracts.waiting import NewWaiting, ReferralWaitlisted
from contracts.words import Role
from kit.clock import now
from kit.db import Database
from services.booking import listeners
from services.booking.deliver import waiting_heard, waiting_rounds
from services.booking.domain.experts import Expert
from tests.booking.conftest import Door
from tests.booking.make import a_permit, a_rule, an_agenda, an_expert, local_noon, put
from tests.tokens import a_caller

AT_ONCE = timedelta(0)


def a_person(permit: BookPermit) -> Caller:
    return a_caller(Role.PERSON, subject=permit.case_id)


async def waits(door: Door, permit: BookPermit, **said: Any) -> dict[str, Any]:
    answer = await door.post("/waiting", NewWaiting(permit=door.sign(permit), **said))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def an_expert_of(door: Door, one: Expert | None = None, **opens: Any) -> UUID:
    """Open every day; what came free by opening is not offered, so that a test speaks of one hour."""
    expert = one or an_expert()
    await put(door.address.app, an_agenda(expert, a_rule(expert, **opens)))
    await door.rows("DELETE FROM slot_freed WHERE expert_id = $1 RETURNING id", expert.id)
    return expert.id


async def round_of(database: Database) -> int:
    async with database.transaction() as db:
        return await waiting_rounds.offer_freed(db, now(), settles=AT_ONCE)


async def offers_of(door: Door, person: Caller) -> list[dict[str, Any]]:
    entries = (await door.get("/waiting", person)).json()["entries"]
    return [offer for entry in entries for offer in entry["offers"]]


async def fill(door: Door, expert_id: UUID, *hours: datetime) -> list[dict[str, Any]]:
    booked = [await door.book(expert_id, hour) for hour in hours]
    assert all(one.status_code == 201 for one in booked), [one.text for one in booked]
    return [one.json() for one in booked]


async def cancel(door: Door, appointment: dict[str, Any]) -> None:
    assert (await door.post(f"/appointments/{appointment['id']}/cancel", {})).status_code == 200


async def test_an_hour_that_comes_free_is_held_for_one_who_waits_and_theirs_with_one_word(
    door: Door, database: Database
) -> None:
    expert_id = await an_expert_of(door)
    (taken,) = await fill(door, expert_id, local_noon(6))
    permit = a_permit(experts=(expert_id,), priority=2)
    person = a_person(permit)
    entry = await waits(door, permit)
    assert (entry["status"], entry["offers"]) == ("waiting", [])
    await cancel(door, taken)
    assert await round_of(database) == 1
    (offer,) = await offers_of(door, person)
    assert (offer["held"], datetime.fromisoformat(offer["starts_at"])) == (True, local_noon(6))
    until = datetime.fromisoformat(offer["expires_at"])
    assert timedelta(hours=12) <= until - now() + timedelta(minutes=1)
    other = await door.book(expert_id, datetime.fromisoformat(offer["starts_at"]))
    assert other.json()["code"] == "slot-taken"
    (told,) = await door.events("SlotOffered", "case_id", permit.case_id)
    assert told["offer_id"] == offer["id"]
    stranger = a_caller(Role.PERSON)
    assert (await door.post(f"/waiting-offers/{offer['id']}/accept", caller=stranger)).status_code == 404
    answer = await door.post(f"/waiting-offers/{offer['id']}/accept", caller=person)
    assert (answer.status_code, answer.json()["starts_at"]) == (200, offer["starts_at"]), answer.text
    assert (await door.get("/waiting", person)).json()["entries"] == []
    assert len(await door.events("AppointmentBooked", "case_id", permit.case_id)) == 1
    (closed,) = await door.events("SlotOfferClosed", "offer_id", offer["id"])
    assert closed["outcome"] == "accepted"
    again = await door.post(f"/waiting-offers/{offer['id']}/accept", caller=person)
    assert (again.status_code, again.json()["code"]) == (410, "offer-over")
    await door.proven()


async def test_an_earlier_hour_moves_the_appointment_in_one_go_and_frees_the_former(
    door: Door, database: Database
) -> None:
    expert_id, other_id = await an_expert_of(door), await an_expert_of(door)
    permit = a_permit(experts=(expert_id, other_id))
    person = a_person(permit)
    mine = (await door.book(expert_id, local_noon(20), permit=permit)).json()
    (theirs,) = await fill(door, other_id, local_noon(7))
    answer = await door.post("/waiting", NewWaiting(appointment_id=UUID(mine["id"])), caller=person)
    assert answer.status_code == 200, answer.text
    next_permit = a_permit(experts=(expert_id,))
    await waits(door, next_permit)
    await cancel(door, theirs)
    await round_of(database)
    (offer,) = await offers_of(door, person)
    assert offer["expert_id"] == str(other_id)
    moved = (await door.post(f"/waiting-offers/{offer['id']}/accept", caller=person)).json()
    assert (moved["expert_id"], moved["status"]) == (str(other_id), "booked")
    appointments = (await door.get("/appointments", person)).json()["appointments"]
    assert sorted(one["status"] for one in appointments) == ["booked", "cancelled_by_person"]
    (told,) = await door.events("AppointmentMoved", "case_id", permit.case_id)
    assert (told["replaces_id"], told["appointment_id"]) == (mine["id"], moved["id"])
    assert await door.events("AppointmentCancelled", "case_id", permit.case_id) == []
    await round_of(database)
    (freed,) = await offers_of(door, a_person(next_permit))  # the hour that they left is offered in its turn
    assert freed["expert_id"] == str(expert_id)
    (depth,) = await door.rows("SELECT depth FROM waiting_offer WHERE id = $1", UUID(freed["id"]))
    assert depth[0] == 1
    await door.proven()


async def test_two_who_want_the_same_freed_hour_at_the_same_instant_get_one_yes(door: Door, database: Database) -> None:
    expert_id = await an_expert_of(door, an_expert(time_zone="UTC"), starts=time(0), ends=time(23, 45))
    morning = (now() + timedelta(hours=9)).replace(minute=0, second=0, microsecond=0)
    (taken,) = await fill(door, expert_id, morning)
    permits = [a_permit(experts=(expert_id,), priority=level) for level in (1, 2, 3, 3)]
    for permit in permits:  # day and night: they look at their telephone now
        await waits(door, permit, from_hour=time(0), to_hour=time(0))
    await cancel(door, taken)
    assert await round_of(database) == 3  # a batch; the least urgent of four was not asked
    assert await offers_of(door, a_person(permits[0])) == []
    asked = [(a_person(one), (await offers_of(door, a_person(one)))[0]) for one in permits[1:]]
    assert not any(offer["held"] for _, offer in asked)
    said = await asyncio.gather(
        *(door.post(f"/waiting-offers/{offer['id']}/accept", caller=person) for person, offer in asked)
    )
    assert sorted(one.status_code for one in said) == [200, 409, 409]
    assert {one.json()["code"] for one in said if one.status_code == 409} == {"slot-taken"}
    outcomes = [
        closed["outcome"]
        for _, offer in asked
        for closed in await door.events("SlotOfferClosed", "offer_id", offer["id"])
    ]
    assert sorted(outcomes) == ["accepted", "lost", "lost"]
    await door.proven()


async def test_excluded_experts_are_never_offered_and_what_was_offered_ends(door: Door, database: Database) -> None:
    expert_id = await an_expert_of(door)
    taken, more = await fill(door, expert_id, local_noon(5), local_noon(9))
    never = a_permit(experts=(expert_id,), not_experts=(expert_id,), priority=4)
    unwanted = a_permit(experts=(expert_id,))
    await waits(door, never)
    await waits(door, unwanted)
    await cancel(door, taken)
    await round_of(database)
    assert await offers_of(door, a_person(never)) == []
    (offer,) = await offers_of(door, a_person(unwanted))
    async with database.transaction() as db:
        await listeners.case_exclusions_changed(db, CaseExclusionsChanged(unwanted.case_id, 1, (expert_id,)))
    assert await offers_of(door, a_person(unwanted)) == []
    assert (await door.book(expert_id, datetime.fromisoformat(offer["starts_at"]))).status_code == 201
    await cancel(door, more)
    await round_of(database)
    assert await offers_of(door, a_person(unwanted)) == []
    await door.proven()


async def test_three_silences_call_a_person_and_leaving_is_one_gesture(door: Door, database: Database) -> None:
    expert_id = await an_expert_of(door)
    permit = a_permit(experts=(expert_id,))
    entry = await waits(door, permit)
    for days in (8, 12, 16):
        (taken,) = await fill(door, expert_id, local_noon(days))
        await cancel(door, taken)
        await round_of(database)
        (offer,) = await offers_of(door, a_person(permit))
        await door.rows(
            "UPDATE waiting_offer SET sent_at = now() - interval '2 days', expires_at = now() - interval '1 day' "
            "WHERE id = $1 RETURNING id",
            UUID(offer["id"]),
        )
        await door.rows(
            "UPDATE waiting_entry SET last_offer_at = now() - interval '2 days' WHERE id = $1 RETURNING id",
            UUID(entry["id"]),
        )
        async with database.transaction() as db:
            await waiting_rounds.pass_on(db, now())
    (told,) = await door.events("WaitingUnanswered", "entry_id", entry["id"])
    assert told["referral_id"] == str(permit.referral_id)
    (seen,) = (await door.get("/waiting", a_person(permit))).json()["entries"]
    assert seen["status"] == "worked"
    assert (await door.post(f"/waiting/{entry['id']}/leave", caller=a_person(permit))).status_code == 204
    assert (await door.post(f"/waiting/{entry['id']}/leave", caller=a_person(permit))).status_code == 204
    assert (await door.get("/waiting", a_person(permit))).json()["entries"] == []
    await door.proven()


async def test_an_orientation_that_waits_is_in_this_list_until_it_ends(door: Door, database: Database) -> None:
    permit = a_permit(priority=3)
    heard = ReferralWaitlisted(permit.referral_id, 4, permit, (), now() + timedelta(days=30))
    async with database.transaction() as db:
        await waiting_heard.referral_waitlisted(db, heard)
        await waiting_heard.referral_waitlisted(db, heard)
    entries = (await door.get(f"/waiting?case_id={permit.case_id}")).json()["entries"]
    assert [one["priority"] for one in entries] == [3]
    async with database.transaction() as db:
        await listeners.referral_closed(db, ReferralClosed(permit.referral_id, 5, permit.case_id, "completed"))
    async with database.transaction() as db:  # the older word comes late
        await waiting_heard.referral_waitlisted(db, heard)
    assert (await door.get(f"/waiting?case_id={permit.case_id}")).json()["entries"] == []


async def test_who_has_found_an_hour_elsewhere_waits_no_more(door: Door, database: Database) -> None:
    expert_id = await an_expert_of(door)
    permit = a_permit()
    await waits(door, permit)
    assert (await door.book(expert_id, local_noon(4), permit=permit)).status_code == 201
    await round_of(database)
    assert (await door.get("/waiting", a_person(permit))).json()["entries"] == []
    for caller in (a_caller(Role.EXPERT), Caller(uuid4(), (Grant(Role.SECRETARY),))):
        assert (await door.get("/waiting", caller)).status_code == 403
