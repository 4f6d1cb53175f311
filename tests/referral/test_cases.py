"""A case over HTTP: one more call, consents by scope, and everything forgotten at the person's word."""

from uuid import UUID, uuid4

from contracts.words import Role
from tests.referral.conftest import Desk
from tests.tokens import a_caller


async def test_a_second_call_continues_the_case(desk: Desk) -> None:
    first = await desk.call(level=2)
    await desk.post(f"/contacts/{first['id']}/close")
    again = (await desk.post(f"/cases/{first['case_id']}/contacts")).json()
    assert again["case_id"] == first["case_id"] and again["id"] != first["id"]
    case = (await desk.get(f"/cases/{first['case_id']}")).json()
    assert [one["id"] for one in case["contacts"]] == [again["id"], first["id"]]
    assert (await desk.post(f"/cases/{uuid4()}/contacts")).json()["code"] == "unknown-case"


async def test_consents_are_given_one_by_one_and_withdrawn_in_one_gesture(desk: Desk) -> None:
    contact = await desk.call(level=2)
    case_id = contact["case_id"]
    assert (await desk.get(f"/cases/{case_id}")).json()["consents"] == []
    assert (await desk.post(f"/cases/{case_id}/consents", {"scope": "all"})).json()["code"] == "unknown-scope"
    for scope in ("share_sheet", "follow_up", "follow_up"):
        given = (await desk.post(f"/cases/{case_id}/consents", {"scope": scope})).json()["consents"]
    assert [one["scope"] for one in given] == ["share_sheet", "follow_up"]
    after = (await desk.post(f"/consents/{given[0]['id']}/withdraw")).json()["consents"]
    assert [one["withdrawn_at"] is not None for one in after] == [True, False]
    after = (await desk.post(f"/cases/{case_id}/consents/withdraw")).json()["consents"]
    assert all(one["withdrawn_at"] for one in after)
    again = (await desk.post(f"/cases/{case_id}/consents", {"scope": "follow_up"})).json()["consents"]
    assert len(again) == 3 and again[-1]["withdrawn_at"] is None


async def test_what_the_person_decides_is_written_while_they_are_on_the_line(desk: Desk) -> None:
    contact = await desk.call(level=2)
    case_id = contact["case_id"]
    other = a_caller(Role.VOLUNTEER)
    for path, data in ((f"/cases/{case_id}/consents", {"scope": "follow_up"}), (f"/cases/{case_id}/erase", None)):
        answer = await desk.post(path, data, caller=other)
        assert (answer.status_code, answer.json()["code"]) == (409, "not-on-the-line")


async def test_an_erased_case_can_be_read_by_nobody_and_every_service_is_told(desk: Desk) -> None:
    contact = await desk.call(level=3, notes="phrase", motives=["anxiety"], department="29")
    case_id, mine = contact["case_id"], UUID(contact["case_id"])
    permit = (await desk.post(f"/contacts/{contact['id']}/permit")).json()
    await desk.post(f"/contacts/{contact['id']}/finalize")
    again = (await desk.post(f"/cases/{case_id}/contacts")).json()
    await desk.post("/shift/watches", {"case_id": case_id, "words": "rappeler à 4 h"})
    assert (await desk.post(f"/cases/{case_id}/erase")).status_code == 200
    for table in ("contact", "need"):
        rows = await desk.sql(f"SELECT codes, typed FROM {table} WHERE case_id = $1", mine)
        assert {row["codes"] for row in rows} == {"{}"} and {row["typed"] for row in rows} == {None}
    revisions = "SELECT r.codes, r.typed FROM contact_revision r JOIN contact c ON c.id = contact_id WHERE case_id = $1"
    assert [tuple(row) for row in await desk.sql(revisions, mine)] == [("{}", None)]
    assert (await desk.sql("SELECT data_key FROM care_case WHERE id = $1", mine))[0]["data_key"] is None
    assert await desk.told("CaseErased") == [{"case_id": case_id}]
    assert [one["reason"] for one in await desk.told("ReferralClosed")] == ["cancelled_by_caller"]
    assert (await desk.get(f"/referrals/{permit['referral_id']}")).json()["status"] == "cancelled_by_caller"
    found = (await desk.get(f"/contacts/{again['id']}")).json()
    assert found["ended_at"] is not None and found["sheet"]["level"] is None
    answer = await desk.post(f"/cases/{case_id}/contacts")
    assert (answer.status_code, answer.json()["code"]) == (410, "case-erased")
    assert (await desk.get("/shift")).json()["watched"] == []
    more = {"contact_id": again["id"], "kind": "advice_sheet", "label": "un mot de trop", "given": True}
    reopened = f"/referrals/{permit['referral_id']}/decide?cause=reopened&note=encore"
    for path, data in (("/referrals", more), ("/referrals", more | {"label": ""}), (reopened, {})):
        answer = await desk.post(path, data, caller=a_caller(Role.COORDINATOR, Role.PSYCHOLOGIST))
        assert (answer.status_code, answer.json()["code"]) == (410, "case-erased"), (path, answer.text)
    assert (await desk.sql("SELECT data_key FROM care_case WHERE id = $1", mine))[0]["data_key"] is None
