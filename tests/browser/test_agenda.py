"""A professional's week on a real house: opened, dragged, taken away, seen, moved by keyboard; for everyone's eyes."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Browser, BrowserContext, Locator, Page, async_playwright, expect

from gateway.french import MONTHS
from tests.house import RunningHouse
from tests.journeys.desk import Desk

pytestmark = pytest.mark.browser

PARIS = ZoneInfo("Europe/Paris")
ARGUMENTS = ["--no-sandbox"] if os.geteuid() == 0 else []
AXE = Path(__file__).parents[2] / ".veilleuse" / "dev" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
HOUR = 56  # pixels of the grid


@pytest.fixture(scope="module")
async def chromium() -> AsyncIterator[Browser]:
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("Chromium is not installed")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        await browser.close()


@pytest.fixture
async def week(chromium: Browser, house: RunningHouse) -> AsyncIterator[Page]:
    """The demo professional, signed in, before a week that is far enough for nothing to stand there by chance."""
    context = await _context(chromium, house)
    page = await _signed_in(context, house)
    await _week(page)
    yield page
    await context.close()


async def _context(browser: Browser, house: RunningHouse, **more: Any) -> BrowserContext:
    given = {
        "viewport": {"width": 1440, "height": 900},
        "locale": "fr-FR",
        "timezone_id": "Europe/Paris",
        "reduced_motion": "reduce",
        "base_url": house.url,
    }
    return await browser.new_context(**{**given, **more})


async def _signed_in(context: BrowserContext, house: RunningHouse, role: str = "expert") -> Page:
    account = house.account(role)
    page = await context.new_page()
    await page.goto("/connexion?next=/agenda")
    await page.get_by_label("Identifiant").fill(account["login"])
    await page.get_by_label("Mot de passe").fill(account["password"])
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"{house.url}/agenda*")
    return page


def monday(weeks: int = 5) -> date:
    today = datetime.now(UTC).astimezone(PARIS).date()
    return today - timedelta(days=today.weekday()) + timedelta(weeks=weeks)


async def _week(page: Page, view: str = "semaine", day: date | None = None) -> None:
    await page.goto(f"/agenda?jour={day or monday()}&vue={view}")
    await page.wait_for_selector("#grille[data-version]", state="attached")


async def _open(page: Page, day: date, starts: str, ends: str, **fields: str) -> None:
    """An opening, as a program of the page would add it."""
    csrf = await page.locator("#agenda").get_attribute("data-csrf")
    answer = await page.request.post(
        "/agenda/ouvertures",
        form={"csrf_token": csrf or "", "jour": day.isoformat(), "debut": starts, "fin": ends, **fields},
        headers={"Accept": "application/json"},
    )
    assert answer.ok, await answer.text()


def _opening(page: Page, day: date, starts: str) -> Locator:
    name = re.compile(rf"^{starts} .* {day.day} ")
    return page.locator("#grille .k-ouv").and_(page.get_by_role("button", name=name))


async def _drag(page: Page, what: Locator, *, down: int = 0, right: int = 0, from_end: bool = False) -> None:
    await what.scroll_into_view_if_needed()
    box = await what.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] - 6, box["y"] + (box["height"] - 3 if from_end else 22)
    await page.mouse.move(x, y)
    await page.mouse.down()
    await page.mouse.move(x + right / 2, y + down / 2, steps=4)
    await page.mouse.move(x + right, y + down, steps=4)
    await page.mouse.up()


async def _agenda(page: Page, first: date, days: int = 7) -> list[dict[str, Any]]:
    answer = await page.request.get(f"/agenda/donnees?du={first}&au={first + timedelta(days=days)}")
    found: list[dict[str, Any]] = (await answer.json())["events"]
    return found


async def _expert(house: RunningHouse) -> UUID:
    rows = await house.ask("identity", "SELECT id FROM account WHERE identifier = $1", house.account("expert")["login"])
    expert: UUID = rows[0][0]
    return expert


async def _booked(house: RunningHouse, day: date, starts: str, name: str) -> Any:
    """An appointment that the line takes in an opening of that day."""
    at = datetime.fromisoformat(f"{day}T{starts}").replace(tzinfo=PARIS).astimezone(UTC)
    expert = await _expert(house)
    async with Desk(house) as desk:
        contact = await desk.call(first_name=name)
        permit = await desk.permit(contact)
        slots = await desk.slots(f"expert={expert}&modality=video&from={at:%Y-%m-%dT%H:%M}Z&limit=1")
        await desk.tell_me(permit["case_id"])
        return await desk.book(permit, slots[0])


async def _axe(page: Page, *, covered: bool = False) -> list[str]:
    """An opening full of appointments shows little of itself on the grid; its link in the list is the same (2.5.8)."""
    await page.evaluate(AXE.read_text())
    options = {"runOnly": {"type": "tag", "values": RULES}, "rules": {"target-size": {"enabled": not covered}}}
    found = await page.evaluate("o => axe.run(document, o)", options)
    return [f"{rule['id']}: {rule['nodes'][0]['html'][:160]}" for rule in found["violations"]]


async def test_an_opening_is_added_by_its_form_dragged_stretched_and_taken_away(week: Page) -> None:
    day = monday()
    await week.get_by_role("link", name="Ouverture", exact=True).click()
    dialog = week.get_by_role("dialog")
    await dialog.get_by_label("Jour").fill(day.isoformat())
    await dialog.get_by_label("De", exact=True).fill("13:00")
    await dialog.get_by_label("À", exact=True).fill("15:00")
    await dialog.get_by_role("button", name="Ouvrir").dblclick()
    await expect(week.get_by_role("status")).to_contain_text("L'ouverture est ajoutée")
    await expect(_opening(week, day, "13:00")).to_have_count(1)

    await _drag(week, _opening(week, day, "13:00"), down=HOUR)
    await expect(week.get_by_role("status")).to_contain_text("modifiée")
    await expect(_opening(week, day, "14:00")).to_be_visible()
    found = [one for one in await _agenda(week, day, 0) if one["start"] == f"{day}T14:00"]
    assert [one["end"] for one in found] == [f"{day}T16:00"]

    await _drag(week, _opening(week, day, "14:00"), down=HOUR // 2, from_end=True)
    await expect(_opening(week, day, "14:00 – 16:30")).to_be_visible()

    await week.get_by_role("status").get_by_role("button", name="Annuler").click()
    await expect(week.get_by_role("status")).to_contain_text("comme avant")
    await expect(_opening(week, day, "14:00 – 16:00")).to_be_visible()

    await _opening(week, day, "14:00").focus()
    await week.keyboard.press("Enter")
    await dialog.get_by_role("button", name="Retirer l'ouverture").click()
    await expect(week.get_by_role("status")).to_contain_text("retirée")
    await expect(_opening(week, day, "14:00")).to_have_count(0)


async def test_a_weekly_opening_asks_whether_once_or_each_week_before_it_moves(week: Page) -> None:
    day = monday() + timedelta(days=1)
    await _open(week, day, "12:00", "13:00", rythme="semaine")
    await _week(week)
    await _drag(week, _opening(week, day, "12:00"), down=HOUR)
    await week.get_by_role("button", name="Ne rien changer").click()
    await expect(week.get_by_role("status")).to_contain_text("resté comme avant")
    await expect(_opening(week, day, "12:00")).to_be_visible()

    await _drag(week, _opening(week, day, "12:00"), down=HOUR)
    await week.get_by_role("button", name="Toutes les semaines").click()
    await expect(_opening(week, day, "13:00")).to_be_visible()
    next_week = await _agenda(week, day + timedelta(days=7), 0)
    assert f"{day + timedelta(days=7)}T13:00" in [one["start"] for one in next_week]

    await _opening(week, day, "13:00").click()
    await week.get_by_role("button", name="Retirer celle-ci et les suivantes").click()
    await expect(_opening(week, day, "13:00")).to_have_count(0)
    next_week = await _agenda(week, day + timedelta(days=7), 0)
    assert f"{day + timedelta(days=7)}T13:00" not in [one["start"] for one in next_week]


async def test_an_empty_hour_is_drawn_into_an_opening(week: Page) -> None:
    column = week.locator("#grille .ec-body .ec-day").nth(6)
    box = await column.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + 6 * HOUR
    await week.mouse.move(x, y + 4)
    await week.mouse.down()
    await week.mouse.move(x, y + HOUR, steps=4)
    await week.mouse.move(x, y + 2 * HOUR - 6, steps=4)
    await week.mouse.up()
    dialog = week.get_by_role("dialog")
    await expect(dialog.get_by_label("Jour")).to_have_value((monday() + timedelta(days=6)).isoformat())
    await expect(dialog.get_by_label("De", exact=True)).to_have_value("14:00")
    await expect(dialog.get_by_label("À", exact=True)).to_have_value("16:00")
    await week.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()


async def test_an_appointment_is_moved_by_keyboard_and_the_move_undone(week: Page, house: RunningHouse) -> None:
    day = monday() + timedelta(days=2)
    await _open(week, day, "18:00", "20:00")
    booked = await _booked(house, day, "18:00", "Loutre")
    visit = week.locator(f'[data-evenement="r{booked["id"]}"]')
    await expect(visit).to_be_visible()  # nobody asked: the live line told
    before = (await visit.inner_text())[:5]
    await visit.focus()
    await week.keyboard.press("Enter")
    dialog = week.get_by_role("dialog")
    await expect(dialog.get_by_role("heading", name="Loutre")).to_be_focused()
    assert "anxi" not in (await dialog.inner_text()).lower()
    await dialog.get_by_role("link", name="Déplacer vers un autre créneau").press("Enter")
    other = dialog.get_by_role("button", name=re.compile(rf"\b{day.day}\s{MONTHS[day.month - 1]} à")).last
    hour = (await other.inner_text())[-5:]
    await other.press("Enter")
    await expect(week.get_by_role("status")).to_contain_text("a changé d'heure")
    await expect(visit).to_contain_text(hour)
    await expect(visit).to_be_focused()
    await week.get_by_role("status").get_by_role("button", name="Annuler").press("Enter")
    await expect(visit).to_contain_text(before)


async def test_a_refused_drag_goes_back_with_a_kind_sentence(week: Page, house: RunningHouse) -> None:
    day = monday() + timedelta(days=3)
    await _open(week, day, "18:00", "19:00")
    booked = await _booked(house, day, "18:00", "Hulotte")
    visit = week.locator(f'[data-evenement="r{booked["id"]}"]')
    await expect(visit).to_be_visible()
    await _drag(week, visit, down=-6 * HOUR - 14)
    await expect(week.get_by_role("status")).to_contain_text("n'est pas ouverte dans l'agenda")
    await expect(visit).to_contain_text("18:00")


async def test_an_absence_says_whom_it_touches_before_it_is_kept(week: Page, house: RunningHouse) -> None:
    day = monday() + timedelta(days=4)
    await _open(week, day, "18:00", "19:00")
    booked = await _booked(house, day, "18:00", "Martre")
    await expect(week.locator(f'[data-evenement="r{booked["id"]}"]')).to_be_visible()
    await week.get_by_role("link", name="Absence", exact=True).click()
    dialog = week.get_by_role("dialog")
    await dialog.get_by_label("Du", exact=True).fill(day.isoformat())
    await dialog.get_by_role("button", name="Noter l'absence").click()
    await expect(dialog.get_by_role("alert").filter(has_text="déjà pris")).to_contain_text("Martre")
    assert not [one for one in await _agenda(week, day, 0) if one["kind"] == "absence"]
    await dialog.get_by_role("button", name="quand même").click()
    await expect(week.get_by_role("status")).to_contain_text("L'absence est notée")
    away = week.locator("#grille .k-abs")
    await expect(away).to_be_visible()
    await away.click()
    await dialog.get_by_role("button", name="Retirer l'absence").click()
    await expect(away).to_have_count(0)


async def test_a_near_appointment_is_marked_to_see_until_one_tap_says_seen(week: Page, house: RunningHouse) -> None:
    soon = datetime.now(UTC).astimezone(PARIS) + timedelta(minutes=40)
    soon += timedelta(minutes=15 - soon.minute % 15)
    end = soon + timedelta(hours=2)
    await _open(week, soon.date(), f"{soon:%H:%M}", f"{end:%H:%M}")
    booked = await _booked(house, soon.date(), f"{soon:%H:%M}", "Effraie")
    bar = week.locator("#a-voir")
    await expect(bar).to_contain_text("Effraie")
    await bar.locator(f"#vu-{booked['id']}").click()
    await expect(bar).not_to_contain_text("Effraie")
    await expect(week.get_by_role("status")).to_contain_text("vu")
    seen = await house.ask("booking", "SELECT seen_at FROM appointment WHERE id = $1", UUID(booked["id"]))
    assert seen[0][0] is not None


async def test_cancelling_asks_once_and_offers_to_move_first(week: Page, house: RunningHouse) -> None:
    day = monday() + timedelta(days=5)
    await _open(week, day, "18:00", "19:00")
    booked = await _booked(house, day, "18:00", "Pipistrelle")
    visit = week.locator(f'[data-evenement="r{booked["id"]}"]')
    await visit.click()
    dialog = week.get_by_role("dialog")
    await dialog.get_by_role("link", name="Je ne peux pas assurer").click()
    await expect(dialog.get_by_role("link", name="Déplacer vers un autre créneau")).to_be_visible()
    await dialog.get_by_role("button", name="Annuler le rendez-vous").click()
    await expect(week.get_by_role("status")).to_contain_text("La ligne est prévenue")
    await expect(visit).to_have_count(0)


async def test_everything_works_without_scripts(chromium: Browser, house: RunningHouse) -> None:
    context = await _context(chromium, house, java_script_enabled=False)
    page = await _signed_in(context, house)
    day = monday(6)
    await page.goto(f"/agenda?jour={day}")
    await page.get_by_role("link", name="Ouverture", exact=True).click()
    await page.get_by_label("Jour").fill(day.isoformat())
    await page.get_by_label("De", exact=True).fill("19:00")
    await page.get_by_label("À", exact=True).fill("21:00")
    await page.get_by_role("button", name="Ouvrir").click()
    await expect(page.get_by_role("status")).to_contain_text("L'ouverture est ajoutée")
    booked = await _booked(house, day, "19:00", "Chevêche")
    await page.get_by_role("link", name="Absence", exact=True).click()
    await page.get_by_label("Du", exact=True).fill(day.isoformat())
    await page.get_by_role("button", name="Noter l'absence").click()
    await expect(page.get_by_text("déjà pris")).to_be_visible()
    await page.goto(f"/agenda?jour={day}")
    await page.get_by_role("link", name=re.compile("Fiche.*Chevêche")).click()
    await page.get_by_role("link", name="Déplacer vers un autre créneau").click()
    await page.get_by_role("button", name=f"{day.day} ").and_(page.get_by_role("button", name="20:00")).click()
    await expect(page.get_by_role("status")).to_contain_text("a changé d'heure")
    await page.goto(f"/agenda/rendez-vous/{booked['id']}/annuler")
    await page.get_by_role("button", name="Annuler le rendez-vous").click()
    await expect(page.get_by_role("status")).to_contain_text("La ligne est prévenue")
    await page.get_by_role("link", name=re.compile("Modifier l'ouverture de 19:00")).click()
    await page.get_by_label("À", exact=True).fill("19:00")
    await page.get_by_role("button", name="Enregistrer").click()
    await expect(page.get_by_role("alert")).to_be_visible()
    await page.get_by_role("button", name="Retirer l'ouverture").click()
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
    context = await _context(chromium, house)
    await context.add_cookies([{"name": "theme", "value": theme, "url": house.url}])
    page = await _signed_in(context, house)
    wrong: list[str] = []
    page.on("console", lambda line: wrong.append(line.text) if line.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    large = "z => { const s = new CSSStyleSheet(); s.replaceSync(z); document.adoptedStyleSheets = [s]; }"
    today = datetime.now(UTC).astimezone(PARIS).date()
    for width, view in SCREENS[theme]:
        await page.set_viewport_size({"width": width, "height": 768})
        await _week(page, view, today)
        await page.evaluate("document.fonts.ready")
        assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, (width, view)
        await page.evaluate(large, "html { font-size: 200% !important }")
        assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, (width, view, "200 %")
        await page.evaluate(large, "")
        assert wrong == []
        assert await _axe(page, covered=view != "liste") == [], (width, view)
        wrong.clear()  # axe itself provokes refusals of inline style
        for opener in ("#ouverture", "#absence"):
            await page.locator(opener).click()
            await expect(page.locator("#fiche-t")).to_be_focused()
            assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, (width, opener)
            assert await _axe(page, covered=True) == [], (width, opener)
            wrong.clear()
            await page.keyboard.press("Escape")
            await expect(page.locator(opener)).to_be_focused()
    await context.close()


async def test_a_secretary_sees_the_agenda_entrusted_to_them_and_no_room(
    chromium: Browser, house: RunningHouse
) -> None:
    context = await _context(chromium, house)
    page = await _signed_in(context, house, "secretary")
    await page.wait_for_selector("#grille[data-version]", state="attached")
    await expect(page.locator("#cote")).to_contain_text("Agenda de")
    assert await page.get_by_role("link", name="Ouvrir la salle").count() == 0
    answer = await page.request.get("/agenda?pour=00000000-0000-0000-0000-000000000001")
    assert answer.status == 404
    await context.close()
