"""Rules told anew, types that change, days that are full, and why there is no slot: the agenda follows at once."""

from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from contracts.caller import Caller
from contracts.words import Role
from kit.clock import now
from kit.db import Database
from services.booking.store import watch
from tests.booking.conftest import Door
from tests.booking.make import FIRST_VIDEO, FOLLOW_VIDEO, a_rule, an_agenda, an_expert, local_noon, put
from tests.booking.test_routes_agendas import an_empty_agenda, the_grid, weekly
from tests.tokens import a_caller


async def rules_of(door: Door, expert_id: UUID, caller: Caller) -> dict[str, Any]:
    answer = await door.get(f"/experts/{expert_id}/opening-rules", caller)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def why(door: Door, expert_id: UUID, **asked: Any) -> dict[str, Any]:
    query = urlencode({"expert": expert_id, "type": FIRST_VIDEO.id, **asked})
    answer = await door.get(f"/slots/explain?{query}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_this_one_this_and_the_following_or_all(door: Door) -> None:
    expert_id, expert = await an_empty_agenda(door)
    path = f"/experts/{expert_id}/openings"
    monthly = weekly(4, rrule=f"FREQ=MONTHLY;BYMONTHDAY={local_noon(4).day},28")
    assert (await door.post(path, monthly, caller=expert)).status_code == 201
    first = (await door.post(path, weekly(4, rrule="FREQ=WEEKLY;COUNT=8"), caller=expert)).json()
    shown = [
        one for one in (await the_grid(door, expert_id, expert, 60))["openings"] if one["rule_id"] == first["rule_id"]
    ]
    assert len(shown) == 8
    gone, third = shown[4], shown[2]
    assert (await door.call("DELETE", f"{path}/{gone['id']}", caller=expert)).status_code == 204
    hour = timedelta(hours=26)
    later = {name: (datetime.fromisoformat(third[name]) + hour).isoformat() for name in ("starts_at", "ends_at")}
    moved = await door.call("PATCH", f"{path}/{third['id']}", later | {"scope": "following"}, caller=expert)
    assert moved.status_code == 200, moved.text
    assert moved.json()["rule_id"] != first["rule_id"]
    rules = await rules_of(door, expert_id, expert)
    both = [one for one in rules["rules"] if "WEEKLY" in one["rrule"]]
    day_before = datetime.fromisoformat(third["starts_at"]) - timedelta(days=1)
    assert {one["rrule"] for one in both} >= {f"FREQ=WEEKLY;UNTIL={day_before:%Y%m%d}"}
    assert all(one["rrule"].endswith(("COUNT=6", f"{day_before:%Y%m%d}")) for one in both)
    after = [one for one in (await the_grid(door, expert_id, expert, 61))["openings"]]
    mine = [one["starts_at"] for one in after if one["rule_id"] in {each["id"] for each in both}]
    wanted = [shown[0]["starts_at"], shown[1]["starts_at"]]
    wanted += [
        (datetime.fromisoformat(one["starts_at"]) + hour).isoformat().replace("+00:00", "Z")
        for one in shown[2:]
        if one != gone
    ]
    assert mine == wanted
    written = "SELECT max(day) AS last FROM opening_occurrence WHERE expert_id = $1"
    (row,) = await door.rows(written, expert_id)
    assert row["last"] >= date.today() + timedelta(days=365)
    assert (await door.call("DELETE", f"{path}/{moved.json()['id']}?scope=all", caller=expert)).status_code == 204
    assert len((await rules_of(door, expert_id, expert))["rules"]) == 2
    await door.proven()


async def test_a_rule_is_told_anew_from_a_day_on_and_ended(door: Door) -> None:
    expert_id, expert = await an_empty_agenda(door)
    await door.post(f"/experts/{expert_id}/openings", weekly(3), caller=expert)
    seen = await rules_of(door, expert_id, expert)
    (rule,) = seen["rules"]
    assert (rule["next_day"], rule["last_day"], rule["cancelled"]) == (local_noon(3).date().isoformat(), None, [])
    path = f"/experts/{expert_id}/opening-rules/{rule['id']}"
    edit = {"first_day": rule["first_day"], "starts": "14:00:00", "ends": "16:00:00", "rrule": "FREQ=WEEKLY;INTERVAL=2"}
    edit |= {"type_ids": [str(FIRST_VIDEO.id)], "since": local_noon(17).date().isoformat()}
    late = await door.call("PUT", path, edit, caller=expert, if_match='"1"')
    assert (late.status_code, late.json()["code"]) == (412, "changed")
    told = await door.call("PUT", path, edit, caller=expert, if_match=f'"{seen["version"]}"')
    assert told.status_code == 200, told.text
    assert [one["starts"] for one in told.json()["rules"]] == ["09:00:00", "14:00:00"]
    assert told.json()["rules"][0]["last_day"] == local_noon(10).date().isoformat()
    whole = edit | {"since": None, "rrule": "FREQ=MONTHLY;BYDAY=-1FR", "starts": "22:00:00", "ends": "02:00:00"}
    again = await door.call("PUT", path, whole, caller=expert)
    assert again.status_code == 200, again.text
    assert any(one["rrule"] == "FREQ=MONTHLY;BYDAY=-1FR" for one in again.json()["rules"])
    never = await door.call("PUT", path, whole | {"rrule": "FREQ=YEARLY"}, caller=expert)
    assert (never.status_code, never.json()["code"]) == (422, "recurrence-not-followed")
    for one in again.json()["rules"]:
        gone = await door.call("DELETE", f"/experts/{expert_id}/opening-rules/{one['id']}", caller=expert)
        assert gone.status_code == 204
    assert (await rules_of(door, expert_id, expert))["rules"] == []
    assert (await door.call("DELETE", path, caller=expert)).status_code in (204, 404)
    for stranger in (door.desk, a_caller(Role.EXPERT)):
        assert (await door.call("PUT", path, edit, caller=stranger)).status_code == 403
    await door.proven()


async def test_hours_are_previewed_before_they_are_saved(door: Door) -> None:
    expert_id, expert = await an_empty_agenda(door)
    away = {"starts_at": local_noon(4, hour=0).isoformat(), "ends_at": local_noon(4, hour=23).isoformat()}
    assert (await door.post(f"/experts/{expert_id}/absences", away, caller=expert)).status_code == 201
    asked = {"first_day": local_noon(3).date(), "starts": "09:00:00", "ends": "10:30:00"}
    asked |= {"rrule": "FREQ=DAILY;COUNT=20"}
    answer = await door.get(f"/experts/{expert_id}/opening-preview?{urlencode(asked)}", expert)
    assert answer.status_code == 200, answer.text
    shown = answer.json()
    assert (shown["occurrences"], len(shown["days"])) == (20, 12)
    assert [len(one["slots"]) for one in shown["days"]][:3] == [4, 0, 4]
    assert [one["taken"] for one in shown["days"]][:3] == [False, True, False]
    assert shown["last_day"] == local_noon(22).date().isoformat()
    assert (await the_grid(door, expert_id, expert))["openings"] == []
    bad = await door.get(f"/experts/{expert_id}/opening-preview?{urlencode(asked | {'rrule': 'FREQ=HOURLY'})}", expert)
    assert bad.json()["code"] == "recurrence-not-followed"


async def test_why_there_is_no_slot_is_said_with_the_nearest_instead(door: Door) -> None:
    expert_id, expert = await an_empty_agenda(door)
    empty = await why(door, expert_id, day=local_noon(3).date())
    assert ([one["code"] for one in empty["blockers"]], empty["alternatives"]) == (["no-rule"], [])
    opened = weekly(3, type_ids=[str(FIRST_VIDEO.id)])
    made = (await door.post(f"/experts/{expert_id}/openings", opened, caller=expert)).json()
    free = await why(door, expert_id, day=local_noon(3).date())
    assert len(free["free"]) == 10 and free["blockers"] == []
    hour = await why(door, expert_id, at=made["starts_at"])
    assert hour["free"] == [made["starts_at"]]
    far = await why(door, expert_id, day=local_noon(80).date())
    assert far["blockers"][0] == {**far["blockers"][0], "code": "horizon", "number": 60}
    assert len(far["alternatives"]) == 3
    other = await why(door, expert_id, day=local_noon(3).date(), type=FOLLOW_VIDEO.id)
    assert [one["code"] for one in other["blockers"]] == ["other-types"]
    assert (await door.call("DELETE", f"/experts/{expert_id}/openings/{made['id']}", caller=expert)).status_code == 204
    gone = await why(door, expert_id, day=local_noon(3).date())
    assert [one["code"] for one in gone["blockers"]] == ["cancelled"]
    closed = await door.book(expert_id, local_noon(3))
    assert (closed.json()["code"], len(closed.json()["extra"]["alternatives"])) == ("slot-not-open", 3)
    for query in (f"expert={uuid4()}&type={FIRST_VIDEO.id}", f"expert={expert_id}&type={uuid4()}"):
        assert (await door.get(f"/slots/explain?{query}")).status_code == 404


RULES = ("FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=1,-1", "FREQ=DAILY;INTERVAL=3", "FREQ=WEEKLY;BYDAY=SA,SU", "FREQ=MONTHLY")


@settings(
    max_examples=3,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.lists(st.tuples(st.sampled_from(RULES), st.integers(0, 23), st.integers(1, 11)), min_size=1, max_size=3),
    st.sampled_from(("America/Miquelon", "Pacific/Marquesas", "Europe/Paris")),
    st.sampled_from((None, 1, 3)),
)
async def test_the_projection_is_the_brute_force_answer_for_any_rules(
    door: Door, rules: list[tuple[str, int, int]], zone: str, limit: int | None
) -> None:
    one = an_expert(time_zone=zone)
    told = [
        a_rule(one, rrule=text, starts=local_noon(hour=start).time(), ends=local_noon(hour=(start + long) % 24).time())
        for text, start, long in rules
    ]
    await put(door.address.app, an_agenda(one, *told))
    expert = a_caller(Role.EXPERT, subject=one.id)
    answer = await door.call("PUT", f"/experts/{one.id}/daily-limit", {"daily_limit": limit}, caller=expert)
    assert answer.status_code == 200, answer.text
    slots = (await door.get(f"/slots?expert={one.id}&modality=video&limit=100")).json()["slots"]
    for slot in slots[::9]:
        assert (await door.book(one.id, slot["starts_at"])).status_code in (201, 409)
    await door.proven()


async def test_each_day_the_tick_brings_the_next_day_into_reach_and_writes_thirteen_months(
    door: Door, database: Database
) -> None:
    one = an_expert(time_zone="Pacific/Tahiti")
    await put(door.address.app, an_agenda(one))
    behind = "UPDATE expert_agenda SET shown_until = shown_until - 3, written_until = $2 WHERE expert_id = $1"
    await door.rows(behind, one.id, date.today() + timedelta(days=100))
    late = "DELETE FROM agenda_day WHERE expert_id = $1 AND day > current_date + 57 RETURNING day"
    gone = {row["day"] for row in await door.rows(late, one.id)}
    await door.rows("DELETE FROM opening_occurrence WHERE expert_id = $1 AND day > current_date + 100", one.id)
    async with database.transaction() as db:
        await watch.extend(db, now())
    shown = "SELECT DISTINCT day FROM agenda_day WHERE expert_id = $1 AND day > current_date + 57"
    again = await door.rows(shown, one.id)
    assert {row["day"] for row in again} == gone
    (row,) = await door.rows("SELECT max(day) AS last FROM opening_occurrence WHERE expert_id = $1", one.id)
    assert row["last"] >= date.today() + timedelta(days=397)
    await door.proven()
