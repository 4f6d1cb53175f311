"""/ouvertures: hours are seen before they are saved, said in words, told anew from a day on; and why there is none."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.async_api import Browser, Page, Route

from tests.browser.agendas import context_of, monday, signed_in
from tests.browser.expecting import expect
from tests.browser.reading import flaws
from tests.house import RunningHouse

pytestmark = pytest.mark.browser


async def clean(page: Page) -> None:
    """Nothing for axe to say, nothing wider than the screen."""
    assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert await flaws(page) == []


async def refused_offline_and_locked(page: Page, house: RunningHouse) -> None:
    """What is typed outlives a refusal and a reload, a network that goes, and a desk that locks itself."""
    send, until = page.get_by_role("button", name="Ouvrir ces heures"), page.get_by_label("À", exact=True)
    sent: list[str] = []
    page.on("request", lambda one: sent.append(one.url) if one.method == "POST" else None)
    await page.context.set_offline(True)
    await until.fill("06:00")
    await send.click()
    await expect(page.locator("[data-reseau]")).to_be_visible()
    assert sent == []
    await page.context.set_offline(False)
    await expect(page.get_by_text("La fin est la même heure que le début.").first).to_be_visible()
    assert len(sent) == 1
    await until.fill("07:15")

    async def locks(route: Route) -> None:
        await route.fulfill(status=303, headers={"location": "/verrou?next=/accueil"})

    await page.route("**/ouvertures", locks, times=1)
    await send.click()
    await expect(page).to_have_url(re.compile("/verrou"))
    await expect(page.locator("input[name=next]")).to_have_value("/ouvertures/nouvelle")  # its script is there
    await page.get_by_label(re.compile("Mot de passe")).fill(house.account("expert")["password"])
    await page.get_by_role("button", name="Rouvrir").click()
    await expect(page.get_by_text("Votre poste s’était verrouillé")).to_be_visible()
    assert page.url.endswith("/ouvertures/nouvelle")  # not where the refused form was sent to
    await expect(until).to_have_value("07:15")
    await expect(page.get_by_label("Lequel")).to_have_value("-1")


async def test_hours_are_seen_before_they_are_saved_and_told_anew(chromium: Browser, house: RunningHouse) -> None:
    context = await context_of(chromium, house, viewport={"width": 390, "height": 844})
    page = await signed_in(context, house)
    first = monday(7)
    await page.goto("/ouvertures/nouvelle")
    await page.get_by_label("Premier jour").fill(first.isoformat())
    await page.get_by_label("De", exact=True).fill("06:00")
    await page.get_by_label("À", exact=True).fill("07:15")
    await page.get_by_role("radio", name="Le 1er mardi du mois…").check()
    await page.get_by_label("Lequel").select_option("-1")
    await page.get_by_label("Quel jour", exact=True).select_option("SU")
    await refused_offline_and_locked(page, house)
    shown = page.locator("#apercu")
    await expect(shown).to_contain_text("06:00 – 07:15")
    await clean(page)
    await page.get_by_role("button", name="Ouvrir ces heures").dblclick()
    await expect(page.get_by_role("status").first).to_contain_text("L’ouverture est ajoutée")
    line = page.get_by_role("listitem").filter(has_text="Le dernier dimanche du mois, 06:00 – 07:15")
    await expect(line).to_have_count(1)
    await clean(page)

    await line.get_by_role("link", name=re.compile("^Modifier")).click()
    await page.get_by_role("radio", name="Par semaines").check()
    await page.get_by_role("radio", name="À partir du jour choisi").check()
    await page.get_by_label("À partir du", exact=True).fill((first + timedelta(weeks=12)).isoformat())
    await page.get_by_role("button", name="Enregistrer").click()
    await expect(page.get_by_role("listitem").filter(has_text="06:00 – 07:15")).to_have_count(2)

    await page.get_by_label("Jour", exact=True).fill((first + timedelta(days=200)).isoformat())
    await page.get_by_role("button", name="Demander").click()
    await expect(page.locator("#pourquoi")).to_contain_text("Aucun créneau ce jour-là")
    await expect(page.locator("#pourquoi")).to_contain_text("C’est trop loin")

    for _ in range(2):
        line = page.get_by_role("listitem").filter(has_text="06:00 – 07:15").first
        await line.get_by_role("link", name=re.compile("^Modifier")).click()
        await page.get_by_role("button", name="Retirer l’ouverture").click()
        await expect(page.get_by_role("status").first).to_contain_text("L’ouverture est retirée")
    await expect(page.get_by_role("listitem").filter(has_text="06:00 – 07:15")).to_have_count(0)
    await context.close()


async def test_a_type_is_set_by_the_coordination_without_scripts(chromium: Browser, house: RunningHouse) -> None:
    context = await context_of(chromium, house, java_script_enabled=False, viewport={"width": 320, "height": 700})
    page = await context.new_page()
    account = house.account("coordinator")
    await page.goto("/connexion?next=/reglages/motifs")
    await page.get_by_label("Identifiant").fill(account["login"])
    await page.get_by_label("Mot de passe").fill(account["password"])
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/reglages/motifs")
    await page.get_by_role("link", name="Modifier : Rendez-vous de suivi sur place").click()
    before = await page.get_by_label("Nom pour les professionnels").input_value()
    await page.get_by_label("Nom pour les professionnels").fill("Suivi au cabinet")
    await page.get_by_label("Durée").fill("9999")
    await page.get_by_role("button", name="Enregistrer").click()
    await expect(page.get_by_label("Durée")).to_have_value("9999")
    await expect(page.get_by_text("De 5 à 480 minutes.")).to_be_visible()
    for name in ("Suivi au cabinet", before):
        await page.get_by_label("Nom pour les professionnels").fill(name)
        await page.get_by_label("Durée").fill("30")
        await page.get_by_role("button", name="Enregistrer").click()
        await expect(page.get_by_text("C’est enregistré")).to_be_visible()
        await page.get_by_role("link", name="Modifier : Rendez-vous de suivi sur place").click()
    await context.close()
