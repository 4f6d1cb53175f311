"""Urgent action at the desk: one gesture, every ring in sight, the number never far."""

import json
import re
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, Route

from tests.browser.calls import PATIENCE, until
from tests.browser.expecting import expect
from tests.browser.listening import at_the_desk, call
from tests.house import RunningHouse

pytestmark = pytest.mark.browser


@pytest.fixture
async def page(chromium: Browser, house: RunningHouse) -> AsyncIterator[Page]:
    """A psychologist at the desk, between two calls."""
    async for one in at_the_desk(chromium, house):
        yield one


async def test_level_five_and_alt_u_open_the_same_confirmation(page: Page) -> None:
    await call(page, level=None)
    await page.locator("#fiche [name=level][value='5']").press("Space")
    dialog = page.get_by_role("dialog", name="Alerter l’astreinte")
    await expect(dialog).to_be_visible()
    await dialog.get_by_role("link", name="Revenir").click()
    await expect(dialog).to_be_hidden()
    await page.locator("#f-notes").focus()
    await page.keyboard.press("Alt+KeyU")
    await expect(dialog).to_be_visible()
    await expect(dialog.locator("a[href^='tel:']:visible").first).to_be_visible()


async def test_every_ring_shows_and_whoever_was_woken_says_so_without_signing_in(
    chromium: Browser, house: RunningHouse, page: Page
) -> None:
    await call(page, level=None)
    known = len(house.messages())
    await page.keyboard.press("Alt+KeyU")
    await page.get_by_role("button", name="Alerter", exact=True).click()
    await expect(page.get_by_role("heading", name="L’alerte est partie")).to_be_visible()
    await expect(page.locator("dialog .essais li").first).to_be_visible()
    await expect(page.locator("dialog .essais li.taken").first).to_be_visible(timeout=PATIENCE)

    async def sent() -> list[str]:
        """A voice call says that the link comes by message, and the provider may have taken it first."""
        return [found for one in house.messages()[known:] for found in re.findall(r"/alerte#[\w-]+", json.dumps(one))]

    links = await until(sent)
    assert links
    woken = await (await chromium.new_context(base_url=house.url)).new_page()
    await woken.goto(links[0])
    assert "#" not in woken.url
    await woken.get_by_role("button", name="J’ai l’alerte").click()
    await expect(woken.get_by_role("heading")).to_contain_text("vous avez l’alerte")
    await expect(page.locator("dialog #suivi")).to_have_attribute("data-etat", "acknowledged", timeout=PATIENCE)
    await woken.context.close()


async def test_when_the_alert_cannot_leave_the_number_stands_large_at_once(page: Page) -> None:
    await call(page, level=None)
    await page.route("**/urgence", lambda route: route.abort())
    await page.keyboard.press("Alt+KeyU")
    await page.get_by_role("button", name="Alerter", exact=True).click()
    await expect(page.get_by_text("L’alerte n’est pas partie d’ici. Appelez maintenant.")).to_be_visible()
    number = page.locator("#urgence-echec a").first
    await expect(number).to_be_visible()
    assert await number.evaluate("one => parseFloat(getComputedStyle(one).fontSize)") >= 32


async def test_when_the_alert_stays_without_an_answer_the_number_stands_all_the_same(page: Page) -> None:
    await page.clock.install()
    await call(page, level=None)
    held: list[Route] = []
    await page.route("**/urgence", lambda route: held.append(route))  # neither answered nor refused
    await page.keyboard.press("Alt+KeyU")
    async with page.expect_request("**/urgence"):
        await page.get_by_role("button", name="Alerter", exact=True).click()
    await expect(page.locator("#urgence-echec")).to_be_hidden()
    await page.clock.fast_forward(11_000)
    await expect(page.locator("#urgence-echec a").first).to_be_visible()
    for one in held:
        await one.abort()  # a page that closes lets go what it held, and the post would be rung for the tests after us


async def test_an_alert_is_lifted_in_one_gesture(page: Page) -> None:
    await call(page, level=None)
    await page.keyboard.press("Alt+KeyU")
    await page.get_by_role("button", name="Alerter", exact=True).click()
    await page.get_by_role("button", name="lever l’alerte").click()
    await expect(page.get_by_role("heading", name="L’alerte est levée")).to_be_visible()
