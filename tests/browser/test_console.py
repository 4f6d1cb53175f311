"""The console under real hands: nothing acts by accident, and nothing that was typed is lost."""

import asyncio
import base64
import json
import re
from collections.abc import AsyncIterator
from urllib.parse import parse_qs

import pytest
from playwright.async_api import Browser, Locator, Page, Route

from tests.browser.calls import PATIENCE
from tests.browser.expecting import expect
from tests.browser.listening import at_the_desk, call, choose, hold, in_sight, sign_in
from tests.house import RunningHouse

pytestmark = pytest.mark.browser


@pytest.fixture
async def page(chromium: Browser, house: RunningHouse) -> AsyncIterator[Page]:
    """A psychologist at the desk, between two calls."""
    async for one in at_the_desk(chromium, house):
        yield one


async def test_nothing_is_chosen_beforehand_and_a_slot_first_asks_the_level(page: Page) -> None:
    await call(page, level=None)
    await expect(page.locator("#fiche input:checked")).to_have_count(0)
    await page.locator("#liste .creneau").first.click()
    await expect(page.get_by_text("Le niveau est la seule chose demandée")).to_be_visible()
    assert await page.evaluate("document.activeElement.name") == "level"
    await page.route("**/fiche", slowly)
    await page.locator("#niveau [name=level][value='2']").press("Space")
    await hold(page)  # at once: the level that is still on its way is waited for
    await expect(page.locator("#confirmer input:checked")).to_have_count(0)


async def slowly(route: Route) -> None:
    await asyncio.sleep(0.6)
    await route.continue_()


async def test_one_key_goes_beyond_what_was_asked_and_the_list_is_read_by_day(page: Page) -> None:
    await call(page)
    await choose(page, "help", "psychologist")
    await choose(page, "modalities", "video")
    for step in ("la visio et au téléphone", "autres professions"):
        await expect(page.locator("[data-plus-large]").first).to_contain_text(step)
        await page.keyboard.press("Alt+KeyE")
    await expect(page.locator("#liste .elargi")).to_contain_text("autres professions")
    await page.get_by_role("link", name="Revenir à la demande").click()
    await expect(page.get_by_role("link", name="Revenir à la demande")).to_have_count(0)
    await page.locator(".tri [value=jour]").press("Space")
    first = page.locator("#liste .jour .heure .creneau").first
    await expect(first).to_be_visible()
    await first.focus()
    await page.keyboard.press("Digit1")
    await expect(page.get_by_role("heading", name="Créneau retenu", exact=True)).to_be_visible()


async def test_a_digit_holds_only_while_the_list_has_the_focus_and_enter_never_books(page: Page) -> None:
    await call(page)
    for field in ("#f-notes", "#f-first_name", "#q"):
        await page.locator(field).press("1")
    await page.locator("#niveau input").first.focus()
    await page.keyboard.press("2")
    await expect(page.get_by_role("heading", name="Aucun créneau retenu")).to_be_visible()
    await page.locator("#q").fill("")

    first = page.locator("#liste .creneau").first
    await expect(first).to_be_visible()
    await first.focus()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("Digit1")
    await expect(page.get_by_role("heading", name="Créneau retenu", exact=True)).to_be_visible()
    await expect(first).to_have_attribute("aria-pressed", "true")

    await page.locator("#confirmer [name=way][value=code]").press("Space")
    await page.locator("#pin").press("Enter")
    await expect(page.locator("#confirmer")).to_be_visible()
    await expect(page.locator(".code-dit")).to_have_count(0)


async def test_suicidal_ideas_open_prompts_and_below_four_it_is_asked_once_whether_it_is_meant(page: Page) -> None:
    await call(page, level="2")
    await choose(page, "motives", "suicidal_ideas")
    await expect(page.get_by_text("à explorer avec la personne")).to_be_visible()
    await expect(page.get_by_text("C’est voulu")).to_have_count(1 + 1)  # the question, and the box that answers it
    await expect(page.locator("#niveau [name=level][value='2']")).to_be_checked()
    await choose(page, "level_confirmed", "oui")
    await expect(page.locator(".voulu")).to_be_hidden()
    await choose(page, "level", "4")
    await expect(page.locator("#gauche label").first).to_have_text(
        re.compile("Si nous sommes coupés, à quel numéro puis-je vous rappeler")
    )
    await page.locator("#call_back").fill("06 12 34 56 78")
    await page.get_by_role("button", name="Garder", exact=True).click()
    await expect(page.locator("#numero-dit")).to_have_text("C’est gardé.")


