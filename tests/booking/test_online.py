"""Booking without a call: only the hours marked « en ligne », one hold for each visit, the same press once."""

from datetime import datetime, time, timedelta
from uuid import UUID

from contracts.online import AskOnlineHours, OnlineBooking, OnlineHold
from contracts.words import Modality
from tests.booking.conftest import Door
from tests.booking.make import FIRST_VIDEO, a_permit, a_rule, an_agenda, an_expert, local_noon, put


async def open_online(door: Door) -> UUID:
    """Open all day; the morning is marked « en ligne »."""
    expert = an_expert(time_zone="UTC")
    morning, rest = a_rule(expert, starts=time(8), ends=time(12)), a_rule(expert, starts=time(13), ends=time(20))
    await put(door.address.app, an_agenda(expert, morning, rest))
    await door.rows("UPDATE opening_rule SET online = true WHERE id = $1 RETURNING id", morning.id)
    return expert.id


async def test_only_hours_that_were_marked_are_shown_held_and_booked(door: Door) -> None:
    expert_id, closed = await open_online(door), await door.an_expert()
    answer = await door.http.post(
        "/online/hours", json={"experts": [str(expert_id), str(closed)], "modality": Modality.VIDEO.value}
    )
    slots = answer.json()["slots"]
    assert slots and {one["expert_id"] for one in slots} == {str(expert_id)}
    assert all(8 <= datetime.fromisoformat(one["starts_at"]).hour < 12 for one in slots)
    assert AskOnlineHours([], Modality.VIDEO).experts == []

    permit = door.sign(a_permit())
    afternoon = OnlineHold(permit, FIRST_VIDEO.id, expert_id, local_noon(4, hour=14))
    assert (await door.post("/online/holds", afternoon)).json()["code"] == "not-online"
    first = OnlineHold(permit, FIRST_VIDEO.id, expert_id, local_noon(4, hour=9))
    held = await door.post("/online/holds", first)
    assert held.status_code == 200, held.text
    near = OnlineHold(permit, FIRST_VIDEO.id, expert_id, local_noon(4, hour=9) + timedelta(minutes=15))
    moved = await door.post("/online/holds", near)  # one hold for each visit: the former is free again
    assert moved.status_code == 200, moved.text
    assert (await door.book(expert_id, local_noon(4, hour=10))).status_code == 201
    other = OnlineHold(door.sign(a_permit()), FIRST_VIDEO.id, expert_id, local_noon(4, hour=9))
    assert (await door.post("/online/holds", other)).json()["code"] == "slot-taken"
    hold_id = moved.json()["hold_id"]
    booking = OnlineBooking(permit, FIRST_VIDEO.id, expert_id, near.starts_at, hold_id)
    made = await door.post("/online/appointments", booking, idempotency_key="press")
    assert (made.status_code, made.json()["status"]) == (201, "booked"), made.text
    again = await door.post("/online/appointments", booking, idempotency_key="press")
    assert again.json()["id"] == made.json()["id"]
    back = OnlineHold(permit, FIRST_VIDEO.id, expert_id, local_noon(4, hour=11))  # back to the list, and one more
    refused = await door.post("/online/holds", back)
    assert (refused.status_code, refused.json()["code"]) == (409, "already-booked")
    await door.proven()


async def test_whoever_goes_back_and_begins_again_in_the_same_browser_keeps_one_hour(door: Door) -> None:
    expert_id = await open_online(door)
    former = door.sign(a_permit())
    first = OnlineHold(former, FIRST_VIDEO.id, expert_id, local_noon(4, hour=9))
    assert (await door.post("/online/holds", first)).status_code == 200
    again = OnlineHold(door.sign(a_permit()), FIRST_VIDEO.id, expert_id, local_noon(4, hour=10), former)
    assert (await door.post("/online/holds", again)).status_code == 200
    assert (await door.book(expert_id, local_noon(4, hour=9))).status_code == 201  # free for anybody again
    unread = OnlineHold(door.sign(a_permit()), FIRST_VIDEO.id, expert_id, local_noon(4, hour=11), "run out")
    assert (await door.post("/online/holds", unread)).status_code == 200
    await door.proven()


async def test_one_hour_marked_next_week_is_shown_in_an_agenda_that_is_wide_open_until_then(door: Door) -> None:
    expert = an_expert(time_zone="UTC")
    day = local_noon(9).date()
    marked = a_rule(expert, first_day=day, rrule="", starts=time(20, 30), ends=time(22))
    await put(door.address.app, an_agenda(expert, a_rule(expert, starts=time(8), ends=time(20)), marked))
    await door.rows("UPDATE opening_rule SET online = true WHERE id = $1 RETURNING id", marked.id)
    asked = {"experts": [str(expert.id)], "modality": Modality.VIDEO.value}
    slots = (await door.http.post("/online/hours", json=asked)).json()["slots"]
    assert [datetime.fromisoformat(one["starts_at"]).time() for one in slots] == [
        time(20, 30),
        time(20, 45),
        time(21),
        time(21, 15),
    ]
    assert {datetime.fromisoformat(one["starts_at"]).date() for one in slots} == {day}
    held = OnlineHold(door.sign(a_permit()), FIRST_VIDEO.id, expert.id, datetime.fromisoformat(slots[-1]["starts_at"]))
    assert (await door.post("/online/holds", held)).status_code == 200


async def test_a_type_that_only_the_person_or_the_line_may_book_is_not_offered_without_a_call(door: Door) -> None:
    expert_id = await open_online(door)
    asked = {"experts": [str(expert_id)], "modality": Modality.VIDEO.value}
    said = "UPDATE consultation_type SET bookable_by = $2 WHERE id = $1 RETURNING id"
    hour = OnlineHold(door.sign(a_permit()), FIRST_VIDEO.id, expert_id, local_noon(4, hour=9))
    try:
        for who in ("person", "line"):
            await door.rows(said, FIRST_VIDEO.id, who)
            assert (await door.http.post("/online/hours", json=asked)).json()["slots"] == []
            assert (await door.post("/online/holds", hour)).json()["code"] == "not-online"
    finally:
        await door.rows(said, FIRST_VIDEO.id, "online")
    assert (await door.post("/online/holds", hour)).status_code == 200
