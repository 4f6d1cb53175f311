"""A professional who is away: whom it touches is said first, what they cannot hold goes back, and calendars meet."""

import re
from collections.abc import AsyncIterator
from datetime import datetime
from html import unescape
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import aiohttp
import pytest

from tests.house import RunningHouse
from tests.journeys.desk import Desk
from tests.journeys.visitor import Visitor

PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture
async def expert(house: RunningHouse) -> AsyncIterator[Visitor]:
    account = house.account("expert")
    async with Visitor(house.url) as visitor:
        await visitor.sign_in(account["login"], account["password"])
        yield visitor


async def mine(house: RunningHouse) -> UUID:
    sql = "SELECT id FROM account WHERE identifier = $1"
    rows = await house.ask("identity", sql, house.account("expert")["login"])
    return UUID(str(rows[0][0]))


async def test_an_absence_says_whom_it_touches_and_what_cannot_be_held_goes_back_to_the_desk(
    house: RunningHouse, expert: Visitor
) -> None:
    expert_id = await mine(house)
    async with Desk(house) as desk:
        permit = await desk.permit(await desk.call(level=3))
        slots = await desk.slots(f"expert={expert_id}&modality=video&limit=100")
        booked: Any = await desk.book(permit, slots[-1])
        await desk.until(permit, "booked")
        start = datetime.fromisoformat(booked["starts_at"]).astimezone(PARIS)
        form = {"jour": f"{start:%Y-%m-%d}", "idempotency_key": "away"}
        await expert.get("/agenda/absences/nouvelle")
        asked = await expert.post("/agenda/absences", form)
        assert "rendez-vous est déjà pris" in asked.text or "rendez-vous sont déjà pris" in asked.text
        assert booked["id"] in asked.text
        kept = await expert.post("/agenda/absences", {**form, "confirme": "oui", "rdv": booked["id"]})
        assert "une autre heure" in unescape(kept.text)
        listed = await expert.get("/agenda/absences")
        assert "Notée dans l’agenda" in unescape(listed.text)
        await house.settle()
        tasks = (await desk.ask("GET", f"/referral/referrals/{permit['referral_id']}/tasks"))["tasks"]
        (task,) = [one for one in tasks if one["kind"] == "expert_away"]
        assert task["owner_id"] is not None  # from level 3 somebody calls (care.md 7)
        shown = await desk.ask("GET", f"/booking/appointments/{booked['id']}")
        assert shown["handed_back"] is True
        place = f"/agenda/rendez-vous/{booked['id']}"
        await expert.get(f"{place}/se-joindre")
        ringing = await expert.post(f"{place}/autrement", {"facon": "rappel"})  # nobody left a number yet
        for page in (ringing, await expert.get(place)):
            assert "si un numéro a été donné, vous l’appelez" in unescape(page.text).lower()
        unclear = await expert.post(f"{place}/issue", {"issue": "autre"})
        assert unclear.status == 422 and "pas été compris" in unclear.text
        told = await expert.post(f"{place}/autrement", {"facon": "telephone"})
        assert "elle vous appelle" in unescape(told.text)
        await desk.ask("POST", f"/booking/appointments/{booked['id']}/cancel", {})
    (away,) = await house.ask(
        "booking",
        "SELECT id FROM busy_block WHERE expert_id = $1 AND source = 'absence' AND during @> $2::timestamptz",
        *(expert_id, start),
    )
    gone = await expert.post(f"/agenda/absences/{away[0]}/retirer", {"du": f"{start:%Y-%m-%d}"})
    assert "proposées" in gone.text
    assert await house.ask("booking", "SELECT 1 FROM busy_block WHERE id = $1", away[0]) == []


async def test_holidays_are_opened_by_a_box_and_stay_so(house: RunningHouse, expert: Visitor) -> None:
    await expert.get("/agenda/jours-feries")
    page = await expert.post("/agenda/jours-feries", {"ensuite": "fermes"})  # the stories of the same house open some
    days = re.findall(r'name="jour" value="([\d-]+)"', page.text)
    assert len(days) >= 11
    assert "checked" not in page.text.split('name="ensuite"')[0]
    opened = await expert.post("/agenda/jours-feries", {"jour": days[1], "ensuite": "fermes"})
    assert "C’est enregistré" in unescape(opened.text)
    assert re.findall(r'name="jour" value="([\d-]+)" checked', opened.text) == [days[1]]
    sql = "SELECT 1 FROM busy_block WHERE expert_id = $1 AND source = 'holiday' AND day = $2::date"
    expert_id = await mine(house)
    assert await house.ask("booking", sql, expert_id, datetime.fromisoformat(days[1]).date()) == []
    await expert.post("/agenda/jours-feries", {"ensuite": "fermes"})
    assert len(await house.ask("booking", sql, expert_id, datetime.fromisoformat(days[1]).date())) == 1


