"""« J'ai du retard », hours given in two taps or behind a link, and what the coordination sees of it."""

from collections import Counter
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.giving import AskAnswer, Late, NewGift, NewRound, WeeklyLink
from contracts.words import Modality, Role
from kit.clock import now
from kit.db import Database
from services.booking.app import weekly_links
from services.booking.domain import delays, giving
from services.booking.domain.giving import Habit
from services.booking.domain.spans import Span
from tests.booking.conftest import Door
from tests.booking.make import a_rule, an_agenda, an_expert, local_noon, put
from tests.tokens import a_caller

PARIS = "Europe/Paris"
MONDAY = datetime(2027, 3, 22, 7, 0, tzinfo=UTC)
HOUR = timedelta(minutes=45)


def proposed(known: dict[Habit, int], taken: list[Span], moment: datetime = MONDAY) -> list[datetime]:
    return giving.proposed(Counter(known), taken, zone=PARIS, length=HOUR, now=moment)


def test_the_usual_hours_come_first_and_never_where_something_stands() -> None:
    found = proposed({Habit(1, time(17)): 8}, [])
    tuesday = datetime(2027, 3, 23, 16, 0, tzinfo=UTC)
    assert tuesday in found
    assert tuesday not in proposed({Habit(1, time(17)): 8}, [Span(tuesday - HOUR, tuesday + timedelta(minutes=1))])


def test_hours_stay_the_same_on_the_wall_when_the_clocks_change() -> None:
    found = proposed({Habit(day, time(12, 30)): 1 for day in range(7)}, [])
    assert datetime(2027, 3, 22, 11, 30, tzinfo=UTC) in found
    later = proposed({Habit(0, time(12, 30)): 1}, [], MONDAY + timedelta(days=6))
    assert datetime(2027, 3, 29, 10, 30, tzinfo=UTC) in later


def test_who_has_no_habit_is_not_asked_for_a_week_end() -> None:
    assert proposed({}, []) == sorted(proposed({}, []))
    assert all(start.weekday() < 5 for start in proposed({Habit(0, time(17)): 1}, []))
    assert all(start >= MONDAY + giving.SOONEST for start in proposed({}, []))


async def an_empty_agenda(door: Door) -> UUID:
    expert = an_expert(modalities=frozenset({Modality.VIDEO, Modality.PHONE}))
    await put(door.address.app, an_agenda(expert, a_rule(expert, rrule="", first_day=now().date() - timedelta(days=9))))
    return expert.id


async def test_a_slot_is_given_in_two_taps_and_offered_at_once(door: Door) -> None:
    expert_id = await an_empty_agenda(door)
    me = a_caller(Role.EXPERT, subject=expert_id)
    told = (await door.get(f"/experts/{expert_id}/proposals", me)).json()
    assert told["proposals"][0]["modalities"] == ["video", "phone"]
    start = datetime.fromisoformat(told["proposals"][0]["starts_at"])

    gift = await door.post(f"/experts/{expert_id}/gifts", NewGift(start, Modality.VIDEO), caller=me)
    assert gift.status_code == 201
    again = await door.post(f"/experts/{expert_id}/gifts", NewGift(start, Modality.VIDEO), caller=me)
    assert (again.status_code, again.json()["code"]) == (409, "hour-not-free")
    booked = await door.book(expert_id, start)
    assert booked.status_code == 201
    other = await door.post(
        f"/experts/{expert_id}/gifts", NewGift(start, Modality.PHONE), caller=a_caller(Role.EXPERT, subject=uuid4())
    )
    assert other.status_code == 403
    in_person = await door.post(f"/experts/{expert_id}/gifts", NewGift(start, Modality.IN_PERSON), caller=me)
    assert in_person.json()["code"] == "gift-not-valid"
    await door.proven()


async def test_the_coordination_asks_and_sees_what_came(door: Door) -> None:
    expert_id = await an_empty_agenda(door)
    coordinator = a_caller(Role.COORDINATOR)
    made = await door.post("/opening-rounds", NewRound("Finistère", [expert_id, uuid4()]), caller=coordinator)
    assert made.json()["asked"] == 1
    (event,) = await door.events("OpeningsAsked", "expert_id", expert_id)

    bearer = a_caller(Role.PERSON, subject=UUID(event["ask_id"]))
    ask = (await door.get(f"/asks/{event['ask_id']}", bearer)).json()
    gifts = [NewGift(datetime.fromisoformat(one["starts_at"]), Modality.PHONE) for one in ask["proposals"][:2]]
    after = await door.post(f"/asks/{event['ask_id']}/answer", AskAnswer(gifts), caller=bearer)
    assert after.status_code == 200 and len(after.json()["given"]) == 2 and after.json()["answered"]
    foreign = await door.get(f"/asks/{event['ask_id']}", a_caller(Role.PERSON, subject=uuid4()))
    assert foreign.status_code == 404

    rounds = (await door.get("/opening-rounds", coordinator)).json()["rounds"]
    mine = next(one for one in rounds if one["id"] == made.json()["id"])
    assert (mine["asked"], mine["answered"], mine["given"], mine["taken"]) == (1, 1, 2, 0)
    past = "asked_at = now() - interval '9 days', expires_at = now() - interval '1 day'"
    await door.rows(f"UPDATE opening_ask SET {past} WHERE id = $1", UUID(event["ask_id"]))
    late = await door.post(f"/asks/{event['ask_id']}/answer", AskAnswer([]), caller=bearer)
    assert (late.status_code, late.json()["code"]) == (410, "ask-is-over")


