"""What may happen to an appointment, by whom and when."""

from datetime import timedelta
from uuid import UUID, uuid4

import jwt

from contracts.caller import Caller
from contracts.words import Role
from kit.clock import now
from tests.booking.conftest import Door
from tests.booking.make import FOLLOW_VIDEO, a_permit, local_noon
from tests.tokens import a_caller


class Booked:
    """An appointment with everyone who has a part in it."""

    def __init__(self, expert_id: UUID, case_id: UUID, body: dict[str, str]) -> None:
        self.id, self.path = body["id"], f"/appointments/{body['id']}"
        self.expert_id, self.case_id, self.body = expert_id, case_id, body
        self.expert = a_caller(Role.EXPERT, subject=expert_id)
        self.person = a_caller(Role.PERSON, subject=case_id)
        self.secretary = a_caller(Role.SECRETARY, acts_for=(expert_id,))


async def an_appointment(door: Door, starts_at: object = None) -> Booked:
    expert_id, permit = await door.an_expert(), a_permit()
    answer = await door.book(expert_id, starts_at, permit=permit)
    assert answer.status_code == 201, answer.text
    return Booked(expert_id, permit.case_id, answer.json())


async def bring(door: Door, one: Booked, *, starts_in: timedelta) -> None:
    await door.bring(one.id, now() + starts_in)


async def test_each_sees_an_appointment_as_is_their_part(door: Door) -> None:
    one = await an_appointment(door)
    desk = (await door.get(one.path)).json()
    assert desk["referral_id"] and desk["cancellable"] and desk["movable"]
    assert (await door.get(one.path, one.expert)).json()["case_id"] == str(one.case_id)
    assert (await door.get(one.path, one.person)).json()["referral_id"] is None
    assert (await door.get(one.path, one.secretary)).json()["case_id"] is None
    for stranger in (a_caller(Role.EXPERT), a_caller(Role.PERSON), a_caller(Role.SECRETARY)):
        answer = await door.get(one.path, stranger)
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown-appointment")
    mine = (await door.get("/appointments", one.person)).json()["appointments"]
    assert [each["id"] for each in mine] == [one.id]
    of_case = (await door.get(f"/appointments?case_id={one.case_id}")).json()["appointments"]
    assert [each["id"] for each in of_case] == [one.id]
    (read,) = await door.rows(
        "SELECT count(*) FROM audit WHERE thing = 'case' AND thing_id = $1 AND action = 'read'", one.case_id
    )
    assert read[0] >= 4


async def test_cancelling_frees_the_slot_and_is_told(door: Door) -> None:
    one = await an_appointment(door)
    answer = await door.post(f"{one.path}/cancel", {}, caller=one.person)
    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled_by_person"), answer.text
    (event,) = await door.events("AppointmentCancelled", "appointment_id", one.id)
    assert (event["by"], event["version"]) == ("person", 2)
    assert (await door.post(f"{one.path}/cancel", {}, caller=one.person)).json()["code"] == "not-in-this-state"
    assert (await door.book(one.expert_id)).status_code == 201
    await door.proven()


async def test_a_person_cancels_and_moves_until_the_limit_and_staff_later_still(door: Door) -> None:
    one = await an_appointment(door)
    await bring(door, one, starts_in=timedelta(hours=3))
    late = await door.post(f"{one.path}/cancel", {}, caller=one.person)
    assert (late.status_code, late.json()["code"]) == (409, "too-late")
    later = {"starts_at": local_noon(4).isoformat()}
    assert (await door.post(f"{one.path}/move", later, caller=one.person)).json()["code"] == "too-late"
    assert (await door.get(one.path, one.person)).json()["cancellable"] is False
    assert (await door.post(f"{one.path}/cancel", {"reason": "malade"})).json()["status"] == "cancelled_by_staff"
    await door.proven()


