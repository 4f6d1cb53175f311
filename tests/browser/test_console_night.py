"""A desk that works all night: calls change hands, nothing acts by accident, and help is a few keys away."""

import re
import time
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page

from tests.browser.calls import PATIENCE
from tests.browser.expecting import expect
from tests.browser.listening import DESK, at_the_desk, call, choose, hold
from tests.house import RunningHouse

pytestmark = pytest.mark.browser

PRESSES_AT_MOST, SECONDS_AT_MOST = 12, 45
A_KEY, A_CLICK = 0.2, 0.6
"""Seconds that a person takes for one key, and for one press or click."""


@pytest.fixture
async def page(chromium: Browser, house: RunningHouse) -> AsyncIterator[Page]:
    """A psychologist at the desk, between two calls."""
    async for one in at_the_desk(chromium, house):
        yield one


class Hands:
    """Counts what hands do: presses and clicks, and the letters that are typed."""

    def __init__(self, page: Page) -> None:
        self.page, self.presses, self.letters = page, 0, 0
        self.waited = 0.0

    async def click(self, selector: str) -> None:
        self.presses += 1
        await self.page.locator(selector).first.click()

    async def press(self, key: str) -> None:
        self.presses += 1
        await self.page.keyboard.press(key)

    async def type(self, text: str) -> None:
        self.letters += len(text)
        await self.page.keyboard.type(text)

    @property
    def seconds(self) -> float:
        """As a person's hands would take, and what the house made them wait."""
        return self.letters * A_KEY + self.presses * A_CLICK + self.waited


async def test_from_an_empty_desk_to_confirmed_in_twelve_presses_and_forty_five_seconds(page: Page) -> None:
    await page.goto("/appels")
    hands = Hands(page)
    began = time.monotonic()
    await hands.click(".accueil-appel .btn.pri")
    await page.wait_for_selector("#liste .pro")
    for motive in ("anxiety", "exhaustion"):
        await hands.click(f"#fiche .puce:has([name=motives][value={motive}])")
    await hands.click("#fiche .puce:has([name=level][value='2'])")
    await hands.click("input#f-department")
    await hands.type("29")
    async with page.expect_response("**/creneaux*"):
        await hands.press("Enter")
    await hands.click("#liste .creneau:not(.pris)")
    await expect(page.locator("#confirmer")).to_be_visible()
    await hands.click("#confirmer .puce:has([name=way][value=sms])")
    await hands.click("#phone")
    await hands.type("0612345678")
    await hands.click("#confirmer .puce:has([name=moments][value=now])")
    await hands.click("#confirmer .btn.pri")
    await expect(page.locator(".code-dit")).to_be_visible()
    hands.waited = time.monotonic() - began
    print(
        f"\ntime to help: {hands.presses} presses or clicks, {hands.seconds:.1f} s with {hands.letters} letters typed"
    )
    assert hands.presses <= PRESSES_AT_MOST
    assert hands.seconds <= SECONDS_AT_MOST


async def test_a_page_of_notes_typed_with_the_focus_lost_after_each_swap_does_nothing(page: Page) -> None:
    await call(page)
    sent: list[str] = []
    page.on(
        "request",
        lambda one: sent.append(one.url) if re.search("/(retenir|confirmer|clore|urgence|couper)$", one.url) else None,
    )
    notes = "1 Elle dit : 2 nuits, 3 gardes / 4 collègues absents. Alors 12h, U, d'abord ?\n"
    for line in range(8):
        await page.evaluate("document.activeElement.blur()")  # as a swap does to whatever had the focus
        await page.keyboard.type(notes)
        await page.keyboard.press("Enter")
        if line % 2:
            async with page.expect_response("**/creneaux*"):
                await page.locator("#fiche [name=help][value=psychiatrist]").dispatch_event("click")
    for field in ("#f-notes", "#f-first_name", "#q", "#f-department"):
        await page.locator(field).click()
        await page.keyboard.type("123/u\n")
    assert sent == []
    await expect(page.get_by_role("heading", name="Aucun créneau retenu")).to_be_visible()
    assert await page.locator("dialog[open]").count() == 0