async def test_a_weekly_link_is_asked_for_once_a_week_and_ends_when_it_is_unwanted(
    door: Door, database: Database
) -> None:
    expert_id = await an_empty_agenda(door)
    me = a_caller(Role.EXPERT, subject=expert_id)
    await door.call("PUT", f"/experts/{expert_id}/weekly-link", WeeklyLink(True), caller=me)
    assert (await door.get(f"/experts/{expert_id}/proposals", me)).json()["weekly"]
    await door.rows("UPDATE weekly_link SET next_at = now() - interval '1 minute' WHERE expert_id = $1", expert_id)
    async with database.transaction() as db:
        await weekly_links(db)
        await weekly_links(db)
    assert len(await door.events("OpeningsAsked", "expert_id", expert_id)) == 1
    await door.call("PUT", f"/experts/{expert_id}/weekly-link", WeeklyLink(False), caller=me)
    assert not (await door.get(f"/experts/{expert_id}/proposals", me)).json()["weekly"]


async def test_lateness_is_one_tap_is_taken_back_and_ends_with_a_move(door: Door) -> None:
    expert_id = await door.an_expert()
    me = a_caller(Role.EXPERT, subject=expert_id)
    one = (await door.book(expert_id)).json()
    path = f"/appointments/{one['id']}/late"
    far = await door.post(path, Late(5), caller=me)
    assert far.json()["code"] == "late-too-early"
    await door.bring(one["id"], now() + timedelta(minutes=20))
    assert (await door.post(path, Late(7), caller=me)).json()["code"] == "late-not-valid"
    assert (await door.post(path, Late(10), caller=me)).json()["late_minutes"] == 10
    person = a_caller(Role.PERSON, subject=UUID(one["case_id"]))
    assert (await door.get(f"/appointments/{one['id']}", person)).json()["late_minutes"] == 10
    assert (await door.post(path, Late(5), caller=person)).status_code == 403
    assert (await door.post(path, Late(0), caller=me)).json()["late_minutes"] == 0
    secretary = a_caller(Role.SECRETARY, acts_for=(expert_id,))
    assert (await door.post(path, Late(15), caller=secretary)).json()["late_minutes"] == 15


async def test_figures_speak_of_agendas_and_of_nobody(door: Door) -> None:
    expert_id = await door.an_expert()
    past = "during = tstzrange(lower(during) - shift, upper(during) - shift), day = day - 500"
    shift = "(SELECT interval '500 days' AS shift) s"
    await door.rows(f"UPDATE opening_occurrence SET {past} FROM {shift} WHERE expert_id = $1", expert_id)
    await door.refresh(expert_id)
    coordinator = a_caller(Role.COORDINATOR)
    again = await door.an_expert()
    one = (await door.book(again, local_noon(3))).json()["id"]
    for gesture in ("cancel", "undo", "cancel"):
        assert (await door.post(f"/appointments/{one}/{gesture}", {})).status_code == 200
    shifted = "UPDATE appointment SET starts_at = starts_at {0}, ends_at = ends_at {0} WHERE id = $1"
    gone: dict[str, Any] = (await door.get("/figures?days=371", coordinator)).json()
    await door.rows(shifted.format("- interval '10 days'"), UUID(one))
    told: dict[str, Any] = (await door.get("/figures?days=371", coordinator)).json()
    await door.rows(shifted.format("+ interval '10 days'"), UUID(one))
    assert told["cancels"] == gone["cancels"] + 1  # cancelled, taken back and cancelled again is one
    assert told["opened_minutes"] >= 12 * 60
    assert not any("case" in name or "nickname" in name for name in told)
    every = (await door.get("/figures/experts", coordinator)).json()["experts"]
    mine = next(one for one in every if one["expert_id"] == str(expert_id))
    assert mine["first_free"] is None and mine["last_opening"] is not None
    assert (await door.get("/figures", door.desk)).status_code == 403


@pytest.mark.parametrize("minutes", [0, 5, 10, 15])
def test_five_ten_and_fifteen_are_what_a_tap_may_say(minutes: int) -> None:
    assert minutes in delays.CHOICES
