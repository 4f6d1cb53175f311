"""The telephone system: its signed words open, move, cut and close calls; its lists are counted; never a number."""

import hmac
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import permutations
from typing import Any
from uuid import uuid4

import msgspec
import pytest

from contracts.words import Role
from kit.clock import now
from services.referral.domain import telephone
from services.referral.domain.telephone import EventRefused, NotACallList, SignatureRefused
from tests.referral.conftest import Desk
from tests.referral.test_line import a_colleague
from tests.tokens import a_caller, bearer

SECRET = "partagé avec le téléphone"


def sign(body: bytes, at: datetime, secret: str = SECRET) -> str:
    told = str(int(at.timestamp()))
    return f"t={told},v1={hmac.new(secret.encode(), told.encode() + b'.' + body, sha256).hexdigest()}"


@pytest.fixture
async def joined(desk: Desk) -> AsyncIterator[Desk]:
    """A house to which a telephone system is joined."""
    before = desk.house.settings
    desk.house.settings = msgspec.structs.replace(before, telephone_secret=SECRET)
    await desk.sql("DELETE FROM telephone_call")
    yield desk
    desk.house.settings = before


async def tell(desk: Desk, kind: str, call: str, **more: Any) -> Any:
    event = {"kind": kind, "line": "SPS 1", "call": call, "at": now().isoformat(), **more}
    body = msgspec.json.encode(event)
    return await desk.http.post("/telephone/events", content=body, headers={"x-veilleuse-signature": sign(body, now())})


async def test_a_call_is_opened_moved_and_cut_by_the_telephone(joined: Desk) -> None:
    one, other = await a_colleague(joined, "Inès"), await a_colleague(joined, "Karim")
    for who, post in ((one, "3"), (other, "5")):
        await joined.ask("PUT", "/presence/me", {"state": "available", "post": post}, caller=who)
    call = uuid4().hex
    assert (await tell(joined, "ringing", call)).status_code == 200
    assert len((await joined.get("/desk", caller=one)).json()["ringing"]) == 1
    await tell(joined, "answered", call, post="3")
    (contact,) = (await joined.get("/contacts?open=true", caller=one)).json()["contacts"]
    await tell(joined, "transferred", call, post="5")
    (moved,) = (await joined.get("/contacts?open=true", caller=other)).json()["contacts"]
    assert moved["id"] == contact["id"]
    await tell(joined, "ended", call, dropped=True)
    cut = (await joined.get("/desk", caller=one)).json()["cut"]
    assert [each["id"] for each in cut] == [contact["id"]]
    states = {each["name"]: each["state"] for each in (await joined.get("/desk", caller=one)).json()["present"]}
    assert (states["Inès"], states["Karim"]) == ("available", "writing")


async def test_words_in_any_order_and_told_again_come_to_the_same_call(joined: Desk) -> None:
    one, other = await a_colleague(joined, "Maud"), await a_colleague(joined, "Yanis")
    for who, post in ((one, "13"), (other, "15")):
        await joined.ask("PUT", "/presence/me", {"state": "available", "post": post}, caller=who)
    began = now() - timedelta(minutes=9)
    words: list[dict[str, Any]] = [
        {"kind": "ringing", "at": began},
        {"kind": "answered", "at": began + timedelta(seconds=20), "post": "13"},
        {"kind": "transferred", "at": began + timedelta(minutes=4), "post": "15"},
        {"kind": "ended", "at": began + timedelta(minutes=8)},
    ]
    for order in list(permutations(words))[::3]:
        call = uuid4().hex
        for word in (*order, order[0], order[2]):
            assert (await tell(joined, call=call, **{**word, "at": word["at"].isoformat()})).status_code == 200
        (row,) = await joined.sql(f"SELECT * FROM telephone_call WHERE call = '{call}'")
        told = (row["started_at"], row["post"], row["answered"], row["ended_at"])
        assert told == (began, "15", True, words[3]["at"]), [word["kind"] for word in order]
        found = (await joined.get(f"/contacts/{row['contact_id']}", caller=other)).json()
        assert found["listener_id"] == str(other.subject), [word["kind"] for word in order]
        assert found["ended_at"] is not None and found["cut_at"] is None, [word["kind"] for word in order]
    states = {each["name"]: each["state"] for each in (await joined.get("/desk", caller=one)).json()["present"]}
    assert {states["Maud"], states["Yanis"]} <= {"available", "writing"}


