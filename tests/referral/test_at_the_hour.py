"""Ringing at the hour and at no other; a case made without a call; the waiting list that is booking's."""

from datetime import timedelta
from uuid import uuid4

import msgspec

from contracts.choices import Line
from contracts.online import OnlineOpen, OnlineProgramme, OnlineStart
from contracts.waiting import ModalityChanged, SlotOfferClosed, SlotToTell, WaitingUnanswered
from contracts.words import ExpertProfession, Modality, Role
from kit.clock import now
from tests.referral.conftest import Desk, booked
from tests.tokens import a_caller

HOUR = timedelta(hours=1)


async def test_a_number_is_shown_to_one_professional_around_the_hour_and_each_look_is_written_down(desk: Desk) -> None:
    expert = await desk.expert()
    professional, person_of = a_caller(Role.EXPERT, subject=expert.id), a_caller
    kept = await desk.ask("PUT", "/me/practice", Line("01 23 45 67 89", "2e étage"), caller=professional)
    assert kept.status_code == 200, kept.text
    wrong = await desk.ask("PUT", "/me/practice", Line("appelez-moi", None), caller=professional)
    assert wrong.json()["code"] == "line-refused"
    referral = await desk.referral()
    soon, far = now() + timedelta(minutes=8), now() + timedelta(hours=3)
    for starts_at, open_now in ((far, False), (soon, True)):
        event = booked(referral, expert, starts_at=starts_at, ends_at=starts_at + HOUR, modality=Modality.PHONE)
        await desk.hears(event)
        person = person_of(Role.PERSON, subject=event.case_id)
        line = (await desk.get(f"/appointments/{event.appointment_id}/line", caller=person)).json()
        assert line == {"line": "01 23 45 67 89" if open_now else None, "access": "2e étage"}
        number = await desk.post(f"/appointments/{event.appointment_id}/number", caller=professional)
        assert number.status_code == (200 if open_now else 409), number.text
        stranger = await desk.post(f"/appointments/{event.appointment_id}/number", caller=a_caller(Role.EXPERT))
        assert stranger.status_code == 404
        somebody = await desk.get(f"/appointments/{event.appointment_id}/line", caller=a_caller(Role.PERSON))
        assert somebody.status_code == 404
    looks = await desk.sql("SELECT count(*) FROM audit WHERE action = 'reveal' AND subject = $1", expert.id)
    assert looks[0][0] == 1
    changed = ModalityChanged(
        event.appointment_id, 2, event.case_id, event.referral_id, expert.id, soon, Modality.VIDEO, "person"
    )
    await desk.hears(changed)
    over = await desk.post(f"/appointments/{event.appointment_id}/number", caller=professional)
    assert over.json()["code"] == "not-yet-the-hour"
    assert (await desk.get(f"/referrals/{referral['id']}")).json()["modality"] == "video"


async def test_a_case_without_a_call_is_made_only_where_a_programme_is_open(desk: Desk) -> None:
    start = OnlineStart("29", ExpertProfession.PSYCHOLOGIST, Modality.VIDEO, origin=uuid4().hex)
    assert (await desk.http.post("/online/begin", json={**_plain(start)})).json()["code"] == "online-closed"
    coordinator = a_caller(Role.COORDINATOR)
    opened = OnlineProgramme("finistere", "Finistère", open=True, departments=["29"])
    assert (await desk.ask("PUT", "/online/programmes/finistere", opened, caller=coordinator)).status_code == 200
    places = (await desk.http.get("/online/places")).json()["places"]
    assert [one["code"] for one in places] == ["29"]
    begun = (await desk.http.post("/online/begin", json={**_plain(start)})).json()
    assert await desk.sql("SELECT id FROM care_case WHERE id = $1", begun["case_id"]) == []
    case = OnlineOpen(begun["case_id"], begun["referral_id"], "29", ExpertProfession.PSYCHOLOGIST, Modality.VIDEO, "x")
    for _ in range(2):
        answer = await desk.http.post("/online/open", json={**_plain(case)})
        assert answer.status_code == 204, answer.text
    referral = (await desk.get(f"/referrals/{begun['referral_id']}")).json()
    assert (referral["status"], referral["queue"]) == ("ready", "desk")
    (need,) = await desk.sql("SELECT codes FROM need WHERE case_id = $1", begun["case_id"])
    assert '"level": null' in need["codes"] or '"level"' not in need["codes"]  # nobody graded it (care.md 1)
    again = await desk.ask("PUT", "/online/programmes/finistere", opened, caller=coordinator)
    assert again.status_code == 412
    closed = OnlineProgramme("finistere", "Finistère", open=False, departments=["29"], version=1)
    assert (await desk.ask("PUT", "/online/programmes/finistere", closed, caller=coordinator)).status_code == 200


async def test_who_waits_is_in_bookings_list_and_what_nobody_says_becomes_somebodys_task(desk: Desk) -> None:
    referral = await desk.referral(help=["psychologist"], modalities=["video"])
    answer = await desk.post(f"/referrals/{referral['id']}/waitlist", {"reason": "agreed"})
    assert answer.status_code in (200, 201), answer.text
    (told,) = [one for one in await desk.told("ReferralWaitlisted") if one["referral_id"] == referral["id"]]
    assert told["permit"]["case_id"] == referral["case_id"] and told["permit"]["priority"] == 2
    assert told["professions"] == ["psychologist"]
    offer, soon = uuid4(), now() + timedelta(minutes=90)
    await desk.hears(SlotToTell(offer, referral["case_id"], referral["id"], soon, soon, "soon"))
    await desk.hears(WaitingUnanswered(uuid4(), 4, referral["case_id"], referral["id"]))
    mine = [task for task in (await desk.get("/tasks")).json()["tasks"] if task["case_id"] == referral["case_id"]]
    assert {"slot_to_tell", "waiting_unanswered"} <= {task["kind"] for task in mine}
    await desk.hears(SlotOfferClosed(offer, 2, referral["case_id"], "accepted"))
    mine = [task for task in (await desk.get("/tasks")).json()["tasks"] if task["case_id"] == referral["case_id"]]
    assert "slot_to_tell" not in {task["kind"] for task in mine}


def _plain(thing: object) -> dict[str, object]:
    plain: dict[str, object] = msgspec.to_builtins(thing, str_keys=True)
    return plain
