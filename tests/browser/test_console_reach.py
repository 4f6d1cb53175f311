"""The console for everyone: without scripts, on small desks, at twice the text, by day and night."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page

from tests.browser.expecting import expect
from tests.browser.listening import DESK, at_the_desk, call, choose, hold
from tests.browser.reading import flaws
from tests.house import RunningHouse

pytestmark = pytest.mark.browser


@pytest.fixture
async def page(chromium: Browser, house: RunningHouse) -> AsyncIterator[Page]:
    """A psychologist at the desk, between two calls."""
    async for one in at_the_desk(chromium, house):
        yield one


async def test_a_whole_call_without_scripts(chromium: Browser, house: RunningHouse) -> None:
    async for page in at_the_desk(chromium, house, scripts=False):
        await call(page, level=None, live=False)
        await page.locator("#fiche [name=level][value='2']").press("Space")
        await page.locator("#fiche select[name=department]").select_option("29")
        await page.get_by_role("button", name="Enregistrer la fiche").click()
        await expect(page.locator("#fiche [name=level][value='2']")).to_be_checked()
        await page.locator("#liste .creneau").first.click()
        await expect(page.get_by_role("heading", name="Créneau retenu", exact=True)).to_be_visible()
        await page.locator("#confirmer [name=way][value=code]").press("Space")
        await page.locator("#pin").fill("1234")
        await page.locator("#pin").press("Enter")
        await expect(page.get_by_role("heading", name="Créneau retenu", exact=True)).to_be_visible()
        await page.get_by_role("button", name="Confirmer").click()
        await expect(page.locator(".code-dit")).to_be_visible()
        await page.get_by_role("link", name="Alerter l’astreinte").click()
        await page.get_by_role("button", name="Alerter", exact=True).click()
        await page.get_by_role("button", name="lever l’alerte").click()
        await expect(page.get_by_role("heading", name="L’alerte est levée")).to_be_visible()


async def test_what_must_be_reached_is_in_sight_on_a_small_desk_and_at_twice_the_text(page: Page) -> None:
    await call(page)
    await hold(page)
    for name, selector in (("Confirmer", "#confirmer .btn.pri"), ("Alerter", ".appel .urg")):
        box = await page.locator(selector).bounding_box()
        assert box is not None, name
        assert box["y"] >= 0, name
        assert box["y"] + box["height"] <= DESK["height"], name
    for width, size in ((1440, "100%"), (390, "100%"), (1366, "200%")):
        await page.set_viewport_size({"width": width, "height": 768})
        await page.evaluate("size => { document.documentElement.style.fontSize = size }", size)
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (width, size)
        foot = await page.locator("#confirmer .btn.pri").bounding_box()
        assert foot is not None and foot["y"] + foot["height"] <= DESK["height"], (width, size)
    another = page.locator("#liste .creneau[aria-pressed=false]").last
    async with page.expect_response("**/retenir"):
        await another.click()
    await expect(page.locator("#confirmer .btn.pri")).to_be_in_viewport()
    numbers = await page.locator(".touches").inner_text()
    assert all(number in numbers for number in ("15", "17", "112", "114", "3114", "3919"))


@pytest.mark.parametrize("theme", ["jour", "nuit"])
async def test_the_desk_passes_axe_by_day_and_night(page: Page, theme: str) -> None:
    await page.context.add_cookies([{"name": "theme", "value": theme, "url": page.url}])
    for path in ("/appels", "/taches", "/transmissions", "/urgence", "/alerte"):
        await page.goto(path)
        await check(page)
    await call(page, level="4")
    await choose(page, "motives", "suicidal_ideas")
    await hold(page)
    await page.locator("#confirmer [name=way][value=both]").press("Space")
    await check(page)
    await page.keyboard.press("Alt+KeyU")
    await expect(page.locator("#urgence")).to_be_visible()
    await check(page)


async def check(page: Page) -> None:
    assert await flaws(page) == [], page.url
