"""One shift's word to the next, over HTTP: instructions, incidents, read and signed."""

from contracts.words import Role
from tests.referral.conftest import Desk
from tests.tokens import a_caller


async def test_whom_to_watch_over_comes_with_an_instruction_that_no_column_shows(desk: Desk) -> None:
    await desk.sql("UPDATE contact SET ended_at = started_at WHERE ended_at IS NULL")  # what other tests left
    contact = await desk.call(level=4)
    words = "ne pas réorienter, suivie par le CMP"
    told = (await desk.post("/shift/watches", {"case_id": contact["case_id"], "words": words})).json()
    mine = next(one for one in told["watched"] if one["case_id"] == contact["case_id"])
    assert (mine["words"], mine["reference"], mine["level"]) == (words, contact["reference"], 4)
    rows = await desk.sql("SELECT typed FROM watch")
    assert all("réorienter".encode() not in bytes(row["typed"]) for row in rows if row["typed"])
    assert contact["id"] in [one["id"] for one in told["open_calls"]]
    shown = (await desk.get(f"/cases/{contact['case_id']}")).json()["watched"]
    assert [one["words"] for one in shown] == [words]
    ended = (await desk.post(f"/shift/watches/{mine['id']}/end")).json()["watched"]
    assert mine["id"] not in [one["id"] for one in ended]


async def test_what_is_written_says_something_and_briefly(desk: Desk) -> None:
    contact = await desk.call()
    for words in ("", "  \n", "x" * 301):
        answer = await desk.post("/shift/watches", {"case_id": contact["case_id"], "words": words})
        assert (answer.status_code, answer.json()["code"]) == (422, "words-refused")


async def test_whoever_comes_in_reads_and_signs_and_only_once(desk: Desk) -> None:
    comes, third = a_caller(Role.PSYCHOLOGIST), a_caller(Role.VOLUNTEER)
    await desk.post("/shift/incidents", {"words": "la ligne 2 a grésillé"})
    left = (await desk.post("/shift/handovers", {"words": "nuit calme"})).json()["handovers"][0]
    assert left["words"] == "nuit calme" and left["left_open"]["incidents"] >= 1
    path = f"/shift/handovers/{left['id']}/sign"
    assert (await desk.post(path)).json()["code"] == "own-handover"
    signed = (await desk.post(path, caller=comes)).json()["handovers"]
    mine = next(one for one in signed if one["id"] == left["id"])
    assert mine["signed_by"] == str(comes.subject)
    assert (await desk.post(path, caller=comes)).status_code == 200, "saying it twice changes nothing"
    assert (await desk.post(path, caller=third)).json()["code"] == "handover-signed"