async def test_what_is_told_hours_later_is_counted_and_opens_no_sheet(joined: Desk) -> None:
    who = await a_colleague(joined, "Lou")
    await joined.ask("PUT", "/presence/me", {"state": "available", "post": "17"}, caller=who)
    call, before = uuid4().hex, now() - timedelta(hours=2)
    for kind, minutes in (("answered", 0), ("ended", 20)):
        await tell(joined, kind, call, at=(before + timedelta(minutes=minutes)).isoformat(), post="17")
    (row,) = await joined.sql(f"SELECT * FROM telephone_call WHERE call = '{call}'")
    assert row["answered"] and row["ended_at"] is not None and row["contact_id"] is None
    for at in (now() + timedelta(minutes=6), now() - timedelta(days=2)):
        answer = await tell(joined, "ringing", uuid4().hex, at=at.isoformat())
        assert (answer.status_code, answer.json()["fields"]) == (422, {"at": "not of now"})


async def test_a_sheet_opened_by_hand_is_the_one_the_telephone_speaks_of(joined: Desk) -> None:
    await joined.ask("PUT", "/presence/me", {"state": "available", "post": "7"})
    contact = await joined.call()
    call = uuid4().hex
    await tell(joined, "answered", call, post="7")
    await tell(joined, "ended", call)
    found = (await joined.get(f"/contacts/{contact['id']}")).json()
    assert found["ended_at"] is not None and not found["final"], "its sheet is still a draft"
    assert (await joined.type(contact["id"], notes="après")).status_code == 200


async def test_abandoned_calls_are_not_measured_until_a_line_tells(joined: Desk) -> None:
    keeper = a_caller(Role.COORDINATOR)
    query = f"since={_z(now() - timedelta(hours=1))}&until={_z(now() + timedelta(hours=1))}"
    before = (await joined.get(f"/telephone/figures?{query}", caller=keeper)).json()
    assert (before["received"], before["abandoned"]) == (None, None), "not measured is not zero"
    for answered in (True, False):
        call = uuid4().hex
        await tell(joined, "ringing", call)
        if answered:
            await tell(joined, "answered", call, post="99")
        await tell(joined, "ended", call)
    after = (await joined.get(f"/telephone/figures?{query}", caller=keeper)).json()
    assert (after["received"], after["answered"], after["abandoned"]) == (2, 1, 1)


async def test_a_word_that_is_forged_late_or_repeated_changes_nothing(joined: Desk, desk: Desk) -> None:
    body = msgspec.json.encode({"kind": "ringing", "line": "SPS 1", "call": uuid4().hex, "at": now().isoformat()})
    late = sign(body, now() - timedelta(minutes=6))
    for header in ("", "t=1,v1=00", sign(body, now(), "un autre secret"), late, sign(body + b" ", now()), "t=x,v1="):
        answer = await joined.http.post("/telephone/events", content=body, headers={"x-veilleuse-signature": header})
        assert (answer.status_code, answer.json()["code"]) == (403, "signature-refused")
    header = sign(body, now())
    for _ in range(2):
        answer = await joined.http.post("/telephone/events", content=body, headers={"x-veilleuse-signature": header})
        assert answer.status_code == 200
    assert len(await joined.sql("SELECT 1 FROM telephone_call")) == 1


async def test_no_number_enters_by_the_telephone(joined: Desk) -> None:
    for more in ({"line": "0612345678"}, {"post": "+33 6 12 34 56 78"}, {"line": ""}, {"at": "2026-11-22T02:00:00"}):
        answer = await tell(joined, "ringing", uuid4().hex, **more)
        assert (answer.status_code, answer.json()["code"]) == (422, "event-refused"), more


