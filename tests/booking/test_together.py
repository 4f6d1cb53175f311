"""Several hours or several people: series said plainly, two agendas or neither, seats that are never one too many."""

import asyncio
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid4

from msgspec.structs import replace

from contracts.together import NewGroup, NewGuest, NewSeries, TakeSeat
from contracts.words import Modality, Role, VisitKind
from services.booking.domain.together import weeks
from tests.booking.conftest import Door
from tests.booking.make import FIRST_VIDEO, FOLLOW_VIDEO, TYPES, a_permit, local_noon
from tests.tokens import a_caller

FOLLOW_PHONE = TYPES[VisitKind.FOLLOW_UP, Modality.PHONE].id
IN_PERSON = TYPES[VisitKind.FOLLOW_UP, Modality.IN_PERSON].id


async def booked(door: Door, expert_id: UUID, **more: Any) -> dict[str, Any]:
    made: dict[str, Any] = (await door.book(expert_id, local_noon(3), **more)).json()
    return made


async def test_a_series_is_booked_whole_or_as_much_as_possible_and_says_which(door: Door) -> None:
    expert_id = await door.an_expert()
    expert = a_caller(Role.EXPERT, subject=expert_id)
    one = await booked(door, expert_id)
    assert (await door.book(expert_id, local_noon(17))).status_code == 201  # the second week is somebody else's
    path = f"/appointments/{one['id']}/series"
    whole = await door.post(path, NewSeries(4, all_or_none=True), caller=expert)
    assert (whole.status_code, whole.json()["code"]) == (409, "series-not-whole")
    assert len(whole.json()["extra"]["alternatives"]) == 3
    answer = await door.post(path, NewSeries(4), caller=expert)
    assert answer.status_code == 200, answer.text
    said = answer.json()
    assert len(said["booked"]) == 3 and [each["code"] for each in said["missing"]] == ["slot-taken"]
    assert {each["visit"] for each in said["booked"]} == {"follow_up"}
    assert {each["series_id"] for each in said["booked"]} == {said["series_id"]}
    told = await door.events("AppointmentBooked", "case_id", one["case_id"])
    assert [each.get("told_with") for each in told] == [None, None, *[said["booked"][0]["id"]] * 2]  # said once
    assert [each.get("by", "") for each in told] == ["", "expert", "expert", "expert"]
    assert (await door.post(path, NewSeries(12), caller=expert)).json()["code"] == "series-not-valid"
    assert (await door.post(path, NewSeries(2), caller=a_caller(Role.EXPERT))).status_code == 404
    await door.proven()


def test_the_weeks_of_a_series_keep_their_hour_of_the_wall_over_a_clock_change() -> None:
    first = local_noon(0).replace(year=2027, month=3, day=22)
    (after,) = weeks(first, "Europe/Paris", times=1, every=1)
    assert after - first == timedelta(days=7) - timedelta(hours=1)


async def test_a_third_person_takes_both_agendas_or_neither_and_moves_with_them(door: Door) -> None:
    expert_id, local, busy = await door.an_expert(), await door.an_expert(), await door.an_expert()
    one = await booked(door, expert_id)
    path = f"/appointments/{one['id']}"
    assert (await door.book(busy, local_noon(3))).status_code == 201
    refused = await door.post(f"{path}/professionals", NewGuest(busy, "local_doctor"))
    assert (refused.status_code, refused.json()["code"]) == (409, "slot-taken")
    answer = await door.post(f"{path}/professionals", NewGuest(local, "local_doctor"))
    assert (answer.status_code, answer.json()["experts"]) == (200, [str(local)]), answer.text
    assert (await door.book(local, local_noon(3))).json()["code"] == "slot-taken"
    fourth = await door.post(f"{path}/professionals", NewGuest(await door.an_expert(), "interpreter"))
    assert (fourth.status_code, fourth.json()["code"]) == (409, "third-there")
    (told,) = await door.events("ProfessionalBeside", "expert_id", local)
    assert told["appointment_id"] == one["id"]
    window = f"from={quote(local_noon(2).isoformat())}&to={quote(local_noon(4).isoformat())}"
    theirs = a_caller(Role.EXPERT, subject=local)
    seen = (await door.get(f"/experts/{local}/agenda?{window}", theirs)).json()["beside"]
    assert [(each["id"], each["part"]) for each in seen] == [(one["id"], "local_doctor")]
    assert (await door.post(f"{path}/professionals/leave", caller=a_caller(Role.EXPERT))).status_code == 404
    assert (await door.post(f"{path}/professionals/leave", caller=theirs)).json() == {"experts": []}
    assert (await door.post(f"{path}/professionals", NewGuest(local, "local_doctor"))).status_code == 200
    assert (await door.book(local, local_noon(5))).status_code == 201
    not_free = await door.post(f"{path}/move", {"starts_at": local_noon(5).isoformat()})
    assert not_free.json()["code"] == "slot-taken"
    assert (await door.post(f"{path}/move", {"starts_at": local_noon(6).isoformat()})).status_code == 200
    assert (await door.book(local, local_noon(3))).status_code == 201
    assert (await door.book(local, local_noon(6))).json()["code"] == "slot-taken"
    assert (await door.post(f"{path}/cancel", {})).status_code == 200
    assert (await door.book(local, local_noon(6))).status_code == 201
    await door.proven()


