"""The room in the whole running house: a code opens it for the person, a password for the professional."""

from collections.abc import AsyncIterator
from functools import partial
from typing import Any
from uuid import UUID

import aiohttp
import msgspec
import pytest
from playwright.async_api import Browser, Page

from contracts.identity import SpokenCode
from contracts.words import Role
from infra.embedded import token
from tests.browser.calls import a_visitor, chromium_for_calls, sees, until
from tests.house import RunningHouse

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
async def chromium() -> AsyncIterator[Browser]:
    async with chromium_for_calls() as browser:
        yield browser


async def an_appointment_now(house: RunningHouse) -> tuple[UUID, UUID]:
    """One of the demo expert's appointments, brought to five minutes from now: its id and its case."""
    login = house.account("expert")["login"]
    (expert,) = await house.ask("identity", "SELECT id FROM account WHERE identifier = $1", login)
    (found,) = await house.ask(
        "booking",
        "UPDATE appointment SET starts_at = now() + interval '5 minutes', ends_at = now() + interval '50 minutes',"
        " modality = 'video', person_zone = 'Europe/Paris' WHERE id = (SELECT id FROM appointment WHERE expert_id = $1"
        " AND case_id IS NOT NULL AND status = 'booked' ORDER BY starts_at DESC LIMIT 1) RETURNING id, case_id",
        expert["id"],
    )
    return found["id"], found["case_id"]


async def a_code(house: RunningHouse, case_id: UUID) -> str:
    """The three words and two digits that a psychologist would say aloud."""
    key = await token.make(house.database("identity"), Role.PSYCHOLOGIST)
    async with (
        aiohttp.ClientSession() as http,
        http.post(
            f"{house.url}/api/v1/identity/codes",
            json={"case_id": str(case_id)},
            headers={"authorization": f"Bearer {key}"},
        ) as answer,
    ):
        assert answer.status == 201, await answer.text()
        return msgspec.json.decode(await answer.read(), type=SpokenCode).text


async def the_person(browser: Browser, house: RunningHouse, code: str) -> Page:
    page = await (await a_visitor(browser)).new_page()
    await page.goto(f"{house.url}/l")
    await page.fill("[name=secret]", code)
    await page.click("main form button")
    await page.wait_for_url("**/rdv*")
    return page


async def the_professional(browser: Browser, house: RunningHouse) -> Page:
    account = house.account("expert")
    page = await (await a_visitor(browser)).new_page()
    await page.goto(f"{house.url}/connexion")
    await page.fill("[name=identifier]", account["login"])
    await page.fill("[name=password]", account["password"])
    await page.click("main form button")
    await page.wait_for_url(lambda url: "/connexion" not in url)
    return page


async def test_a_code_and_a_password_meet_in_one_sealed_room(house: RunningHouse, chromium: Browser) -> None:
    appointment_id, case_id = await an_appointment_now(house)
    person = await the_person(chromium, house, await a_code(house, case_id))
    professional = await the_professional(chromium, house)

    await person.goto(f"{house.url}/salle/{appointment_id}")
    await person.wait_for_selector("[data-link].sauge")
    assert "Vous êtes au bon endroit" in await person.inner_text("main")
    assert await until(partial(marked, house, appointment_id, "arrived_at"))

    await professional.goto(f"{house.url}/salle/{appointment_id}")
    await professional.click("[data-do=admettre]:enabled")
    await person.click("[data-do=entrer]")
    for page in (person, professional):
        await page.click("[data-do=camera]")

    assert await until(partial(sees, person))
    assert await until(partial(sees, professional))
    assert await until(partial(marked, house, appointment_id, "started_at"))

    for _ in range(3):
        await person.keyboard.press("Shift")
    await person.wait_for_url("**/calendrier")
    await professional.wait_for_selector("[data-said=salle]:has-text('a quitté')")
    await person.goto(f"{house.url}/salle/{appointment_id}")
    assert "/connexion" in person.url, "after a quick exit the room is not open here any more"


async def marked(house: RunningHouse, appointment_id: UUID, column: str) -> Any:
    (row,) = await house.ask("booking", "SELECT arrived_at, started_at FROM appointment WHERE id = $1", appointment_id)
    return row[column]


async def test_another_site_may_not_open_the_thread_of_a_room(house: RunningHouse) -> None:
    appointment_id, _ = await an_appointment_now(house)
    key = await token.make(house.database("identity"), Role.EXPERT)
    address = f"{house.url}/salle/{appointment_id}/fil"
    async with aiohttp.ClientSession() as http:
        for origin in ("https://elsewhere.example", ""):
            headers = {"authorization": f"Bearer {key}", "origin": origin}
            with pytest.raises(aiohttp.WSServerHandshakeError):
                await http.ws_connect(address, headers=headers)
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await http.ws_connect(address, headers={"origin": house.url})
