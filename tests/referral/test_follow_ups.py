"""Three days later: both sides are asked, what is missing is somebody's, and the listener learns one word."""

from datetime import timedelta

from contracts.caller import Caller, Grant
from contracts.events import AppointmentAttended, AppointmentMissed, AppointmentMoved
from contracts.words import Modality, Privacy, Role
from kit.clock import now
from services.referral.deliver.asking_news import ask_for_news
from tests.referral.conftest import Desk, booked


async def beat(desk: Desk) -> None:
    async with desk.listening.database.transaction() as db:
        await ask_for_news(db)
        db.info.pop("after_commit", None)


async def test_both_sides_are_asked_after_three_days_and_silence_becomes_a_task(desk: Desk) -> None:
    expert = await desk.expert()
    referral = await desk.referral(level=3, motives=["anxiety"], department="29")
    event = booked(referral, expert, starts_at=now() - timedelta(days=3, hours=1))
    await desk.sql(
        "INSERT INTO consent (id, case_id, scope, wording, given_at, recorded_by)"
        " VALUES (gen_random_uuid(), $1, 'follow_up', 1, now(), $2)",
        event.case_id,
        desk.me.subject,
    )
    await desk.hears(event)
    await desk.hears(AppointmentAttended(event.appointment_id, 2, event.case_id, event.referral_id, event.expert_id))
    await beat(desk)
    await beat(desk)
    assert len(await desk.told("FollowUpDue")) == 1
    person = Caller(subject=event.case_id, grants=(Grant(Role.PERSON),))
    professional = Caller(subject=expert.id, grants=(Grant(Role.EXPERT),))
    assert len((await desk.get("/follow-ups/mine", caller=person)).json()["follow_ups"]) == 1
    assert len((await desk.get("/follow-ups", caller=professional)).json()["follow_ups"]) == 1
    path = f"/follow-ups/{event.appointment_id}"
    assert (await desk.post(f"{path}/expert", {"answer": "goes_on"}, caller=professional)).status_code == 204
    assert (await desk.post(f"{path}/expert", {"answer": "he said"}, caller=professional)).status_code == 422
    await desk.sql("UPDATE follow_up SET missing_at = now() - interval '1 minute'")
    await beat(desk)
    kinds = [row["kind"] for row in await desk.sql("SELECT kind FROM task WHERE case_id = $1", event.case_id)]
    assert kinds == ["follow_up_missing"]
    assert (await desk.post(f"{path}/person", {"answer": "call_me"}, caller=person)).status_code == 204
    rows = await desk.sql("SELECT kind, owner_id FROM task WHERE case_id = $1 ORDER BY created_at", event.case_id)
    assert [row["kind"] for row in rows] == ["follow_up_missing", "follow_up_wanted"]
    assert all(row["owner_id"] is not None for row in rows), "from level 3 a task has a name"


async def test_without_consent_the_person_is_not_asked_and_nothing_of_theirs_is_missing(desk: Desk) -> None:
    expert = await desk.expert()
    referral = await desk.referral(level=2, motives=["anxiety"], department="29")
    event = booked(referral, expert, starts_at=now() - timedelta(days=4))
    await desk.hears(event)
    await desk.hears(AppointmentAttended(event.appointment_id, 2, event.case_id, event.referral_id, event.expert_id))
    await beat(desk)
    assert await desk.told("FollowUpDue") == []
    person = Caller(subject=event.case_id, grants=(Grant(Role.PERSON),))
    assert (await desk.get("/follow-ups/mine", caller=person)).json()["follow_ups"] == []


async def test_the_listener_learns_one_word_of_their_own_hand_overs(desk: Desk) -> None:
    expert = await desk.expert()
    for what in ("attended", "missed", "moved", "waits"):
        referral = await desk.referral(level=2, motives=["anxiety"], department="29")
        event = booked(referral, expert, starts_at=now() + timedelta(days=1))
        await desk.hears(event)
        thing = (event.appointment_id, 2, event.case_id, event.referral_id, event.expert_id)
        if what == "attended":
            await desk.hears(AppointmentAttended(*thing))
        elif what == "missed":
            await desk.hears(AppointmentMissed(*thing))
        elif what == "moved":
            later = event.starts_at + timedelta(days=1)
            await desk.hears(AppointmentMoved(*thing, later, later, "Europe/Paris", Modality.VIDEO, Privacy.NEUTRAL))
    listed = (await desk.get("/handed-over")).json()["handed_over"]
    words = [one["learnt"] for one in listed[:4]]
    assert words == [None, "moved", "not_come", "took_place"]
    assert set(listed[0]) == {"reference", "handed_over_at", "learnt"}
