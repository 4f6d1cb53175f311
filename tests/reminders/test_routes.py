"""The doors of reminders: who may ask what, and what they are told."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from contracts.caller import Caller
from contracts.permits import RevealPermit
from contracts.reminders import ContactKinds, Messages, Previews
from contracts.words import Channel, MessageMoment, Role
from kit.clock import now
from kit.permits import Permits
from services.reminders.store import forgetting
from tests.keys import Keys
from tests.reminders.conftest import MAIL, PHONE, Door, House, soon
from tests.reminders.make import booked
from tests.tokens import a_caller

CHOICE: dict[str, Any] = {
    "phone": "06 12 34 56 78",
    "mail": "camille@exemple.fr",
    "channels": ["sms", "mail"],
    "moments": ["now", "day_before", "hour_before"],
}


def person(case_id: UUID) -> Caller:
    return a_caller(Role.PERSON, subject=case_id)


async def put(door: Door, case_id: UUID, **changes: Any) -> Any:
    return await door.ask("PUT", f"/cases/{case_id}/contact", {**CHOICE, **changes})


async def planned(door: Door, case_id: UUID) -> list[tuple[str, str, str]]:
    answer = await door.ask("GET", f"/cases/{case_id}/messages")
    found = msgspec.json.decode(answer.content, type=Messages)
    return [(row.kind, row.channel.value, row.status) for row in found.messages]


@pytest.fixture(autouse=True)
async def an_empty_house(house: House) -> None:
    """Every test here starts without contacts and messages."""


class TestContact:
    async def test_only_the_kinds_are_ever_shown(self, door: Door) -> None:
        case_id = uuid4()
        answers = [await put(door, case_id), await door.ask("GET", f"/cases/{case_id}/contact")]
        for answer in answers:
            assert answer.status_code == 200
            assert msgspec.json.decode(answer.content, type=ContactKinds) == ContactKinds(
                [Channel.SMS, Channel.MAIL], list(MessageMoment)
            )
            assert b"612345678" not in answer.content and b"exemple" not in answer.content

    async def test_nothing_readable_lies_in_the_database(self, door: Door, house: House) -> None:
        await put(door, uuid4())
        dump = repr(await house.sql("SELECT * FROM contact")) + repr(await house.sql("SELECT * FROM idempotency"))
        assert "612345678" not in dump and "exemple" not in dump and PHONE.encode().hex() not in dump

    async def test_each_wrong_field_is_named_and_nothing_is_kept(self, door: Door, house: House) -> None:
        answer = await put(door, uuid4(), phone="12", mail="nobody")
        assert answer.status_code == 422
        problem = answer.json()
        assert problem["code"] == "contact-invalid"
        assert problem["fields"] == {"phone": "phone-invalid", "mail": "mail-invalid"}
        assert await house.sql("SELECT 1 FROM contact") == []

    @pytest.mark.parametrize(
        ("body", "status"), [(b"not json", 400), (b'{"phone": 12}', 400), (b'{"channels": ["pigeon"]}', 400)]
    )
    async def test_what_is_no_contact_is_refused(self, door: Door, body: bytes, status: int) -> None:
        who = await door.ask("GET", f"/cases/{uuid4()}/contact")
        answer = await door.http.put(
            f"/cases/{uuid4()}/contact", content=body, headers={"Authorization": who.request.headers["authorization"]}
        )
        assert answer.status_code in (status, 422)

    async def test_an_empty_one_erases(self, door: Door, house: House) -> None:
        event = booked(soon(days=3))
        await put(door, event.case_id)
        await house.hear(event)
        answer = await put(door, event.case_id, phone=None, mail="", channels=[], moments=[])
        assert answer.json()["channels"] == []
        assert await house.sql("SELECT 1 FROM contact") == [] and await planned(door, event.case_id) == []

    async def test_an_erasure_leaves_no_key_and_no_message(self, door: Door, house: House) -> None:
        event = booked(soon(days=3))
        await put(door, event.case_id)
        await house.hear(event)
        answer = await door.ask("DELETE", f"/cases/{event.case_id}/contact")
        assert answer.status_code == 204
        assert await house.sql("SELECT 1 FROM contact") == [] and await planned(door, event.case_id) == []

    async def test_the_same_again_changes_nothing(self, door: Door, house: House) -> None:
        event = booked(soon(days=3))
        await put(door, event.case_id)
        await house.hear(event)
        before = await house.sql("SELECT * FROM message")
        await put(door, event.case_id, phone="+33 6 12 34 56 78")
        assert await house.sql("SELECT * FROM message") == before

    async def test_the_plan_follows_a_later_choice(self, door: Door, house: House) -> None:
        event = booked(soon(days=3))
        await put(door, event.case_id)
        await house.hear(event)
        await put(door, event.case_id, channels=["mail"], moments=["hour_before"])
        assert await planned(door, event.case_id) == [("hour_before", "mail", "planned")]
        await put(door, event.case_id, channels=["sms"], moments=["now"])
        assert await planned(door, event.case_id) == [("now", "sms", "planned")]

    async def test_what_has_left_does_not_leave_again(self, door: Door, house: House) -> None:
        event = booked(soon(days=3))
        await put(door, event.case_id, channels=["sms"], moments=["now"])
        await house.hear(event)
        await house.due_now()
        await house.send()
        await put(door, event.case_id, channels=["sms"], moments=["now"], phone="07 56 78 90 12")
        assert await planned(door, event.case_id) == [("now", "sms", "sent")]

    async def test_a_contact_and_a_booking_that_come_together_see_one_another(self, door: Door, house: House) -> None:

        for _ in range(5):
            event = booked(soon(days=3))
            await asyncio.gather(put(door, event.case_id), house.hear(event))
            assert len(await planned(door, event.case_id)) == 6

    async def test_an_erased_case_is_not_brought_back(self, door: Door, house: House) -> None:
        case_id = uuid4()
        await house.sql("INSERT INTO ended (id, what) VALUES ($1, 'case')", case_id)
        answer = await put(door, case_id)
        assert (answer.status_code, answer.json()["code"]) == (410, "case-forgotten")

    @pytest.mark.parametrize("role", [Role.EXPERT, Role.SECRETARY, Role.COORDINATOR, Role.ADMIN, Role.PERSON])
    async def test_only_those_who_listen_may_give_or_erase_it(self, door: Door, role: Role) -> None:
        case_id = uuid4()
        caller = a_caller(role, subject=case_id)
        for method in ("PUT", "DELETE"):
            answer = await door.ask(method, f"/cases/{case_id}/contact", CHOICE, caller=caller)
            assert answer.status_code == 403

    async def test_a_person_sees_the_kinds_of_their_own_case_only(self, door: Door) -> None:
        case_id = uuid4()
        for path in ("contact", "messages"):
            mine = await door.ask("GET", f"/cases/{case_id}/{path}", caller=person(case_id))
            other = await door.ask("GET", f"/cases/{uuid4()}/{path}", caller=person(case_id))
            assert (mine.status_code, other.status_code) == (200, 404)

    async def test_nobody_is_let_in_without_a_token(self, door: Door) -> None:
        assert (await door.http.get(f"/cases/{uuid4()}/contact")).status_code == 401

    async def test_every_look_leaves_a_trace(self, door: Door, house: House) -> None:
        case_id = uuid4()
        await put(door, case_id)
        await door.ask("GET", f"/cases/{case_id}/contact")
        await door.ask("GET", f"/cases/{case_id}/messages")
        await door.ask("DELETE", f"/cases/{case_id}/contact")
        rows = await house.sql("SELECT action FROM audit WHERE thing_id = $1 ORDER BY id", case_id)
        assert [row["action"] for row in rows] == ["write", "read", "read", "erase"]


class TestRecall:
    async def recall(self, door: Door, case_id: UUID) -> Any:
        return await door.ask("POST", f"/cases/{case_id}/messages/recall")

    async def test_now_can_be_taken_back(self, door: Door, house: House) -> None:
        event = booked(soon(days=3))
        await put(door, event.case_id, channels=["sms"])
        await house.hear(event)
        answer = await self.recall(door, event.case_id)
        assert answer.status_code == 200
        assert [row["status"] for row in answer.json()["messages"]] == ["recalled", "planned", "planned"]
        await house.due_now(kind="now")
        assert await house.send() == 0

    async def test_a_recall_may_be_pressed_twice(self, door: Door, house: House) -> None:
        event = booked(soon(days=3))
        await put(door, event.case_id)
        await house.hear(event)
        assert [(await self.recall(door, event.case_id)).status_code for _ in range(2)] == [200, 200]

    async def test_a_recall_that_comes_before_the_booking_is_kept(self, door: Door, house: House) -> None:
        event = booked(soon(days=3))
        await put(door, event.case_id, channels=["sms"])
        assert (await self.recall(door, event.case_id)).status_code == 200
        await house.hear(event)
        assert await planned(door, event.case_id) == [
            ("now", "sms", "recalled"),
            ("day_before", "sms", "planned"),
            ("hour_before", "sms", "planned"),
        ]

    async def test_a_corrected_number_sends_now_anew(self, door: Door, house: House) -> None:
        event = booked(soon(days=3))
        await put(door, event.case_id, channels=["sms"], moments=["now"])
        await house.hear(event)
        await self.recall(door, event.case_id)
        await put(door, event.case_id, channels=["sms"], moments=["now"], phone="07 56 78 90 12")
        assert await planned(door, event.case_id) == [("now", "sms", "planned")]

    async def test_what_has_left_cannot_be_taken_back(self, door: Door, house: House) -> None:
        event = booked(soon(days=3))
        await put(door, event.case_id, channels=["sms"])
        await house.hear(event)
        await house.due_now(kind="now")
        await house.send()
        answer = await self.recall(door, event.case_id)
        assert (answer.status_code, answer.json()["code"]) == (409, "recall-too-late")

    async def test_nothing_on_its_way_is_said_so(self, door: Door) -> None:
        answer = await self.recall(door, uuid4())
        assert (answer.status_code, answer.json()["code"]) == (409, "nothing-to-recall")


class TestPreviews:
    async def test_the_exact_text_with_a_placeholder_for_the_secret(self, door: Door) -> None:
        wanted = {
            "starts_at": "2030-11-24T07:30:00Z",
            "time_zone": "Europe/Paris",
            "channels": ["sms"],
            "moments": ["now", "day_before"],
        }
        answer = await door.ask("POST", "/previews", wanted)
        shown = msgspec.json.decode(answer.content, type=Previews).previews
        assert {preview.text for preview in shown} == {"Dimanche 24/11 à 8 h 30 : https://agenda.exemple.fr/l#…"}
        assert [preview.moment for preview in shown] == [MessageMoment.NOW, MessageMoment.DAY_BEFORE]
        assert shown[1].due_at.isoformat() == "2030-11-23T08:00:00+00:00" or shown[1].due_at.hour == 7

    @pytest.mark.parametrize(("field", "value"), [("time_zone", "Nowhere/Land"), ("starts_at", "2030-11-24T07:30:00")])
    async def test_a_zone_that_is_none_and_a_time_without_one_are_refused(
        self, door: Door, field: str, value: str
    ) -> None:
        wanted = {"starts_at": "2030-11-24T07:30:00Z", "time_zone": "Europe/Paris", "channels": [], "moments": []}
        answer = await door.ask("POST", "/previews", {**wanted, field: value})
        assert answer.status_code in (400, 422)


class TestReveals:
    async def test_the_permits_holder_sees_the_number_and_leaves_a_trace(
        self, door: Door, house: House, keys: Keys
    ) -> None:
        case_id, caller = uuid4(), a_caller()
        await put(door, case_id)
        answer = await door.ask("POST", "/reveals", {"permit": signed(keys, case_id, caller.subject)}, caller=caller)
        assert answer.json() == {"phone": PHONE}
        [trace] = await house.sql("SELECT * FROM audit WHERE action = 'reveal'")
        assert (trace["thing_id"], trace["subject"], trace["why"]) == (case_id, caller.subject, "call_back")

    async def test_the_answer_is_not_kept_for_replays(self, door: Door, house: House, keys: Keys) -> None:
        case_id, caller = uuid4(), a_caller()
        await put(door, case_id)
        permit = {"permit": signed(keys, case_id, caller.subject)}
        await door.ask("POST", "/reveals", permit, caller=caller, **{"Idempotency-Key": "k"})
        assert PHONE not in repr(await house.sql("SELECT * FROM idempotency"))

    async def test_a_permit_serves_no_one_else_and_no_other_purpose(self, door: Door, keys: Keys) -> None:
        case_id = uuid4()
        await put(door, case_id)
        for permit in (signed(keys, case_id, uuid4()), "forged", signed(keys, case_id, uuid4())[:-3] + "abc"):
            answer = await door.ask("POST", "/reveals", {"permit": permit})
            assert (answer.status_code, answer.json()["code"]) == (403, "permit-refused")
            assert PHONE.encode() not in answer.content

    async def test_a_case_without_a_number_reveals_none(self, door: Door, keys: Keys) -> None:
        caller = a_caller()
        answer = await door.ask("POST", "/reveals", {"permit": signed(keys, uuid4(), caller.subject)}, caller=caller)
        assert answer.json() == {"phone": None}


class TestAccounts:
    async def test_an_expert_sets_their_own_channels(self, door: Door, house: House) -> None:
        expert = a_caller(Role.EXPERT)
        path = f"/accounts/{expert.subject}/channels"
        answer = await door.ask("PUT", path, {"phone": "0612345678", "channels": ["sms"]}, caller=expert)
        assert (answer.status_code, answer.json()["channels"]) == (200, ["sms"])
        assert (await door.ask("GET", path, caller=expert)).json()["channels"] == ["sms"]
        assert "612345678" not in repr(await house.sql("SELECT * FROM account"))

    async def test_nobody_sets_anothers(self, door: Door) -> None:
        answer = await door.ask("PUT", f"/accounts/{uuid4()}/channels", {}, caller=a_caller(Role.EXPERT))
        assert (answer.status_code, answer.json()["code"]) == (403, "not-your-channels")

    async def test_an_empty_one_leaves_no_key(self, door: Door, house: House) -> None:
        expert = a_caller(Role.EXPERT)
        path = f"/accounts/{expert.subject}/channels"
        await door.ask("PUT", path, {"mail": MAIL, "channels": ["mail"]}, caller=expert)
        await door.ask("PUT", path, {}, caller=expert)
        [row] = await house.sql("SELECT * FROM account")
        assert row["wrapped_key"] is None and row["mail"] is None and row["channels"] == []


def signed(keys: Keys, case_id: UUID, seen_by: UUID) -> str:
    return Permits("referral", keys.rings["referral"], {}).sign(RevealPermit(case_id, "call_back", seen_by))


async def test_a_contact_is_forgotten_thirty_days_after_the_last_appointment(house: House) -> None:

    event = booked(soon(days=3))
    await house.contact(event.case_id)
    await house.hear(event)
    [row] = await house.sql("SELECT forget_at FROM contact")
    assert row["forget_at"] == event.ends_at + timedelta(days=30)
    for at, left in ((event.ends_at + timedelta(days=29), 1), (event.ends_at + timedelta(days=31), 0)):
        async with house.worker.database.transaction() as db:
            await forgetting.forget(db, at)
        assert len(await house.sql("SELECT 1 FROM contact")) == left
        assert len(await house.sql("SELECT 1 FROM appointment")) == left


async def test_a_contact_without_an_appointment_is_forgotten_after_thirty_days(house: House) -> None:
    await house.contact(uuid4())
    [row] = await house.sql("SELECT forget_at FROM contact")
    assert timedelta(days=29) < row["forget_at"] - now() <= timedelta(days=30)
