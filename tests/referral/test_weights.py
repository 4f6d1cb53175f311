"""Weights as data: versions, a preview that changes nothing, and choices whose reason is never required."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from contracts.words import Role
from kit.clock import now
from services.referral.domain.matching.choices import KEPT
from services.referral.store import choices
from tests.referral.conftest import Desk
from tests.tokens import a_caller

COORDINATOR = a_caller(Role.COORDINATOR)


@pytest.fixture(autouse=True)
async def first_weights(desk: Desk) -> AsyncIterator[None]:
    await desk.sql("DELETE FROM weighting")
    yield
    await desk.sql("DELETE FROM weighting")


async def _told(desk: Desk) -> dict[str, Any]:
    return dict((await desk.get("/weights", caller=COORDINATOR)).json()["versions"][0])


async def _change(desk: Desk, weighting: dict[str, Any], *, seen: int, why: str = "Plus vite") -> Any:
    data = {"weighting": weighting, "why": why}
    return await desk.post("/weights", data, caller=COORDINATOR, headers={"if-match": f'"{seen}"'})


async def test_new_weights_count_from_the_next_list_on(desk: Desk) -> None:
    slow = await desk.expert(specialties={"anxiety": 1.0})
    quick = await desk.expert(specialties={"anxiety": 0.5})
    for expert, hours in ((slow, 200), (quick, 2)):
        at = (now() + timedelta(hours=hours)).isoformat()
        first = f'{{"video": "{at}"}}'
        statement = "UPDATE expert_standing SET announced = true, first_free = $2::jsonb WHERE expert_id = $1"
        await desk.sql(statement, expert.id, first)
    contact = await desk.call(level=2, motives=["anxiety"], modalities=["video"])
    path = f"/contacts/{contact['id']}/candidates"
    light = {**(await _told(desk))["weighting"]["light"], "specialty": 45, "slot": 0}
    weighting = {**(await _told(desk))["weighting"], "light": light}
    assert (await _change(desk, weighting, seen=0)).status_code == 201
    assert (await desk.get(path)).json()["candidates"][0]["expert_id"] == str(slow.id)
    weighting = {**weighting, "light": {**light, "specialty": 5, "slot": 40}}
    answer = await _change(desk, weighting, seen=1)
    assert answer.status_code == 201 and answer.json()["version"] == 2
    assert (await desk.get(path)).json()["candidates"][0]["expert_id"] == str(quick.id)
    versions = (await desk.get("/weights", caller=COORDINATOR)).json()["versions"]
    assert [one["version"] for one in versions] == [2, 1, 0]


async def test_weights_that_were_changed_meanwhile_or_do_not_add_up_are_refused(desk: Desk) -> None:
    weighting = (await _told(desk))["weighting"]
    assert (await _change(desk, weighting, seen=4)).status_code == 412
    crooked = {**weighting, "crisis": {**weighting["crisis"], "slot": 99}, "band": 40}
    answer = await _change(desk, crooked, seen=0)
    assert answer.status_code == 422 and set(answer.json()["fields"]) == {"crisis", "band"}
    endless = {**weighting, "high": {**weighting["high"], "slot": 10**30}, "band": -(10**30)}
    answer = await desk.post("/weights/preview", endless, caller=COORDINATOR)
    assert (answer.status_code, set(answer.json()["fields"])) == (422, {"high", "band"})
    assert (await _change(desk, weighting, seen=0, why=" ")).json()["fields"] == {"why": "1 to 500 characters"}
    assert (await desk.post("/weights", {"weighting": weighting, "why": "x"}, caller=COORDINATOR)).status_code == 422
    assert (await desk.get("/weights")).status_code == 403


async def test_a_preview_says_what_would_change_and_changes_nothing(desk: Desk) -> None:
    for _ in range(3):
        await desk.expert()
    for level in (1, 3):
        await desk.referral(level=level, motives=["anxiety"])
    weighting = (await _told(desk))["weighting"]
    found = (await desk.post("/weights/preview", weighting, caller=COORDINATOR)).json()
    assert found["needs"] >= 2 and found["same_first"] == found["needs"] and found["same_three"] == 1
    assert {1, 3} <= {one["level"] for one in found["levels"]}
    assert (await _told(desk))["version"] == 0


async def test_an_override_is_free_and_its_reason_may_be_given_later_or_never(desk: Desk) -> None:
    first, other = await desk.expert(), await desk.expert(specialties={"grief": 0.6})
    contact = await desk.call(level=2, motives=["anxiety"], modalities=["video"], notes="Elle pleure beaucoup.")
    path = f"/contacts/{contact['id']}"
    kept = (await desk.post(f"{path}/choice", {"expert_id": str(first.id)})).json()
    assert kept["place"] == 1 and not kept["asks"]
    kept = (await desk.post(f"{path}/choice", {"expert_id": str(other.id)})).json()
    assert kept["asks"] and kept["place"] == 2 and kept["first_id"] == str(first.id)
    listed = (await desk.get(f"{path}/choices")).json()["choices"]
    assert [one["expert_id"] for one in listed] == [str(other.id), str(first.id)]
    inputs = (await desk.sql("SELECT inputs::text FROM choice WHERE id = $1", kept["id"]))[0][0]
    assert "pleure" not in inputs and "shares" in inputs
    say = f"/choices/{kept['id']}/reason"
    assert (await desk.post(say, {"reason": "because"})).status_code == 422
    assert (await desk.post(say, {"reason": "hour"}, caller=a_caller(Role.PSYCHOLOGIST))).status_code == 404
    assert (await desk.post(say, {"reason": "hour"})).json()["reason"] == "hour"
    assert (await desk.post(say, {"reason": "cost"})).status_code == 409
    counted = (await desk.get("/choices/reasons", caller=COORDINATOR)).json()
    assert counted["overridden"] >= 1 and {"reason": "hour", "count": 1} in counted["reasons"]


async def test_the_inputs_of_a_ranking_are_forgotten_after_ninety_days(desk: Desk) -> None:
    expert, contact = await desk.expert(), await desk.call(level=2)
    kept = (await desk.post(f"/contacts/{contact['id']}/choice", {"expert_id": str(expert.id)})).json()
    async with desk.listening.database.transaction() as db:
        await choices.forget(db)
    assert await desk.sql("SELECT 1 FROM choice WHERE id = $1", kept["id"])
    await desk.sql("UPDATE choice SET at = $2 WHERE id = $1", kept["id"], now() - KEPT - timedelta(minutes=1))
    async with desk.listening.database.transaction() as db:
        await choices.forget(db)
    assert not await desk.sql("SELECT 1 FROM choice WHERE id = $1", kept["id"])
