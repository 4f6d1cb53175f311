"""The other doors of reminders: exact texts, reveals, accounts' channels; and what is forgotten in time."""

from datetime import timedelta
from uuid import UUID, uuid4

import msgspec
import pytest

from contracts.permits import RevealPermit
from contracts.reminders import Previews
from contracts.words import MessageMoment, Role
from kit.clock import now
from kit.permits import Permits
from services.reminders.store import forgetting
from tests.keys import Keys
from tests.reminders.conftest import MAIL, PHONE, Door, House, soon
from tests.reminders.make import booked
from tests.tokens import a_caller


@pytest.fixture(autouse=True)
async def an_empty_house(house: House) -> None:
    """Every test here starts without contacts and messages."""


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
        await door.give(case_id)
        answer = await door.ask("POST", "/reveals", {"permit": signed(keys, case_id, caller.subject)}, caller=caller)
        assert answer.json()["phone"] == PHONE
        [trace] = await house.sql("SELECT * FROM audit WHERE action = 'reveal'")
        assert (trace["thing_id"], trace["subject"], trace["why"]) == (case_id, caller.subject, "call_back")

    async def test_the_answer_is_not_kept_for_replays(self, door: Door, house: House, keys: Keys) -> None:
        case_id, caller = uuid4(), a_caller()
        await door.give(case_id)
        permit = {"permit": signed(keys, case_id, caller.subject)}
        await door.ask("POST", "/reveals", permit, caller=caller, **{"Idempotency-Key": "k"})
        assert PHONE not in repr(await house.sql("SELECT * FROM idempotency"))

    async def test_a_permit_serves_no_one_else_and_no_other_purpose(self, door: Door, keys: Keys) -> None:
        case_id = uuid4()
        await door.give(case_id)
        for permit in (signed(keys, case_id, uuid4()), "forged", signed(keys, case_id, uuid4())[:-3] + "abc"):
            answer = await door.ask("POST", "/reveals", {"permit": permit})
            assert (answer.status_code, answer.json()["code"]) == (403, "permit-refused")
            assert PHONE.encode() not in answer.content

    async def test_the_same_number_under_two_cases_is_recognised_and_not_shown(self, door: Door, keys: Keys) -> None:
        caller, one, two, other = a_caller(Role.PSYCHOLOGIST), uuid4(), uuid4(), uuid4()
        for case_id, phone in ((one, "06 12 77 56 78"), (two, "+33 6 12 77 56 78"), (other, "06 12 77 56 79")):
            await door.give(case_id, phone=phone)
        answer = await door.ask("POST", "/reveals", {"permit": signed(keys, one, caller.subject)}, caller=caller)
        assert answer.json() == {"phone": "+33612775678", "same_number": [str(two)]}

    async def test_a_case_without_a_number_reveals_none(self, door: Door, keys: Keys) -> None:
        caller = a_caller()
        answer = await door.ask("POST", "/reveals", {"permit": signed(keys, uuid4(), caller.subject)}, caller=caller)
        assert answer.json() == {"phone": None, "same_number": []}


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


class TestChange:
    async def test_what_is_not_named_stays_and_what_is_emptied_goes(self, door: Door, house: House) -> None:
        case_id = uuid4()
        path = f"/cases/{case_id}/contact"
        await door.ask("PATCH", path, {"phone": PHONE})
        kept = await door.ask("PATCH", path, {"mail": MAIL, "channels": ["mail"], "moments": ["now"]})
        assert kept.json()["channels"] == ["mail"]
        (row,) = await house.sql("SELECT phone, mail FROM contact")
        assert row["phone"] is not None and row["mail"] is not None, "the number given first is not lost"
        await door.ask("PATCH", path, {"mail": None, "channels": []})
        (row,) = await house.sql("SELECT phone, mail, channels FROM contact")
        assert row["phone"] is not None and row["mail"] is None and row["channels"] == []
        await door.ask("PATCH", path, {"phone": None})
        assert await house.sql("SELECT 1 FROM contact") == []

    async def test_a_channel_without_its_address_is_refused(self, door: Door) -> None:
        answer = await door.ask("PATCH", f"/cases/{uuid4()}/contact", {"channels": ["sms"]})
        assert (answer.status_code, answer.json()["fields"]) == (422, {"phone": "phone-missing"})
