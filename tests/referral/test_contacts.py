"""Calls over HTTP: the sheet saved as typed, the ranked list, the permit."""

from datetime import timedelta
from uuid import UUID, uuid4

import jwt
import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from contracts.words import Role
from kit.clock import now
from tests.referral.conftest import Desk, booked
from tests.tokens import a_caller, bearer


async def test_a_call_starts_with_an_empty_sheet_and_a_short_reference(desk: Desk) -> None:
    answer = await desk.post("/contacts")
    contact = answer.json()
    assert answer.status_code == 201 and contact["sheet"]["level"] is None
    assert contact["reference"][1] == "-" and contact["listener_id"] == str(desk.me.subject)
    listed = (await desk.get("/contacts?open=true")).json()["contacts"]
    assert [one["id"] for one in listed] == [contact["id"]]


async def test_what_is_typed_is_saved_and_says_when(desk: Desk) -> None:
    contact = await desk.call()
    answer = (await desk.type(contact["id"], notes="épuisée 😔", level=2)).json()
    assert answer["sheet"]["notes"] == "épuisée 😔" and answer["version"] == contact["version"] + 1
    assert answer["saved_at"] >= contact["saved_at"]
    shown = (await desk.get(f"/contacts/{contact['id']}")).json()
    assert shown["sheet"] == answer["sheet"]


async def test_only_the_changed_field_changes_and_null_empties(desk: Desk) -> None:
    contact = await desk.call(level=2, profession="unknown", notes="a")
    answer = (await desk.type(contact["id"], notes=None)).json()
    assert (answer["sheet"]["notes"], answer["sheet"]["profession"], answer["sheet"]["level"]) == (None, "unknown", 2)


async def test_what_is_typed_is_not_readable_in_the_database(desk: Desk) -> None:
    contact = await desk.call(level=2, notes="phrase secrète", first_name="Camille", prompts={"means": "médicaments"})
    row = (await desk.sql("SELECT * FROM contact WHERE id = $1", UUID(contact["id"])))[0]
    whole = repr(dict(row)).encode() + bytes(row["typed"])
    for word in ("phrase", "Camille", "dicaments"):
        assert word.encode() not in whole
    await desk.post(f"/contacts/{contact['id']}/permit")
    need = (await desk.sql("SELECT * FROM need WHERE contact_id = $1", UUID(contact["id"])))[0]
    assert b"Camille" not in repr(dict(need)).encode() + bytes(need["typed"])


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "not-json"),
        (b"[]", 422, "invalid-input"),
        (b'{"changes": {"level": 9}}', 422, "sheet-refused"),
        (b'{"changes": {"colour": 1}}', 422, "sheet-refused"),
        (b'{"changes": {"notes": "a\\u0000b"}}', 422, "nul-character"),
        (b'{"changes": {"notes": "' + b"x" * 4001 + b'"}}', 422, "sheet-refused"),
        (b'{"changes": {"notes": "' + b"x" * 300_000 + b'"}}', 413, "body-too-large"),
    ],
)
async def test_bad_input_changes_nothing(desk: Desk, body: bytes, status: int, code: str) -> None:
    contact = await desk.call(level=2)
    path = f"/contacts/{contact['id']}/sheet"
    headers = {"content-type": "application/json"}
    answer = await desk.http.patch(
        path, content=body, headers={**headers, **bearer(desk.keys.rings["identity"], "referral", desk.me)}
    )
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert (await desk.get(f"/contacts/{contact['id']}")).json()["version"] == contact["version"]


async def test_an_unknown_call_is_not_found(desk: Desk) -> None:
    for method, path in (
        ("GET", ""),
        ("GET", "/candidates"),
        ("POST", "/permit"),
        ("POST", "/close"),
        ("POST", "/finalize"),
        ("POST", "/reopen"),
    ):
        answer = await desk.ask(method, f"/contacts/{uuid4()}{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown-contact")


