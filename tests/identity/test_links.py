"""Links and spoken codes: who has them gets in, as often as needed, and nobody else learns anything."""

import secrets
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.caller import Caller, Grant
from contracts.events import CaseErased, CaseLastAppointment, Event, LinkMade, LinksMade
from contracts.identity import PersonSession, SpokenCode, Token
from contracts.words import LinkPurpose, Role
from kit.clock import now
from services.identity import listeners
from services.identity.domain.secrets import hashed
from services.identity.domain.spoken import WORDS
from tests.identity.conftest import Door
from tests.tokens import a_caller

Listener = Callable[[AsyncConnection, Any], Awaitable[None]]
HEARD: dict[type[Event], Listener] = {
    LinkMade: listeners.link_made,
    LinksMade: listeners.links_made,
    CaseLastAppointment: listeners.case_last_appointment,
    CaseErased: listeners.case_erased,
}


async def hear(door: Door, *events: Event) -> None:
    """Deliver events to identity's listeners."""
    for event in events:
        async with door.database.transaction() as db:
            await HEARD[type(event)](db, event)


async def a_link(door: Door, case_id: UUID, **changes: Any) -> str:
    """A fresh link of a case, as reminders would make it."""
    secret = secrets.token_urlsafe(32)
    made: dict[str, Any] = {"purpose": LinkPurpose.CASE, "target_id": case_id, **changes}
    await hear(door, LinkMade(link_hash=hashed(secret).hex(), **made))
    return secret


async def open_link(door: Door, secret: str, **more: Any) -> Any:
    """The answer of a press on the button, from an origin of its own unless said otherwise."""
    return await door.post("/links/exchange", {"secret": secret, "origin": uuid4().hex, **more})


async def a_code(door: Door, case_id: UUID, pin: str | None = None) -> str:
    """A case's spoken code, as the desk says it aloud."""
    answer = await door.post("/codes", {"case_id": str(case_id), "pin": pin}, caller=door.desk())
    assert answer.status_code == 201
    return msgspec.json.decode(answer.content, type=SpokenCode).text


async def open_code(door: Door, code: str, **more: Any) -> Any:
    """The answer to a code that was typed."""
    return await door.post("/codes/exchange", {"code": code, "origin": uuid4().hex, **more})


def opened(answer: Any) -> PersonSession:
    assert answer.status_code == 200, answer.text
    return msgspec.json.decode(answer.content, type=PersonSession)


def said(answer: Any) -> tuple[int, str]:
    return answer.status_code, msgspec.json.decode(answer.content)["code"]


async def test_a_link_opens_its_case_and_nothing_else_as_often_as_needed(door: Door) -> None:
    case_id = uuid4()
    link = await a_link(door, case_id)
    first = opened(await open_link(door, link))
    assert first.target_id == first.session.case_id == first.session.subject == case_id
    assert first.session.grants == (Grant(Role.PERSON, "case"),) and first.device
    token = msgspec.json.decode((await door.exchange(first.session.secret or "")).content, type=Token)
    assert token.session.case_id == case_id
    for _ in range(3):
        again = opened(await open_link(door, link, device=first.device))
        assert again.session.id != first.session.id and again.device is None


async def test_unknown_expired_and_revoked_links_look_the_same(door: Door) -> None:
    past, revoked = uuid4(), uuid4()
    expired_link = await a_link(door, past, expires_at=now() - timedelta(seconds=1))
    revoked_link = await a_link(door, revoked)
    assert (await door.post(f"/cases/{revoked}/revoke", caller=door.desk())).status_code == 200
    answers = [await open_link(door, one) for one in (expired_link, revoked_link, secrets.token_urlsafe(32), "", "é")]
    bodies = [msgspec.json.decode(one.content) for one in answers]
    assert all(body.pop("request_id") for body in bodies)
    assert all(body == bodies[0] for body in bodies) and bodies[0]["code"] == "link-not-open"
    assert {one.status_code for one in answers} == {404}


