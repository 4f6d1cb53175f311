"""The three people of the story, each with a browser of their own, and what each of them does on the pages."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Self
from uuid import UUID
from zoneinfo import ZoneInfo

from playwright.async_api import Browser, BrowserContext, Locator, Page

from contracts.words import Role
from infra.embedded.seed.accounts import EXPERT_ID
from kit.clock import now
from tests.browser.agendas import open_on_holidays
from tests.browser.calls import PATIENCE, WATCH
from tests.browser.expecting import expect
from tests.house import RunningHouse
from tests.journeys.desk import Answered, Desk

LINK = re.compile(r"https?://\S+/l#[A-Za-z0-9_-]{40,}")


class Person:
    """A browser that remembers what went wrong in it; `page` is what they look at."""

    def __init__(self, context: BrowserContext, page: Page, house: RunningHouse) -> None:
        self.context, self.page, self.house = context, page, house
        self.wrong: list[str] = []
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("console", lambda line: self.wrong.append(line.text) if line.type == "error" else None)

    @classmethod
    async def with_browser(cls, browser: Browser, house: RunningHouse, **more: Any) -> Self:
        context = await browser.new_context(
            locale="fr-FR",
            timezone_id="Europe/Paris",
            base_url=house.url,
            permissions=["camera", "microphone"],
            reduced_motion="reduce",
            **more,
        )
        context.set_default_timeout(PATIENCE)
        await context.add_init_script(WATCH)
        return cls(context, await context.new_page(), house)

    async def sign_in(self, login: str, password: str) -> None:
        """As anyone of the team does, with the keyboard."""
        await self.page.goto("/connexion")
        await self.page.get_by_label("Identifiant").fill(login)
        await self.page.get_by_label("Mot de passe").fill(password)
        await self.page.keyboard.press("Enter")
        await self.page.wait_for_url(lambda url: "/connexion" not in url)


class Psychologist(Person):
    """At the console, mostly with the keyboard."""

    async def take_a_call(self) -> None:
        """The telephone rings: one press, and the time runs."""
        await self.page.goto("/appels")
        await self.page.get_by_role("button", name="Commencer un appel").press("Enter")
        await self.page.wait_for_url(re.compile("/appels/[0-9a-f-]{36}$"))
        timer = self.page.get_by_role("timer", name="Durée de l’appel")
        await expect(timer).to_have_text(re.compile(r"\d\d:\d[1-9]"))  # it runs, however long the page took to come

    async def type_in(self, field: str, letters: str, offered: str) -> None:
        """Two or three letters, then Enter on what is offered first."""
        box = self.page.locator(f"#f-{field}")
        await box.focus()
        await self.page.keyboard.type(letters)
        await expect(self.page.locator(f"#f-{field}-liste [aria-selected=true]")).to_have_text(re.compile(offered))
        await self.page.keyboard.press("Enter")

    async def tick(self, name: str, *values: str) -> None:
        """Chips, each by the space bar."""
        for value in values:
            await self.page.locator(f"#fiche [name={name}][value='{value}']").press("Space")

    async def fill_the_sheet(self, first_name: str) -> None:
        """A night nurse in Brest, exhausted, who would see a psychologist by video."""
        nothing = self.page.locator("#fiche [name=level]:checked, #fiche [name=motives]:checked")
        await expect(nothing).to_have_count(0)
        await self.tick("subject", "self")
        await self.type_in("profession", "infirmi", "nfirmi")
        await self.tick("motives", "anxiety", "exhaustion")
        await self.tick("level", "2")
        await self.tick("help", "psychologist")
        await self.tick("modalities", "video")
        await self.type_in("department", "29", "Finistère")
        await self.page.locator("#f-first_name").focus()
        await self.page.keyboard.type(first_name)
        await self.page.keyboard.press("Tab")
        await expect(self.page.locator("#enregistre")).to_have_text(re.compile(r"enregistré à \d\d:\d\d"))

    def card(self, name: str) -> Locator:
        """The card of one expert in the ranked list."""
        return self.page.locator("#liste .pro").filter(has=self.page.get_by_role("heading", name=name))

    async def hold_first_of(self, name: str) -> None:
        """The list has the focus, a digit holds."""
        slot = self.card(name).locator(".creneau").first
        await expect(slot).to_be_visible()
        await slot.focus()
        async with self.page.expect_response("**/retenir") as pressed:
            await self.page.keyboard.press("1")
        answer = await pressed.value
        assert answer.status == 200, await answer.text()
        await expect(self.page.locator("#confirmer")).to_be_visible()

    async def ask_how_to_tell(self, phone: str) -> str:
        """Nothing is ticked beforehand; by SMS, now. The exact text, as the page shows it."""
        card = self.page.locator("#confirmer")
        await expect(card.locator("input:checked")).to_have_count(0)
        await card.locator("[name=read_by_others][value=non]").press("Space")
        await card.locator("[name=way][value=sms]").press("Space")
        await card.locator("#phone").focus()
        await self.page.keyboard.type(phone)
        await card.locator("[name=moments][value=now]").press("Space")
        return await card.locator("#apercu q").inner_text()

    async def confirm(self) -> str:
        """The press that books, and the code to read aloud."""
        async with self.page.expect_response("**/confirmer") as pressed:
            await self.page.get_by_role("button", name="Confirmer").press("Enter")
        answer = await pressed.value
        assert answer.status == 200, await self.page.locator("#droite").inner_text()
        await expect(self.page.get_by_role("heading", name="Rendez-vous confirmé")).to_be_visible()
        words: str = " ".join((await self.page.locator(".code-dit").inner_text()).split())
        return words


class Soignant(Person):
    """On a telephone of 390 points, at night."""

    async def open_link(self, link: str) -> None:
        """From the SMS to the appointment; nothing happens before the button."""
        await self.page.goto(link)
        await expect(self.page.get_by_text("Touchez Ouvrir")).to_be_visible()
        async with self.page.expect_response(lambda one: one.request.method == "POST") as pressed:
            await self.page.get_by_role("button", name="Ouvrir").click()
        answer = await pressed.value
        assert answer.status in (302, 303), f"{answer.status} {await answer.text()}"
        await self.page.wait_for_url("**/rdv")

    async def wait_at_the_door(self) -> None:
        """Into the waiting room: microphone and camera stay closed."""
        await self.page.get_by_role("link", name="Rejoindre").click()
        await self.page.wait_for_selector("[data-link].sauge")
        await expect(self.page.get_by_role("heading", name="Vous êtes au bon endroit")).to_be_visible()


class Professional(Person):
    """The expert of the demo, at the agenda and in the room."""

    name = "Claire Morvan"

    async def open_the_room(self, appointment_id: UUID, nickname: str) -> None:
        """The agenda shows the hour and a nickname; from there into the room."""
        await self.page.goto("/agenda")
        await expect(self.page.locator("#cote")).to_contain_text(nickname)
        await self.page.locator(f"#cote a[href='/salle/{appointment_id}']").click()
        await self.page.wait_for_url(f"**/salle/{appointment_id}")


async def free_soon(house: RunningHouse, minutes: int = 21) -> datetime:
    """The demo's expert opens three quarters of an hour that begin in `minutes`, and has nothing else around them."""
    await open_on_holidays(house)
    starts_at = (now() + timedelta(minutes=minutes)).replace(second=0, microsecond=0)
    until = starts_at + timedelta(hours=1)
    async with Desk(house, Role.EXPERT) as expert:
        mine = f"/booking/experts/{EXPERT_ID}"
        window = f"from={_z(now() - timedelta(hours=2))}&to={_z(until)}"
        agenda = await expert.ask("GET", f"{mine}/agenda?{window}")
        for appointment in agenda["appointments"]:
            await _give_up(expert, appointment["id"])
        for absence in agenda["absences"]:
            await expert.ask("DELETE", f"{mine}/absences/{absence['id']}")
        for opening in agenda["openings"]:
            await expert.ask("DELETE", f"{mine}/openings/{opening['id']}?scope=one")
        local = starts_at.astimezone(ZoneInfo(agenda["time_zone"]))
        ends = (starts_at + timedelta(minutes=45)).astimezone(local.tzinfo)  # also when the clocks change meanwhile
        wanted = {"first_day": f"{local:%Y-%m-%d}", "starts": f"{local:%H:%M}:00", "ends": f"{ends:%H:%M}:00"}
        await expert.ask("POST", f"{mine}/openings", wanted)
    await _roomy(house)
    return starts_at


async def _give_up(expert: Desk, appointment_id: str) -> None:
    """Whatever state it is in: cancelled, or over."""
    for how, body in (("cancel", {"reason": None}), ("fulfil", None), ("no-show", None)):
        try:
            await expert.ask("POST", f"/booking/appointments/{appointment_id}/{how}", body)
            return
        except Answered:
            continue


async def _roomy(house: RunningHouse) -> None:
    """Other tests of the session may have used up what this expert takes in a week."""
    await house.ask("referral", "UPDATE expert SET capacity = 500 WHERE id = $1", EXPERT_ID)
    await house.settle()


def _z(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def sent_to(house: RunningHouse, phone: str) -> Sequence[dict[str, Any]]:
    """What the demo's inbox holds for a number."""
    return [one for one in house.messages() if one["to"] == phone]
