"""A person's phone: the link's secret stays on it, nothing opens by itself, and leaving leaves nothing."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Page

from tests.browser.calls import PATIENCE
from tests.browser.expecting import expect
from tests.browser.reading import flaws
from tests.gateway.played import CODE, LINK, Played, a_site, an_appointment

pytestmark = pytest.mark.browser

ARGUMENTS = [
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    *(["--no-sandbox"] if os.geteuid() == 0 else []),
]
WATCH = """
window.asked = [];
const ask = navigator.mediaDevices?.getUserMedia.bind(navigator.mediaDevices);
if (ask) navigator.mediaDevices.getUserMedia = (wanted) => {
  window.asked.push(Object.keys(wanted).join());
  return ask(wanted);
};
"""
VISIT = f"?rdv={an_appointment().id}"
PAGES = ["/rdv", "/rdv/test", f"/rdv/changer{VISIT}", f"/rdv/annuler{VISIT}", "/l", "/", "/connexion", "/nulle-part"]


@pytest.fixture(scope="module")
def site() -> Iterator[tuple[Played, str]]:
    played = Played()
    with a_site(played) as url:
        yield played, url


@pytest.fixture
async def phone(chromium: Browser, site: tuple[Played, str]) -> AsyncIterator[BrowserContext]:
    """A phone that has never been here."""
    site[0].__init__()  # type: ignore[misc]
    context = await _context(chromium, site[1])
    yield context
    await context.close()


async def _context(browser: Browser, url: str, **more: Any) -> BrowserContext:
    given = {
        "viewport": {"width": 390, "height": 844},
        "locale": "fr-FR",
        "timezone_id": "Europe/Paris",
        "reduced_motion": "reduce",
        "permissions": ["camera", "microphone"],
        "base_url": url,
    }
    context = await browser.new_context(**{**given, **more})
    context.set_default_timeout(PATIENCE)
    await context.add_init_script(WATCH)
    return context


async def _opened(context: BrowserContext) -> Page:
    page = await context.new_page()
    await page.goto(f"/l#{LINK}")
    await page.get_by_role("button", name="Ouvrir").click()
    await page.wait_for_url("**/rdv")
    return page


async def test_the_secret_leaves_the_address_bar_and_no_server_ever_sees_it_in_an_address(
    phone: BrowserContext, site: tuple[Played, str]
) -> None:
    page = await phone.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url + (request.headers.get("referer") or "")))
    await page.goto(f"/l#{LINK}")
    await expect(page.get_by_text("Touchez Ouvrir")).to_be_visible()
    assert page.url.endswith("/l")
    assert not site[0].sessions, "nothing may happen before the button"
    await page.get_by_role("button", name="Ouvrir").click()
    await page.wait_for_url("**/rdv")
    assert not [url for url in asked if LINK in url.partition("#")[0]]
    assert LINK not in await page.evaluate("JSON.stringify([document.cookie, {...localStorage}, {...sessionStorage}])")


async def test_the_name_waits_behind_a_tap(phone: BrowserContext) -> None:
    page = await _opened(phone)
    assert await page.title() == "Rendez-vous"
    await expect(page.get_by_text("Claire Morvan")).to_be_hidden()
    await page.get_by_text("Voir avec qui et comment").click()
    await expect(page.get_by_text("Claire Morvan")).to_be_visible()


async def test_shift_three_times_leaves_and_the_back_button_finds_nothing(
    phone: BrowserContext, site: tuple[Played, str]
) -> None:
    page = await _opened(phone)
    await page.goto("/rdv/test")
    for _ in range(3):
        await page.keyboard.press("Shift")
    await page.wait_for_url("**/calendrier")
    await expect(page).to_have_title("Calendrier " + (await page.locator("h1").inner_text()))
    assert not site[0].sessions
    await page.go_back()
    await page.wait_for_url("**/calendrier")
    assert "Veilleuse" not in await page.content()
    names = {cookie["name"] for cookie in await phone.cookies()}
    assert not names & {"__Host-veilleuse", "theme"}


async def test_shift_while_writing_a_capital_letter_does_not_leave(phone: BrowserContext) -> None:
    page = await phone.new_page()
    await page.goto("/l")
    await page.get_by_label("Votre code").press_sequentially("Abc")
    for key in ("Shift", "a", "Shift", "b", "Shift", "c"):
        await page.keyboard.press(key)
    assert page.url.endswith("/l")


async def test_leaving_works_with_one_tap(phone: BrowserContext, site: tuple[Played, str]) -> None:
    page = await _opened(phone)
    await page.get_by_role("button", name="Quitter").click()
    await page.wait_for_url("**/calendrier")
    assert not site[0].sessions


async def test_leaving_without_network_still_empties_the_screen(phone: BrowserContext) -> None:
    page = await _opened(phone)
    await phone.set_offline(True)
    await page.get_by_role("button", name="Quitter").click()
    await expect(page.get_by_text("rendez-vous")).to_have_count(0)
    assert "Veilleuse" not in await page.title()


async def test_a_press_without_network_is_kept_and_sent_when_the_network_is_back(phone: BrowserContext) -> None:
    page = await _opened(phone)
    await page.goto(f"/rdv/annuler{VISIT}")
    await phone.set_offline(True)
    await page.get_by_role("button", name="Annuler le rendez-vous").click()
    await expect(page.get_by_text("Connexion interrompue")).to_be_visible()
    await phone.set_offline(False)
    await expect(page.get_by_role("heading", name="C’est annulé")).to_be_visible()


async def test_a_press_on_its_way_is_said_and_not_sent_twice(phone: BrowserContext) -> None:
    page = await _opened(phone)
    await page.goto(f"/rdv/annuler{VISIT}")
    sent: list[str] = []
    page.on("request", lambda one: sent.append(one.url) if one.method == "POST" else None)
    busy = await page.evaluate(
        "() => { const b = document.querySelector('main form button');"
        " b.form.requestSubmit(b); b.form.requestSubmit(b); return b.getAttribute('aria-busy') }"
    )
    await expect(page.get_by_role("heading", name="C’est annulé")).to_be_visible()
    assert busy == "true"
    assert len(sent) == 1


async def test_preparing_opens_nothing_until_asked_then_the_microphone_then_the_camera(phone: BrowserContext) -> None:
    page = await _opened(phone)
    await page.goto("/rdv/test")
    await expect(page.get_by_text("Fermé", exact=True)).to_be_visible()
    assert await page.evaluate("window.asked") == []
    await page.get_by_role("button", name="Essayer le micro").click()
    await expect(page.get_by_text("On vous entend bien")).to_be_visible()
    assert await page.evaluate("window.asked") == ["audio"]
    await page.get_by_role("button", name="Fermer le micro").click()
    await expect(page.get_by_text("Il est de nouveau fermé")).to_be_visible()
    await page.get_by_role("button", name="Essayer la caméra").click()
    await expect(page.locator("video")).to_be_visible()
    assert await page.evaluate("window.asked") == ["audio", "video"]
    assert await page.evaluate("document.activeElement.textContent") == "Fermer la caméra"


async def test_day_and_night_change_at_once_and_stay(phone: BrowserContext) -> None:
    page = await phone.new_page()
    await page.goto("/l")
    await expect(page.get_by_role("button", name="Mode")).to_have_count(1)  # two until the style is there
    dark = await page.get_by_role("button", name="Mode clair").is_visible()
    await page.get_by_role("button", name="Mode clair" if dark else "Mode nuit").click()
    await expect(page.get_by_role("button", name="Mode nuit" if dark else "Mode clair")).to_be_focused()
    await page.reload()
    await expect(page.locator("html")).to_have_attribute("data-theme", "jour" if dark else "nuit")


async def test_the_whole_way_works_without_scripts(chromium: Browser, site: tuple[Played, str]) -> None:
    site[0].__init__()  # type: ignore[misc]
    context = await _context(chromium, site[1], java_script_enabled=False)
    page = await context.new_page()
    await page.goto("/")
    await page.get_by_label("Trois mots et deux chiffres").fill(CODE)
    await page.get_by_role("button", name="Ouvrir").click()
    await page.get_by_text("Voir avec qui et comment").click()
    await expect(page.get_by_text("Claire Morvan")).to_be_visible()
    await page.get_by_role("link", name="Changer l’heure").click()
    await page.locator("button.creneau").nth(1).click()
    await expect(page.get_by_text("a changé d’heure")).to_be_visible()
    await expect(page.get_by_role("button", name="Mode")).to_have_count(1)  # two until the style is there
    await page.get_by_role("button", name="Mode").click()
    await page.get_by_role("link", name="Annuler").click()
    await page.get_by_role("button", name="Annuler le rendez-vous").click()
    await expect(page.get_by_role("heading", name="C’est annulé")).to_be_visible()
    await page.get_by_role("button", name="Quitter").click()
    await page.wait_for_url("**/calendrier")
    await context.close()


@pytest.mark.parametrize("theme", ["jour", "nuit"])
async def test_every_page_holds_on_a_small_phone_by_day_and_night_for_everyone(
    chromium: Browser, site: tuple[Played, str], theme: str
) -> None:
    site[0].__init__()  # type: ignore[misc]
    context = await _context(chromium, site[1], viewport={"width": 320, "height": 640})
    await context.add_cookies([{"name": "theme", "value": theme, "url": site[1]}])
    page = await _opened(context)
    wrong: list[Any] = []
    page.on(
        "console", lambda line: wrong.append(line.text) if line.type == "error" and "404" not in line.text else None
    )
    page.on("pageerror", lambda error: wrong.append(str(error)))
    for path in PAGES:
        await page.goto(path)
        await page.evaluate("document.fonts.ready")
        for details in await page.locator("summary").all():
            await details.click()
        assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
        large = "z => { const s = new CSSStyleSheet(); s.replaceSync(z); document.adoptedStyleSheets = [s]; }"
        await page.evaluate(large, "html { font-size: 200% !important }")
        assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, f"{path} at 200 %"
        await page.evaluate(large, "")
        assert wrong == []
        assert await flaws(page) == [], path
        wrong.clear()  # axe itself provokes refusals of inline style
    await context.close()


async def test_a_page_is_light_enough_for_a_poor_network(phone: BrowserContext) -> None:
    page = await phone.new_page()
    sizes: dict[str, int] = {}

    async def weigh(response: Any) -> None:
        sizes[response.url] = len(await response.body())

    page.on("response", lambda response: tasks.append(weigh(response)))
    tasks: list[Any] = []
    await page.goto(f"/l#{LINK}", wait_until="networkidle")
    for task in tasks:
        await task
    assert sum(size for url, size in sizes.items() if url.endswith(".js")) < 20_000
    assert sum(sizes.values()) < 160_000