async def test_a_link_follows_the_last_appointment_and_events_may_come_in_any_order(door: Door) -> None:
    case_id, soon, past = uuid4(), now() + timedelta(hours=3), now() - timedelta(minutes=1)
    await hear(
        door,
        CaseLastAppointment(case_id=case_id, version=3, opens_until=soon),
        CaseLastAppointment(case_id=case_id, version=2, opens_until=past),
    )
    link = await a_link(door, case_id)
    answer = opened(await open_link(door, link))
    assert answer.session.ends_at == soon
    await hear(door, CaseLastAppointment(case_id=case_id, version=4, opens_until=past))
    assert said(await open_link(door, link, device=answer.device)) == (404, "link-not-open")


async def test_another_device_is_asked_for_the_code(door: Door) -> None:
    case_id = uuid4()
    link, code = await a_link(door, case_id), await a_code(door, case_id)
    first = opened(await open_link(door, link))
    assert said(await open_link(door, link)) == (403, "proof-needed")
    assert said(await open_link(door, link, device="not this one")) == (403, "proof-needed")
    assert said(await open_link(door, link, proof="chocolat tuile piano 00")) == (403, "proof-needed")
    second = opened(await open_link(door, link, proof=code.upper().replace(" ", "-")))
    for device in (first.device, second.device):
        opened(await open_link(door, await a_link(door, case_id), device=device))  # another message, same devices
    kept = await door.sql("SELECT device_hash FROM device WHERE target_id = $1", case_id)
    assert {row["device_hash"] for row in kept} == {hashed(one.device or "") for one in (first, second)}


async def test_a_chosen_pin_is_asked_each_time_and_pin_or_code_will_do(door: Door) -> None:
    case_id = uuid4()
    link, code = await a_link(door, case_id), await a_code(door, case_id, "0427")
    assert said(await open_link(door, link)) == (403, "proof-needed")
    assert said(await open_link(door, link, proof="0428")) == (403, "proof-needed")
    first = opened(await open_link(door, link, proof="0427"))
    assert said(await open_link(door, link, device=first.device)) == (403, "proof-needed")
    opened(await open_link(door, link, device=first.device, proof=code))


async def test_wrong_pins_slow_one_case_down_and_lock_it_nowhere_else(door: Door) -> None:
    case_id = uuid4()
    link, code = await a_link(door, case_id), await a_code(door, case_id, "9999")
    answers = [await open_link(door, link, proof=f"000{number}") for number in range(7)]
    assert [one.status_code for one in answers] == [403] * 5 + [429] * 2
    opened(await open_code(door, code, pin="9999"))  # the code has a count of its own
    other = uuid4()
    await a_code(door, other, "1111")
    opened(await open_link(door, await a_link(door, other), proof="1111"))


async def test_a_code_opens_its_case_however_it_is_typed(door: Door) -> None:
    case_id = uuid4()
    code = await a_code(door, case_id)
    for typed in (code, code.upper(), code.replace(" ", "-"), code.replace(" ", ""), f"  {code}  "):
        answer = opened(await open_code(door, typed))
        assert answer.session.case_id == case_id and answer.purpose is LinkPurpose.CASE and answer.device is None
    assert said(await open_code(door, "abeille jardin tuile 00")) == (404, "code-not-open")
    assert said(await open_code(door, "n'importe quoi")) == (404, "code-not-open")


async def test_a_new_code_ends_the_former_one_and_carries_the_pin_given_with_it(door: Door) -> None:
    case_id = uuid4()
    former = await a_code(door, case_id, "1234")
    assert said(await open_code(door, former)) == (403, "proof-needed")
    assert said(await open_code(door, former, pin="4321")) == (403, "proof-needed")
    opened(await open_code(door, former, pin="1234"))
    code = await a_code(door, case_id)
    assert said(await open_code(door, former, pin="1234")) == (404, "code-not-open")
    opened(await open_code(door, code))


