"""Two stories without an account and without a script: an earlier hour that came free, and an hour without a call."""

import asyncio
import re
from datetime import datetime, timedelta
from typing import Any

import pytest

from contracts.words import Role
from kit.clock import now
from tests.house import RunningHouse
from tests.journeys.desk import Answered, Desk
from tests.journeys.visitor import Shown
from tests.journeys.walker import Form, Found, Walker


def form(page: Shown, action: str) -> Form:
    return next(one for one in Found(page).forms if one.action.partition("?")[0] == action)


async def behind_the_code(walker: Walker, desk: Desk, case_id: str) -> None:
    code = await desk.ask("POST", "/identity/codes", {"case_id": case_id})
    await walker.get("/l")
    assert (await walker.post("/l", {"secret": f"{' '.join(code['words'])} {code['digits']}"})).url == "/rdv"


async def later(desk: Desk, expert_id: str, days: int) -> list[Any]:
    since = (now() + timedelta(days=days)).isoformat().replace("+00:00", "Z")
    return list(await desk.slots(f"expert={expert_id}&modality=video&from={since}&limit=40"))


async def test_an_hour_that_comes_free_is_theirs_with_one_press_and_how_they_meet_is_their_choice(
    house: RunningHouse,
) -> None:
    async with Desk(house) as desk, Walker(house.url) as walker:
        answer = await desk.slots("profession=psychologist&modality=phone&limit=60")
        by_phone_too = dict.fromkeys(f"expert={one['expert_id']}" for one in answer)
        permit, appointment = await desk.handed_over(among=f"{'&'.join(by_phone_too)}&modality=video&limit=20")
        far = (await later(desk, appointment["expert_id"], 20))[-1]
        await desk.ask("POST", f"/booking/appointments/{appointment['id']}/move", {"starts_at": far["starts_at"]})
        await behind_the_code(walker, desk, permit["case_id"])
        page = await walker.get(f"/rdv/attente?rdv={appointment['id']}")
        page = await walker.press(form(page, "/rdv/attente"), choix="meme")
        assert "Vous attendez une heure plus tôt" in page.text, page.text[:3000]

        other = await desk.permit(await desk.call())
        for slot in await later(desk, appointment["expert_id"], 6):
            try:
                taken = await desk.book(other, slot)
            except Answered:
                continue
            break
        await desk.ask("POST", f"/booking/appointments/{taken['id']}/cancel", {})
        await house.ask("booking", "UPDATE slot_freed SET at = at - interval '1 minute'")
        async with asyncio.timeout(120):
            while "est libérée" not in (page := await walker.get("/rdv")).text:
                await asyncio.sleep(0.5)
        offer = form(page, "/rdv/heure")
        odd = await walker.press(offer, ("reponse", "peut-être", ""))
        assert odd.status == 422 and "pas été compris" in odd.text  # neither a yes nor a no
        page = await walker.press(offer, offer.buttons[0])
        assert "Cette heure est à vous" in page.text and "Vous attendez" not in page.text
        (moved,) = [
            one
            for one in (await desk.ask("GET", f"/booking/appointments?case_id={permit['case_id']}"))["appointments"]
            if one["status"] == "booked"
        ]
        assert datetime.fromisoformat(moved["starts_at"]) < datetime.fromisoformat(far["starts_at"])
        again = await walker.press(offer, offer.buttons[0])
        assert "Cette heure est à vous" in again.text  # the same press twice is one yes

        page = await walker.get(f"/rdv/autrement?rdv={moved['id']}")
        ways = form(page, "/rdv/autrement")
        by_phone = next(one for one in ways.buttons if one[1] == "telephone")
        page = await walker.press(ways, by_phone)
        assert "Vous appelez" in page.text and "quinze minutes avant" in page.text