@pytest.mark.parametrize("role", [Role.EXPERT, Role.PERSON, Role.COORDINATOR, Role.SECRETARY, Role.PRIVACY_OFFICER])
async def test_only_the_desk_reads_calls(desk: Desk, role: Role) -> None:
    contact = await desk.call()
    for method, path in (("GET", f"/contacts/{contact['id']}"), ("GET", "/contacts"), ("POST", "/contacts")):
        answer = await desk.ask(method, path, caller=a_caller(role))
        assert (answer.status_code, answer.json()["code"]) == (403, "not-allowed")


async def test_without_a_token_nothing_opens(desk: Desk) -> None:
    assert (await desk.http.get("/contacts")).status_code == 401


async def test_every_look_leaves_a_trace_in_the_same_transaction(desk: Desk) -> None:
    contact = await desk.call(level=2)
    await desk.get(f"/contacts/{contact['id']}")
    await desk.get(f"/contacts/{contact['id']}/candidates")
    await desk.post(f"/contacts/{contact['id']}/permit")
    rows = await desk.sql("SELECT action, thing FROM audit WHERE subject = $1 ORDER BY id", desk.me.subject)
    assert [tuple(row) for row in rows] == [
        ("start", "contact"),
        ("write", "contact"),
        ("read", "contact"),
        ("rank", "contact"),
        ("permit", "referral"),
    ]


async def test_a_refused_change_leaves_no_trace_of_a_write(desk: Desk) -> None:
    contact = await desk.call()
    await desk.type(contact["id"], level=7)
    rows = await desk.sql("SELECT 1 FROM audit WHERE thing_id = $1 AND action = 'write'", UUID(contact["id"]))
    assert rows == []


async def test_a_final_call_no_longer_changes_and_one_only_closed_may_be_taken_up(desk: Desk) -> None:
    contact = await desk.call(level=2)
    closed = (await desk.post(f"/contacts/{contact['id']}/close")).json()
    assert closed["ended_at"] and not closed["final"]
    colleague = a_caller(Role.VOLUNTEER)
    taken_up = (await desk.post(f"/contacts/{contact['id']}/reopen", caller=colleague)).json()
    assert taken_up["ended_at"] is None and taken_up["listener_id"] == str(colleague.subject)
    final = (await desk.post(f"/contacts/{contact['id']}/finalize")).json()
    assert final["final"]
    for answer in (await desk.type(contact["id"], level=3), await desk.post(f"/contacts/{contact['id']}/reopen")):
        assert (answer.status_code, answer.json()["code"]) == (409, "contact-final")


async def test_the_page_is_told_what_to_ask(desk: Desk) -> None:
    contact = await desk.call(motives=["suicidal_ideas"], level=3)
    assert contact["asks"] == ["risk_prompts", "level_meant"] and contact["sheet"]["level"] == 3
    meant = (await desk.type(contact["id"], level_confirmed=True)).json()
    assert meant["asks"] == ["risk_prompts"]
    raised = (await desk.type(contact["id"], level=4)).json()
    assert raised["asks"] == ["call_back_number", "risk_prompts"]
    late = (now() + timedelta(days=3)).isoformat().replace("+00:00", "Z")
    assert "plan" in (await desk.get(f"/contacts/{contact['id']}?starts_at={late}")).json()["asks"]


async def test_a_permit_makes_a_need_and_a_referral_once(desk: Desk) -> None:
    contact = await desk.call(level=4, first_name="Sam", department="974", modalities=["video", "phone"])
    path = f"/contacts/{contact['id']}/permit"
    first, again = (await desk.post(path)).json(), (await desk.post(path)).json()
    assert first["referral_id"] == again["referral_id"] and first["case_id"] == contact["case_id"]
    claims = jwt.decode(first["permit"], options={"verify_signature": False})
    assert claims["aud"] == "booking" and claims["permit"] == {
        "case_id": contact["case_id"],
        "referral_id": first["referral_id"],
        "visit": "first",
        "modalities": ["video", "phone"],
        "experts": [],
        "not_experts": [],
        "priority": 4,
        "nickname": "Sam",
        "person_zone": "Indian/Reunion",
    }
    assert len(await desk.sql("SELECT 1 FROM need WHERE case_id = $1", UUID(contact["case_id"]))) == 1
    shown = (await desk.get(f"/referrals/{first['referral_id']}")).json()
    assert (shown["status"], shown["level"], shown["next_action"]) == ("ready", 4, "book")


