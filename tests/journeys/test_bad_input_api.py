"""What programs send that they should not: refused with its status and its code, and nothing is half-written."""

import asyncio
from collections.abc import AsyncIterator
from io import BytesIO
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import aiohttp
import pytest

from contracts.words import Role
from infra.embedded.seed.accounts import EXPERT_ID
from infra.embedded.token import make
from tests.house import RunningHouse
from tests.journeys.bad_values import NUL, OTHERS, TEXTS, TIMES, nobody
from tests.journeys.desk import Answered, Desk

WRITES: list[tuple[Role, str, str, dict[str, Any]]] = [
    (Role.ADMIN, "POST", "/identity/accounts", {"identifier": "", "display_name": "", "grants": [], "password": ""}),
    (Role.ADMIN, "PUT", "/identity/accounts/{id}/grants", {"grants": []}),
    (Role.ADMIN, "POST", "/identity/api-keys", {"label": "", "grants": []}),
    (Role.PSYCHOLOGIST, "POST", "/identity/codes", {"case_id": nobody(), "pin": "1"}),
    (Role.PSYCHOLOGIST, "POST", "/identity/me/password", {"former": "", "password": ""}),
    (Role.PSYCHOLOGIST, "POST", "/identity/me/totp/confirm", {"code": ""}),
    (Role.PSYCHOLOGIST, "PATCH", "/referral/contacts/{contact}/sheet", {"changes": {}}),
    (Role.PSYCHOLOGIST, "POST", "/referral/contacts/{contact}/permit?starts_at={value}", {}),
    (Role.PSYCHOLOGIST, "POST", "/referral/referrals/{id}/decide?cause={value}", {}),
    (Role.PSYCHOLOGIST, "PATCH", "/referral/urgent-actions/{id}/details", {"place": "", "means": ""}),
    (Role.PSYCHOLOGIST, "POST", "/referral/urgent-actions/ack", {"secret": ""}),
    (Role.PSYCHOLOGIST, "POST", "/booking/holds", {"permit": "", "expert_id": "", "type_id": "", "starts_at": ""}),
    (
        Role.PSYCHOLOGIST,
        "POST",
        "/booking/appointments",
        {"permit": "", "expert_id": "", "type_id": "", "starts_at": "", "hold_id": 1, "privacy": "neutral"},
    ),
    (Role.PSYCHOLOGIST, "PATCH", "/booking/holds/{value}", {}),
    (Role.PSYCHOLOGIST, "POST", "/booking/appointments/{id}/move", {"starts_at": "", "type_id": ""}),
    (Role.PSYCHOLOGIST, "POST", "/booking/appointments/{id}/cancel", {"reason": ""}),
    (
        Role.EXPERT,
        "POST",
        f"/booking/experts/{EXPERT_ID}/openings",
        {"first_day": "2020-01-01", "starts": "10:00:00", "ends": "10:00:00", "type_ids": [], "rrule": ""},
    ),
    (Role.EXPERT, "POST", f"/booking/experts/{EXPERT_ID}/absences", {"starts_at": "", "ends_at": ""}),
    (
        Role.PSYCHOLOGIST,
        "PUT",
        "/reminders/cases/{id}/contact",
        {"phone": "1", "mail": "a", "channels": ["sms"], "moments": [], "from_hour": None, "time_zone": "Europe/Paris"},
    ),
    (Role.EXPERT, "PUT", f"/reminders/accounts/{EXPERT_ID}/channels", {"phone": "1", "mail": "a", "channels": []}),
    (
        Role.PSYCHOLOGIST,
        "POST",
        "/reminders/previews",
        {"starts_at": "2026-12-01T10:00:00Z", "time_zone": "Europe/Paris", "channels": ["sms"], "moments": ["now"]},
    ),
    (Role.PSYCHOLOGIST, "POST", "/reminders/reveals", {"permit": ""}),
    (
        Role.COORDINATOR,
        "POST",
        "/identity/invitations",
        {"account_id": nobody(), "identifier": "", "display_name": "", "grants": []},
    ),
    (Role.COORDINATOR, "POST", "/referral/network/imports", {"rows": [{}], "apply": False, "expected": ""}),
    (Role.COORDINATOR, "POST", "/referral/network/notices", {"text": "", "q": "de ce nom", "department": ""}),
    (Role.COORDINATOR, "POST", "/referral/weights/preview", {"light": {}, "high": {}, "crisis": {}, "band": 5}),
    (Role.EXPERT, "POST", "/referral/me/expert/proofs", {"kind": "", "reference": "", "expires_on": ""}),
    (Role.EXPERT, "PATCH", f"/reminders/accounts/{EXPERT_ID}/channels", {"mail": "a", "from_hour": ""}),
    (Role.PSYCHOLOGIST, "POST", "/referral/contacts/{contact}/choice", {"expert_id": ""}),
    (Role.PSYCHOLOGIST, "POST", "/referral/choices/{id}/reason", {"reason": ""}),
]
BAD = {**TEXTS, **OTHERS, **TIMES}
SHEET = ("first_name", "notes", "plan", "profession", "department", "employment", "level", "motives", "prompts")


