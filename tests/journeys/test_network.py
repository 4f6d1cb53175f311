"""The network grows: a file, an invitation, a profile of one's own, and what each of them changes elsewhere."""

import asyncio
import re
from html import unescape
from typing import Any
from uuid import uuid4

from services.referral.domain.network.proofs import luhn
from tests.house import RunningHouse
from tests.journeys.desk import Desk, give_holds_back
from tests.journeys.walker import Found, Walker

PASSWORD = "une lampe pour la nuit"


def _rpps(body: str) -> str:
    return next(f"{body}{key}" for key in range(10) if luhn(f"{body}{key}"))


async def entered(walker: Walker, house: RunningHouse, role: str) -> None:
    account = house.account(role)
    assert (await walker.sign_in(account["login"], account["password"])).status == 200


def said(page: Any) -> str:
    """What a page says, with plain spaces and apostrophes."""
    return unescape(page.text).replace("\u00a0", " ").replace("\u202f", " ").replace("’", "'")


def form_to(page: Any, ending: str) -> Any:
    return next(one for one in Found(page).forms if one.action.endswith(ending))


async def the_link(house: RunningHouse, mail: str, within: float = 120) -> str:
    """The invitation that reached an address."""
    async with asyncio.timeout(within):
        while True:
            found = [one for one in house.messages() if mail in str(one) and "/invitation#" in str(one)]
            if found:
                return re.search(r"/invitation#([\w-]+)", str(found[-1])).group(1)  # type: ignore[union-attr]
            await asyncio.sleep(0.2)


async def test_someone_is_brought_in_invited_and_proposed_and_nobody_learns_their_address(house: RunningHouse) -> None:
    mail, rpps = f"ana.{uuid4().hex[:6]}@exemple.fr", _rpps(f"10{uuid4().int % 10**8:08}")
    table = "rpps;nom;profession;département;ville;modalités;capacité;vérifié le;mail\n"
    table += f"{rpps};Ana Duval;psychologue;29;Brest;visio;3;01/11/2026;{mail}\n12;Personne;;;;;;;"
    async with Walker(house.url) as hugo, Walker(house.url) as ana:
        await entered(hugo, house, "coordinator")
        page = await hugo.get("/reseau/import")
        shown = await hugo.press(form_to(page, "/reseau/import"), text=table)
        assert "<b>1</b> à ajouter" in said(shown) and "onze chiffres" in said(shown)
        assert not await house.ask("referral", "SELECT 1 FROM expert WHERE rpps = $1", rpps)
        listed = await hugo.press(form_to(shown, "/appliquer"))
        assert listed.status == 200 and "Ana Duval" in listed.text and "À inviter" in listed.text
        (row,) = await house.ask("referral", "SELECT id, active FROM expert WHERE rpps = $1", rpps)
        assert row["active"] is False
        member = await hugo.get(f"/reseau/{row['id']}")
        assert (await hugo.post(f"/reseau/{row['id']}/pieces/{uuid4()}", {"geste": "autre"})).status == 422
        sent = await hugo.press(form_to(member, "/inviter"))
        assert "L'invitation part" in said(sent)

        secret = await the_link(house, mail)
        await house.settle()  # the mail may be faster than the house's own news of its link
        door = await ana.get("/invitation")
        differ = await ana.press(form_to(door, "/invitation"), secret=secret, password=PASSWORD, again="autre")
        assert differ.status == 422 and secret in differ.text
        opened = await ana.press(form_to(differ, "/invitation"), secret=secret, password=PASSWORD, again=PASSWORD)
        assert opened.status == 200 and mail in opened.text
        profile = await ana.press(form_to(opened, "/connexion"), password=PASSWORD)
        assert profile.status == 200 and "La charte du réseau" in profile.text
        signed = await ana.press(form_to(profile, "/charte"))
        assert "Charte signée" in signed.text
        await house.settle()
        assert (await house.ask("referral", "SELECT active FROM expert WHERE id = $1", row["id"]))[0]["active"]
        assert (await house.ask("booking", "SELECT active FROM expert WHERE id = $1", row["id"]))[0]["active"]

        form = form_to(signed, "/profil")
        saved = await ana.press(form, listed="oui", coverage="Tiers payant", modalities="phone")
        assert "enregistrée" in saved.text
        stale = await ana.press(form, listed="oui", coverage="Autre chose")
        assert stale.status == 412 and "Autre chose" in stale.text  # what was typed stays
        await house.settle()
        known = await house.ask("booking", "SELECT modalities FROM expert WHERE id = $1", row["id"])
        assert "phone" in known[0]["modalities"]
        public = await hugo.get("/professionnels?departement=29")
        assert "Ana Duval" in public.text and mail not in public.text and rpps not in public.text
    for table_name in ("expert", "member", "proof"):
        rows = await house.ask("referral", f"SELECT {table_name}::text AS row FROM {table_name}")
        assert not any(mail in one["row"] for one in rows)