async def test_a_move_changes_the_appointment_in_place(door: Door) -> None:
    one = await an_appointment(door)
    quarter = {"starts_at": (local_noon() + timedelta(minutes=15)).isoformat()}
    answer = await door.post(f"{one.path}/move", quarter, caller=one.person, if_match='"1"')
    assert answer.status_code == 200, answer.text
    moved = answer.json()
    assert (moved["id"], moved["ical_uid"]) == (one.id, one.body["ical_uid"])
    assert (moved["version"], moved["sequence"]) == (2, 1)
    stale = await door.post(f"{one.path}/move", quarter, caller=one.expert, if_match='"1"')
    assert stale.status_code == 412
    other = await door.book(one.expert_id, local_noon(4))
    assert other.status_code == 201
    taken = await door.post(f"{one.path}/move", {"starts_at": local_noon(4).isoformat()}, caller=one.expert)
    assert (taken.status_code, len(taken.json()["extra"]["alternatives"])) == (409, 3)
    night = await door.post(f"{one.path}/move", {"starts_at": local_noon(4, hour=1).isoformat()})
    assert night.json()["code"] == "slot-not-open"
    shorter = {"starts_at": local_noon(5).isoformat(), "type_id": str(FOLLOW_VIDEO.id)}
    assert (await door.post(f"{one.path}/move", shorter, caller=one.expert)).json()["visit"] == "follow_up"
    (first, second) = await door.events("AppointmentMoved", "appointment_id", one.id)
    assert (first["by"], first["version"], second["by"]) == ("person", 2, "expert")
    assert (await door.book(one.expert_id)).status_code == 201
    await door.proven()


async def test_a_move_never_reaches_an_excluded_expert(door: Door) -> None:
    one = await an_appointment(door)
    await door.rows("UPDATE appointment SET permit_not_experts = ARRAY[expert_id] WHERE id = $1", UUID(one.id))
    answer = await door.post(f"{one.path}/move", {"starts_at": local_noon(4).isoformat()}, caller=one.person)
    assert (answer.status_code, answer.json()["code"]) == (403, "expert-not-allowed")


async def test_seen_arrived_started_fulfilled(door: Door) -> None:
    one = await an_appointment(door)
    assert (await door.post(f"{one.path}/seen", caller=one.expert)).json()["seen_at"]
    assert (await door.post(f"{one.path}/seen", caller=one.expert)).json()["version"] == 2
    assert len(await door.events("AppointmentSeen", "appointment_id", one.id)) == 1
    assert (await door.post(f"{one.path}/arrive", caller=one.person)).json()["code"] == "too-early"
    assert (await door.post(f"{one.path}/no-show", caller=one.expert)).json()["code"] == "too-early"
    await bring(door, one, starts_in=timedelta(minutes=-1))
    assert (await door.post(f"{one.path}/arrive", caller=one.expert)).status_code == 403
    assert (await door.post(f"{one.path}/arrive", caller=one.person)).json()["status"] == "arrived"
    assert (await door.post(f"{one.path}/arrive", caller=one.person)).json()["status"] == "arrived"
    assert (await door.post(f"{one.path}/start", caller=one.expert)).json()["started_at"]
    assert (await door.post(f"{one.path}/fulfil", caller=one.expert)).json()["status"] == "fulfilled"
    assert len(await door.events("AppointmentAttended", "appointment_id", one.id)) == 1
    assert (await door.post(f"{one.path}/no-show", caller=one.expert)).json()["code"] == "not-in-this-state"
    await door.proven()


async def test_a_no_show_is_said_after_the_hour_and_may_be_put_right(door: Door) -> None:
    one = await an_appointment(door)
    await bring(door, one, starts_in=timedelta(minutes=-20))
    assert (await door.post(f"{one.path}/no-show", caller=one.expert)).json()["status"] == "noshow"
    assert len(await door.events("AppointmentMissed", "appointment_id", one.id)) == 1
    assert (await door.post(f"{one.path}/fulfil", caller=one.expert)).json()["status"] == "fulfilled"


