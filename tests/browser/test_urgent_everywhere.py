"""Urgent action in a browser: how soon it rings, from which pages, what stays when the network is cut."""

import asyncio
import re
import time
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page

from tests.browser.calls import PATIENCE
from tests.browser.expecting import expect
from tests.browser.listening import at_the_desk, call, sign_in
from tests.house import RunningHouse

pytestmark = pytest.mark.browser
SAID = "12 rue des Lilas"


@pytest.fixture
async def page(chromium: Browser, house: RunningHouse) -> AsyncIterator[Page]:
    async for one in at_the_desk(chromium, house):
        yield one


async def test_from_the_gesture_to_the_first_ring_in_less_than_ten_seconds_and_the_call_goes_on(
    house: RunningHouse, page: Page
) -> None:
    await call(page)
    await page.locator("#liste .creneau").first.click()
    await expect(page.locator("#confirmer")).to_be_visible(timeout=PATIENCE)
    await page.locator("#f-notes").fill("Elle parle doucement.")
    known = len(house.messages())
    await page.keyboard.press("Alt+KeyU")
    started = time.monotonic()
    await page.get_by_role("button", name="Alerter", exact=True).click()
    async with asyncio.timeout(120):
        while not any(one["channel"] == "voice" for one in house.messages()[known:]):
            await asyncio.sleep(0.05)
    print(f"gesture to first ring at the sink: {time.monotonic() - started:.2f} s")
    ring = page.locator("dialog .essais li").first
    await expect(ring).to_contain_text(re.compile(r"appel \d\d:\d\d:\d\d"))

    await page.locator("#u-place").fill(SAID)
    await page.locator("#u-department").fill("29")
    await expect(page.locator("#a-dire")).to_contain_text(SAID, timeout=PATIENCE)
    await expect(page.locator("#a-dire")).to_contain_text("Reste à demander")
    await expect(page.locator("#u-place")).to_have_value(SAID)
    for address in [str(one) for one in house.messages()[known:]]:
        assert SAID not in address and "Brest" not in address, "no datum of anyone leaves with an alert"

    await page.get_by_role("button", name="lever l’alerte").click()
    await expect(page.get_by_role("heading", name="L’alerte est levée")).to_be_visible()
    await page.locator("dialog [data-revenir]").click()
    await expect(page.locator("#f-notes")).to_have_value("Elle parle doucement.")
    await expect(page.locator("#confirmer")).to_be_visible()


async def test_with_the_network_cut_every_number_stays_on_the_screen(page: Page) -> None:
    await call(page, level=None)
    await page.context.set_offline(True)
    await page.locator("#f-notes").focus()
    await page.keyboard.press("Alt+KeyU")
    dialog = page.locator("dialog#urgence")
    for number in ("15", "17", "112", "114", "3114", "3919", "119"):
        await expect(dialog.get_by_role("link", name=number, exact=True).last).to_be_visible()
    await page.get_by_role("button", name="Alerter", exact=True).click()
    large = page.locator("#urgence-echec a").first
    await expect(large).to_be_visible()
    assert re.fullmatch(r"tel:\+?\d+", await large.get_attribute("href") or "")
    await page.context.set_offline(False)


async def test_any_professional_raises_it_from_the_agenda_and_it_says_so(
    chromium: Browser, house: RunningHouse
) -> None:
    context = await chromium.new_context(base_url=house.url, viewport={"width": 1366, "height": 768}, locale="fr-FR")
    context.set_default_timeout(PATIENCE)
    page = await context.new_page()
    await page.goto("/connexion")
    await sign_in(page, house, house.account("expert").get("login") or house.account("expert")["identifier"])
    await page.wait_for_url("**/agenda*")
    box = await page.get_by_role("link", name="Alerter l’astreinte").first.bounding_box()
    assert box is not None and box["y"] + box["height"] < 768
    await page.keyboard.press("Alt+KeyU")
    await page.get_by_role("button", name="Alerter", exact=True).click()
    await expect(page.get_by_role("heading", name="L’alerte est partie")).to_be_visible(timeout=PATIENCE)
    rows = await house.ask("referral", "SELECT raised_from FROM urgent_action ORDER BY triggered_at DESC LIMIT 1")
    assert rows[0]["raised_from"] == "agenda"
    await page.get_by_role("button", name="lever l’alerte").click()
    await expect(page.get_by_role("heading", name="L’alerte est levée")).to_be_visible()
    await context.close()


async def test_the_post_reads_five_lines_and_presses_one_button(chromium: Browser, house: RunningHouse) -> None:
    # The post is shown the alert that waits longest: one that an earlier test left open would be answered instead.
    await house.ask("referral", "UPDATE urgent_action SET status = 'closed' WHERE status <> 'closed'")
    desk = chromium.new_context
    listener, manager = [await (await desk(base_url=house.url, locale="fr-FR")).new_page() for _ in range(2)]
    for page, role in ((listener, "psychologist"), (manager, "duty_manager")):
        await page.goto("/connexion")
        await sign_in(page, house, house.account(role).get("login") or house.account(role)["identifier"])
        await page.wait_for_url("**/appels")
    await listener.goto("/urgence")
    await listener.get_by_label("Où est la personne").fill(SAID)
    await listener.get_by_role("button", name="Alerter", exact=True).click()
    await expect(listener.get_by_role("heading", name="L’alerte est partie")).to_be_visible(timeout=PATIENCE)
    await manager.goto("/astreinte")
    await expect(manager.locator(".cinq div")).to_have_count(5)
    assert SAID not in await manager.content()
    await manager.get_by_role("button", name="J’ai l’alerte").click()
    await expect(manager.get_by_role("heading", name="a l’alerte")).to_be_visible(timeout=PATIENCE)
    await expect(listener.locator("#suivi")).to_have_attribute("data-etat", "acknowledged", timeout=PATIENCE)
    await manager.get_by_role("link", name="Voir les détails").click()
    await expect(manager.get_by_role("link", name="Ajouter un second facteur")).to_be_visible()
    assert SAID not in await manager.content(), "details ask for the second factor"
    await listener.get_by_role("button", name="lever l’alerte").click()
    for page in (listener, manager):
        await page.context.close()