async def test_a_changed_sheet_makes_a_new_need_and_tells_changed_exclusions(desk: Desk) -> None:
    contact = await desk.call(level=2)
    path = f"/contacts/{contact['id']}/permit"
    await desk.post(path)
    excluded = str(uuid4())
    await desk.type(contact["id"], not_experts=[excluded], level=3)
    permit = (await desk.post(path)).json()
    needs = await desk.sql("SELECT level FROM need WHERE case_id = $1 ORDER BY at", UUID(contact["case_id"]))
    assert [row["level"] for row in needs] == [2, 3]
    assert (await desk.get(f"/referrals/{permit['referral_id']}")).json()["level"] == 3
    told = await desk.told("CaseExclusionsChanged")
    assert told == [{"case_id": contact["case_id"], "version": 1, "not_experts": [excluded]}]


async def test_no_permit_without_a_level_or_without_its_plan(desk: Desk) -> None:
    contact = await desk.call()
    answer = await desk.post(f"/contacts/{contact['id']}/permit")
    assert (answer.status_code, answer.json()["code"]) == (422, "level-missing")
    await desk.type(contact["id"], level=4)
    late = (now() + timedelta(days=3)).isoformat().replace("+00:00", "Z")
    answer = await desk.post(f"/contacts/{contact['id']}/permit?starts_at={late}")
    assert (answer.status_code, answer.json()["code"]) == (422, "plan-missing")
    await desk.type(contact["id"], plan="sa sœur dort chez elle")
    assert (await desk.post(f"/contacts/{contact['id']}/permit?starts_at={late}")).status_code == 201


async def test_the_same_key_twice_makes_one_call(desk: Desk) -> None:
    headers = {"Idempotency-Key": uuid4().hex}
    first = await desk.post("/contacts", headers=headers)
    again = await desk.post("/contacts", headers=headers)
    assert first.json() == again.json() and again.headers["Idempotency-Replayed"] == "true"


async def test_a_need_and_the_log_cannot_be_rewritten_by_the_application(desk: Desk) -> None:
    await desk.referral()
    for statement in (
        "UPDATE need SET level = 1",
        "UPDATE transition_log SET cause = 'x'",
        "DELETE FROM transition_log",
        "UPDATE audit SET why = 'x'",
        "DELETE FROM source_record",
    ):
        with pytest.raises(ProgrammingError, match="permission denied"):
            async with desk.listening.database.transaction() as db:
                await db.execute(text(statement))


async def test_a_person_reads_only_of_the_professionals_they_meet(desk: Desk) -> None:
    referral = await desk.referral()
    mine, other = await desk.expert(), await desk.expert()
    await desk.hears(booked(referral, mine))
    person = a_caller(Role.PERSON, subject=UUID(referral["case_id"]))
    shown = (await desk.get(f"/experts/{mine.id}", caller=person)).json()
    assert shown["name"] == mine.name and shown["fee"] == "Pris en charge par l’association"
    assert (await desk.get(f"/experts/{other.id}", caller=person)).json()["code"] == "not-your-expert"
    both = (await desk.get(f"/experts?ids={mine.id}&ids={other.id}", caller=person)).json()["experts"]
    assert [one["id"] for one in both] == [str(mine.id)]
    at_the_desk = (await desk.get(f"/experts?ids={mine.id}&ids={other.id}")).json()["experts"]
    assert len(at_the_desk) == 2
    assert (await desk.get("/experts")).json() == {"experts": []}
    assert (await desk.get(f"/experts/{uuid4()}")).json()["code"] == "unknown-expert"


async def test_the_vocabulary_is_for_the_team(desk: Desk) -> None:
    found = (await desk.get("/vocabulary")).json()
    assert len(found["departments"]) == 101
    assert (await desk.get("/vocabulary", caller=a_caller(Role.PERSON))).status_code == 403
