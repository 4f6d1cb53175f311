"""Hours are given: in two taps, behind the link that the coordination sent, and what came of it is seen."""

import asyncio
import re
from datetime import datetime
from html import unescape
from uuid import UUID

from contracts.words import Role
from tests.house import RunningHouse
from tests.journeys.desk import Desk
from tests.journeys.visitor import Shown, Visitor

MORNING = "UPDATE message SET due_at = now() WHERE thing_id = $1 AND status = 'planned' RETURNING id"
VALUE = re.compile(r'name="creneau" value="([^"]+)"')


def said(page: Shown) -> str:
    return unescape(page.text).replace("\u00a0", " ").replace("\u202f", " ").replace("’", "'")


async def expert_of(house: RunningHouse) -> UUID:
    login = house.account("expert")["login"]
    (row,) = await house.ask("identity", "SELECT id FROM account WHERE identifier = $1", login)
    found: UUID = row["id"]
    return found


async def take_back(house: RunningHouse, expert_id: UUID, value: str) -> None:
    """What a test gave is taken away again, by the expert's own press."""
    start = datetime.fromisoformat(value.partition("|")[0])
    mine = "SELECT id FROM opening_occurrence WHERE expert_id = $1 AND lower(during) = $2"
    (row,) = await house.ask("booking", mine, expert_id, start)
    account = house.account("expert")
    async with Visitor(house.url) as marie:
        await marie.sign_in(account["login"], account["password"])
        await marie.get("/agenda/donner")
        gone = await marie.post(f"/agenda/ouvertures/{row['id']}/retirer", {"portee": "one", "jour": value[:10]})
        assert gone.status == 200 and "L'ouverture est retirée" in said(gone)


async def test_an_hour_is_given_in_two_taps_taken_back_and_found_on_paper(house: RunningHouse) -> None:
    account = house.account("expert")
    async with Visitor(house.url) as marie:
        await marie.sign_in(account["login"], account["password"])
        proposed = await marie.get("/agenda/donner")
        assert proposed.status == 200 and "Touchez une heure" in said(proposed)
        value = unescape(VALUE.search(proposed.text).group(1))  # type: ignore[union-attr]
        given = await marie.post("/agenda/donner", {"creneau": value, "idempotency_key": "don-1"})
        assert given.status == 200 and "Le créneau est donné" in said(given)
        again = await marie.post("/agenda/donner", {"creneau": value, "idempotency_key": "don-2"})
        assert again.status == 409 and "Quelque chose est déjà à cette heure" in said(again)
        day = value[:10]
        sheet = await marie.get(f"/agenda/feuille?jour={day}")
        assert sheet.status == 200 and "ni motif" in said(sheet)
        team = await marie.get(f"/agenda/equipe?jour={day}")
        assert team.status == 200 and "Agendas côte à côte" in said(team)
        found = await marie.get("/agenda/chercher?q=zzzzz")
        assert "Aucun rendez-vous" in said(found)
        nonsense = await marie.post("/agenda/donner", {"creneau": "demain", "idempotency_key": "don-3"})
        assert nonsense.status == 422
    await take_back(house, await expert_of(house), value)


async def test_the_coordination_asks_a_link_answers_and_what_came_is_seen(house: RunningHouse) -> None:
    expert_id = await expert_of(house)
    async with Desk(house, Role.COORDINATOR) as desk, Visitor(house.url) as hugo, Visitor(house.url) as marie:
        asked = await desk.ask("POST", "/booking/opening-rounds", {"label": "Essai", "experts": [str(expert_id)]})
        async with asyncio.timeout(120):
            (row,) = await house.ask("booking", "SELECT id FROM opening_ask WHERE round_id = $1", UUID(asked["id"]))
            while True:  # at night it would wait for the morning: the date is brought here
                await house.ask("reminders", MORNING, row["id"])
                links = [one["text"] for one in house.messages() if "Donner un créneau" in one["text"]]
                if links:
                    break
                await asyncio.sleep(0.3)
        secret = re.search(r"/l#([\w-]+)", links[-1]).group(1)  # type: ignore[union-attr]
        await marie.get("/l")
        async with asyncio.timeout(120):
            while True:
                opened = await marie.post("/l", {"secret": secret})
                if opened.url.startswith("/creneaux"):
                    break
                await asyncio.sleep(0.3)
        value = unescape(VALUE.search(opened.text).group(1))  # type: ignore[union-attr]
        nothing = await marie.post("/creneaux", {})
        assert nothing.status == 422
        thanks = await marie.post("/creneaux", {"creneau": value})
        assert thanks.status == 200 and "C'est noté, merci" in said(thanks)
        account = house.account("coordinator")
        await hugo.sign_in(account["login"], account["password"])
        seen = await hugo.get("/reseau/creneaux")
        assert "Essai" in said(seen)
        rounds = (await desk.ask("GET", "/booking/opening-rounds"))["rounds"]
        (mine,) = (one for one in rounds if one["id"] == asked["id"])
        assert (mine["answered"], mine["given"]) == (1, 1)
        figures = await hugo.get("/reseau/chiffres?jours=91")
        assert figures.status == 200 and "Heures ouvertes prises" in said(figures)
        nobody = await hugo.post("/reseau/creneaux", {"departement": "", "profession": ""})
        assert nobody.status == 422
    await take_back(house, expert_id, value)
