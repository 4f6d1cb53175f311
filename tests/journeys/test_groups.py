"""A group from its first seat to its last word: a place without a call, one from the desk, a list, and a cancelling."""

from html import unescape

from contracts.words import Role
from tests.house import RunningHouse
from tests.journeys.desk import Desk
from tests.journeys.test_waiting_list_and_series import button, entered, holding
from tests.journeys.walker import Found, Walker


async def registered(person: Walker, group_id: str, **typed: str) -> str:
    """A place without a call; the code that is said at the end."""
    page = await person.get("/groupes")
    page = await person.press(holding(page, "groupe", group_id))
    assert "Personne n’est informé" in unescape(page.text)
    form = next(one for one in Found(page).forms if one.action == "/groupes/confirmer")
    twice = [await person.press(form, **typed) for _ in range(2)]
    assert [one.status for one in twice] == [200, 200]
    return unescape(twice[1].text.split("code-dit")[1].split("<b>")[1].split("</b>")[0])


async def test_a_group_is_opened_joined_without_a_name_waited_for_and_ended(house: RunningHouse) -> None:
    async with (
        Desk(house) as desk,
        Walker(house.url) as expert,
        Walker(house.url) as listener,
        Walker(house.url) as person,
        Walker(house.url) as other,
    ):
        await entered(expert, house, Role.EXPERT)
        page = await expert.get("/agenda/groupes")
        (form,) = [one for one in Found(page).forms if one.action == "/agenda/groupes"]
        hours = page.text.split('id="g-heure"')[1].split("</select>")[0].split('value="')[1:]
        hour = hours[-1].split('"')[0]
        told = {
            "titre": "Parler des nuits",
            "heure": hour,
            "en-ligne": "oui",
            "tarif": "montant",
            "venir": "Salle bleue",
        }
        few = await expert.press(form, **told, places="2", montant="dix")
        assert few.status == 422 and "Parler des nuits" in few.text and 'value="dix"' in few.text
        page = await expert.press(form, **told, places="2", montant="10,50")
        assert "Le groupe est ouvert" in unescape(page.text)
        groups = (await desk.ask("GET", "/booking/groups"))["groups"]
        group = next(one["id"] for one in groups if one["title"] == "Parler des nuits")
        try:
            code = await registered(person, group, surnom="Camille", number="06 12 34 56 78", veille="oui")
            await registered(other, group)
            page = await other.get("/groupes")
            assert "10,50\xa0€" in unescape(page.text) and "Salle bleue" not in page.text
            await entered(listener, house, Role.PSYCHOLOGIST)
            contact = await desk.ask("POST", "/referral/contacts")
            page = await listener.get(f"/appels/{contact['id']}/groupes")
            page = await listener.press(holding(page, "groupe", group), code="oui")
            assert "Sur la liste d'attente" in unescape(page.text).replace("’", "'") and "code-dit" in page.text
            page = await expert.get(f"/agenda/groupes/{group}")
            assert "Camille" in page.text and "Attendent une place" in page.text
            await person.get("/l")
            await person.post("/l", {"secret": code})
            page = await person.get("/rdv/groupes")
            assert "Salle bleue" in page.text  # how one comes to it: for those who have a seat
            back = holding(page, "groupe", group)
            page = await person.press(back, button(back, "laisser"))
            assert "votre place est rendue" in unescape(page.text)
            assert "Attendent" not in (await expert.get(f"/agenda/groupes/{group}")).text
            await house.settle()
            sql = "SELECT kind, status FROM message WHERE case_id = $1 AND status = 'planned'"
            (row,) = await house.ask(
                "booking", "SELECT case_id FROM group_place WHERE appointment_id = $1 AND nickname = 'Camille'", group
            )
            assert await house.ask("reminders", sql, row["case_id"]) == []
        finally:
            await desk.ask("POST", f"/booking/appointments/{group}/cancel", {})
        assert "Parler des nuits" not in (await other.get("/groupes")).text
        await house.settle()
        (seat,) = await house.ask(
            "booking", "SELECT case_id FROM group_place WHERE appointment_id = $1 AND status = 'seat' LIMIT 1", group
        )
        tasks = await house.ask("referral", "SELECT kind FROM task WHERE case_id = $1", seat["case_id"])
        assert [one["kind"] for one in tasks] == ["message_failed"]
        await desk.ask("POST", f"/referral/contacts/{contact['id']}/close")
