"""An urgent action through its pages without a script: whose line to dial, the hand-over, the end by two people."""

import base64
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from html import unescape
from uuid import uuid4

import pytest

from contracts.words import Role
from kit.clock import now
from services.identity.domain.factors import code_at
from tests.house import RunningHouse
from tests.journeys.visitor import Shown, Visitor

LINE = {"department": "29", "number": "02 98 00 11 22", "dated": "2026-01-31"}


class People:
    """Those who take part, each in a browser without scripts."""

    def __init__(self, house: RunningHouse, stack: AsyncExitStack) -> None:
        self.house, self.stack = house, stack

    async def enter(self, role: Role) -> Visitor:
        visitor = await self.stack.enter_async_context(Visitor(self.house.url))
        account = self.house.account(role.value)
        await visitor.sign_in(account.get("login") or account["identifier"], account["password"])
        return visitor


@pytest.fixture
async def people(house: RunningHouse) -> AsyncIterator[People]:
    async with AsyncExitStack() as stack:
        yield People(house, stack)


def plain(shown: Shown) -> str:
    """The words of a page."""
    text = re.sub(r"<[^>]+>", " ", shown.text).replace("\u00a0", " ").replace("\u202f", " ")
    return re.sub(r"\s+", " ", unescape(text)).replace("’", "'")


async def test_from_the_gesture_to_the_end_by_two_people_on_pages_alone(people: People) -> None:
    coordinator = await people.enter(Role.COORDINATOR)
    assert "101" in plain(await coordinator.get("/astreinte/samu"))
    refused = await coordinator.post("/astreinte/samu", {**LINE, "number": "15"})
    assert refused.status == 422 and 'value="15"' in refused.text
    await coordinator.post("/astreinte/samu", LINE)
    assert "02 98 00 11 22" in plain(await coordinator.get("/astreinte/samu"))

    listener = await people.enter(Role.PSYCHOLOGIST)
    await listener.get("/urgence")
    raised = await listener.post("/urgence", {"place": "Brest", "first_name": "Sam", "department": "29"})
    page = re.search(r"/urgence/[0-9a-f-]{36}", raised.url)
    assert page is not None
    said = plain(raised)
    assert "SAMU du 29 02 98 00 11 22 vérifié le 31 janvier 2026" in said
    assert "Son prénom : Sam." in said and "Elle se trouve : Brest, Finistère (29)." in said
    more = await listener.post(f"{page[0]}/savoir", {"means": "des comprimés"})
    assert "À portée de main : des comprimés." in plain(more) and "Brest" in plain(more)

    manager = await people.enter(Role.DUTY_MANAGER)
    five = await manager.get("/astreinte")
    assert "Une alerte attend" in plain(five) and "Brest" not in five.text and "Sam" not in plain(five).split()
    assert "a l'alerte" in plain(await manager.post(f"{page[0]}/prendre", {}))
    over = await listener.post(f"{page[0]}/relais", {"a": "15"})
    assert "Relais : le 15 (SAMU)" in plain(over)
    early = await manager.post(f"{page[0]}/fin/terminer", {})
    assert early.status == 409 and "n'est pas encore confirmé" in plain(early)
    assert "Relais confirmé" in plain(await listener.post(f"{page[0]}/confirmer", {}))
    assert "à relire à deux" in plain(await listener.post(f"{page[0]}/fin/terminer", {}))
    assert "une autre personne la relit" in plain(await listener.get(page[0]))
    odd = await manager.post(f"{page[0]}/fin/autre", {})
    assert odd.status == 422 and "n'a pas été compris" in plain(odd)
    assert "Close à deux" in plain(await manager.post(f"{page[0]}/fin/relire", {}))

    await coordinator.get("/astreinte/samu")
    await coordinator.post("/astreinte/samu", {**LINE, "number": ""})
    assert "le 15, en demandant le 29" in plain(await coordinator.get("/astreinte/samu"))


async def test_an_alert_leaves_whatever_was_typed_and_however_often_its_page_was_pressed(people: People) -> None:
    listener = await people.enter(Role.PSYCHOLOGIST)
    await listener.get("/urgence")
    press = {"idempotency_key": uuid4().hex, "place": "3 quai\x00 des Brumes"}
    first = await listener.post("/urgence", press)
    assert (first.status, "3 quai des Brumes" in plain(first)) == (200, True)
    assert (await listener.post("/urgence", press)).url == first.url, "the same press is the same alert"
    more = await listener.post("/urgence", {**press, "first_name": "Sam"})
    assert more.status == 200 and "Sam" in plain(more)
    for one in {first.url, more.url}:
        await listener.post(f"{one}/lever", {})


async def test_the_second_factor_is_added_on_a_page_and_opens_the_details(people: People, house: RunningHouse) -> None:
    raiser, volunteer = await people.enter(Role.PSYCHOLOGIST), await people.enter(Role.VOLUNTEER)
    await raiser.get("/urgence")
    raised = await raiser.post("/urgence", {"place": "3 quai des Brumes"})
    found = re.search(r"/urgence/[0-9a-f-]{36}", raised.url)
    assert found is not None
    asked = await volunteer.get(f"{found[0]}/details")
    assert "second facteur" in plain(asked) and "Brumes" not in asked.text
    none = await volunteer.post(f"{found[0]}/details", {"code": "123456"})
    assert none.status == 409 and "L'ajouter prend deux minutes" in plain(none)

    await volunteer.get("/second-facteur")
    shown = await volunteer.post("/second-facteur", {})
    key = re.search(r'class="cle"[^>]*>([A-Z2-7=]+)<', shown.text)
    assert key is not None
    secret = base64.b32decode(key[1])
    try:
        await volunteer.post("/second-facteur/code", {"code": code_at(secret, now())})
        await house.ask("identity", "UPDATE factor SET last_step = 0 WHERE factor = 'totp'")
        await volunteer.post("/verrou", {"password": code_at(secret, now())})
        await house.ask("identity", "UPDATE factor SET last_step = 0 WHERE factor = 'totp'")
        await volunteer.get(f"{found[0]}/details")
        opened = await volunteer.post(f"{found[0]}/details", {"code": code_at(secret, now())})
        assert opened.status == 200 and "3 quai des Brumes" in plain(opened)
        await raiser.post(f"{found[0]}/lever", {})
        late = await volunteer.get(f"{found[0]}/details")
        assert "L'alerte est terminée" in plain(late) and "Brumes" not in late.text
    finally:  # the demo's account is as it was for the others
        await house.ask("identity", "DELETE FROM factor WHERE factor = 'totp'")