@pytest.fixture(scope="module")
async def http(house: RunningHouse) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(base_url=house.url) as session:
        yield session


@pytest.fixture(scope="module")
async def keys_of(house: RunningHouse) -> dict[Role, str]:
    return {role: await make(house.database("identity"), role) for role in {one[0] for one in WRITES}}


@pytest.fixture(scope="module")
async def contact(house: RunningHouse) -> Any:
    async with Desk(house) as desk:
        return await desk.call()


async def sent(http: aiohttp.ClientSession, key: str, method: str, path: str, body: Any) -> tuple[int, Any]:
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": uuid4().hex, "Content-Type": "application/json"}
    given = {"data": BytesIO(body)} if isinstance(body, bytes) else {"json": body}
    async with http.request(method, f"/api/v1{path}", headers=headers, **given) as answer:
        text = await answer.read()
        return answer.status, await answer.json(content_type=None) if text else {}


def place(path: str, contact: Any, value: Any = "") -> str:
    return path.format(id=nobody(), contact=contact["id"], value=quote(str(value)[:3000], safe=""))


@pytest.mark.parametrize("write", WRITES, ids=lambda one: f"{one[1]} {one[2]}")
async def test_a_strange_value_in_any_field_is_answered_by_a_code_never_by_a_failure(
    http: aiohttp.ClientSession, keys_of: dict[Role, str], contact: Any, write: tuple[Role, str, str, dict[str, Any]]
) -> None:
    role, method, path, valid = write
    wrong: list[Any] = []

    async def tried(name: str, bad: str, body: Any) -> None:
        status, answer = await sent(http, keys_of[role], method, place(path, contact, BAD[bad]), body)
        if status >= 500 or (status >= 400 and not answer.get("code")):
            wrong.append((name, bad, status, answer))

    fields = [*valid, *(["changes"] if "sheet" in path else [])]
    for bad, value in BAD.items():
        bodies = [(name, {**valid, name: value}) for name in fields] or [("address", valid)]
        if "sheet" in path:
            bodies += [(name, {"changes": {name: value}}) for name in SHEET]
        await asyncio.gather(*(tried(name, bad, body) for name, body in bodies))
    assert not wrong, wrong


@pytest.mark.parametrize("write", WRITES, ids=lambda one: f"{one[1]} {one[2]}")
async def test_what_is_not_json_or_holds_a_nul_or_is_endless_has_its_own_code(
    http: aiohttp.ClientSession, keys_of: dict[Role, str], contact: Any, write: tuple[Role, str, str, dict[str, Any]]
) -> None:
    role, method, path, valid = write
    where, key = place(path, contact, 1), keys_of[role]
    assert [await code(http, key, method, where, body) for body in (b"x" * 10_000_000, {**valid, "x": NUL})] == [
        (413, "body-too-large"),
        (422, "nul-character"),
    ]
    for broken in (b"{not json", b'{"a": "\xff"}', b"[" * 50_000, b"{}}"):
        assert await code(http, key, method, where, broken) == (400, "not-json")
    if valid:
        answers = [await code(http, key, method, where, body) for body in (b"\xff\xfe{", b"[]", b"7")]
        assert {one[0] for one in answers} <= {400, 422}, answers


async def code(http: aiohttp.ClientSession, key: str, method: str, path: str, body: Any) -> tuple[int, str]:
    status, answer = await sent(http, key, method, path, body)
    return status, answer.get("code", "")


async def test_an_unknown_field_on_the_sheet_is_named_and_keeps_nothing(house: RunningHouse) -> None:
    async with Desk(house) as desk:
        contact = await desk.call(first_name="Alix")
        with pytest.raises(Answered) as refused:
            await desk.ask(
                "PATCH",
                f"/referral/contacts/{contact['id']}/sheet",
                {"changes": {"first_name": "Noé", "name": "Dupont"}},
            )
        assert (refused.value.status, refused.value.code) == (422, "sheet-refused")
        assert set(refused.value.problem["fields"]) == {"name"}
        after = await desk.ask("GET", f"/referral/contacts/{contact['id']}")
        assert after["sheet"]["first_name"] == "Alix"


async def test_marks_that_turn_a_line_around_leave_the_sheet_and_emoji_stay(house: RunningHouse) -> None:
    async with Desk(house) as desk:
        contact = await desk.call(first_name="\u202eAlix 🫖", notes="<b>fatigue</b>")
        assert contact["sheet"]["first_name"] == "Alix 🫖"
        assert contact["sheet"]["notes"] == "<b>fatigue</b>"


