"""A need is put to somebody without a slot in hand: they answer on their own page, and the desk sees it at once."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest

from kit.clock import now
from tests.house import RunningHouse
from tests.journeys.desk import Desk
from tests.journeys.walker import Found, Walker


@pytest.fixture
async def desk(house: RunningHouse) -> AsyncIterator[Desk]:
    async with Desk(house) as opened:
        yield opened


async def entered(walker: Walker, house: RunningHouse, role: str) -> None:
    account = house.account(role)
    shown = await walker.sign_in(account["login"], account["password"])
    assert shown.status == 200, shown.text[:300]


async def the_expert(house: RunningHouse) -> UUID:
    login = house.account("expert")["login"]
    (row,) = await house.ask("identity", "SELECT id FROM account WHERE identifier = $1", login)
    found: UUID = row["id"]
    await house.ask(
        "referral", "UPDATE expert SET capacity = 50, crisis = true, exclusions = '{}' WHERE id = $1", found
    )
    return found


def pressed(page: Any, action: str) -> Any:
    """The form of a page that goes to `action`, with its first button."""
    form = next(one for one in Found(page).forms if re.search(action, one.action))
    return form, form.buttons[0]


async def test_an_expert_is_asked_discreetly_says_yes_on_their_page_and_the_desk_books(
    house: RunningHouse, desk: Desk
) -> None:
    expert = await the_expert(house)
    contact = await desk.call(level=2, help=[], modalities=[], motives=["exhaustion", "sleep"], first_name="Maëlle")
    async with Walker(house.url) as listener, Walker(house.url) as professional:
        await entered(listener, house, "psychologist")
        page = await listener.get(f"/appels/{contact['id']}/orientations")
        assert page.status == 200 and "Remettre quelque chose" in page.text
        beside = {one.action.rpartition("/")[2]: one for one in Found(page).forms}
        asked = await listener.press(beside["professionnel"], joindre="autre", mot="Préfère le soir")
        assert asked.status == 422 and 'value="Préfère le soir"' in asked.text
        form = beside["remise"]
        for genre, button in (("care", form.buttons[0]), ("advice_sheet", ("quand", "hier", ""))):
            odd = await listener.press(form, button, genre=genre, quoi="Dormir le jour")
            assert odd.status == 422 and 'value="Dormir le jour"' in odd.text and "Rien encore" in odd.text
        given = await listener.press(form, form.buttons[0], genre="advice_sheet", quoi="Dormir après une garde")
        assert "Fiche conseil" in given.text and "Dormir après une garde" in given.text and "terminée" in given.text

        permit = await desk.permit(contact)
        await desk.ask("POST", f"/referral/referrals/{permit['referral_id']}/offers", {"targets": [str(expert)]})
        (row,) = await house.ask("referral", "SELECT id FROM offer WHERE referral_id = $1", UUID(permit["referral_id"]))
        mine_alone = row["id"]  # others may wait for the same professional
        queue = await listener.get("/orientations?qui=poste")
        assert queue.status == 200
        detail = await listener.get(f"/orientations/{permit['referral_id']}")
        assert "proposée, en attente de réponse" in detail.text and "répond avant" in detail.text

        await entered(professional, house, "expert")
        mine = await professional.get("/demandes")
        assert "Épuisement, sommeil" in mine.text and "Bretagne" in mine.text
        assert "Maëlle" not in mine.text and "Finistère" not in mine.text
        seen = await professional.press(*pressed(mine, f"{mine_alone}/vu$"))
        assert "Vous l&#39;avez lue" in seen.text or "Vous l’avez lue" in seen.text or "avez lue" in seen.text
        form, button = pressed(seen, f"{mine_alone}/oui$")
        said = await professional.press(form, button)
        assert "C’est noté" in said.text or "C&#39;est noté" in said.text
        assert "Maëlle" in (await professional.get("/demandes")).text
        again = await professional.press(form, button)
        assert again.status == 200  # the same yes, pressed twice

        detail = await listener.get(f"/orientations/{permit['referral_id']}")
        assert "acceptée, une heure à convenir" in detail.text
        page = await listener.press(*pressed(detail, "/refus$"))
        assert "à réserver ou à proposer" in page.text
        assert (await listener.press(*pressed(detail, "/refus$"))).status == 200  # the same press twice is one
        stale = await listener.press(*pressed(detail, "/refus$"), idempotency_key="another-press")
        assert stale.status == 412  # an old page overwrites nothing


async def test_a_structure_without_an_account_answers_behind_a_link_that_opens_one_thing(
    house: RunningHouse, desk: Desk
) -> None:
    contact = await desk.call(level=2)
    async with Walker(house.url) as listener, Walker(house.url) as structure:
        await entered(listener, house, "psychologist")
        page = await listener.get(f"/appels/{contact['id']}/orientations?q=de")
        form = next(one for one in Found(page).forms if one.action.endswith("/lieu"))
        offered = [UUID(value) for name, value, _ in form.buttons if name == "cible"]
        service = (await house.ask("referral", "SELECT id, name FROM service WHERE id = ANY($1)", offered))[0]
        mail = f"accueil-{contact['id'][:8]}@structure.example"
        made = await listener.press(form, ("cible", str(service["id"]), ""), genre="service", courriel=mail)
        assert made.status == 200 and service["name"].replace("'", "’")[:6] in made.text
        async with asyncio.timeout(120):
            while not (sent := [one for one in house.messages() if one["to"] == mail]):
                await asyncio.sleep(0.5)
        text = sent[-1]["text"]
        assert "attend votre réponse" in text and service["name"] not in text
        secret = re.search(r"/l#([A-Za-z0-9_-]+)", text)
        assert secret
        await house.settle()  # identity has heard of the link
        await structure.get("/l")
        opened = await structure.post("/l", {"secret": secret[1]})
        assert "Une demande pour votre structure" in opened.text and "Alix" not in opened.text
        twice = await structure.get("/demande")
        assert "Nous pouvons" in twice.text  # looking changes nothing
        odd = await structure.post("/demande", {"reponse": "peut-être", "raison": "other"})
        assert odd.status == 422 and "pas été compris" in odd.text and "Nous pouvons" in odd.text
        by_telephone = next(one for one in Found(await listener.get(made.url)).forms if "/reponse/" in one.action)
        assert (await listener.press(by_telephone, ("reponse", "peut-être", ""))).status == 422
        done = await structure.press(*pressed(twice, "/demande$"))
        assert "merci" in done.text
        assert "acceptée" in (await listener.get(made.url)).text
        late = await structure.post("/demande", {"reponse": "non", "raison": "other"})
        assert late.status == 409
        await structure.post("/quitter", {})
        await structure.get("/l")
        left_open = await structure.post("/demande", {"reponse": "oui"})
        assert urlsplit(left_open.url).path == "/l"  # never to the door of those who have an account


async def test_the_queue_shows_nothing_of_anyone_and_every_row_says_whose_it_is(
    house: RunningHouse, desk: Desk
) -> None:
    await desk.permit(await desk.call(level=3))
    page = await desk.ask("GET", "/referral/referrals?whose=all&limit=50")
    assert page["rows"] and all(row["owner_id"] or row["queue"] for row in page["rows"])
    async with Walker(house.url) as coordinator:
        await entered(coordinator, house, "coordinator")
        shown = await coordinator.get("/orientations")
        assert shown.status == 200 and "Alix" not in shown.text
        assert (await coordinator.get("/orientations?apres=rien")).status == 422


async def test_a_reason_that_came_too_late_stays_where_it_was_typed_and_is_no_word_for_a_professional(
    house: RunningHouse, desk: Desk
) -> None:
    permit = await desk.permit(await desk.call())
    path = f"/orientations/{permit['referral_id']}"
    async with Walker(house.url) as walker:
        await entered(walker, house, "coordinator")
        before = await walker.get(path)
        form = next(one for one in Found(before).forms if one.action.endswith("/decider") and len(one.buttons) > 1)
        await desk.ask("POST", f"/referral/referrals/{permit['referral_id']}/own", {})
        late = await walker.press(form, form.buttons[0], mot="Deux fois le même appel")
    assert late.status == 412
    assert re.findall(r'id="(mot\S*)"[^>]*value="Deux fois le même appel"', late.text) == ["mot-c"]


async def test_who_said_yes_chooses_the_hour_in_their_own_agenda(house: RunningHouse, desk: Desk) -> None:
    expert = await the_expert(house)
    contact = await desk.call(level=2, help=[], modalities=[], first_name="Noé")
    permit = await desk.permit(contact)
    path = f"/referral/referrals/{permit['referral_id']}/offers"
    await desk.ask("POST", path, {"targets": [str(expert)]})
    offer = (await desk.ask("GET", path))["offers"][0]["id"]
    async with Walker(house.url) as professional:
        await entered(professional, house, "expert")
        otherwise = await professional.get(f"/agenda/demandes/{offer}/autrement")
        assert "Un autre jour" in otherwise.text and "/demandes/" + offer in (await professional.get("/agenda")).text
        said = await professional.post(f"/agenda/demandes/{offer}/oui", {})
        assert "Choisissez l" in said.text and "heure est à choisir" in said.text
        mine = await professional.get("/demandes")
        assert "Une heure à fixer" in mine.text and "Noé" in mine.text
        hours = await professional.get(f"/demandes/{offer}/heure")
        form = next(one for one in Found(hours).forms if one.action.endswith("/heure"))
        done = await professional.press(form, form.buttons[-1])
        assert "réservée dans votre agenda" in done.text
        assert (await professional.press(form, form.buttons[-1])).status == 200  # the same press twice is one
        shown = await desk.until(permit, "booked")  # referral has heard of it
        late = await professional.press(form, form.buttons[0], idempotency_key="another-press")
        assert late.status == 409 and "attend plus d" in late.text
    assert shown["expert_id"] == str(expert)
    tasks = (await desk.ask("GET", f"{path.removesuffix('/offers')}/tasks"))["tasks"]
    assert [task["kind"] for task in tasks] == ["own_hour"]  # the person has to be told
    (row,) = await house.ask("booking", "SELECT seen_at FROM appointment WHERE id = $1", UUID(shown["appointment_id"]))
    assert row["seen_at"] is not None


async def test_another_hour_is_proposed_on_the_clock_of_who_proposes_it(house: RunningHouse, desk: Desk) -> None:
    expert = await the_expert(house)
    away = "UPDATE expert SET time_zone = $2 WHERE id = $1"
    await house.ask("referral", away, expert, "Indian/Reunion")
    try:
        permit = await desk.permit(await desk.call(level=2, help=[], modalities=[]))
        path = f"/referral/referrals/{permit['referral_id']}/offers"
        await desk.ask("POST", path, {"targets": [str(expert)]})
        offer = (await desk.ask("GET", path))["offers"][0]["id"]
        day = (now() + timedelta(days=9)).date()
        answer = {"autrement": "oui", "jour": day.isoformat(), "facon": ""}
        async with Walker(house.url) as professional:
            await entered(professional, house, "expert")
            for page in (f"/agenda/demandes/{offer}/autrement", "/demandes"):
                assert "heure de La Réunion" in (await professional.get(page)).text
            wrong = await professional.post(f"/demandes/{offer}/non", {**answer, "heure": "25:61"})
            assert wrong.status == 422 and "existe pas" in wrong.text and f'value="{day}"' in wrong.text
            said = await professional.post(f"/demandes/{offer}/non", {**answer, "heure": "10:00"})
            assert said.status == 200 and "si cela lui convient" in said.text
        (row,) = await house.ask("referral", "SELECT counter_at FROM offer WHERE id = $1", UUID(offer))
        assert row["counter_at"] == datetime(day.year, day.month, day.day, 6, tzinfo=UTC)
    finally:
        await house.ask("referral", away, expert, "Europe/Paris")
