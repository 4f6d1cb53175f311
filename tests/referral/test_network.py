"""The network over HTTP: list, import, invitation, proofs, messages, profile and the public list."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from contracts.caller import Caller, Grant
from contracts.events import AccountOpened
from contracts.words import Role
from kit.clock import now
from services.referral.app import remind_of_proofs
from services.referral.domain.experts import Expert
from tests.referral.conftest import Desk
from tests.referral.test_domain_network import GOOD, _keyed
from tests.tokens import a_caller

COORDINATOR = a_caller(Role.COORDINATOR)


async def _as_coordinator(desk: Desk, method: str, path: str, data: Any = None, *, seen: int | None = None) -> Any:
    headers = {} if seen is None else {"if-match": f'"{seen}"'}
    return await desk.ask(method, f"/network{path}", data, caller=COORDINATOR, headers=headers)


def _expert(expert: Expert) -> Caller:
    return Caller(subject=expert.id, grants=(Grant(Role.EXPERT),))


async def test_the_list_is_searched_filtered_and_paged_without_gaps(desk: Desk) -> None:
    everyone = [await desk.expert(name=f"N{n:03}", capacity=n % 2) for n in range(53)]
    found = (await _as_coordinator(desk, "GET", "/experts")).json()
    assert found["matching"] == 53 and len(found["members"]) == 50
    rest = (await _as_coordinator(desk, "GET", f"/experts?after={found['after']}")).json()
    names = [one["name"] for one in (*found["members"], *rest["members"])]
    assert names == sorted(one.name for one in everyone) and rest["after"] is None
    full = (await _as_coordinator(desk, "GET", "/experts?standing=full&q=n0")).json()
    assert full["matching"] == 27 and all("full" in one["states"] for one in full["members"])
    assert (await _as_coordinator(desk, "GET", "/experts?q=%25_")).json()["matching"] == 0
    assert (await _as_coordinator(desk, "GET", "/experts?after=nonsense")).json()["matching"] == 53
    assert (await _as_coordinator(desk, "GET", "/experts?department=72&profession=psychologist")).json()["matching"]
    assert (await desk.get("/network/experts")).status_code == 403


async def test_dormant_members_and_missing_professions_are_seen(desk: Desk) -> None:
    dormant, open_one = await desk.expert(name="Endormie"), await desk.expert()
    await desk.sql(
        "UPDATE expert_standing SET closed_since = $2 WHERE expert_id = $1", dormant.id, now() - timedelta(31)
    )
    soon = f'{{"video": "{(now() + timedelta(hours=5)).isoformat()}"}}'
    await desk.sql("UPDATE expert_standing SET first_free = $2::jsonb WHERE expert_id = $1", open_one.id, soon)
    overview = (await _as_coordinator(desk, "GET", "")).json()
    assert overview["states"]["dormant"] == 1 and overview["members"] == 2
    missing = {(one["department"], one["profession"]) for one in overview["missing"]}
    assert ("72", "psychiatrist") in missing and ("72", "psychologist") not in missing
    listed = (await _as_coordinator(desk, "GET", "/experts?standing=dormant")).json()["members"]
    assert [one["name"] for one in listed] == ["Endormie"]


async def test_an_import_shows_its_difference_first_and_writes_exactly_that(desk: Desk) -> None:
    known = await desk.expert(rpps=GOOD, capacity=1)
    rows = [
        {"rpps": GOOD, "capacity": "4"},
        {"rpps": _keyed("1000000007"), "name": "Neuve", "profession": "psychiatre", "department": "Finistère"},
        {"rpps": "12", "name": "Fausse"},
    ]
    shown = (await _as_coordinator(desk, "POST", "/imports", {"rows": rows})).json()
    assert [line["kind"] for line in shown["lines"]] == ["changed", "new", "wrong"] and not shown["applied"]
    assert not await desk.told("ExpertChanged")
    other = {"rows": rows, "apply": True, "expected": "0" * 32}
    assert (await _as_coordinator(desk, "POST", "/imports", other)).status_code == 412
    done = (await _as_coordinator(desk, "POST", "/imports", {**other, "expected": shown["fingerprint"]})).json()
    assert done["applied"]
    told = {one["expert_id"]: one for one in await desk.told("ExpertChanged")}
    new_id = done["lines"][1]["expert_id"]
    assert told[str(known.id)]["version"] == 2 and told[new_id]["active"] is False
    again = (await _as_coordinator(desk, "POST", "/imports", {"rows": rows})).json()
    assert [line["kind"] for line in again["lines"]] == ["same", "same", "wrong"]
    member = (await _as_coordinator(desk, "GET", f"/experts/{new_id}")).json()
    assert member["checked_at"] is None and not member["active"]


async def test_an_invited_member_is_proposed_once_their_account_is_open(desk: Desk) -> None:
    row = {"rpps": GOOD, "name": "Neuve", "profession": "psychologue", "department": "72", "modalities": "visio"}
    rows = {"rows": [{**row, "checked_on": "2026-11-01"}], "apply": True}
    mark = (await _as_coordinator(desk, "POST", "/imports", {**rows, "apply": False})).json()["fingerprint"]
    done = (await _as_coordinator(desk, "POST", "/imports", {**rows, "expected": mark})).json()
    expert_id = UUID(done["lines"][0]["expert_id"])
    assert (await _as_coordinator(desk, "GET", "/experts?standing=to_invite")).json()["matching"] == 1
    assert (await _as_coordinator(desk, "POST", f"/experts/{expert_id}/invite")).status_code == 200
    assert (await desk.told("ExpertInvited"))[0]["expert_id"] == str(expert_id)
    assert (await _as_coordinator(desk, "GET", "/experts?standing=invited")).json()["matching"] == 1
    await desk.hears(AccountOpened(expert_id, 1, (Role.EXPERT,), "Neuve"))
    member = (await _as_coordinator(desk, "GET", f"/experts/{expert_id}")).json()
    assert member["active"] and member["joined_at"]
    assert (await desk.told("ExpertChanged"))[-1]["active"] is True
    contact = await desk.call(level=2, modalities=["video"])
    assert (await desk.get(f"/contacts/{contact['id']}/candidates")).json()["matching"] == 1
    assert (await _as_coordinator(desk, "POST", f"/experts/{uuid4()}/invite")).status_code == 404


async def test_a_change_of_a_profile_reaches_booking_and_overwrites_nobody(desk: Desk) -> None:
    expert = await desk.expert()
    me = _expert(expert)
    shown = (await desk.get("/me/expert", caller=me)).json()
    data = {"changes": {"modalities": ["phone"], "offered": False, "listed": True}}
    headers = {"if-match": f'"{shown["version"]}"'}
    answer = await desk.ask("PATCH", "/me/expert", data, caller=me, headers=headers)
    assert answer.status_code == 200 and answer.json()["version"] == 2
    assert (await desk.told("ExpertChanged"))[-1]["modalities"] == ["phone"]
    assert (await desk.ask("PATCH", "/me/expert", data, caller=me, headers=headers)).status_code == 412
    contact = await desk.call(level=2)
    assert (await desk.get(f"/contacts/{contact['id']}/candidates")).json()["matching"] == 0  # listed, not offered
    listed = (await desk.http.get("/public/experts?department=72")).json()
    assert [one["name"] for one in listed["experts"]] == [expert.name] and len(listed["departments"]) > 95
    assert {one["code"]: one["count"] for one in listed["departments"] if one["count"]} == {"72": 1}
    assert not {"id", "rpps", "address"} & set(listed["experts"][0])
    nobody = Caller(subject=uuid4(), grants=(Grant(Role.EXPERT),))
    assert (await desk.get("/me/expert", caller=nobody)).status_code == 404


async def test_consent_to_be_listed_is_apart_and_withdrawn_at_once(desk: Desk) -> None:
    expert = await desk.expert()
    assert (await desk.http.get("/public/experts")).json()["experts"] == []  # offered, not listed
    seen = 1
    for listed, count in ((True, 1), (False, 0)):
        data = {"changes": {"listed": listed}}
        headers = {"if-match": f'"{seen}"'}
        await desk.ask("PATCH", "/me/expert", data, caller=_expert(expert), headers=headers)
        seen += 1
        assert len((await desk.http.get("/public/experts")).json()["experts"]) == count


async def test_proofs_are_said_checked_and_remembered_before_they_end(desk: Desk) -> None:
    expert = await desk.expert(crisis=False)
    me, today = _expert(expert), now().date()
    insurance = {"kind": "insurance", "reference": "MACSF", "expires_on": str(today + timedelta(days=20))}
    said = (await desk.post("/me/expert/proofs", insurance, caller=me)).json()
    assert said["checked_at"] is None
    assert (await _as_coordinator(desk, "GET", "/experts?standing=to_check")).json()["matching"] == 1
    assert (await _as_coordinator(desk, "GET", "/experts?standing=expiring")).json()["matching"] == 1
    assert (await _as_coordinator(desk, "POST", f"/proofs/{said['id']}/check")).json()["checked_at"]
    assert (await desk.ask("DELETE", f"/me/expert/proofs/{said['id']}", caller=me)).status_code == 404
    path = f"/experts/{expert.id}/proofs"
    await _as_coordinator(desk, "POST", path, {"kind": "rpps", "reference": GOOD})
    await _as_coordinator(desk, "POST", path, {"kind": "crisis", "reference": "Formation 2025"})
    member = (await _as_coordinator(desk, "GET", f"/experts/{expert.id}")).json()
    assert member["checked_at"] == str(today) and member["rpps"] == GOOD and member["crisis"]
    for _ in range(2):
        async with desk.listening.database.transaction() as db:
            await remind_of_proofs(db)
    assert [one["proof_id"] for one in await desk.told("ProofExpiring")] == [said["id"]]
    signed = await desk.post("/me/expert/charter", {"version": member["charter_now"]}, caller=me)
    assert signed.json()["charter_at"]
    assert (await desk.post("/me/expert/charter", {"version": 99}, caller=me)).status_code == 409


async def test_a_message_to_a_group_is_read_behind_the_login(desk: Desk) -> None:
    here = await desk.expert()
    away = await desk.expert(places=())
    data = {"text": "Une réunion jeudi.\nVenez si vous pouvez.", "department": "72"}
    assert (await _as_coordinator(desk, "POST", "/notices", data)).json()["recipients"] == 1
    told = (await desk.told("NoticePosted"))[0]
    assert told["expert_ids"] == [str(here.id)] and "réunion" not in str(told)
    letters = (await desk.get("/me/notices", caller=_expert(here))).json()["notices"]
    assert letters[0]["text"].startswith("Une réunion") and letters[0]["read_at"] is None
    assert (await desk.get("/me/notices", caller=_expert(away))).json()["notices"] == []
    read = await desk.post(f"/me/notices/{letters[0]['id']}/read", caller=_expert(here))
    assert read.json()["notices"][0]["read_at"]
    assert (await _as_coordinator(desk, "POST", "/notices", {"text": "  "})).status_code == 422
    assert (await _as_coordinator(desk, "POST", "/notices", {**data, "department": "2A"})).status_code == 422
    for nobody in ("everybody", "closed", "to_invite"):  # a word that is no standing, and those who cannot read it
        refused = await _as_coordinator(desk, "POST", "/notices", {**data, "standing": nobody})
        assert refused.status_code == 422, nobody
    assert len(await desk.told("NoticePosted")) == 1
