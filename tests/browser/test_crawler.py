"""A crawler per role: every link, file and button of every page leads somewhere, and every refusal is kind."""

from collections import Counter, deque
from typing import Any

import pytest
from playwright.async_api import Browser

from contracts.words import Role
from tests.browser.calls import PATIENCE
from tests.house import RunningHouse
from tests.journeys.bad_values import unkind
from tests.journeys.desk import Desk
from tests.journeys.walker import NO_BUTTON, Form, Found, Walker, shape

NOBODY, PERSON = "nobody", "person"
ACCOUNTS = [role.value for role in Role if role not in (Role.PERSON, Role.SERVICE)]
STARTS = {
    NOBODY: ["/", "/connexion", "/l", "/alerte", "/calendrier", "/professionnels", "/invitation"],
    PERSON: ["/rdv"],
}
LAST = ("/deconnexion", "/quitter")
"""Pressed at the very end: they close the door behind the crawler."""
KIND = {409, 410, 412, 422}
"""A form pressed as it stands may be refused, in a sentence."""
DOORS = {
    "/connexion": 401, "/l": 404, "/alerte": 422, "/invitation": 404, "/agenda/rendez-vous/*/appel": 403
}  # fmt: skip
"""What an empty form at a door is answered: no password, no code, no first word of it."""
GONE = ("n’existe plus", "n’existe pas", "ne permet pas de réserver")
"""Said when an earlier press of the crawler took the thing away that this page still shows."""
OF_A_SHAPE, IN_ALL = 2, 120
EVER: Counter[str] = Counter()
"""What was followed and pressed by whomever: once it was done twice, each further role does it once."""
LOOKED_AT: set[str] = set()
"""Pages that a browser has opened, whoever it was signed in as; where a role begins is opened for each."""


async def a_code(house: RunningHouse) -> str:
    """Of someone who has an appointment in some days."""
    (row,) = await house.ask(
        "booking",
        "SELECT case_id FROM appointment WHERE status = 'booked' AND modality = 'video' AND case_id IS NOT NULL"
        " AND starts_at > now() + interval '2 days' ORDER BY random() LIMIT 1",
    )
    async with Desk(house) as desk:
        code = await desk.ask("POST", "/identity/codes", {"case_id": str(row["case_id"])})
    return f"{' '.join(code['words'])} {code['digits']}"


class Crawl:
    """Every link first, while nothing was changed; then each button of each form, a few of each shape."""

    def __init__(self, walker: Walker) -> None:
        self.walker = walker
        self.seen: Counter[str] = Counter()
        self.files: set[str] = set()
        self.pages: list[str] = []
        self.forms: dict[str, list[str]] = {}
        self.wrong: list[Any] = []
        self.pressed = 0

    async def from_pages(self, starts: list[str]) -> None:
        await self._follow(starts)
        for path in list(self.pages):
            if all(self._is_enough(what) for what in self.forms[path]):
                continue  # each of its buttons was pressed elsewhere
            page = await self.walker.get(path)
            for form in Found(page).forms:
                for button in form.buttons or [NO_BUTTON]:
                    await self._press(form, button)

    async def _follow(self, starts: list[str]) -> None:
        waiting = deque(starts)
        while waiting and len(self.pages) < IN_ALL:
            path = waiting.popleft()
            if self._enough(f"GET {shape(path)}"):
                continue
            page = await self.walker.get(path)
            if page.status >= 400 or unkind(page.text):
                self.wrong.append(("GET", path, page.status, unkind(page.text)))
            if "html" not in page.headers.get("Content-Type", ""):
                continue
            self.pages.append(path)
            found = Found(page)
            waiting.extend(found.links)
            buttons = [(form, button) for form in found.forms for button in form.buttons or [NO_BUTTON]]
            self.forms[path] = [
                pressing(form, button) for form, button in buttons if (button[2] or form.action) not in LAST
            ]
            for file in {*found.files} - self.files:
                self.files.add(file)
                if (status := await self.walker.file(file)) != 200:
                    self.wrong.append(("file", file, status))

    async def _press(self, form: Form, button: tuple[str, str, str]) -> None:
        action = button[2] or form.action
        if action in LAST or self._enough(pressing(form, button)):
            return
        self.pressed += 1
        page = await self.walker.press(form, button)
        left = page.status in (403, 404) and "*" in shape(action) and any(word in page.text for word in GONE)
        refused = page.status in KIND or page.status == DOORS.get(shape(action)) or left
        if not (page.status < 400 or refused) or unkind(page.text):
            self.wrong.append((form.method, action, button[:2], page.status, unkind(page.text)))
        elif page.status == 200 and page.url.partition("?")[0] != form.action.partition("?")[0]:
            await self._follow([page.url])  # a page that only a press leads to

    def _is_enough(self, what: str) -> bool:
        return self.seen[what] >= (1 if EVER[what] >= OF_A_SHAPE else OF_A_SHAPE)

    def _enough(self, what: str) -> bool:
        if self._is_enough(what):
            return True
        self.seen[what] += 1
        EVER[what] += 1
        return False


