"""Holding and booking: allowed, refused, repeated."""

import asyncio
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from contracts.booking import NewAppointment
from contracts.caller import Caller, Grant
from contracts.words import Modality, Role, VisitKind
from tests.booking.conftest import Door
from tests.booking.make import (
    FIRST_VIDEO,
    FOLLOW_VIDEO,
    TODAY,
    a_permit,
    a_rule,
    an_agenda,
    an_expert,
    local_noon,
    put,
)
from tests.tokens import a_caller


async def test_a_slot_is_booked_under_a_permit_and_told(door: Door) -> None:
    expert_id, permit = await door.an_expert(), a_permit(priority=3)
    answer = await door.book(expert_id, permit=permit)
    assert answer.status_code == 201, answer.text
    booked = answer.json()
    assert booked["case_id"] == str(permit.case_id)
    assert booked["status"] == "booked"
    assert answer.headers["etag"] == '"1"'
    (event,) = await door.events("AppointmentBooked", "appointment_id", booked["id"])
    assert event["referral_id"] == str(permit.referral_id)
    (last,) = await door.events("CaseLastAppointment", "case_id", permit.case_id)
    assert last["opens_until"] > booked["ends_at"]
    (row,) = await door.rows("SELECT level, permit_experts FROM appointment WHERE id = $1", booked["id"])
    assert row["level"] == 3
    await door.proven()


async def test_a_taken_slot_is_refused_with_the_three_nearest(door: Door) -> None:
    expert_id = await door.an_expert()
    assert (await door.book(expert_id)).status_code == 201
    answer = await door.book(expert_id, local_noon() + timedelta(minutes=15))
    assert (answer.status_code, answer.json()["code"]) == (409, "slot-taken")
    offered = answer.json()["extra"]["alternatives"]
    assert len(offered) == 3
    for slot in offered:
        assert (await door.book(expert_id, slot["starts_at"])).status_code in (201, 409)
    await door.proven()


async def test_the_nearest_may_be_weeks_before_or_after_in_an_agenda_that_seldom_opens(door: Door) -> None:
    expert = an_expert()
    zone = ZoneInfo(expert.time_zone)
    days = [(10, time(14)), (24, time(13, 45)), (46, time(14))]
    rules = [
        a_rule(expert, first_day=TODAY + timedelta(days=day), starts=time(13), ends=ends, rrule="")
        for day, ends in days
    ]
    await put(door.address.app, an_agenda(expert, *rules))
    first, wanted, last = [
        datetime.combine(TODAY + timedelta(days=day), time(13), zone).astimezone(UTC) for day, _ in days
    ]
    assert (await door.book(expert.id, wanted)).status_code == 201
    taken = await door.book(expert.id, wanted)
    offered = [datetime.fromisoformat(one["starts_at"]) for one in taken.json()["extra"]["alternatives"]]
    assert offered == [first, first + timedelta(minutes=15), last], "two weeks before is nearer than three after"


