"""A professional's week on a real house: opened, dragged, taken away, seen, moved by keyboard; for everyone's eyes."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import UUID

import pytest
from playwright.async_api import Page

from gateway.french import MONTHS
from tests.browser.agendas import (
    HOUR,
    PARIS,
    agenda_of,
    book_at,
    drag,
    monday,
    open_hours,
    opening_at,
    redrawn,
    show_week,
)
from tests.browser.agendas import week as week
from tests.browser.expecting import expect
from tests.browser.story_people import free_soon
from tests.house import RunningHouse

pytestmark = pytest.mark.browser


async def test_an_opening_is_added_by_its_form_dragged_stretched_and_taken_away(week: Page) -> None:
    day = monday()
    await week.get_by_role("link", name="Ouverture", exact=True).click()
    dialog = week.get_by_role("dialog")
    await dialog.get_by_label("Jour").fill(day.isoformat())
    await dialog.get_by_label("De", exact=True).fill("13:00")
    await dialog.get_by_label("À", exact=True).fill("15:00")
    await dialog.get_by_role("button", name="Ouvrir").dblclick()
    await expect(week.get_by_role("status")).to_contain_text("L’ouverture est ajoutée")
    await expect(opening_at(week, day, "13:00")).to_have_count(1)

    async with redrawn(week):
        await drag(week, opening_at(week, day, "13:00"), down=HOUR)
    await expect(week.get_by_role("status")).to_contain_text("modifiée")
    await expect(opening_at(week, day, "14:00")).to_be_visible()
    found = [one for one in await agenda_of(week, day, 0) if one["start"] == f"{day}T14:00"]
    assert [one["end"] for one in found] == [f"{day}T16:00"]

    await drag(week, opening_at(week, day, "14:00"), down=HOUR // 2, from_end=True)
    await expect(opening_at(week, day, "14:00 – 16:30")).to_be_visible()

    await week.get_by_role("status").get_by_role("button", name="Annuler").click()
    await expect(week.get_by_role("status")).to_contain_text("comme avant")
    await expect(opening_at(week, day, "14:00 – 16:00")).to_be_visible()

    await opening_at(week, day, "14:00").focus()
    await week.keyboard.press("Enter")
    await dialog.get_by_role("button", name="Retirer l’ouverture").click()
    await expect(week.get_by_role("status")).to_contain_text("retirée")
    await expect(opening_at(week, day, "14:00")).to_have_count(0)

    await open_hours(week, day, "06:15", "07:00")
    hours = week.locator("#grille .ec-sidebar time")
    await expect(hours.first).to_have_text("06:00")  # the axis reaches it, and names full hours
    await opening_at(week, day, "06:15").click()
    await dialog.get_by_role("button", name="Retirer l’ouverture").click()
    await expect(hours.first).to_have_text("08:00")


async def test_a_weekly_opening_asks_whether_once_or_each_week_before_it_moves(week: Page) -> None:
    day = monday() + timedelta(days=1)
    await open_hours(week, day, "12:00", "13:00", rythme="semaine")
    await show_week(week)
    await drag(week, opening_at(week, day, "12:00"), down=HOUR)
    await week.get_by_role("button", name="Ne rien changer").click()
    await expect(week.get_by_role("status")).to_contain_text("resté comme avant")
    await expect(opening_at(week, day, "12:00")).to_be_visible()

    await drag(week, opening_at(week, day, "12:00"), down=HOUR)
    await week.get_by_role("button", name="Toutes", exact=True).click()
    await expect(opening_at(week, day, "13:00")).to_be_visible()
    next_week = await agenda_of(week, day + timedelta(days=7), 0)
    assert f"{day + timedelta(days=7)}T13:00" in [one["start"] for one in next_week]

    await opening_at(week, day, "13:00").click()
    await week.get_by_role("button", name="Retirer celle-ci et les suivantes").click()
    await expect(opening_at(week, day, "13:00")).to_have_count(0)
    next_week = await agenda_of(week, day + timedelta(days=7), 0)
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
    await open_hours(week, day, "18:00", "20:00")
    booked = await book_at(house, day, "18:00", "Loutre")
    visit = week.locator(f'[data-evenement="r{booked["id"]}"]')
    await expect(visit).to_be_visible()  # nobody asked: the live line told
    before = (await visit.inner_text())[:5]
    await visit.press("Enter")  # at once with its focus: drawn anew in between, it would be another element
    dialog = week.get_by_role("dialog")
    await expect(dialog.get_by_role("heading", name="Loutre")).to_be_focused()
    assert "anxi" not in (await dialog.inner_text()).lower()
    await dialog.get_by_role("link", name="Déplacer vers un autre créneau").press("Enter")
    other = dialog.get_by_role("button", name=re.compile(rf"\b{day.day}\s{MONTHS[day.month - 1]} à")).last
    hour = (await other.inner_text())[-5:]
    await other.press("Enter")
    await expect(week.get_by_role("status")).to_contain_text("a changé d’heure")
    await expect(visit).to_contain_text(hour)
    await expect(visit).to_be_focused()
    await week.get_by_role("status").get_by_role("button", name="Annuler").press("Enter")
    await expect(visit).to_contain_text(before)


async def test_a_refused_drag_goes_back_with_a_kind_sentence(week: Page, house: RunningHouse) -> None:
    day = monday() + timedelta(days=3)
    await open_hours(week, day, "18:00", "19:00")
    booked = await book_at(house, day, "18:00", "Hulotte")
    visit = week.locator(f'[data-evenement="r{booked["id"]}"]')
    await expect(visit).to_be_visible()
    await drag(week, visit, down=-6 * HOUR - 14)
    await expect(week.get_by_role("status")).to_contain_text("n’est pas ouverte dans l’agenda")
    await expect(visit).to_contain_text("18:00")


async def test_an_absence_says_whom_it_touches_before_it_is_kept(week: Page, house: RunningHouse) -> None:
    day = monday() + timedelta(days=4)
    await open_hours(week, day, "18:00", "19:00")
    booked = await book_at(house, day, "18:00", "Martre")
    await expect(week.locator(f'[data-evenement="r{booked["id"]}"]')).to_be_visible()
    await week.get_by_role("link", name="Absence", exact=True).click()
    dialog = week.get_by_role("dialog")
    await dialog.get_by_label("Du", exact=True).fill(day.isoformat())
    await dialog.get_by_role("button", name="Noter l’absence").click()
    await expect(dialog.get_by_role("alert").filter(has_text="déjà pris")).to_contain_text("Martre")
    assert not [one for one in await agenda_of(week, day, 0) if one["kind"] == "absence"]
    await dialog.get_by_role("button", name="quand même").click()
    await expect(week.get_by_role("status")).to_contain_text("L’absence est notée")
    away = week.locator("#grille .k-abs")
    await expect(away).to_be_visible()
    await away.click()
    await dialog.get_by_role("button", name="Retirer l’absence").click()
    await expect(away).to_have_count(0)


async def test_a_near_appointment_is_marked_to_see_until_one_tap_says_seen(week: Page, house: RunningHouse) -> None:
    soon = (await free_soon(house, 40)).astimezone(PARIS)  # whatever the demo's week has at this hour of this day
    booked = await book_at(house, soon.date(), f"{soon:%H:%M}", "Effraie")
    bar = week.locator("#a-voir")
    await expect(bar).to_contain_text("Effraie")
    await bar.locator(f"#vu-{booked['id']}").click()
    await expect(bar).not_to_contain_text("Effraie")
    await expect(week.get_by_role("status")).to_contain_text("vu")
    seen = await house.ask("booking", "SELECT seen_at FROM appointment WHERE id = $1", UUID(booked["id"]))
    assert seen[0][0] is not None


async def test_cancelling_asks_once_and_offers_to_move_first(week: Page, house: RunningHouse) -> None:
    day = monday() + timedelta(days=5)
    await open_hours(week, day, "18:00", "19:00")
    booked = await book_at(house, day, "18:00", "Pipistrelle")
    visit = week.locator(f'[data-evenement="r{booked["id"]}"]')
    await visit.click()
    dialog = week.get_by_role("dialog")
    await dialog.get_by_role("link", name="Je ne peux pas assurer").click()
    await expect(dialog.get_by_role("link", name="Déplacer vers un autre créneau")).to_be_visible()
    await dialog.get_by_role("button", name="Annuler le rendez-vous").click()
    await expect(week.get_by_role("status")).to_contain_text("La ligne est prévenue")
    await expect(visit).to_have_count(0)
    await week.get_by_role("button", name="Annuler", exact=True).click()
    await expect(week.get_by_role("status")).to_contain_text("remis comme avant")
    await expect(visit).to_be_visible()
