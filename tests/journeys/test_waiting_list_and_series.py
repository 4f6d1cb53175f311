"""At the desk an hour is offered aloud to someone who waits; in the agenda one appointment becomes several."""

import asyncio
from datetime import datetime, timedelta
from html import unescape
from typing import Any
from zoneinfo import ZoneInfo

from contracts.words import Role
from gateway.online_open import KnownOnline
from kit.clock import now
from kit.http import PeerAway
from tests.house import RunningHouse
from tests.journeys.desk import Answered, Desk
from tests.journeys.visitor import Shown
from tests.journeys.walker import Form, Found, Walker

PARIS = ZoneInfo("Europe/Paris")


def holding(page: Shown, name: str, value: str) -> Form:
    return next(one for one in Found(page).forms if (name, value) in one.fields)


def button(form: Form, value: str) -> tuple[str, str, str]:
    return next(one for one in form.buttons if one[1] == value)


async def entered(walker: Walker, house: RunningHouse, role: Role) -> None:
    account = house.account(role.value)
    await walker.sign_in(account["login"], account["password"])


async def after(desk: Desk, expert_id: str, days: int) -> list[Any]:
    since = (now() + timedelta(days=days)).isoformat().replace("+00:00", "Z")
    return list(await desk.slots(f"expert={expert_id}&modality=video&from={since}&limit=40"))


async def test_an_hour_that_comes_free_is_said_aloud_and_taken_for_the_person_at_the_desk(house: RunningHouse) -> None:
    async with Desk(house) as desk, Walker(house.url) as walker:
        await entered(walker, house, Role.PSYCHOLOGIST)
        permit, appointment = await desk.handed_over()
        expert_id = appointment["expert_id"]
        far = (await after(desk, expert_id, 20))[-1]
        await desk.ask("POST", f"/booking/appointments/{appointment['id']}/move", {"starts_at": far["starts_at"]})
        await desk.ask("POST", "/booking/waiting", {"appointment_id": appointment["id"], "same_expert": True})
        page = await walker.get("/attente")
        assert f'id="o-{permit["referral_id"]}"' in page.text and "Alix" not in page.text

        other = await desk.permit(await desk.call())
        for slot in await after(desk, expert_id, 6):
            try:
                taken = await desk.book(other, slot)
            except Answered:
                continue
            break
        await desk.ask("POST", f"/booking/appointments/{taken['id']}/cancel", {})
        await house.ask("booking", "UPDATE slot_freed SET at = at - interval '1 minute'")
        mine = f"/booking/waiting?case_id={permit['case_id']}"
        async with asyncio.timeout(120):
            while not (offers := (await desk.ask("GET", mine))["entries"][0]["offers"]):
                await asyncio.sleep(0.3)
        page = await walker.get("/attente")
        assert "À dire" in page.text
        offer = holding(page, "pour", offers[0]["id"])
        page = await walker.press(offer, button(offer, "oui"))
        assert page.url.startswith("/attente?fait=oui") and "C’est pris" in unescape(page.text)
        again = await walker.press(offer, button(offer, "oui"))
        assert "C’est pris" in unescape(again.text)  # the same press twice is one yes
        too_late = await walker.press(offer, button(offer, "non"))
        assert too_late.status in (409, 410) and 'role="alert"' in too_late.text
        (moved,) = [
            one
            for one in (await desk.ask("GET", f"/booking/appointments?case_id={permit['case_id']}"))["appointments"]
            if one["status"] == "booked"
        ]
        assert moved["starts_at"] == offers[0]["starts_at"]


async def test_one_appointment_becomes_several_weeks_and_each_is_said(house: RunningHouse) -> None:
    async with Desk(house) as desk, Walker(house.url) as walker:
        (row,) = await house.ask(
            "identity", "SELECT id FROM account WHERE identifier = $1", house.account("expert")["login"]
        )
        permit = await desk.permit(await desk.call())
        booked = await desk.book(permit, (await after(desk, str(row["id"]), 3))[0])
        try:
            await entered(walker, house, Role.EXPERT)
            place = f"/agenda/rendez-vous/{booked['id']}"
            card = await walker.get(place)
            assert f"{place}/suite" in card.text and f"{place}/avec" in card.text
            page = await walker.get(f"{place}/suite")
            (form,) = [one for one in Found(page).forms if one.action == f"{place}/suite"]
            unsaid = await walker.press(form, button(form, "possibles"))
            assert unsaid.status == 422 and "onze autres semaines" in unescape(unsaid.text)
            page = await walker.press(form, button(form, "possibles"), semaines="11")
            said = unescape(page.text)
            assert page.status == 200 and "semaine" in said, said[:2000]
            kept = (await desk.ask("GET", f"/booking/appointments?case_id={permit['case_id']}"))["appointments"]
            hours = {datetime.fromisoformat(one["starts_at"]).astimezone(PARIS).time() for one in kept}
            assert len(hours) == 1  # the same hour of the wall
            assert page.text.count("<li>") >= 11 and len(kept) <= 12
            beside = await walker.get(f"{place}/avec")
            assert beside.status == 200 and "troisième personne" in unescape(beside.text)
            start, end = (datetime.fromisoformat(booked[name]) for name in ("starts_at", "ends_at"))
            (free,) = await house.ask(
                "booking",
                "SELECT id FROM expert x WHERE active AND id <> $1 AND NOT EXISTS (SELECT FROM claim c WHERE c.active "
                "AND c.expert_id = x.id AND c.during && tstzrange($2, $3)) AND NOT EXISTS (SELECT FROM busy_block b "
                "WHERE b.expert_id = x.id AND b.during && tstzrange($2, $3)) LIMIT 1",
                *(row["id"], start, end),
            )
            page = await walker.post(f"{place}/avec", {"avec": str(free["id"]), "role": "interpreter"})
            assert page.status == 200 and "les deux agendas" in unescape(page.text)
            claims = await house.ask("booking", "SELECT 1 FROM claim WHERE active AND expert_id = $1", free["id"])
            assert claims
        finally:
            for one in (await desk.ask("GET", f"/booking/appointments?case_id={permit['case_id']}"))["appointments"]:
                if one["status"] == "booked":
                    await desk.ask("POST", f"/booking/appointments/{one['id']}/cancel", {})


class Played:
    """A referral that opens somewhere, nowhere, or does not answer."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.online = self

    async def places(self) -> Any:
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


async def test_the_front_page_leads_to_an_hour_without_a_call_only_where_one_is_open() -> None:
    for answer, leads in ((["29"], True), ([], False), (PeerAway("referral"), False)):
        known, house = KnownOnline(), Played(answer)
        assert await known.somewhere(house) is leads  # type: ignore[arg-type]
        assert await known.somewhere(house) is leads  # type: ignore[arg-type]
        assert not house.answers  # asked once