async def test_a_message_to_some_members_leaves_the_house_without_a_word_of_it(house: RunningHouse) -> None:
    async with Walker(house.url) as hugo, Walker(house.url) as claire:
        await entered(hugo, house, "coordinator")
        page = await hugo.get("/reseau?q=claire+morvan")
        empty = await hugo.press(form_to(page, "/reseau/message"), text="   ")
        assert empty.status == 422
        sent = await hugo.press(form_to(empty, "/reseau/message"), text="Réunion du réseau jeudi à 19 h.")
        assert "Message déposé pour 1" in said(sent)
        await entered(claire, house, "expert")
        mine = await claire.get("/profil")
        assert "Réunion du réseau jeudi" in mine.text and "nouveau" in mine.text
        read = await claire.press(next(one for one in Found(mine).forms if "/profil/lettres/" in one.action))
        assert "Réunion du réseau jeudi" in read.text
        await house.settle()
        assert not any("Réunion" in str(one) for one in house.messages())
        wishes = form_to(read, "/profil/messages")
        hours = await claire.press(wishes, channels="mail", from_hour="10:00", to_hour="18:00")
        assert "10:00" in hours.text and "enregistrés" in hours.text


async def test_weights_are_tried_before_they_count_and_a_choice_is_explained_in_one_tap(house: RunningHouse) -> None:
    async with Desk(house) as desk, Walker(house.url) as hugo, Walker(house.url) as ines:
        await entered(hugo, house, "coordinator")
        page = await hugo.get("/reglages/orientation")
        form = form_to(page, "/reglages/orientation")
        crooked = await hugo.press(form, **{"light.slot": "90", "why": "Plus vite"})
        assert crooked.status == 422 and "Cette colonne fait 175" in said(crooked)
        quicker = {"light.specialty": "10", "light.slot": "35"}
        tried = await hugo.press(form, ("", "", "/reglages/orientation/essai"), **quicker)
        assert "Ce que cela aurait changé" in said(tried) and 'value="35"' in tried.text
        kept = await hugo.press(form_to(tried, "/reglages/orientation"), why="Essai du soir")
        assert "Version 1" in kept.text and "Essai du soir" in kept.text
        back = await hugo.get("/reglages/orientation?version=0")
        done = await hugo.press(form_to(back, "/reglages/orientation"), why="Comme avant")
        assert "Version 2" in done.text

        await entered(ines, house, "psychologist")
        contact = await desk.call(level=2)
        ranked = (await desk.ask("GET", f"/referral/contacts/{contact['id']}/candidates?limit=5"))["candidates"]
        assert (await ines.get(f"/appels/{contact['id']}/choix")).url == "/appels"  # nothing to ask
        await _choose(house, ines, contact["id"], ranked[2]["expert_id"])
        asked = await ines.get(f"/appels/{contact['id']}/choix")
        assert ranked[2]["name"] in asked.text and "Passer" in asked.text
        form = form_to(asked, "/choix")
        assert (await ines.press(form, ("raison", "hour", ""))).url == "/appels"
        (row,) = await house.ask("referral", "SELECT reason, place FROM choice WHERE contact_id = $1", contact["id"])
        assert row["reason"] == "hour" and row["place"] is not None
        await give_holds_back(house)


async def _choose(house: RunningHouse, ines: Walker, contact_id: str, expert_id: str) -> None:
    """As the console does once it has booked."""
    sent = {
        "Cookie": "; ".join(f"{name}={value}" for name, value in ines.cookies.items()),
        "X-CSRF-Token": ines.page.csrf if ines.page else "",
        "Sec-Fetch-Site": "same-origin",
    }
    url = f"{house.url}/api/v1/referral/contacts/{contact_id}/choice"
    async with ines.http.post(url, json={"expert_id": expert_id}, headers=sent) as answer:
        assert answer.status == 201, await answer.text()


async def test_a_whole_group_is_invited_in_one_press_and_who_has_no_address_is_said(house: RunningHouse) -> None:
    mails = [f"groupe.{uuid4().hex[:6]}@exemple.fr", ""]
    table = "rpps;nom;profession;département;ville;modalités;capacité;vérifié le;mail\n"
    for number, mail in enumerate(mails):
        table += (
            f"{_rpps(f'10{uuid4().int % 10**8:08}')};Groupe {number};psychologue;29;Brest;visio;3;01/11/2026;{mail}\n"
        )
    async with Walker(house.url) as hugo:
        await entered(hugo, house, "coordinator")
        shown = await hugo.press(form_to(await hugo.get("/reseau/import"), "/reseau/import"), text=table)
        await hugo.press(form_to(shown, "/appliquer"))
        listed = await hugo.get("/reseau?standing=to_invite")
        done = await hugo.press(form_to(listed, "/reseau/inviter"))
        assert re.search(r"\d+ invitations? part(ent)?", said(done)) and "sans adresse" in said(done)
        assert await the_link(house, mails[0])
        assert "Groupe 0" not in (await hugo.get("/reseau?standing=to_invite&q=groupe+0")).text.split("<ol")[-1]