async def test_without_a_telephone_system_nobody_speaks_for_it(desk: Desk) -> None:
    assert (await tell(desk, "ringing", "x")).json()["code"] == "no-telephone"


async def test_a_list_of_past_calls_is_looked_at_first_then_counted_once(joined: Desk) -> None:
    keeper = a_caller(Role.COORDINATOR)
    rows = "line;start;end;answered\nSPS 1;2026-11-01T02:00:00+01:00;2026-11-01T02:29:00+01:00;oui\n"
    rows += "SPS 1;2026-11-01T03:00:00+01:00;2026-11-01T03:00:40+01:00;non\nSPS 1;hier;2026-11-01T03:00:00Z;oui\n"

    headers = {**bearer(joined.keys.rings["identity"], "referral", keeper), "content-type": "text/csv"}
    for query, new in (("", 2), ("?dry_run=false", 2), ("?dry_run=false", 0)):
        answer = await joined.http.post(f"/telephone/imports{query}", content=rows.encode(), headers=headers)
        found = answer.json()
        assert (found["rows"], found["new"], len(found["refused"])) == (2, new, 1), query
    day = "since=2026-11-01T00:00:00Z&until=2026-11-02T00:00:00Z"
    counted = (await joined.get(f"/telephone/figures?{day}", caller=keeper)).json()
    assert (counted["received"], counted["abandoned"]) == (2, 1)


def test_a_list_says_which_rows_it_cannot_read() -> None:
    with pytest.raises(NotACallList):
        telephone.call_list("numéro,début\n")
    with pytest.raises(NotACallList):
        telephone.call_list("")
    calls, refused = telephone.call_list(
        "line,start,end,answered\n0612345678,2026-11-01T02:00:00Z,2026-11-01T02:01:00Z,oui\n"
        "A,2026-11-01T02:00:00Z,2026-11-01T01:00:00Z,oui\nA,2026-11-01T02:00:00Z,2026-11-01T02:01:00Z,peut-être\n\n"
    )
    assert calls == [] and [one.split(":")[0] for one in refused] == ["2", "3", "4"]


def test_a_list_from_a_spreadsheet_is_read_and_a_wild_one_refused() -> None:
    rows = "line;start;end;answered\r\nLigne écoute;2026-11-01T02:00:00Z;2026-11-01T02:01:00Z;oui\r\n"
    for body in (rows.encode(), b"\xef\xbb\xbf" + rows.encode(), rows.encode("cp1252")):
        calls, refused = telephone.call_list(telephone.as_text(body))
        assert [one.line for one in calls] == ["Ligne écoute"] and refused == []
    calls, _ = telephone.call_list("début;ligne;répondu;fin\n2026-11-01T02:00Z;A;non;2026-11-01T02:01Z\n")
    assert [(one.line, one.answered) for one in calls] == [("A", False)]
    long = "line,start,end,answered\nA,2026-11-01T02:00:00Z,9999-12-31T23:59:59Z,oui\n"
    assert telephone.call_list(long) == ([], ["2: it lasts more than a day"])
    for wild in ("line,start,end,answered,number\n", "line,start,end,answered\n" + '"' + "x" * 200_000, "\x00\x01"):
        with pytest.raises(NotACallList):
            telephone.call_list(wild)
    early = "line,start,end,answered\nA,0001-01-01T00:00:00+14:00,0001-01-01T00:00:00+14:00,oui\n"
    assert telephone.call_list(early) == ([], ["2: no such hour"])


def test_a_name_that_could_be_a_number_is_refused() -> None:
    assert telephone.label(" SPS 1 ", "line") == "SPS 1"
    for text in ("06 12 34 56 78", "0033612345678", "a" * 61, "x;y"):
        with pytest.raises(EventRefused):
            telephone.label(text, "line")
    with pytest.raises(SignatureRefused):
        telephone.signed(SECRET, "v1=é,t=1", b"", now=now())


def _z(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
