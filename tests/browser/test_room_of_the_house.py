"""The room in the whole running house: a code opens it for the person, a password for the professional."""

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
from tests.browser.calls import a_visitor, measure, sees, until
from tests.house import RunningHouse

pytestmark = pytest.mark.browser


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
    await said_late(professional, appointment_id)
    await person.wait_for_selector("[data-said=attente]:has-text('quelques minutes de retard')")

    await professional.goto(f"{house.url}/salle/{appointment_id}")
    await professional.click("[data-do=admettre]:enabled")
    await person.click("[data-do=entrer]")
    for page in (person, professional):
        await page.click("[data-do=camera]")

    assert await until(partial(sees, person))
    assert await until(partial(sees, professional))
    assert await until(partial(marked, house, appointment_id, "started_at"))

    await an_alert_from_the_room(house, person, professional)
    await a_third_person(house, chromium, professional, person, appointment_id)

    for _ in range(3):
        await person.keyboard.press("Shift")
    await person.wait_for_url("**/calendrier")
    await professional.wait_for_selector("[data-after-words]:has-text('a quitté vite')")
    await person.goto(f"{house.url}/salle/{appointment_id}")
    assert "/connexion" in person.url, "after a quick exit the room is not open here any more"


async def said_late(professional: Page, appointment_id: UUID) -> None:
    """One tap of the professional, wherever they are."""
    told = await professional.evaluate(
        """async (id) => (await fetch(`/api/v1/booking/appointments/${id}/late`, {
          method: 'POST', body: JSON.stringify({ minutes: 5 }),
          headers: {
            'content-type': 'application/json', 'idempotency-key': crypto.randomUUID(),
            'x-csrf-token': document.querySelector('[name=csrf_token]').value,
          },
        })).status""",
        str(appointment_id),
    )
    assert told == 200


async def an_alert_from_the_room(house: RunningHouse, person: Page, professional: Page) -> None:
    """The dialog opens over the conversation, rings, and the conversation goes on behind it."""
    await professional.click(".commandes [data-do=plan]")
    await professional.fill("#plan-place", "12 rue des Lilas")
    await professional.click("[data-plan-form] button.pri")
    known, before = len(house.messages()), (await measure(person))["heard"]
    await professional.keyboard.press("Alt+KeyU")
    assert await professional.input_value("#u-place") == "12 rue des Lilas", "what was agreed is there already"
    await professional.get_by_role("button", name="Alerter", exact=True).click()
    await professional.get_by_role("heading", name="L’alerte est partie").wait_for()
    assert await until(partial(rung, house, known))
    (row,) = await house.ask("referral", "SELECT raised_from FROM urgent_action ORDER BY triggered_at DESC LIMIT 1")
    assert row["raised_from"] == "room"
    assert await until(partial(heard_since, person, before))
    await professional.get_by_role("button", name="lever l’alerte").click()
    await professional.get_by_role("heading", name="L’alerte est levée").wait_for()
    await professional.click("#urgence [data-revenir]")
    assert await professional.is_visible("[data-stage]")


async def rung(house: RunningHouse, known: int) -> bool:
    return any(one["channel"] == "voice" for one in house.messages()[known:])


async def heard_since(page: Page, before: int) -> bool:
    return (await measure(page))["heard"] > before + 10


async def a_third_person(
    house: RunningHouse, browser: Browser, professional: Page, person: Page, appointment_id: UUID
) -> None:
    """A code said aloud, typed by someone without any account, and a door that the professional opens: all hear all."""
    await professional.click("[data-do=inviter]")
    await professional.click("[data-do=inviter-faire]")
    await professional.wait_for_selector("[data-invite-made]:not([hidden])")
    code = await professional.inner_text("[data-invite-code]")
    await professional.click("[data-invite] [data-do=fermer]")
    guest = await (await a_visitor(browser)).new_page()
    await guest.goto(f"{house.url}/invite")
    await guest.fill("[name=code]", "000 000 000")
    await guest.click("main form button")
    await guest.wait_for_selector("[role=alert]:has-text('n’ouvre pas')")
    await guest.fill("[name=code]", code)
    await guest.click("main form button")
    await guest.wait_for_url(f"**/invite/{appointment_id}")
    await professional.wait_for_selector("[data-guest]:not([hidden])")
    assert "Alix" not in await guest.inner_text("main")
    await professional.click("[data-do=admettre-tiers]")
    await guest.click("[data-do=entrer]")
    for page in (guest, person, professional):
        assert await until(partial(hears_two, page), 120), f"{await measure(page)} {await page.inner_text('main')}"
    await guest.locator("[data-do=partir]").press("Enter")
    await professional.wait_for_selector("[data-stage][data-people='2']")
    await guest.context.close()


async def hears_two(page: Page) -> bool:
    """Two voices come, by two connections."""
    voices: int = await page.evaluate(
        """async () => {
          let voices = 0;
          for (const peer of window.peers) {
            for (const one of (await peer.getStats()).values()) {
              if (one.type === 'inbound-rtp' && one.kind === 'audio' && one.packetsReceived > 20
                && peer.connectionState === 'connected') voices += 1;
            }
          }
          return voices;
        }"""
    )
    return voices == 2


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
