"""The doors of reminders: who may ask what, and what they are told."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from contracts.caller import Caller
from contracts.reminders import ContactKinds, Messages
from contracts.words import Channel, MessageMoment, Role
from tests.reminders.conftest import CHOICE, PHONE, Door, House, soon
from tests.reminders.make import booked
from tests.tokens import a_caller


def person(case_id: UUID) -> Caller:
    return a_caller(Role.PERSON, subject=case_id)


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
        answers = [await door.give(case_id), await door.ask("GET", f"/cases/{case_id}/contact")]
        for answer in answers:
            assert answer.status_code == 200
            assert msgspec.json.decode(answer.content, type=ContactKinds) == ContactKinds(
                [Channel.SMS, Channel.MAIL], list(MessageMoment), phone=True
            )
            assert b"612345678" not in answer.content and b"exemple" not in answer.content

    async def test_nothing_readable_lies_in_the_database(self, door: Door, house: House) -> None:
        await door.give(uuid4())
        dump = repr(await house.sql("SELECT * FROM contact")) + repr(await house.sql("SELECT * FROM idempotency"))
        assert "612345678" not in dump and "exemple" not in dump and PHONE.encode().hex() not in dump

    async def test_each_wrong_field_is_named_and_nothing_is_kept(self, door: Door, house: House) -> None:
        answer = await door.give(uuid4(), phone="12", mail="nobody")
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
        await door.give(event.case_id)
        await house.hear(event)
        answer = await door.give(event.case_id, phone=None, mail="", channels=[], moments=[])
        assert answer.json()["channels"] == []
        assert await house.sql("SELECT 1 FROM contact") == [] and await planned(door, event.case_id) == []

    async def test_an_erasure_leaves_no_key_and_no_message(self, door: Door, house: House) -> None:
        event = booked(soon(days=3))
        await door.give(event.case_id)
        await house.hear(event)
        answer = await door.ask("DELETE", f"/cases/{event.case_id}/contact")
        assert answer.status_code == 204
        assert await house.sql("SELECT 1 FROM contact") == [] and await planned(door, event.case_id) == []

    async def test_the_same_again_changes_nothing(self, door: Door, house: House) -> None:
        event = booked(soon(days=3))
        await door.give(event.case_id)
        await house.hear(event)
        before = await house.sql("SELECT * FROM message")
        await door.give(event.case_id, phone="+33 6 12 34 56 78")
        assert await house.sql("SELECT * FROM message") == before

    async def test_the_plan_follows_a_later_choice(self, door: Door, house: House) -> None:
        event = booked(soon(days=3))
        await door.give(event.case_id)
        await house.hear(event)
        await door.give(event.case_id, channels=["mail"], moments=["hour_before"])
        assert await planned(door, event.case_id) == [("hour_before", "mail", "planned")]
        await door.give(event.case_id, channels=["sms"], moments=["now"])
        assert await planned(door, event.case_id) == [("now", "sms", "planned")]

    async def test_a_contact_given_after_a_series_confirms_it_once(self, door: Door, house: House) -> None:
        first = booked(soon(days=3))
        same = {"case_id": first.case_id, "referral_id": first.referral_id, "expert_id": first.expert_id}
        weeks = [booked(soon(days=3 + 7 * week), told_with=first.appointment_id, **same) for week in (1, 2, 3)]
        other = booked(soon(days=5), case_id=first.case_id)  # another need of the same person has a word of its own
        await house.hear(first, *weeks, other)
        await door.give(first.case_id, channels=["sms"], moments=["now", "day_before"])
        rows = await house.sql("SELECT * FROM message WHERE status = 'planned' AND case_id IS NOT NULL")
        at_once = {row["appointment_id"] for row in rows if row["kind"] == "now"}
        assert at_once == {first.appointment_id, other.appointment_id} and len(rows) == 2 + 5

    async def test_what_has_left_does_not_leave_again(self, door: Door, house: House) -> None:
        event = booked(soon(days=3))
        await door.give(event.case_id, channels=["sms"], moments=["now"])
        await house.hear(event)
        await house.due_now()
        await house.send()
        await door.give(event.case_id, channels=["sms"], moments=["now"], phone="07 56 78 90 12")
        assert await planned(door, event.case_id) == [("now", "sms", "sent")]

    async def test_a_contact_and_a_booking_that_come_together_see_one_another(self, door: Door, house: House) -> None:

        for _ in range(5):
            event = booked(soon(days=3))
            await asyncio.gather(door.give(event.case_id), house.hear(event))
            assert len(await planned(door, event.case_id)) == 6

    async def test_an_erased_case_is_not_brought_back(self, door: Door, house: House) -> None:
        case_id = uuid4()
        await house.sql("INSERT INTO ended (id, what) VALUES ($1, 'case')", case_id)
        answer = await door.give(case_id)
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
        await door.give(case_id)
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
        await door.give(event.case_id, channels=["sms"])
        await house.hear(event)
        answer = await self.recall(door, event.case_id)
        assert answer.status_code == 200
        assert [row["status"] for row in answer.json()["messages"]] == ["recalled", "planned", "planned"]
        await house.due_now(kind="now")
        assert await house.send() == 0

    async def test_a_recall_may_be_pressed_twice(self, door: Door, house: House) -> None:
        event = booked(soon(days=3))
        await door.give(event.case_id)
        await house.hear(event)
        assert [(await self.recall(door, event.case_id)).status_code for _ in range(2)] == [200, 200]

    async def test_a_recall_that_comes_before_the_booking_is_kept(self, door: Door, house: House) -> None:
        event = booked(soon(days=3))
        await door.give(event.case_id, channels=["sms"])
        assert (await self.recall(door, event.case_id)).status_code == 200
        await house.hear(event)
        assert await planned(door, event.case_id) == [
            ("now", "sms", "recalled"),
            ("day_before", "sms", "planned"),
            ("hour_before", "sms", "planned"),
        ]

    async def test_a_corrected_number_sends_now_anew(self, door: Door, house: House) -> None:
        event = booked(soon(days=3))
        await door.give(event.case_id, channels=["sms"], moments=["now"])
        await house.hear(event)
        await self.recall(door, event.case_id)
        await door.give(event.case_id, channels=["sms"], moments=["now"], phone="07 56 78 90 12")
        assert await planned(door, event.case_id) == [("now", "sms", "planned")]

    async def test_what_has_left_cannot_be_taken_back(self, door: Door, house: House) -> None:
        event = booked(soon(days=3))
        await door.give(event.case_id, channels=["sms"])
        await house.hear(event)
        await house.due_now(kind="now")
        await house.send()
        answer = await self.recall(door, event.case_id)
        assert (answer.status_code, answer.json()["code"]) == (409, "recall-too-late")

    async def test_nothing_on_its_way_is_said_so(self, door: Door) -> None:
        answer = await self.recall(door, uuid4())
        assert (answer.status_code, answer.json()["code"]) == (409, "nothing-to-recall")
