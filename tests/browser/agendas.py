"""The week of a professional in a browser: sign in, open hours, drag, and what the server says of it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from holidays import country_holidays
from playwright.async_api import Browser, BrowserContext, Locator, Page

from contracts.words import Role
from gateway.door import SESSION_COOKIE
from tests.browser.calls import PATIENCE
from tests.browser.expecting import expect
from tests.browser.listening import go_on, keep
from tests.browser.reading import WCAG, flaws
from tests.house import RunningHouse
from tests.journeys.desk import Desk

PARIS = ZoneInfo("Europe/Paris")
FRANCE = country_holidays("FR")
HOUR = 56  # pixels of the grid


@pytest.fixture
async def week(chromium: Browser, house: RunningHouse) -> AsyncIterator[Page]:
    """The demo professional, signed in, before a week that is far enough for nothing to stand there by chance."""
    context = await context_of(chromium, house)
    page = await signed_in(context, house)
    await show_week(page)
    yield page
    await context.close()


async def context_of(browser: Browser, house: RunningHouse, **more: Any) -> BrowserContext:
    given = {
        "viewport": {"width": 1440, "height": 900},
        "locale": "fr-FR",
        "timezone_id": "Europe/Paris",
        "reduced_motion": "reduce",
        "base_url": house.url,
    }
    context = await browser.new_context(**{**given, **more})
    context.set_default_timeout(PATIENCE)
    return context


async def signed_in(context: BrowserContext, house: RunningHouse, role: str = "expert") -> Page:
    """Before the agenda: by the session of the test before, or by the password where it has ended."""
    account = house.account(role)
    login = account["login"]
    page = await context.new_page()
    await go_on(context, house, login)
    await page.goto("/agenda")
    if not page.url.startswith(f"{house.url}/agenda"):
        await context.clear_cookies(name=SESSION_COOKIE)
        await page.goto("/connexion?next=/agenda")
        await page.get_by_label("Identifiant").fill(login)
        await page.get_by_label("Mot de passe").fill(account["password"])
        await page.keyboard.press("Enter")
    await page.wait_for_url(f"{house.url}/agenda*")
    await keep(context, house, login)
    return page


def monday(weeks: int = 5) -> date:
    """Of the fifth week from now that has no public holiday: agendas are closed on those."""
    today = datetime.now(UTC).astimezone(PARIS).date()
    found = today - timedelta(days=today.weekday())
    while weeks:
        found += timedelta(weeks=1)
        weeks -= not any(found + timedelta(days=day) in FRANCE for day in range(7))
    return found


async def show_week(page: Page, view: str = "semaine", day: date | None = None) -> None:
    await page.goto(f"/agenda?jour={day or monday()}&vue={view}")
    await page.wait_for_selector("#grille[data-version]", state="attached")


async def open_hours(page: Page, day: date, starts: str, ends: str, **fields: str) -> None:
    """An opening, as a program of the page would add it."""
    csrf = await page.locator("#agenda").get_attribute("data-csrf")
    answer = await page.request.post(
        "/agenda/ouvertures",
        form={"csrf_token": csrf or "", "jour": day.isoformat(), "debut": starts, "fin": ends, **fields},
        headers={"Accept": "application/json"},
    )
    assert answer.ok, await answer.text()


def opening_at(page: Page, day: date, starts: str) -> Locator:
    name = re.compile(rf"^{starts} .* {day.day} ")
    return page.locator("#grille .k-ouv").and_(page.get_by_role("button", name=name))


async def drag(page: Page, what: Locator, *, down: int = 0, right: int = 0, from_end: bool = False) -> None:
    await what.hover(position={"x": 6, "y": 20})  # waits for it to stand still, drawn anew or not
    box = await what.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] - 6, box["y"] + (box["height"] - 3 if from_end else 22)
    await page.mouse.move(x, y)
    await page.mouse.down()
    await page.mouse.move(x + right / 2, y + down / 2, steps=4)
    await page.mouse.move(x + right, y + down, steps=4)
    await page.mouse.up()


@asynccontextmanager
async def redrawn(page: Page) -> AsyncIterator[None]:
    """What is done here changes the agenda, and the grid is drawn anew: a press that began before would be lost."""
    grid = page.locator("#grille")
    before = await grid.get_attribute("data-version") or ""
    yield
    await expect(grid).not_to_have_attribute("data-version", before)


async def agenda_of(page: Page, first: date, days: int = 7) -> list[dict[str, Any]]:
    answer = await page.request.get(f"/agenda/donnees?du={first}&au={first + timedelta(days=days)}")
    found: list[dict[str, Any]] = (await answer.json())["events"]
    return found


async def expert_of(house: RunningHouse) -> UUID:
    rows = await house.ask("identity", "SELECT id FROM account WHERE identifier = $1", house.account("expert")["login"])
    expert: UUID = rows[0][0]
    return expert


async def open_on_holidays(house: RunningHouse) -> None:
    """An appointment of today must be possible on Christmas Day too: agendas are closed on public holidays."""
    path = f"/booking/experts/{await expert_of(house)}/holidays"
    async with Desk(house, Role.EXPERT) as expert:
        listed = (await expert.ask("GET", path))["days"]
        await expert.ask("PUT", path, {"open_days": [one["day"] for one in listed], "closed": False})


async def book_at(house: RunningHouse, day: date, starts: str, name: str) -> Any:
    """An appointment that the line takes in an opening of that day."""
    at = datetime.fromisoformat(f"{day}T{starts}").replace(tzinfo=PARIS).astimezone(UTC)
    expert = await expert_of(house)
    async with Desk(house) as desk:
        contact = await desk.call(first_name=name)
        permit = await desk.permit(contact)
        slots = await desk.slots(f"expert={expert}&modality=video&from={at:%Y-%m-%dT%H:%M}Z&limit=1")
        await desk.tell_me(permit["case_id"])
        return await desk.book(permit, slots[0])


async def axe(page: Page, *, covered: bool = False) -> list[str]:
    """An opening full of appointments shows little of itself on the grid; its link in the list is the same (2.5.8)."""
    only = {"type": "tag", "values": WCAG}  # an <article> that is a button, as the grid's library draws one, is allowed
    return await flaws(page, runOnly=only, rules={"target-size": {"enabled": not covered}})