def pressing(form: Form, button: tuple[str, str, str]) -> str:
    """What makes one press like another: where it goes and which button it is."""
    return f"{form.method} {shape(button[2] or form.action)} {button[0]}"


async def entered(walker: Walker, house: RunningHouse, role: str) -> list[str]:
    """Sign in as the role's demo account, or open the door with a code; where to begin."""
    await house.forget_tries()
    if role == PERSON:
        await walker.get("/l")
        page = await walker.post("/l", {"secret": await a_code(house)})
        assert page.url == "/rdv", page.text[:300]
    elif role != NOBODY:
        account = house.account(role)
        page = await walker.sign_in(account["login"], account["password"])
        assert page.status == 200 and page.url != "/connexion"
        return ["/accueil", page.url]
    return STARTS[role]


@pytest.mark.parametrize("role", [NOBODY, PERSON, *ACCOUNTS])
async def test_every_link_and_button_leads_somewhere(house: RunningHouse, role: str) -> None:
    async with Walker(house.url) as walker:
        crawl = Crawl(walker)
        await crawl.from_pages(await entered(walker, house, role))
        assert not crawl.wrong, crawl.wrong
        assert crawl.files and crawl.pressed
        last = await walker.post(LAST[role in (NOBODY, PERSON)], {})
        assert last.status == 200
        assert last.url in ("/connexion", "/calendrier")


@pytest.mark.browser
@pytest.mark.parametrize("role", [NOBODY, PERSON, *ACCOUNTS])
async def test_no_page_complains_in_the_console(house: RunningHouse, chromium: Browser, role: str) -> None:
    context = await chromium.new_context(locale="fr-FR", base_url=house.url)
    context.set_default_timeout(PATIENCE)
    page = await context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(f"{page.url} {error}"))
    page.on("console", lambda line: wrong.append(f"{page.url} {line.text}") if line.type == "error" else None)
    start = STARTS.get(role, ["/accueil"])
    if role == PERSON:
        await page.goto("/l")
        await page.fill("[name=secret]", await a_code(house))
        await page.click("main form button")
        await page.wait_for_url("**/rdv*")
    elif role != NOBODY:
        account = house.account(role)
        await page.goto("/connexion")
        await page.fill("[name=identifier]", account["login"])
        await page.fill("[name=password]", account["password"])
        await page.click("main form button")
        await page.wait_for_url(lambda url: "/connexion" not in url)
    waiting, asked = deque(start), set(start)
    while waiting:
        path = waiting.popleft()
        if path not in start and (shape(path) in LOOKED_AT or ".ics" in path):
            continue
        LOOKED_AT.add(shape(path))
        await page.goto(path, wait_until="load")
        links = await page.eval_on_selector_all(
            "a[href^='/']:not([download])", "all => all.map((one) => one.getAttribute('href'))"
        )
        waiting.extend(link for link in links if link not in asked)
        asked.update(links)
    assert not wrong, wrong
    await context.close()