@pytest.mark.parametrize(
    ("when", "status", "expected"),
    [
        ("past", 409, {"too-soon", "slot-not-open"}),
        ("beyond the horizon", 409, {"beyond-horizon", "slot-not-open"}),
        ("first year", 422, {"unclear-time"}),
        ("no offset", 422, {"unclear-time", "invalid-input"}),
        ("skipped by the clock", 422, {"unclear-time", "invalid-input"}),
        ("not a time", 422, {"invalid-input"}),
    ],
)
async def test_a_time_that_cannot_be_is_refused_and_books_nothing(
    house: RunningHouse, when: str, status: int, expected: set[str]
) -> None:
    async with Desk(house) as desk:
        permit = await desk.permit(await desk.call())
        slot = {**(await desk.slots())[0], "starts_at": TIMES[when]}
        for act in (desk.hold, desk.book):
            with pytest.raises(Answered) as refused:
                await act(permit, slot)
            assert refused.value.code in expected
            assert refused.value.status in (status, 422)
        await nothing_booked(house, permit)


async def nothing_booked(house: RunningHouse, permit: Any) -> None:
    rows = await house.ask("booking", "SELECT 1 FROM appointment WHERE case_id = $1::text::uuid", permit["case_id"])
    claims = await house.ask(
        "booking",
        "SELECT 1 FROM claim c JOIN appointment a ON a.id = c.appointment_id WHERE a.case_id::text = $1",
        permit["case_id"],
    )
    assert not rows and not claims


async def test_an_opening_on_the_hour_that_the_clock_skips_is_no_failure(house: RunningHouse) -> None:
    async with Desk(house, Role.EXPERT) as expert:
        spring = {"first_day": "2027-03-28", "starts": "02:30:00", "ends": "02:45:00"}
        try:
            made = await expert.ask("POST", f"/booking/experts/{EXPERT_ID}/openings", spring)
        except Answered as refused:
            assert refused.status == 422
        else:
            assert made["ends_at"] > made["starts_at"]


async def test_an_expired_hold_that_is_confirmed_is_refused_and_leaves_nothing(house: RunningHouse) -> None:
    async with Desk(house) as desk:
        permit = await desk.permit(await desk.call())
        slot = (await desk.slots())[4]
        hold = await desk.hold(permit, slot)
        await house.ask(
            "booking",
            "UPDATE claim SET expires_at = now() - interval '1 second' WHERE id = $1 RETURNING id",
            hold["id"],
        )
        with pytest.raises(Answered) as refused:
            await desk.book(permit, slot, hold)
        assert (refused.value.status, refused.value.code) == (410, "hold-expired")
        await nothing_booked(house, permit)
        assert (await desk.referral(permit))["status"] == "ready"


async def test_the_same_press_is_replayed_and_the_same_key_with_another_body_is_refused(house: RunningHouse) -> None:
    async with Desk(house) as desk:
        permit = await desk.permit(await desk.call())
        slots, key = await desk.slots(), uuid4().hex
        first = await desk.book(permit, slots[5], key=key)
        assert (await desk.book(permit, slots[5], key=key))["id"] == first["id"]
        with pytest.raises(Answered) as refused:
            await desk.book(permit, slots[7], key=key)
        assert (refused.value.status, refused.value.code) == (422, "key-reused")
        rows = await house.ask("booking", "SELECT 1 FROM appointment WHERE case_id = $1::text::uuid", permit["case_id"])
        assert len(rows) == 1


async def test_another_experts_agenda_and_appointment_are_not_there(house: RunningHouse) -> None:
    async with Desk(house) as desk, Desk(house, Role.EXPERT) as expert:
        _, appointment = await desk.handed_over()
        while appointment["expert_id"] == str(EXPERT_ID):
            _, appointment = await desk.handed_over()
        other = appointment["expert_id"]
        window = "from=2026-11-01T00:00:00Z&to=2026-11-30T00:00:00Z"
        away = {"starts_at": "2026-12-01T10:00:00Z", "ends_at": "2026-12-01T11:00:00Z"}
        for method, path, body, status in (
            ("GET", f"/booking/experts/{other}/agenda?{window}", None, 403),
            ("POST", f"/booking/experts/{other}/absences", away, 403),
            ("GET", f"/booking/appointments/{appointment['id']}", None, 404),
            ("POST", f"/booking/appointments/{appointment['id']}/cancel", {"reason": None}, 404),
            ("POST", f"/booking/appointments/{appointment['id']}/seat", None, 404),
        ):
            with pytest.raises(Answered) as refused:
                await expert.ask(method, path, body)
            assert refused.value.status == status, path
