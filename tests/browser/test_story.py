"""The story: a call at night becomes an appointment, the link opens, and two people meet in a sealed room."""

import asyncio
import time
from functools import partial
from random import randrange
from typing import Any
from uuid import UUID

import pytest
from playwright.async_api import Browser, Request

from tests.browser.calls import measure, sees, until
from tests.browser.expecting import expect
from tests.browser.story_people import LINK, Person, Professional, Psychologist, Soignant, free_soon, sent_to
from tests.house import RunningHouse

pytestmark = pytest.mark.browser


async def psychologist(chromium: Browser, house: RunningHouse, login: str = "ecoute") -> Psychologist:
    one = await Psychologist.with_browser(chromium, house, viewport={"width": 1440, "height": 900})
    await one.sign_in(login, house.account("psychologist")["password"])
    return one


async def test_a_call_at_night_ends_in_a_meeting(house: RunningHouse, chromium: Browser) -> None:
    starts_at = await free_soon(house)
    number = f"6 12 {randrange(10**6):06d}"

    listener = await psychologist(chromium, house)
    await listener.take_a_call()
    await listener.fill_the_sheet("Alix")
    await expect(listener.card(Professional.name).locator(".rang")).to_contain_text("Le plus tôt")
    await listener.hold_first_of(Professional.name)
    said = await listener.page.locator("#confirmer .dire").inner_text()
    assert Professional.name in said
    announced = await listener.ask_how_to_tell(f"0{number}")
    code = await listener.confirm()
    assert len(code.split()) == 4
    assert not listener.wrong

    appointment = await booked(house, starts_at)
    text = (await until(partial(received, house, f"+33{number.replace(' ', '')}"), seconds=120))["text"]
    assert plain(text).split("#")[0] == plain(announced).split("#")[0], "what leaves is what was shown"
    assert "Alix" not in text and "Morvan" not in text

    soignant = await Soignant.with_browser(chromium, house, viewport={"width": 390, "height": 844}, color_scheme="dark")
    await soignant.open_link(LINK.findall(text)[0])
    assert await soignant.page.title() == "Rendez-vous"
    await expect(soignant.page.get_by_text(Professional.name)).to_be_hidden()
    await soignant.page.get_by_text("Voir avec qui et comment").click()
    await expect(soignant.page.get_by_text(Professional.name).first).to_be_visible()
    await soignant.wait_at_the_door()
    assert await soignant.page.evaluate("window.asked") == [], "nothing opens by itself"

    expert = await Professional.with_browser(chromium, house)
    account = house.account("expert")
    await expert.sign_in(account["login"], account["password"])
    await expert.open_the_room(appointment["id"], "Alix")
    await expert.page.click("[data-do=admettre]:enabled")
    await soignant.page.click("[data-do=entrer]")
    both: tuple[Person, ...] = (soignant, expert)
    for one in both:
        await one.page.click("[data-do=camera]")
    for one in both:
        assert await until(partial(sees, one.page)), await measure(one.page)
        assert await until(partial(one.page.evaluate, "+document.querySelector('.salle').dataset.sealedVideo > 0"))

    await soignant.page.click("[data-do=partir]")
    await expert.page.click("[data-do=partir]")
    for one in both:
        await expect(one.page.locator("#t-fin")).to_be_visible()
        assert not one.wrong

    await expert.page.goto(f"/agenda/rendez-vous/{appointment['id']}")
    await expert.page.get_by_role("button", name="A eu lieu").click()
    assert await until(partial(referral_is, house, appointment["referral_id"], "engaged"))
    for one in (listener, *both):
        await one.context.close()


def plain(text: str) -> str:
    """With one kind of space."""
    return " ".join(text.split())


async def booked(house: RunningHouse, starts_at: Any) -> Any:
    """The appointment that the press made; its referral knows of it."""
    rows = await house.ask(
        "booking",
        "SELECT id, referral_id FROM appointment WHERE starts_at = $1 AND nickname = 'Alix' AND status = 'booked'",
        starts_at,
    )
    assert len(rows) == 1
    assert await until(partial(referral_is, house, rows[0]["referral_id"], "booked"))
    return rows[0]


async def received(house: RunningHouse, phone: str) -> Any:
    return next(iter(await asyncio.to_thread(sent_to, house, phone)), None)


async def referral_is(house: RunningHouse, referral_id: UUID, status: str) -> bool:
    (row,) = await house.ask("referral", "SELECT status FROM referral WHERE id = $1", referral_id)
    return bool(row["status"] == status)


async def test_a_slot_held_elsewhere_is_struck_out_by_the_open_stream_alone(
    house: RunningHouse, chromium: Browser
) -> None:
    first, second = await psychologist(chromium, house), await psychologist(chromium, house, "ecoute2")
    for one in (first, second):
        await one.take_a_call()
        async with one.page.expect_response("**/creneaux*"):
            await one.tick("level", "2")
        async with one.page.expect_request("**/flux?*mode=video*"):
            await one.tick("modalities", "video")
        await expect(one.page.locator("#direct")).to_contain_text("Créneaux à jour")
    both = [await keys_of(one) for one in (first, second)]
    wanted = next(key for key in both[0] if key in both[1])
    theirs = second.page.locator(f"#liste .creneau[data-cle='{wanted[1]}'][value^='{wanted[0]}']")
    await expect(theirs).not_to_have_class("creneau pris")
    order = await second.page.locator("#liste .pro h3").all_inner_texts()
    asked: list[str] = []

    def note(request: Request) -> None:
        if "/creneaux" in request.url:  # that the desk is still there is said every half minute, whatever happens
            asked.append(request.url)

    second.page.on("request", note)

    await first.page.locator(f"#liste .creneau[data-cle='{wanted[1]}'][value^='{wanted[0]}']").click()
    await expect(first.page.locator("#confirmer")).to_be_visible()
    held = time.monotonic()
    await expect(theirs).to_have_class("creneau pris")
    print(f"struck out {time.monotonic() - held:.2f} s after it was held")  # a second at most, on a quiet machine
    await expect(theirs).to_contain_text("pris à l’instant")

    assert asked == [], "told by the open stream, without asking"
    assert await second.page.locator("#liste .pro h3").all_inner_texts() == order
    await first.page.get_by_role("button", name="Rendre le créneau").click()
    await expect(theirs).to_have_class("creneau")
    for one in (first, second):
        assert not one.wrong
        await one.context.close()


async def keys_of(one: Psychologist) -> list[tuple[str, str]]:
    """Expert and slot of each button in the list."""
    found: list[list[str]] = await one.page.locator("#liste .creneau").evaluate_all(
        "all => all.map((one) => [one.closest('.pro').dataset.pro, one.dataset.cle])"
    )
    return [(pro, key) for pro, key in found]