async def test_a_press_that_is_repeated_says_the_same_code_though_none_is_kept(door: Door) -> None:
    case_id, key, desk = uuid4(), uuid4().hex, door.desk()
    answers = [await door.post("/codes", {"case_id": str(case_id)}, caller=desk, key=key) for _ in range(2)]
    assert answers[0].status_code == 201 and answers[0].content == answers[1].content
    opened(await open_code(door, msgspec.json.decode(answers[0].content, type=SpokenCode).text))
    other = await door.post("/codes", {"case_id": str(case_id)}, caller=desk, key=uuid4().hex)
    assert other.content != answers[0].content
    assert not await door.sql("SELECT 1 FROM idempotency WHERE key = $1", key)


async def test_codes_and_pins_are_kept_as_peppered_hashes_only(door: Door) -> None:
    case_id = uuid4()
    code = await a_code(door, case_id, "4815")
    row = (await door.sql("SELECT *, spoken_code::text AS all FROM spoken_code WHERE case_id = $1", case_id))[0]
    assert not any(word in row["all"] for word in code.split()[:3])
    assert row["pin_hash"] != hashed("4815") and row["code_hash"] != hashed(code)
    audited = await door.sql("SELECT action FROM audit WHERE thing_id = $1", case_id)
    assert [one["action"] for one in audited] == ["renew-code"]


async def test_wrong_codes_from_one_place_wait_and_right_ones_are_not_counted(door: Door) -> None:
    code = await a_code(door, uuid4())
    for _ in range(12):
        opened(await open_code(door, code, origin="a whole hospital"))
    answers = [await open_code(door, "abeille jardin tuile 00", origin="a whole hospital") for _ in range(11)]
    assert [one.status_code for one in answers] == [404] * 10 + [429]
    opened(await open_code(door, code))


async def test_only_the_desk_makes_codes(door: Door) -> None:
    new = {"case_id": str(uuid4())}
    assert (await door.post("/codes", new)).status_code == 401
    for role in (Role.EXPERT, Role.PERSON, Role.ADMIN, Role.COORDINATOR):
        assert (await door.post("/codes", new, caller=a_caller(role))).status_code == 403
    for role in (Role.PSYCHOLOGIST, Role.VOLUNTEER, Role.DUTY_MANAGER):
        assert (await door.post("/codes", new, caller=a_caller(role))).status_code == 201
    assert said(await door.post("/codes", {**new, "pin": "12"}, caller=door.desk())) == (422, "pin-malformed")


async def test_revoking_ends_links_and_sessions_in_one_gesture_and_the_code_stays(door: Door) -> None:
    case_id = uuid4()
    links = [await a_link(door, case_id) for _ in range(2)]
    code = await a_code(door, case_id)
    first = opened(await open_link(door, links[0]))
    mine = opened(await open_code(door, code))
    me = Caller(case_id, mine.session.grants, mine.session.id)
    answer = await door.post(f"/cases/{case_id}/revoke", caller=me)
    assert msgspec.json.decode(answer.content) == {"sessions": 1, "links": 2}
    assert {(await open_link(door, one)).status_code for one in links} == {404}
    assert (await door.exchange(first.session.secret or "")).status_code == 401
    assert (await door.exchange(mine.session.secret or "")).status_code == 200
    assert (await door.post(f"/cases/{uuid4()}/revoke", caller=me)).status_code == 403
    opened(await open_code(door, code))


async def test_an_erased_case_opens_for_nobody_even_when_news_of_it_comes_late(door: Door) -> None:
    case_id = uuid4()
    link, code = await a_link(door, case_id), await a_code(door, case_id)
    session = opened(await open_link(door, link)).session
    await hear(door, CaseErased(case_id=case_id))
    await hear(door, CaseLastAppointment(case_id=case_id, version=9, opens_until=now() + timedelta(days=1)))
    late = await a_link(door, case_id)
    assert {(await open_link(door, one)).status_code for one in (link, late)} == {404}
    assert (await open_code(door, code)).status_code == 404
    assert (await door.exchange(session.secret or "")).status_code == 401
    assert said(await door.post("/codes", {"case_id": str(case_id)}, caller=door.desk())) == (409, "case-is-erased")
    for table, column in (("link", "target_id"), ("device", "target_id"), ("spoken_code", "case_id")):
        assert not await door.sql(f"SELECT 1 FROM {table} WHERE {column} = $1", case_id)


