"""The agenda for everyone: without scripts, on every screen, and for a secretary."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from playwright.async_api import Browser, Page

from tests.browser.agendas import (
    PARIS,
    axe,
    book_at,
    context_of,
    monday,
    show_week,
    signed_in,
)
from tests.browser.agendas import week as week
from tests.browser.calls import until
from tests.browser.expecting import expect
from tests.house import RunningHouse

pytestmark = pytest.mark.browser


async def test_everything_works_without_scripts(chromium: Browser, house: RunningHouse) -> None:
    context = await context_of(chromium, house, java_script_enabled=False)
    page = await signed_in(context, house)
    day = monday(6)
    await page.goto(f"/agenda?jour={day}")
    await page.get_by_role("link", name="Ouverture", exact=True).click()
    await page.get_by_label("Jour").fill(day.isoformat())
    await page.get_by_label("De", exact=True).fill("19:00")
    await page.get_by_label("À", exact=True).fill("21:00")
    await page.get_by_role("button", name="Ouvrir").click()
    await expect(page.get_by_role("status")).to_contain_text("L’ouverture est ajoutée")
    booked = await book_at(house, day, "19:00", "Chevêche")
    await page.get_by_role("link", name="Absence", exact=True).click()
    await page.get_by_label("Du", exact=True).fill(day.isoformat())
    await page.get_by_role("button", name="Noter l’absence").click()
    await expect(page.get_by_text("déjà pris")).to_be_visible()
    await page.goto(f"/agenda?jour={day}")
    await page.get_by_role("link", name=re.compile("Fiche.*Chevêche")).click()
    await page.get_by_role("link", name="Déplacer vers un autre créneau").click()
    await page.get_by_role("button", name=f"{day.day} ").and_(page.get_by_role("button", name="20:00")).click()
    await expect(page.get_by_role("status")).to_contain_text("a changé d’heure")
    await page.goto(f"/agenda/rendez-vous/{booked['id']}/annuler")
    await page.get_by_role("button", name="Annuler le rendez-vous").click()
    await expect(page.get_by_role("status")).to_contain_text("La ligne est prévenue")
    await page.get_by_role("link", name=re.compile("Modifier l’ouverture de 19:00")).click()
    await page.get_by_label("À", exact=True).fill("19:00")
    await page.get_by_role("button", name="Enregistrer").click()
    await expect(page.get_by_role("alert")).to_be_visible()
    await page.get_by_role("button", name="Retirer l’ouverture").click()
    await expect(page.get_by_role("status")).to_contain_text("retirée")
    await context.close()


SCREENS = {
    "jour": ((1440, "semaine"), (1366, "semaine"), (390, "jour"), (320, "liste")),
    "nuit": ((1440, "semaine"), (390, "liste")),
}


@pytest.mark.parametrize("theme", SCREENS)
async def test_the_agenda_holds_for_everyone_on_every_screen(
    chromium: Browser, house: RunningHouse, theme: str
) -> None:
    context = await context_of(chromium, house)
    await context.add_cookies([{"name": "theme", "value": theme, "url": house.url}])
    page = await signed_in(context, house)
    wrong: list[str] = []
    page.on("console", lambda line: wrong.append(line.text) if line.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    large = "z => { const s = new CSSStyleSheet(); s.replaceSync(z); document.adoptedStyleSheets = [s]; }"
    today = datetime.now(UTC).astimezone(PARIS).date()
    for width, view in SCREENS[theme]:
        await page.set_viewport_size({"width": width, "height": 768})
        await show_week(page, view, today)
        await page.evaluate("document.fonts.ready")
        assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, (width, view)
        if view == "jour":  # its whole name, also where a week has room for one letter
            await expect(page.locator("#grille .ec-col-head")).to_contain_text(re.compile(r"di \d|dimanche \d"))
        await page.evaluate(large, "html { font-size: 200% !important }")
        assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, (width, view, "200 %")
        await page.evaluate(large, "")
        assert wrong == []
        assert await axe(page, covered=view != "liste") == [], (width, view)
        wrong.clear()  # axe itself provokes refusals of inline style
        for opener in ("#ouverture", "#absence"):
            await page.locator(opener).click()
            await expect(page.locator("#fiche-t")).to_be_focused()
            assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, (width, opener)
            if width in (1440, 320) or theme == "nuit":  # the same dialog between the widest and the narrowest
                assert await axe(page, covered=True) == [], (width, opener)
                wrong.clear()
            await page.keyboard.press("Escape")
            await expect(page.locator(opener)).to_be_focused()
    await context.close()


async def test_a_secretary_sees_the_agenda_entrusted_to_them_and_no_room(
    chromium: Browser, house: RunningHouse
) -> None:
    context = await context_of(chromium, house)
    page = await signed_in(context, house, "secretary")
    await page.wait_for_selector("#grille[data-version]", state="attached")
    await expect(page.locator("#cote")).to_contain_text("Agenda de")
    assert await page.get_by_role("link", name="Ouvrir la salle").count() == 0
    answer = await page.request.get("/agenda?pour=00000000-0000-0000-0000-000000000001")
    assert answer.status == 404
    await context.close()


async def test_one_key_blurs_the_page_and_can_be_switched_off_and_an_hour_is_given_in_two_taps(week: Page) -> None:
    blur = week.get_by_role("button", name="Flouter")
    await week.keyboard.press("b")
    await expect(blur).to_have_attribute("aria-pressed", "true")
    assert "blur" in await week.locator(".prochain .qui").evaluate("one => getComputedStyle(one).filter")
    await week.keyboard.press("b")
    await expect(blur).to_have_attribute("aria-pressed", "false")
    await week.get_by_label("Touche B active").uncheck()
    await week.locator("#titre").focus()
    await week.keyboard.press("b")
    await expect(blur).to_have_attribute("aria-pressed", "false")

    await week.get_by_role("link", name="Donner un créneau").click()
    dialog = week.get_by_role("dialog")
    await dialog.locator("button.creneau").first.click()
    await expect(week.get_by_role("status")).to_contain_text("Le créneau est donné")
    await week.get_by_role("status").get_by_role("button", name="Annuler").click()
    await expect(week.get_by_role("status")).to_contain_text("retirée")


async def test_a_visit_of_ten_minutes_keeps_its_whole_line(week: Page) -> None:
    day = monday()
    said = {"kind": "visit", "title": "Chevêche", "named": True, "short": "1er", "spoken": "en visio", "state": "Vu"}
    more = {"modality": "video", "editable": False, "recurring": False, "over": False, "colour": "azur", "card": None}
    hours = [{"start": f"{day}T09:{ten}0", "end": f"{day}T09:{ten + 1}0"} for ten in range(5)]
    events = [{"id": f"r{at}", **said, **more, **hour} for at, hour in enumerate(hours)]
    told = {"version": "dix minutes", "zone": "Europe/Paris", "events": events}
    await week.route("**/agenda/donnees*", lambda route: route.fulfill(json=told))
    await show_week(week)
    lines = week.locator("#grille .k-rdv .ec-event-body")
    await expect(lines).to_have_count(5)
    whole = (
        "all => all.every((one) => one.closest('.ec-event').clientHeight >= one.querySelector('.ev-t').offsetHeight)"
    )
    assert await until(lambda: lines.evaluate_all(whole))