async def test_the_last_gesture_is_taken_back_by_whoever_made_it_and_the_hour_is_had_again(door: Door) -> None:
    one = await an_appointment(door)
    quarter = {"starts_at": (local_noon() + timedelta(minutes=15)).isoformat()}
    assert (await door.post(f"{one.path}/undo", caller=one.person)).json()["code"] == "nothing-to-undo"
    assert (await door.post(f"{one.path}/move", quarter, caller=one.expert)).status_code == 200
    assert (await door.post(f"{one.path}/undo", caller=one.person)).json()["code"] == "nothing-to-undo"
    back = (await door.post(f"{one.path}/undo", caller=one.expert, if_match='"2"')).json()
    assert (back["starts_at"], back["version"]) == (one.body["starts_at"].replace("+00:00", "Z"), 3), back
    assert (await door.post(f"{one.path}/undo", caller=one.expert)).json()["code"] == "nothing-to-undo"
    assert (await door.post(f"{one.path}/cancel", {}, caller=one.person)).status_code == 200
    assert (await door.post(f"{one.path}/undo", caller=one.person)).json()["status"] == "booked"
    assert (await door.events("AppointmentMoved", "appointment_id", one.id))[-1]["version"] == 5
    assert (await door.book(one.expert_id)).json()["code"] == "slot-taken"
    await door.proven()
    assert (await door.post(f"{one.path}/cancel", {}, caller=one.person)).status_code == 200
    assert (await door.book(one.expert_id)).status_code == 201
    taken = await door.post(f"{one.path}/undo", caller=one.person)
    assert (taken.json()["code"], len(taken.json()["extra"]["alternatives"])) == ("slot-taken", 3)
    await door.proven()


async def test_what_was_said_of_an_hour_is_unsaid(door: Door) -> None:
    one = await an_appointment(door)
    await bring(door, one, starts_in=timedelta(minutes=-20))
    assert (await door.post(f"{one.path}/arrive", caller=one.person)).json()["status"] == "arrived"
    assert (await door.post(f"{one.path}/undo", caller=one.person)).json()["arrived_at"] is None
    assert (await door.post(f"{one.path}/no-show", caller=one.expert)).json()["status"] == "noshow"
    assert (await door.post(f"{one.path}/undo", caller=one.expert)).json()["status"] == "booked"
    assert len(await door.events("AppointmentKept", "appointment_id", one.id)) == 1
    assert (await door.post(f"{one.path}/fulfil", caller=one.expert)).json()["status"] == "fulfilled"
    assert (await door.post(f"{one.path}/undo", caller=one.expert)).json()["code"] == "nothing-to-undo"


async def test_each_of_the_two_gets_their_own_seat(door: Door) -> None:
    one = await an_appointment(door)
    early = await door.post(f"{one.path}/seat", caller=one.person)
    assert (early.status_code, early.json()["code"]) == (409, "too-early")
    await bring(door, one, starts_in=timedelta(minutes=10))
    for caller, name in ((one.person, "person"), (one.expert, "professional")):
        answer = await door.post(f"{one.path}/seat", caller=caller)
        assert (answer.status_code, answer.json()["seat"]) == (200, name), answer.text
        claims = jwt.decode(answer.json()["permit"], options={"verify_signature": False})
        assert (claims["aud"], claims["permit"]["seat"]) == ("video", name)
        assert claims["permit"]["holder"] == str(caller.subject)
    for other in (door.desk, one.secretary):
        assert (await door.post(f"{one.path}/seat", caller=other)).status_code == 403
    await door.post(f"{one.path}/cancel", {})
    assert (await door.post(f"{one.path}/seat", caller=one.person)).json()["code"] == "not-in-this-state"


async def test_what_is_not_there_is_not_there_for_any_command(door: Door) -> None:
    nobody: Caller = a_caller(Role.PERSON)
    for what in ("cancel", "arrive", "seat"):
        answer = await door.post(f"/appointments/{uuid4()}/{what}", {}, caller=nobody)
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown-appointment")