async def test_the_nearest_are_near_in_an_agenda_with_a_start_every_five_minutes(door: Door) -> None:
    expert_id = await door.an_expert()
    path = f"/experts/{expert_id}/consultation-types/{FIRST_VIDEO.id}"
    said = await door.call("PUT", path, {"step": 5}, caller=a_caller(Role.EXPERT, subject=expert_id))
    assert said.status_code == 200, said.text
    assert (await door.book(expert_id, local_noon(4, hour=16))).status_code == 201
    taken = await door.book(expert_id, local_noon(4, hour=16))
    offered = [datetime.fromisoformat(one["starts_at"]) for one in taken.json()["extra"]["alternatives"]]
    assert [(one - local_noon(4, hour=16)) // timedelta(minutes=5) for one in offered] == [-10, -9, 9]


async def test_the_same_post_twice_books_once_and_says_the_same(door: Door) -> None:
    expert_id, permit = await door.an_expert(), a_permit()
    text = door.sign(permit)
    body = {
        "permit": text,
        "expert_id": str(expert_id),
        "type_id": str(FIRST_VIDEO.id),
        "starts_at": local_noon().isoformat(),
    }
    first = await door.post("/appointments", body, idempotency_key="press-1")
    again = await door.post("/appointments", body, idempotency_key="press-1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert (again.headers["idempotency-replayed"], again.headers["etag"]) == ("true", first.headers["etag"])
    other = body | {"starts_at": local_noon(4).isoformat()}
    reused = await door.post("/appointments", other, idempotency_key="press-1")
    assert (reused.status_code, reused.json()["code"]) == (422, "key-reused")
    assert len(await door.events("AppointmentBooked", "case_id", permit.case_id)) == 1


async def test_twins_at_the_same_instant_are_one_booking(door: Door) -> None:
    expert_id, permit = await door.an_expert(), a_permit()
    body = {
        "permit": door.sign(permit),
        "expert_id": str(expert_id),
        "type_id": str(FIRST_VIDEO.id),
        "starts_at": local_noon().isoformat(),
    }
    twins = await asyncio.gather(*(door.post("/appointments", body, idempotency_key="press-2") for _ in range(6)))
    assert {answer.status_code for answer in twins} == {201}
    assert len({answer.content for answer in twins}) == 1
    assert len(await door.events("AppointmentBooked", "case_id", permit.case_id)) == 1
    await door.proven()


async def test_two_presses_at_once_on_two_of_their_own_hours_book_one_for_a_referral(door: Door) -> None:
    expert_id = await door.an_expert()
    permit, expert = a_permit(experts=(expert_id,)), Caller(expert_id, (Grant(Role.EXPERT),))

    async def press(hour: int) -> Any:
        new = NewAppointment(door.sign(permit), expert_id, FIRST_VIDEO.id, local_noon(4, hour=hour))
        return await door.post(f"/experts/{expert_id}/appointments", new, caller=expert)

    answers = await asyncio.gather(*(press(hour) for hour in (9, 11, 14, 16)))
    assert sorted(one.status_code for one in answers) == [201, 409, 409, 409]
    assert {one.json()["code"] for one in answers if one.status_code == 409} == {"already-booked"}
    booked = next(one.json() for one in answers if one.status_code == 201)
    (event,) = await door.events("AppointmentBooked", "referral_id", permit.referral_id)
    assert event["appointment_id"] == booked["id"]
    (last,) = await door.events("CaseLastAppointment", "case_id", permit.case_id)
    assert last["opens_until"] > booked["ends_at"]
    gone = await door.post(f"/appointments/{booked['id']}/cancel", {}, caller=expert)
    assert gone.status_code == 200, gone.text
    assert (await press(10)).status_code == 201  # what was cancelled is in nobody's way
    await door.proven()


async def test_an_hour_of_their_own_says_as_little_as_its_type(door: Door) -> None:
    expert_id = await door.an_expert()
    new = NewAppointment(door.sign(a_permit(experts=(expert_id,))), expert_id, FIRST_VIDEO.id, local_noon())
    await door.rows("UPDATE consultation_type SET privacy = 'silent' WHERE id = $1 RETURNING id", FIRST_VIDEO.id)
    try:
        made = await door.post(
            f"/experts/{expert_id}/appointments", new, caller=Caller(expert_id, (Grant(Role.EXPERT),))
        )
    finally:
        await door.rows("UPDATE consultation_type SET privacy = 'neutral' WHERE id = $1 RETURNING id", FIRST_VIDEO.id)
    (event,) = await door.events("AppointmentBooked", "appointment_id", made.json()["id"])
    assert event["privacy"] == "silent"


async def test_two_appointments_of_a_case_do_not_overlap(door: Door) -> None:
    permit = a_permit()
    assert (await door.book(await door.an_expert(), permit=permit)).status_code == 201
    answer = await door.book(await door.an_expert(), local_noon() + timedelta(minutes=30), permit=permit)
    assert (answer.status_code, answer.json()["code"]) == (409, "case-overlap")
    await door.proven()


async def test_what_may_not_be_booked_says_why(door: Door) -> None:
    expert_id = await door.an_expert()
    soon = local_noon(-1)
    assert (await door.book(expert_id, soon)).json()["code"] == "too-soon"
    assert (await door.book(expert_id, local_noon(62))).json()["code"] == "beyond-horizon"
    assert (await door.book(expert_id, local_noon(3, hour=2))).json()["code"] == "slot-not-open"
    assert (await door.book(uuid4())).json()["code"] == "unknown-expert"
    assert (await door.book(expert_id, type_id=uuid4())).json()["code"] == "unknown-type"
    assert (await door.book(expert_id, type_id=FOLLOW_VIDEO.id)).json()["code"] == "type-not-allowed"
    allowed = await door.book(expert_id, type_id=FOLLOW_VIDEO.id, permit=a_permit(visit=VisitKind.FOLLOW_UP))
    assert allowed.status_code == 201
    by_phone = a_permit(modalities=(Modality.PHONE,))
    assert (await door.book(expert_id, permit=by_phone)).json()["code"] == "type-not-allowed"
    for permit in (a_permit(not_experts=(expert_id,)), a_permit(experts=(uuid4(),))):
        answer = await door.book(expert_id, permit=permit)
        assert (answer.status_code, answer.json()["code"]) == (403, "expert-not-allowed")
    naive = await door.book(expert_id, local_noon().replace(tzinfo=None))
    assert (naive.status_code, naive.json()["code"]) == (422, "unclear-time")
    between = await door.book(expert_id, local_noon() + timedelta(seconds=7))
    assert (between.status_code, between.json()["fields"]) == (422, {"starts_at": "a whole minute"})


async def test_a_forged_permit_opens_nothing(door: Door) -> None:
    expert_id = await door.an_expert()
    body = {
        "permit": door.sign(a_permit())[:-3] + "abc",
        "expert_id": str(expert_id),
        "type_id": str(FIRST_VIDEO.id),
        "starts_at": local_noon().isoformat(),
    }
    answer = await door.post("/appointments", body)
    assert (answer.status_code, answer.json()["code"]) == (403, "permit-refused")
    assert (await door.book(expert_id, caller=a_caller(Role.PERSON))).status_code == 403


async def test_a_hold_keeps_the_slot_for_its_holder_alone(door: Door) -> None:
    expert_id, other = await door.an_expert(), a_caller()
    held = await door.hold(expert_id)
    assert held.status_code == 201, held.text
    hold = held.json()
    assert (await door.hold(expert_id)).json()["id"] == hold["id"]
    assert (await door.hold(expert_id, caller=other)).json()["code"] == "slot-taken"
    assert (await door.book(expert_id, caller=other)).json()["code"] == "slot-taken"
    stolen = await door.book(expert_id, caller=other, hold_id=hold["id"])
    assert (stolen.status_code, stolen.json()["code"]) == (410, "hold-expired")
    elsewhere = await door.book(expert_id, local_noon(5), hold_id=hold["id"])
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (422, "hold-mismatch")
    assert (await door.call("PATCH", f"/holds/{hold['id']}")).status_code == 200
    assert (await door.call("PATCH", f"/holds/{hold['id']}", caller=other)).status_code == 410
    assert (await door.book(expert_id, hold_id=hold["id"])).status_code == 201
    assert (await door.book(expert_id, hold_id=hold["id"])).json()["code"] == "hold-expired"
    assert (await door.book(expert_id, hold_id=2**70)).status_code == 410
    await door.proven()


async def test_a_hold_given_back_frees_the_slot_at_once(door: Door) -> None:
    expert_id = await door.an_expert()
    hold = (await door.hold(expert_id)).json()
    assert (await door.call("DELETE", f"/holds/{hold['id']}", caller=a_caller())).status_code == 204
    assert (await door.hold(expert_id, caller=a_caller())).json()["code"] == "slot-taken"
    assert (await door.call("DELETE", f"/holds/{hold['id']}")).status_code == 204
    assert (await door.call("DELETE", f"/holds/{hold['id']}")).status_code == 204
    assert (await door.hold(expert_id, caller=a_caller())).status_code == 201
    await door.proven()


async def test_nobody_holds_more_than_three_slots(door: Door) -> None:
    expert_id, caller = await door.an_expert(), a_caller()
    for days in (3, 4, 5):
        assert (await door.hold(expert_id, local_noon(days), caller=caller)).status_code == 201
    answer = await door.hold(expert_id, local_noon(6), caller=caller)
    assert (answer.status_code, answer.json()["code"]) == (409, "too-many-holds")


async def test_a_hold_that_is_over_stands_in_nobodys_way(door: Door) -> None:
    expert_id = await door.an_expert()
    hold = (await door.hold(expert_id, local_noon() - timedelta(minutes=15))).json()
    await door.rows("UPDATE claim SET expires_at = now() - interval '1 second' WHERE id = $1", hold["id"])
    late = await door.book(expert_id, local_noon() - timedelta(minutes=15), hold_id=hold["id"])
    assert late.json()["code"] == "hold-expired"
    assert len(late.json()["extra"]["alternatives"]) == 3
    assert (await door.book(expert_id, caller=a_caller())).status_code == 201
    await door.proven()


async def test_buffers_keep_neighbours_apart(door: Door) -> None:
    agenda = an_agenda(an_expert())
    await put(door.address.app, agenda)
    expert_id = agenda.expert.id
    await door.rows(
        "INSERT INTO expert_consultation_type (expert_id, type_id, buffer_before, buffer_after) VALUES ($1, $2, 5, 10)",
        expert_id,
        FIRST_VIDEO.id,
    )
    await door.rows("SELECT agenda_refresh(ARRAY[$1::uuid], current_date - 1, current_date + 62, now())", expert_id)
    assert (await door.book(expert_id)).status_code == 201
    assert (await door.book(expert_id, local_noon() + timedelta(minutes=50))).json()["code"] == "slot-taken"
    assert (await door.book(expert_id, local_noon() + timedelta(minutes=60))).status_code == 201
    await door.proven()
