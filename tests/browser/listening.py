"""A psychologist's browser at the desk: sign in, take a call, type on the sheet, hold a slot, give it back."""

import re
from collections.abc import AsyncIterator

from playwright.async_api import Browser, BrowserContext, Locator, Page, ViewportSize

from gateway.door import SESSION_COOKIE
from tests.browser.calls import PATIENCE
from tests.browser.expecting import expect
from tests.house import RunningHouse

DESK: ViewportSize = {"width": 1366, "height": 768}


async def at_the_desk(
    chromium: Browser, house: RunningHouse, login: str = "ecoute", *, scripts: bool = True
) -> AsyncIterator[Page]:
    context = await chromium.new_context(
        base_url=house.url,
        viewport=DESK,
        locale="fr-FR",
        timezone_id="Europe/Paris",
        reduced_motion="reduce",
        java_script_enabled=scripts,
    )
    context.set_default_timeout(PATIENCE)
    page = await context.new_page()
    await arrive(page, house, login)
    yield page
    await give_back(page)
    await context.close()


async def arrive(page: Page, house: RunningHouse, login: str) -> None:
    """Before the desk: by the session of the test before, or by the password where it has ended or is locked."""
    await go_on(page.context, house, login)
    await page.goto("/appels")
    if page.url != f"{house.url}/appels":
        await page.context.clear_cookies(name=SESSION_COOKIE)
        await page.goto("/connexion")
        await sign_in(page, house, login)
        await page.wait_for_url("**/appels")
    await keep(page.context, house, login)


async def go_on(context: BrowserContext, house: RunningHouse, login: str) -> None:
    """With the session that `keep` kept, where there is one."""
    if login in house.sessions:
        secure = house.url.replace("http:", "https:")  # as the cookie is; on loopback it is sent to both
        await context.add_cookies([{"name": SESSION_COOKIE, "value": house.sessions[login], "url": secure}])


async def keep(context: BrowserContext, house: RunningHouse, login: str) -> None:
    """For the next test: to sign in costs a page, its files and a slow hash."""
    for cookie in await context.cookies():
        if cookie["name"] == SESSION_COOKIE:
            house.sessions[login] = cookie["value"]


async def sign_in(page: Page, house: RunningHouse, login: str = "ecoute") -> None:
    await page.get_by_label("Identifiant").fill(login)
    await page.get_by_label("Mot de passe").fill(house.account("psychologist")["password"])
    await page.keyboard.press("Enter")


async def give_back(page: Page) -> None:
    """A listener keeps three slots at most: what a test held is free for the next."""
    await page.unroute_all(behavior="ignoreErrors")
    if await page.locator("dialog[open]").count():
        await page.keyboard.press("Escape")
    if await page.locator("#confirmer .rendre").count():
        await page.locator("#confirmer .rendre").evaluate("one => one.click()")
        await expect(page.locator("#confirmer")).to_have_count(0)


async def call(page: Page, *, level: str | None = "2", live: bool = True) -> None:
    """Start a call; with a level, so that a slot can be held."""
    if not page.url.endswith("/appels") or await page.locator("dialog[open]").count():
        await page.goto("/appels")
    await page.get_by_role("button", name="Commencer un appel").click()
    await page.wait_for_url(re.compile("/appels/[0-9a-f-]{36}$"))
    if live:
        await expect(page.locator("#direct")).to_contain_text("Créneaux à jour", timeout=PATIENCE)
    if level and live:
        async with page.expect_response("**/creneaux*"):  # the list of this level, not one that is about to change
            await choose(page, "level", level)
        await page.wait_for_selector("#liste .creneau")
    elif level:
        await choose(page, "level", level)


async def choose(page: Page, name: str, value: str) -> None:
    """Tick a chip of the sheet and wait until it is saved."""
    async with page.expect_response("**/fiche") as saved:
        await page.locator(f"#fiche [name={name}][value='{value}']").press("Space")
    assert (await saved.value).ok


async def hold(page: Page) -> None:
    await page.locator("#liste .creneau:not(.pris)").first.click()
    await expect(page.get_by_role("heading", name="Créneau retenu", exact=True)).to_be_visible()


async def in_sight(one: Locator) -> bool:
    """What stands in its middle is itself: nothing lies over it."""
    seen: bool = await one.evaluate(
        "one => { const r = one.getBoundingClientRect();"
        " return one.contains(document.elementFromPoint(r.left + r.width / 2, r.top + r.height / 2)); }"
    )
    return seen