async def test_the_list_never_moves_under_the_focus(page: Page) -> None:
    await call(page)
    names = page.locator("#liste .pro h3")
    await page.locator("#liste .creneau").first.focus()
    before = await names.all_inner_texts()
    async with page.expect_response("**/creneaux*"):
        await page.locator("#fiche [name=help][value=psychiatrist]").dispatch_event("click")
    changes = page.get_by_role("button", name=re.compile(r"^\d+ changements?$"))
    await expect(changes).to_be_visible()
    assert await names.all_inner_texts() == before
    await changes.click()
    await expect(changes).to_be_hidden()
    await expect(names).not_to_have_text(before)

    card = page.locator("#liste .pro").nth(1)  # not the current one: its digits would come, those of the first go
    await card.locator(".creneau").first.hover()
    await page.mouse.down()
    assert await card.get_attribute("aria-current") is None
    await page.mouse.up()
    await expect(card).to_have_attribute("aria-current", "true")
    await expect(page.locator("#confirmer")).to_be_visible()


async def test_whoever_is_slower_is_offered_the_nearest_hours(
    chromium: Browser, house: RunningHouse, page: Page
) -> None:
    await call(page)
    async for other in at_the_desk(chromium, house, "ecoute2"):
        await call(other)
        await other.route("**/flux*", lambda route: route.abort())
        await hold(page)
        value = await page.locator("#liste .creneau[aria-pressed=true]").get_attribute("value") or ""
        assert await page.locator("#confirmer [name=starts_at]").input_value() in value
        mine = other.locator("#liste .creneau").first
        await mine.evaluate("(one, value) => { one.classList.remove('pris'); one.value = value; one.click(); }", value)
        await expect(other.locator("#pris")).to_contain_text("Ce créneau vient d’être pris")
        nearest = other.locator("#pris .creneau")
        assert 1 <= await nearest.count() <= 3
        await nearest.first.click()
        await expect(other.get_by_role("heading", name="Créneau retenu", exact=True)).to_be_visible()
        await expect(other.locator("#pris")).to_be_empty()


async def test_what_is_typed_without_network_is_kept_and_sent_later(page: Page) -> None:
    await call(page)
    await page.context.set_offline(True)
    await page.locator("#f-notes").fill("écrit sans réseau, avec “guillemets” et 😶")
    await expect(page.get_by_text("Connexion interrompue. Rien n’est perdu")).to_be_visible()
    await expect(page.locator("#enregistre")).to_contain_text("gardé sur ce poste")
    await page.context.set_offline(False)
    await expect(page.locator("#enregistre")).to_contain_text("enregistré à", timeout=PATIENCE)
    await page.reload()
    await expect(page.locator("#f-notes")).to_have_value("écrit sans réseau, avec “guillemets” et 😶")


async def test_a_draft_on_the_desk_is_sealed_and_one_that_was_tampered_with_is_left_aside(page: Page) -> None:
    # as when the battery ends: a page that is left in order sends what it has
    await page.add_init_script("addEventListener('pagehide', (event) => event.stopImmediatePropagation(), true)")
    await call(page, level=None)
    here = page.url
    await page.context.route("**/fiche", lambda route: route.abort())
    await page.locator("#f-notes").fill("ce que personne ne doit lire")
    await expect(page.locator("#enregistre")).to_contain_text("gardé sur ce poste")
    place = f"brouillon:{here.rsplit('/', 1)[1]}"
    sealed = str(await page.evaluate("(place) => sessionStorage[place]", place))
    assert "personne" not in sealed and b"personne" not in base64.b64decode(sealed)
    await page.goto("about:blank")
    turn = f"const was = sessionStorage['{place}']; const one = was.at(-8) === 'X' ? 'Y' : 'X';"
    turn += f" sessionStorage['{place}'] = was.slice(0, -8) + one + was.slice(-7);"
    await page.context.add_init_script(f"try {{ {turn} }} catch {{}}")
    await page.goto(here)
    await expect(page.locator("#f-notes")).to_have_value("")
    await page.context.unroute("**/fiche")
    await page.locator("#f-notes").fill("on continue")
    await expect(page.locator("#enregistre")).to_contain_text("enregistré à")


async def test_what_was_typed_survives_a_session_that_ended(page: Page, house: RunningHouse) -> None:
    await call(page)
    here = page.url
    await page.context.clear_cookies()
    await page.locator("#f-notes").fill("écrit après la fin de la session")
    await page.wait_for_url(re.compile("/connexion"))
    await sign_in(page, house)
    await page.wait_for_url(here)
    await expect(page.locator("#f-notes")).to_have_value("écrit après la fin de la session")
    await expect(page.locator("#enregistre")).to_contain_text("enregistré à")
    await page.reload()
    await expect(page.locator("#f-notes")).to_have_value("écrit après la fin de la session")


async def test_a_hold_is_found_again_after_a_look_at_another_page(page: Page) -> None:
    await call(page)
    here = page.url
    await hold(page)
    await page.goto("/taches")
    await page.goto(here)
    await expect(page.get_by_role("heading", name="Créneau retenu", exact=True)).to_be_visible()