async def test_other_calendars_are_joined_in_sight_and_never_lead_inside(house: RunningHouse, expert: Visitor) -> None:
    await expert.get("/agenda/calendriers")
    inside = {"adresse": f"http://127.0.0.1:{house.port_of('postgres')}/x.ics", "type": "ics", "idempotency_key": "a"}
    refused = await expert.post("/agenda/calendriers", inside)
    assert refused.status == 422 and "que nous n’interrogeons pas" in unescape(refused.text)
    assert inside["adresse"] in unescape(refused.text)  # what was typed stays
    away = {"adresse": "https://agenda.invalid/moi.ics", "nom": "Cabinet", "type": "ics", "idempotency_key": "b"}
    joined = await expert.post("/agenda/calendriers", away)
    assert "Cabinet" in joined.text and "moi.ics" not in joined.text
    (row,) = await house.ask("booking", "SELECT id FROM external_calendar WHERE name = 'Cabinet'")
    parted = await expert.post(f"/agenda/calendriers/{row[0]}/retirer", {})
    assert "Cabinet" not in parted.text


async def test_the_calendar_given_out_is_neutral_answers_304_and_can_be_renewed_and_cut(
    house: RunningHouse, expert: Visitor
) -> None:
    await expert.get("/agenda/calendriers")
    given = await expert.post("/agenda/calendriers/adresse", {})
    found = re.search(r'value="[^"]*(/calendrier/[\w-]+\.ics)"', given.text)
    assert found is not None
    assert "/calendrier/" not in (await expert.get("/agenda/calendriers")).text.split("<main")[1].split("</main")[0]
    async with aiohttp.ClientSession() as program:
        async with program.get(house.url + found[1]) as answer:
            text, etag = await answer.text(), answer.headers["ETag"]
            assert (answer.status, answer.content_type) == (200, "text/calendar")
        titles = set(re.findall(r"SUMMARY:(.*)\r\n", text))
        assert titles <= {"Rendez-vous"} and "ATTENDEE" not in text and "DESCRIPTION" not in text
        async with program.get(house.url + found[1], headers={"If-None-Match": etag}) as again:
            assert (again.status, await again.read()) == (304, b"")
        other = await expert.post("/agenda/calendriers/adresse", {})
        async with program.get(house.url + found[1]) as former:
            assert former.status == 404
        renewed = re.search(r'value="[^"]*(/calendrier/[\w-]+\.ics)"', other.text)
        assert renewed is not None and renewed[1] != found[1]
        await expert.post("/agenda/calendriers/adresse/retirer", {})
        async with program.get(house.url + renewed[1]) as cut:
            assert cut.status == 404


async def test_a_secretary_moves_for_a_caller_who_says_the_first_word_which_is_never_shown(house: RunningHouse) -> None:
    expert_id = await mine(house)
    account = house.account("secretary")
    async with Desk(house) as desk, Visitor(house.url) as secretary:
        permit = await desk.permit(await desk.call())
        booked: Any = await desk.book(permit, (await desk.slots(f"expert={expert_id}&modality=video&limit=100"))[-2])
        code = await desk.ask("POST", "/identity/codes", {"case_id": permit["case_id"]})
        await secretary.sign_in(account["login"], account["password"])
        place = f"/agenda/rendez-vous/{booked['id']}"
        whose = {"pour": str(expert_id)}
        card = await secretary.get(f"{place}/appel?pour={expert_id}")
        assert "premier mot de son code" in unescape(card.text)
        wrong = await secretary.post(f"{place}/appel", {**whose, "mot": "bonjour"})
        assert wrong.status == 403 and "pas le premier mot" in unescape(wrong.text)
        right = await secretary.post(f"{place}/appel", {**whose, "mot": code["words"][0].upper()})
        said = unescape(right.text)
        assert "C’est bien la personne" in said
        assert all(word not in said for word in code["words"])
        heard = re.search(r'name="heard" value="([^"]+)"', right.text)
        version = re.search(r'name="version" value="(\d+)"', right.text)
        assert heard is not None and version is not None
        form = {**whose, "heard": heard[1], "version": version[1], "idempotency_key": "heard"}
        gone = await secretary.post(f"{place}/annuler", form)
        assert "au nom de la personne" in unescape(gone.text)
        shown = await desk.ask("GET", f"/booking/appointments/{booked['id']}")
        assert shown["status"] == "cancelled_by_person"