async def test_an_hour_is_taken_without_a_call_where_a_programme_is_open_and_a_code_opens_it(
    house: RunningHouse,
) -> None:
    async with Desk(house, Role.COORDINATOR) as coordination, Walker(house.url) as walker:
        page = await walker.get("/en-ligne")
        assert "besoin de parler à quelqu" in page.text and "3114" in page.text
        rows = await house.ask(
            "referral",
            "SELECT id, places->0->>'department' AS place FROM expert WHERE active AND offered AND capacity > 0 "
            "AND profession = 'psychologist' AND 'video' = ANY(modalities) AND checked_at > current_date - 300 LIMIT 1",
        )
        expert_id, place = rows[0]["id"], rows[0]["place"]
        marked = "UPDATE opening_rule SET online = {} WHERE expert_id = $1"
        await house.ask("booking", marked.format("true"), expert_id)
        known = (await coordination.ask("GET", "/referral/online/programmes"))["programmes"]
        version = next((one["version"] for one in known if one["code"] == "essai"), 0)
        programme = {"code": "essai", "label": "Essai", "open": True, "departments": [place], "version": version}
        try:
            await coordination.ask("PUT", "/referral/online/programmes/essai", programme)
            with pytest.raises(Answered, match="changed"):
                await coordination.ask("PUT", "/referral/online/programmes/essai", programme | {"version": 10**30})
            query = f"/en-ligne/heures?departement={place}&metier=psychologist&facon=video"
            page = await walker.get(query)
            hours = _hours(page)
            page = await walker.press(hours, hours.buttons[-1])
            assert "gardée pour vous" in page.text, page.text[:2000]
            page = await walker.get(query)  # back, and another hour: one is kept, not two
            page = await walker.press(_hours(page), _hours(page).buttons[0])
            held = "SELECT 1 FROM claim WHERE expert_id = $1 AND kind = 'hold' AND active AND expires_at > now()"
            assert len(await house.ask("booking", held, expert_id)) == 1
            page = await walker.press(_elsewhere(page))
            hours = _hours(page)
            assert dict(hours.fields)["book"]  # the same visit goes on
            page = await walker.press(hours, hours.buttons[-1])
            assert len(await house.ask("booking", held, expert_id)) == 1
            page = await walker.press(form(page, "/en-ligne/confirmer"), number="06 12 34 56 78")
            assert "est confirmé" in page.text, page.text[:2000]
            found = re.search(r'class="code-dit"[^>]*><b>([^<]+)</b>', page.text)
            assert found is not None
        finally:
            known = (await coordination.ask("GET", "/referral/online/programmes"))["programmes"]
            version = next(one["version"] for one in known if one["code"] == "essai")
            closed = programme | {"open": False, "version": version}
            await coordination.ask("PUT", "/referral/online/programmes/essai", closed)
            await house.ask("booking", marked.format("false"), expert_id)
        await house.settle()
        await walker.get("/l")
        page = await walker.post("/l", {"secret": found[1]})
        assert page.url == "/rdv" and "confirmé" in page.text
        (row,) = await house.ask(
            "referral",
            "SELECT r.status, c.kind FROM referral r JOIN contact c ON c.id = r.contact_id WHERE c.kind = 'online' "
            "ORDER BY r.created_at DESC LIMIT 1",
        )
        assert (row["status"], row["kind"]) == ("booked", "online")


async def test_a_programme_that_is_refused_keeps_what_was_typed(house: RunningHouse) -> None:
    account = house.account("coordinator")
    async with Walker(house.url) as hugo:
        await hugo.sign_in(account["login"], account["password"])
        new = _adding(await hugo.get("/reglages/en-ligne"))
        refused = await hugo.press(new, code="cote-ouest", label="Côte ouest", departements="29 56 zz")
        assert refused.status == 422
        for typed in ("cote-ouest", "Côte ouest", "29 56 zz"):
            assert f'value="{typed}"' in refused.text
        kept = await hugo.press(_adding(refused), departements="29 56")
        form = next(one for one in Found(kept).forms if ("code", "cote-ouest") in one.fields)
        refused = await hugo.press(form, label="La côte", departements="29 97Z", ouvert="oui")
        again = next(one for one in Found(refused).forms if ("code", "cote-ouest") in one.fields)
        held = {("label", "La côte"), ("departements", "29 97Z"), ("ouvert", "oui")}
        assert refused.status == 422 and held <= {*again.fields}


def _adding(page: Shown) -> Form:
    return next(one for one in Found(page).forms if "code" in one.names() and "version" not in one.names())


def _elsewhere(page: Shown) -> Form:
    return next(one for one in Found(page).forms if one.action == "/en-ligne/heures")


def _hours(page: Shown) -> Form:
    return next(one for one in Found(page).forms if any(name == "heure" for name, _, _ in one.buttons))