async def test_shortcuts_are_shown_and_can_be_switched_off(page: Page) -> None:
    await call(page)
    await page.get_by_role("button", name="Raccourcis").click()
    await expect(page.locator("#raccourcis")).to_contain_text("aucune touche seule")
    async with page.expect_response("**/raccourcis"):
        await page.get_by_label("Raccourcis actifs sur ce poste").press("Space")
    await page.keyboard.press("Escape")
    await page.locator("#liste .creneau[tabindex='0']").focus()
    await page.keyboard.press("Digit1")
    await page.keyboard.press("/")
    assert await page.evaluate("document.activeElement.className") == "creneau"
    await expect(page.get_by_role("heading", name="Aucun créneau retenu")).to_be_visible()
    await page.keyboard.press("Alt+KeyU")
    await expect(page.locator("#urgence")).to_be_visible()
    await page.keyboard.press("Escape")
    await page.reload()
    await page.get_by_role("button", name="Raccourcis").click()
    await expect(page.get_by_label("Raccourcis actifs sur ce poste")).not_to_be_checked()


async def test_the_notice_is_dite_by_one_key_and_notes_are_read_for_numbers_addresses_and_names(page: Page) -> None:
    await call(page, level=None)
    await expect(page.locator("#avis")).to_contain_text("confidentiel")
    await page.locator("#f-notes").focus()
    await page.keyboard.press("Alt+KeyD")
    await expect(page.locator("#avis")).to_have_count(0)
    assert await page.evaluate("document.activeElement.id") == "f-notes", "one goes on typing"
    told = page.locator("#relire")
    for text, words in (
        ("le joindre au 06 12 34 56 78", "contenir un numéro"),
        ("habite 12 rue des Lilas", "contenir une adresse"),
        ("suivie par Mme Durand", "contenir un nom"),
        ("trois nuits de suite, 12 h par jour depuis 2024", ""),
    ):
        await page.locator("#f-notes").fill(text)
        await (expect(told).to_contain_text(words) if words else expect(told).to_be_empty())
    await page.reload()
    await expect(page.get_by_text("Information dite à")).to_be_visible()


async def test_a_call_is_passed_to_a_colleague_then_cut_and_taken_up(
    chromium: Browser, house: RunningHouse, page: Page
) -> None:
    async for other in at_the_desk(chromium, house, "ecoute2"):
        await other.get_by_role("button", name="Disponible").click()
        await call(page, level="3")
        async with page.expect_response("**/fiche"):
            await page.locator("#f-first_name").fill("Alix")
        reference = (await page.locator(".appel h1 .sur").inner_text()).strip()
        here = page.url
        await page.reload()
        await page.locator(".gestes summary").click()
        await page.locator(".gestes [name=a]").filter(has_text="Malik").click()
        await expect(page.locator(".appel .etq")).to_contain_text("proposé à", timeout=PATIENCE)
        await expect(other.locator("#file")).to_contain_text(f"vous passe {reference}", timeout=PATIENCE)
        await other.get_by_role("button", name=f"Prendre l’appel {reference}").click()
        await expect(other.locator("#f-first_name")).to_have_value("Alix", timeout=PATIENCE)
        await expect(page.locator("#mouvement")).to_be_visible(timeout=PATIENCE)
        await other.locator(".gestes summary").click()
        await other.get_by_role("button", name="L’appel est coupé").click()
        await expect(other.locator(".appel .etq")).to_contain_text("coupé à", timeout=PATIENCE)
        await page.goto("/appels")
        await page.get_by_role("button", name=f"Reprendre l’appel {reference}").click()
        await page.wait_for_url(here)
        await expect(page.locator("#f-first_name")).to_have_value("Alix", timeout=PATIENCE)
        await page.get_by_role("button", name="Clore l’appel").click()
        await expect(page.get_by_text(f"L’appel {reference} est clos.")).to_be_visible(timeout=PATIENCE)
        await page.get_by_role("button", name="Annuler").click()
        await page.wait_for_url(here)