async def test_a_group_has_its_seats_and_not_one_more_and_who_waits_has_the_next(door: Door) -> None:
    expert_id = await door.an_expert()
    expert = a_caller(Role.EXPERT, subject=expert_id)
    noon = local_noon(8)
    new = NewGroup("Groupe de parole", FOLLOW_PHONE, noon, seats=2, fee_cents=1050, access="Le 01 99 00 12 34")
    for wrong in (replace(new, access=""), replace(new, fee_cents=-1), replace(new, type_id=FOLLOW_VIDEO.id)):
        assert (await door.post("/groups", wrong, caller=expert)).json()["code"] == "group-not-valid"
    made = await door.post("/groups", new, caller=expert)
    assert made.status_code == 201, made.text
    group = made.json()["id"]
    assert (await door.book(expert_id, local_noon(8), type_id=FIRST_VIDEO.id)).json()["code"] == "slot-taken"
    people = [a_permit() for _ in range(5)]
    said = await asyncio.gather(
        *(door.post(f"/groups/{group}/places", TakeSeat(door.sign(one), "Camille")) for one in people)
    )
    assert sorted(one.json()["status"] for one in said) == ["seat", "seat", "waiting", "waiting", "waiting"]
    assert sorted(one.json()["before"] for one in said if one.json()["status"] == "waiting") == [0, 1, 2]
    seated = next(one for one, answer in zip(people, said, strict=True) if answer.json()["status"] == "seat")
    again = await door.post(f"/groups/{group}/places", TakeSeat(), caller=a_caller(Role.PERSON, subject=seated.case_id))
    assert again.json()["status"] == "seat"
    mine = (await door.get("/groups", a_caller(Role.PERSON, subject=seated.case_id))).json()["groups"]
    assert [(one["fee_cents"], one["access"]) for one in mine if one["id"] == group] == [(1050, new.access)]
    assert (await door.book(expert_id, local_noon(3), permit=seated)).status_code == 201
    *_, opens = await door.events("CaseLastAppointment", "case_id", str(seated.case_id))
    assert datetime.fromisoformat(opens["opens_until"]) > noon  # the later group keeps the link open (care.md 14)
    leaves = await door.post(f"/groups/{group}/leave", caller=a_caller(Role.PERSON, subject=seated.case_id))
    assert leaves.json()["status"] == "left"
    (ended,) = await door.events("SeatEnded", "case_id", str(seated.case_id))
    taken = [one for who in people for one in await door.events("SeatTaken", "case_id", str(who.case_id))]
    assert len({one["case_id"] for one in taken}) == len(taken) == 3 and ended["by"] == "person"
    assert all(one["starts_at"] == taken[0]["starts_at"] and one["time_zone"] == "Europe/Paris" for one in taken)
    (shown,) = [one for one in (await door.http.get("/groups")).json()["groups"] if one["id"] == group]
    assert (shown["taken"], shown["waiting"], shown["mine"], shown["access"]) == (2, 2, None, "")
    who = (await door.get(f"/groups/{group}/places", caller=expert)).json()["places"]
    assert [one["status"] for one in who] == ["seat"] * 2 + ["waiting"] * 2 and "case_id" not in who[0]
    assert (await door.get(f"/groups/{group}/places", caller=a_caller(Role.EXPERT))).status_code == 404
    assert (await door.post(f"/appointments/{group}/cancel", {}, caller=expert)).status_code == 200
    ends = [one for each in people for one in await door.events("SeatEnded", "case_id", str(each.case_id))]
    assert sorted(one["by"] for one in ends) == ["group", "group", "person"]
    unknown = await door.post(f"/groups/{uuid4()}/places", TakeSeat(door.sign(a_permit())))
    assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown-group")
    await door.proven()


async def test_supervision_is_the_teams_own_and_no_case_is_told_of_it(door: Door) -> None:
    expert_id = await door.an_expert()
    expert = a_caller(Role.EXPERT, subject=expert_id)
    new = NewGroup("Supervision du mardi", IN_PERSON, local_noon(9), seats=2, kind="supervision")
    group = (await door.post("/groups", new, caller=expert)).json()["id"]
    listener, person = a_caller(Role.VOLUNTEER), a_caller(Role.PERSON)
    assert (await door.post(f"/groups/{group}/places", TakeSeat(), caller=person)).status_code == 403
    assert group not in (await door.http.get("/groups")).text
    assert (await door.post(f"/groups/{group}/places", TakeSeat(), caller=listener)).json()["status"] == "seat"
    (mine,) = [one for one in (await door.get("/groups", caller=listener)).json()["groups"] if one["id"] == group]
    assert mine["mine"] == "seat"
    assert await door.events("SeatTaken", "case_id", str(listener.subject)) == []
    assert (await door.post(f"/groups/{group}/leave", caller=listener)).json()["status"] == "left"
    await door.proven()