async def test_the_same_link_told_twice_is_one_link(door: Door) -> None:
    secret, case_id = secrets.token_urlsafe(32), uuid4()
    made = LinkMade(link_hash=hashed(secret).hex(), purpose=LinkPurpose.CASE, target_id=case_id)
    await hear(door, made, made)
    assert len(await door.sql("SELECT 1 FROM link WHERE target_id = $1", case_id)) == 1


async def test_an_offers_link_reaches_the_offer_and_no_case(door: Door) -> None:
    offer_id = uuid4()
    link = await a_link(door, offer_id, purpose=LinkPurpose.OFFER, expires_at=now() + timedelta(hours=2))
    answer = opened(await open_link(door, link))
    assert answer.purpose is LinkPurpose.OFFER and answer.target_id == offer_id and answer.session.case_id is None


async def test_a_persons_session_left_alone_ends_and_the_link_opens_another(door: Door) -> None:
    case_id = uuid4()
    link = await a_link(door, case_id)
    first = opened(await open_link(door, link))
    await door.age(first.session.id, opened="31 minutes", seen="31 minutes")
    assert (await door.exchange(first.session.secret or "", busy=True)).status_code == 200  # in a room
    assert (await door.exchange(first.session.secret or "")).status_code == 401
    opened(await open_link(door, link, device=first.device))


async def test_the_words_are_public_for_completion(door: Door) -> None:
    answer = await door.http.get("/codes/words")
    assert tuple(msgspec.json.decode(answer.content)) == WORDS


@pytest.mark.parametrize("path", ["/links/exchange", "/codes/exchange"])
async def test_odd_exchanges_are_refused_kindly(door: Door, path: str) -> None:
    assert (await door.post(path, {})).status_code == 422
    long = {"secret": "x" * 5000, "code": "x" * 5000, "device": "é" * 5000, "pin": "9" * 5000, "origin": uuid4().hex}
    assert (await door.post(path, long)).status_code == 404


async def test_at_the_desk_a_case_is_found_by_its_code_and_by_nothing_else(door: Door) -> None:
    case_id = uuid4()
    code = await a_code(door, case_id)

    async def find(text: str, **more: Any) -> Any:
        told = {"code": text, "origin": uuid4().hex, **more}
        return await door.post("/codes/find", told, caller=door.desk())

    assert (await find(code.upper())).json() == {"case_id": str(case_id)}
    assert (await find("lampe rivière 00")).json()["code"] == "code-not-open"
    other = a_caller(Role.EXPERT)
    assert (await door.post("/codes/find", {"code": code}, caller=other)).json()["code"] == "not-allowed"
    with_pin = uuid4()
    code = await a_code(door, with_pin, pin="4711")
    assert (await find(code)).json()["code"] == "proof-needed"
    assert (await find(code, pin="4711")).json() == {"case_id": str(with_pin)}


async def test_the_links_of_a_whole_batch_open_but_those_of_an_erased_case(door: Door) -> None:
    cases = {uuid4(): secrets.token_urlsafe(32) for _ in range(3)}
    erased, *others = cases
    made = [LinkMade(hashed(secret).hex(), LinkPurpose.CASE, case_id) for case_id, secret in cases.items()]
    await hear(door, CaseErased(erased), LinksMade(tuple(made)), LinksMade(tuple(made)))
    for case_id in others:
        opened(await open_link(door, cases[case_id]))
    assert (await open_link(door, cases[erased])).status_code >= 400