async def test_a_hold_survives_a_reload_and_warns_a_minute_before_it_ends(page: Page) -> None:
    await call(page)
    await hold(page)
    await page.reload()
    await expect(page.get_by_role("heading", name="Créneau retenu", exact=True)).to_be_visible()
    ours = page.locator("#liste .creneau[aria-pressed=true]")
    await expect(ours).to_have_count(1)
    async with page.expect_response(lambda answer: "/creneaux?" in answer.url):
        await page.locator(".outils [name=tri][value=tot]").press("Space")
    await expect(ours).to_have_count(1)

    async def nearly_over(route: Route) -> None:
        fields = {name: values[0] for name, values in parse_qs(route.request.post_data or "").items()}
        body = {"seconds": 45, "fields": fields, "last": False}
        await route.fulfill(content_type="application/json", body=json.dumps(body))

    await page.route("**/garder", nearly_over)
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    await expect(page.get_by_text("Le créneau sera rendu dans 1 minute.")).to_be_visible()
    await page.unroute("**/garder")
    await page.get_by_role("button", name="Garder 5 minutes de plus").click()
    await expect(page.get_by_text("Le créneau sera rendu dans 1 minute.")).to_be_hidden()


async def test_an_expert_who_is_not_wanted_leaves_the_list_and_can_come_back(page: Page) -> None:
    await call(page)
    name = await page.locator("#liste .pro h3").first.evaluate("one => one.firstChild.textContent.trim()")
    await page.locator("#liste .ecarter").first.click()
    await expect(page.locator("#pris")).to_contain_text(f"{name} ne sera plus proposé")
    await expect(page.locator("#liste .pro h3").filter(has_text=name)).to_have_count(0)
    await page.get_by_role("button", name="Annuler").click()
    await expect(page.locator("#liste .pro h3").filter(has_text=name)).to_have_count(1)


async def test_a_refused_press_keeps_the_form_as_it_was_typed(page: Page) -> None:
    await call(page)
    await hold(page)
    await page.get_by_role("button", name="Confirmer").click()
    wrong = page.locator("#confirmer .erreur")
    await expect(wrong).to_contain_text("comment lui transmettre")
    assert await in_sight(wrong), "what is missing is not under the foot of the card"
    await page.locator("#confirmer [name=way][value=sms]").press("Space")
    await page.locator("#phone").fill("12")
    await page.locator("#confirmer [name=moments][value=none]").press("Space")
    await expect(page.locator("#apercu")).to_contain_text("Aucun message ne partira")
    await page.get_by_role("button", name="Confirmer").click()
    await expect(page.locator("#e-phone")).to_be_visible()
    await expect(page.locator("#apercu")).to_contain_text("Aucun message ne partira")
    await expect(page.locator("#phone")).to_have_value("12")
    await expect(page.locator("#confirmer [name=moments][value=none]")).to_be_checked()
    assert await page.evaluate("document.activeElement.id") == "phone"
    await page.locator("#confirmer [name=way][value=code]").press("Space")
    await page.context.set_offline(True)
    await page.get_by_role("button", name="Confirmer").click()
    away = page.locator("#confirmer .alarme")
    await expect(away).to_contain_text("Connexion interrompue")
    assert await page.evaluate(STILL_SAID), "it stands as long as nothing is heard, past the next beat of the ring"
    await page.context.set_offline(False)
    await expect(away).to_be_hidden()
    await pressed_twice(page, page.get_by_role("button", name="Confirmer"))
    await expect(page.locator(".code-dit")).to_be_visible()
    await expect(page.get_by_role("button", name="Reprendre le message")).to_have_count(0)
    await page.reload()
    mine = page.locator(".prevus")
    await expect(mine.get_by_role("heading", name="Son rendez-vous")).to_be_visible()
    await mine.locator("summary").click()
    await mine.get_by_role("button", name="Annuler le rendez-vous").click()
    await expect(page.locator("#droite")).to_contain_text("Le rendez-vous est annulé")
    await expect(mine).to_have_count(0)


STILL_SAID = "new Promise(said => setTimeout(() => said(!document.querySelector('.alarme').hidden), 1100))"


async def pressed_twice(page: Page, button: Locator) -> None:
    """By a hand that doubts: the second press falls on what stands there by then, the code being shown."""
    box = await button.bounding_box()
    assert box is not None
    place = (box["x"] + box["width"] / 3, box["y"] + box["height"] / 2)
    await page.mouse.click(*place)
    await expect(page.locator(".code-dit")).to_be_visible()
    await page.mouse.click(*place)


async def test_a_message_can_be_taken_back_for_ten_seconds(page: Page) -> None:
    await call(page)
    await hold(page)
    await page.locator("#confirmer [name=way][value=sms]").press("Space")
    await page.locator("#phone").fill("06 12 34 56 79")
    await page.locator("#confirmer [name=moments][value=now]").press("Space")
    await expect(page.locator("#apercu q")).to_contain_text(re.compile(r"\d à \d+\sh.*\s:\shttp"))
    await page.get_by_role("button", name="Confirmer").click()
    await page.get_by_role("button", name="Reprendre le message").click()
    await expect(page.locator("#rattraper")).to_contain_text("rien n’est parti")
