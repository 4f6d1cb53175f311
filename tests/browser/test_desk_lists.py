"""Lists that stay true by themselves without moving under a hand; and what is asked three days later, with content."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from playwright.async_api import Browser, Page

from contracts.events import FollowUpDue
from tests.browser.agendas import axe, context_of, expert_of, signed_in
from tests.browser.calls import PATIENCE, until
from tests.browser.expecting import expect
from tests.house import RunningHouse
from tests.journeys.desk import Desk

pytestmark = pytest.mark.browser


async def asked(desk: Desk, expert: UUID) -> tuple[str, str]:
    """The expert is asked for somebody: (orientation, offer)."""
    permit = await desk.permit(await desk.call(level=1, help=[], modalities=[]))
    path = f"/referral/referrals/{permit['referral_id']}/offers"
    await desk.ask("POST", path, {"targets": [str(expert)]})
    return permit["referral_id"], (await desk.ask("GET", path))["offers"][0]["id"]


async def test_a_list_says_that_it_changed_and_moves_nothing_under_a_hand(
    chromium: Browser, house: RunningHouse
) -> None:
    expert = await expert_of(house)
    await house.ask("referral", "UPDATE expert SET capacity = 50, exclusions = '{}' WHERE id = $1", expert)
    context = await context_of(chromium, house)
    page = await signed_in(context, house)
    async with Desk(house) as desk:
        made = [await asked(desk, expert)]
        await page.goto("/demandes")
        card = page.locator(f"[data-cle='{made[0][1]}']")
        await card.get_by_text("Je ne peux pas").click()
        await card.get_by_label("Question de tarif").check()
        made.append(await asked(desk, expert))
        button = page.locator(".vivante-barre button")
        await expect(button).to_have_text(re.compile(r"\d+ changements?"), timeout=PATIENCE)
        await expect(card.get_by_label("Question de tarif")).to_be_checked()
        await button.click()
        await expect(page.locator(f"[data-cle='{made[1][1]}']")).to_be_visible()
        await page.mouse.move(2, 2)
        made.append(await asked(desk, expert))  # nobody's hand is on it: it comes by itself
        await expect(page.locator(f"[data-cle='{made[2][1]}']")).to_be_visible(timeout=PATIENCE)
        assert await axe(page) == []
        await raise_and_call_off(page, house, "requests")
        for referral_id, _ in made:
            await desk.ask("POST", f"/referral/referrals/{referral_id}/decide?cause=withdrawn_by_caller")
    await context.close()


async def raise_and_call_off(page: Page, house: RunningHouse, place: str) -> None:
    """Alt+U and one confirmation; the alert says from where, and is called back."""
    await page.keyboard.press("Alt+KeyU")
    await page.get_by_role("button", name="Alerter", exact=True).click()
    await expect(page.get_by_role("heading", name="L’alerte est partie")).to_be_visible(timeout=PATIENCE)
    (row,) = await house.ask("referral", "SELECT raised_from FROM urgent_action ORDER BY triggered_at DESC LIMIT 1")
    assert row["raised_from"] == place
    await page.get_by_role("button", name="lever l’alerte").click()
    await expect(page.get_by_role("heading", name="L’alerte est levée")).to_be_visible()


async def took_place(house: RunningHouse, desk: Desk) -> tuple[Any, Any]:
    """A consultation of three days ago, whose news are asked for: what the tick writes and tells."""
    permit, booked = await desk.handed_over(level=2)
    await house.settle()
    at = datetime.now(UTC) - timedelta(days=3, minutes=5)
    appointment, case, expert = UUID(booked["id"]), UUID(permit["case_id"]), await expert_of(house)
    await house.ask(
        "referral",
        "INSERT INTO follow_up (appointment_id, referral_id, case_id, expert_id, due_at, missing_at, asked_at)"
        " VALUES ($1, $2, $3, $4, $5, $5::timestamptz + interval '9 days', now())",
        *(appointment, UUID(permit["referral_id"]), case, expert, at + timedelta(days=3)),
    )
    told = FollowUpDue(appointment, 1, case, expert)
    await house.ask(
        "referral",
        "INSERT INTO outbox (kind, request_id, payload) VALUES ('FollowUpDue', $1, $2::jsonb)",
        uuid4().hex,
        msgspec.json.encode(told).decode(),
    )
    return permit, booked


async def test_news_are_asked_of_both_and_the_listener_learns_one_word(chromium: Browser, house: RunningHouse) -> None:
    async with Desk(house) as desk:
        permit, _ = await took_place(house, desk)
        case = UUID(permit["case_id"])

        async def planned() -> Any:
            return await house.ask(
                "reminders", "SELECT 1 FROM message WHERE case_id = $1 AND kind = 'person_news'", case
            )

        assert await until(planned), "the message with a link is on its way, in the person's own hours"
        said = await desk.ask("POST", "/identity/codes", {"case_id": permit["case_id"]})
        code = f"{' '.join(said['words'])} {said['digits']}"
    context = await context_of(chromium, house)
    professional = await signed_in(context, house)
    await professional.goto("/agenda/suites")
    await expect(professional.get_by_role("heading", name="Indiquer la suite")).to_be_visible()
    assert await professional.locator("main form").count() and await axe(professional) == []
    person = await (await context_of(chromium, house)).new_page()
    await person.goto("/l")
    await person.locator("input[name=secret]").fill(code)
    await person.keyboard.press("Enter")
    await person.wait_for_url("**/rdv*")
    await person.goto("/rdv/nouvelles")
    assert await person.locator("main form").count() and await axe(person) == []
    listener = await signed_in(await context_of(chromium, house), house, "psychologist")
    await listener.goto("/suites")
    await expect(listener.locator("main li").first).to_be_visible()
    assert await axe(listener) == []
    for page in (professional, person, listener):
        await page.context.close()


async def test_the_rota_and_the_samu_lines_read_well(chromium: Browser, house: RunningHouse) -> None:
    page = await signed_in(await context_of(chromium, house), house, "coordinator")
    for path in ("/astreinte/tours", "/astreinte/samu"):
        await page.goto(path)
        await expect(page.locator("main h1")).to_be_visible()
        assert await axe(page) == []
    await page.context.close()


async def test_behind_ones_own_name_are_day_or_night_and_the_way_out(chromium: Browser, house: RunningHouse) -> None:
    page = await signed_in(await context_of(chromium, house), house, "duty_manager")
    await page.goto("/astreinte")
    name, out = page.locator(".moi summary"), page.get_by_role("button", name="Se déconnecter")
    await expect(name).to_have_accessible_name(re.compile(".* M. Lefèvre"))
    await name.press("Enter")
    await expect(out).to_be_visible()
    assert await axe(page) == []
    await page.keyboard.press("Tab")
    await page.keyboard.press("Escape")
    await expect(out).to_be_hidden()
    await expect(name).to_be_focused()
    await name.press("Enter")
    await page.locator("main").click(position={"x": 2, "y": 2})
    await expect(out).to_be_hidden()
    await page.context.close()
