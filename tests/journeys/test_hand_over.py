"""A call is handed over from end to end, and the others hear of it."""

import asyncio
from collections.abc import AsyncIterator
from random import randrange
from uuid import uuid4

import pytest

from tests.house import RunningHouse
from tests.journeys.desk import NURSE, Answered, Desk, give_holds_back
from tests.journeys.walker import Found, Walker


@pytest.fixture
async def desk(house: RunningHouse) -> AsyncIterator[Desk]:
    async with Desk(house) as opened:
        yield opened


async def test_a_call_becomes_a_booked_referral_with_its_messages(house: RunningHouse, desk: Desk) -> None:
    contact = await desk.call()
    ranked = await desk.ask("GET", f"/referral/contacts/{contact['id']}/candidates?limit=12")
    assert ranked["candidates"] and all(one["why"] for one in ranked["candidates"])
    permit = await desk.permit(contact)
    slot = (await desk.slots())[0]
    hold = await desk.hold(permit, slot)
    number = f"612{randrange(10**6):06d}"  # its own: other tests have messages sent too
    await desk.tell_me(permit["case_id"], phone=f"0{number}")
    code = await desk.ask("POST", "/identity/codes", {"case_id": permit["case_id"]})
    appointment = await desk.book(permit, slot, hold)

    assert len(code["words"]) == 3 and len(code["digits"]) == 2
    assert appointment["nickname"] == "Alix"
    referral = await desk.until(permit, "booked")
    assert referral["appointment_id"] == appointment["id"]
    async with asyncio.timeout(120):
        while not (sent := [one for one in house.messages() if one["to"] == f"+33{number}"]):
            await asyncio.sleep(0.2)
    text = sent[-1]["text"]
    assert " : http" in text and "/l#" in text
    assert "Alix" not in text and "psy" not in text.lower()


async def test_a_cancelled_appointment_sends_nothing_more_and_comes_back_to_the_desk(desk: Desk) -> None:
    permit, appointment = await desk.handed_over()
    await desk.ask("POST", f"/booking/appointments/{appointment['id']}/cancel", {"reason": None})

    await desk.until(permit, "ready")
    async with asyncio.timeout(120):
        while True:
            rows = (await desk.ask("GET", f"/reminders/cases/{permit['case_id']}/messages"))["messages"]
            if not any(row["status"] in ("planned", "sending") for row in rows):
                break
            await asyncio.sleep(0.1)


async def test_the_same_press_twice_books_once(desk: Desk) -> None:
    contact = await desk.call()
    permit = await desk.permit(contact)
    slot = (await desk.slots())[1]
    key = uuid4().hex
    first, again = await asyncio.gather(desk.book(permit, slot, key=key), desk.book(permit, slot, key=key))
    assert first["id"] == again["id"]


async def test_a_colleague_faster_by_a_second_gets_the_slot_and_we_get_three_others(
    house: RunningHouse, desk: Desk
) -> None:
    slot = (await desk.slots())[2]
    permits = [await desk.permit(await desk.call()) for _ in range(2)]
    outcomes = await asyncio.gather(*(desk.book(one, slot) for one in permits), return_exceptions=True)

    refused = [one for one in outcomes if isinstance(one, Answered)]
    assert len(refused) == 1
    assert (refused[0].status, refused[0].code) == (409, "slot-taken")
    assert len(refused[0].problem["extra"]["alternatives"]) == 3


async def test_a_hold_hides_the_slot_from_colleagues_and_giving_it_back_shows_it_again(desk: Desk) -> None:
    permit = await desk.permit(await desk.call())
    slot = (await desk.slots())[0]
    hold = await desk.hold(permit, slot)
    assert slot not in await desk.slots("profession=psychologist&modality=video&limit=100")

    await desk.ask("DELETE", f"/booking/holds/{hold['id']}")
    assert slot in await desk.slots("profession=psychologist&modality=video&limit=100")


async def test_a_slot_held_in_two_calls_of_one_listener_is_said_to_be_the_other_call_s(
    house: RunningHouse, desk: Desk
) -> None:
    await give_holds_back(house)
    account = house.account("psychologist")
    async with Walker(house.url) as listener:
        await listener.sign_in(account["login"], account["password"])
        calls = [(await listener.post("/appels", {})).url for _ in range(2)]
        for call in calls:
            path = f"/referral/contacts/{call.rpartition('/')[2]}/sheet"
            await desk.ask("PATCH", path, {"changes": NURSE})
        shown = Found(await listener.get(calls[0])).forms
        slot = next(one for form in shown for one in form.buttons if one[0] == "creneau")[1]
        pages = [await listener.post(f"{call}/retenir", {"creneau": slot}) for call in calls]
        confirm = [next(one for one in Found(page).forms if one.action.endswith("/confirmer")) for page in pages]
        assert dict(confirm[0].fields)["hold_id"] == dict(confirm[1].fields)["hold_id"]
        assert (await listener.press(confirm[0], way="code")).status == 200
        late = await listener.press(confirm[1], way="code")
        assert late.status == 410 and "pour votre autre appel" in late.text
        for call in calls:
            await listener.post(f"{call}/clore", {})


async def test_a_move_changes_the_appointment_in_place_and_its_messages(desk: Desk) -> None:
    permit, appointment = await desk.handed_over()
    query = f"expert={appointment['expert_id']}&modality=video&per_expert=20&limit=20"
    other = next(slot for slot in await desk.slots(query) if slot["starts_at"] > appointment["ends_at"])
    moved = await desk.ask("POST", f"/booking/appointments/{appointment['id']}/move", {"starts_at": other["starts_at"]})

    assert (moved["id"], moved["version"], moved["sequence"]) == (appointment["id"], 2, 1)
    async with asyncio.timeout(120):
        while (await desk.referral(permit))["starts_at"] != moved["starts_at"]:
            await asyncio.sleep(0.1)