async def test_a_case_is_found_by_its_code_and_forgotten_at_the_persons_word(page: Page, house: RunningHouse) -> None:
    await call(page)
    await hold(page)
    await page.locator("#confirmer [name=way][value=code]").press("Space")
    await page.get_by_role("button", name="Confirmer").click()
    code = " ".join((await page.locator(".code-dit").inner_text()).split())
    await page.goto("/appels")
    await page.get_by_label("La personne a déjà un code").fill("lampe rivière 00")
    await page.get_by_role("button", name="Retrouver").click()
    await expect(page.locator("#e-code")).to_contain_text("Aucun dossier")
    await page.get_by_label("La personne a déjà un code").fill(code.upper())
    await page.get_by_role("button", name="Retrouver").click()
    await page.wait_for_url(re.compile("/appels/[0-9a-f-]{36}$"))
    await page.locator(".gestes summary").click()
    await page.get_by_role("link", name="Ouvrir le dossier").click()
    await expect(page.locator("#h-appels ~ ul li")).to_have_count(2)
    await page.get_by_role("button", name="La personne dit oui : Être rappelée").click()
    await expect(page.get_by_role("button", name="Tout retirer")).to_be_visible()
    await page.get_by_role("button", name="Tout retirer").click()
    await expect(page.get_by_role("button", name="Tout retirer")).to_have_count(0)
    here = page.url
    await page.get_by_role("button", name="La personne demande l’effacement").click()
    await page.get_by_role("button", name="Oui, tout effacer").click()
    await page.wait_for_url("**/appels?efface=oui")
    await page.goto(here)
    await expect(page.get_by_text("Il ne reste que des dates")).to_be_visible()
    await house.settle()
    case_id = here.rsplit("/", 1)[1].split("?")[0]
    assert await house.ask("identity", "SELECT 1 FROM spoken_code WHERE case_id = $1::uuid", case_id) == []
    booked = "SELECT 1 FROM appointment WHERE case_id = $1::uuid AND status = 'booked'"
    assert await house.ask("booking", booked, case_id) == []


async def test_the_shift_is_handed_over_read_and_signed(chromium: Browser, house: RunningHouse, page: Page) -> None:
    await call(page, level="4")
    await page.locator(".gestes summary").click()
    await page.get_by_role("link", name="Ouvrir le dossier").click()
    await page.locator("#consigne").fill("ne pas réorienter, suivie par le CMP")
    await page.get_by_role("button", name="Ajouter aux transmissions").click()
    await page.get_by_role("link", name="Transmissions").click()
    await expect(page.locator(".consignes").first).to_contain_text("ne pas réorienter")
    await page.locator("#mot").fill("Nuit calme.")
    await page.get_by_role("button", name="Passer la main", exact=True).click()
    await expect(page.get_by_text("attendent d’être lues").first).to_be_visible()
    async for other in at_the_desk(chromium, house, "ecoute2"):
        await other.get_by_role("link", name="Transmissions").click()
        await expect(other.locator(".passation").first).to_contain_text("Nuit calme.")
        await other.get_by_role("button", name="Lu et signé").first.click()
        await expect(other.locator(".signees")).to_contain_text("lues et signées")


async def test_the_number_given_first_survives_a_reload_and_the_choice_of_a_mail(
    page: Page, house: RunningHouse
) -> None:
    await call(page, level="4")
    await page.locator("#call_back").fill("06 12 34 56 70")
    await page.get_by_role("button", name="Garder", exact=True).click()
    await expect(page.locator("#numero-dit")).to_have_text("C’est gardé.")
    case = (await page.locator(".gestes a[href^='/dossier/']").get_attribute("href") or "").removeprefix("/dossier/")
    await page.reload()
    await page.wait_for_selector("#liste .creneau")
    await hold(page)
    await page.locator("#confirmer [name=way][value=mail]").press("Space")
    await page.locator("#mail").fill("alix@example.org")
    await page.locator("#confirmer [name=moments][value=none]").press("Space")
    if await page.locator("#plan").count():
        await page.locator("#plan").fill("sa sœur dort chez elle")
    for bottom in ("#confirmer .btn.pri", ".appel .urg"):
        box = await page.locator(bottom).bounding_box()
        assert box is not None and box["y"] >= 0 and box["y"] + box["height"] <= DESK["height"], bottom
    await page.get_by_role("button", name="Confirmer").click()
    await expect(page.locator(".code-dit")).to_be_visible()
    (row,) = await house.ask("reminders", "SELECT phone, mail FROM contact WHERE case_id = $1::uuid", case)
    assert row["phone"] is not None and row["mail"] is not None


async def test_at_the_end_of_its_thirty_minutes_a_hold_says_so_and_is_not_taken_again_by_itself(page: Page) -> None:
    await call(page)
    await hold(page)
    pressed: list[str] = []
    page.on("request", lambda one: pressed.append(one.url) if one.method == "POST" else None)
    await page.route(
        "**/garder",
        lambda route: route.fulfill(
            content_type="application/json", body='{"seconds": 40, "fields": {}, "last": true}'
        ),
    )
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    await page.get_by_role("button", name="Garder 5 minutes de plus").click()
    await expect(page.locator(".alarme")).to_contain_text("au bout de ses trente minutes")
    assert not [one for one in pressed if one.endswith(("/rendre", "/retenir"))]
    await page.get_by_role("button", name="Reprendre ce créneau").click()
    await expect(page.locator(".alarme")).to_be_hidden()
    await choose(page, "motives", "anxiety")
