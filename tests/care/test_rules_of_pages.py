"""Rules 1, 3, 4, 10, 11, 13, 16, 18: what the pages of the running house show, keep, ask and refuse."""

import re
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import aiohttp
import pytest

from contracts.words import Role
from gateway.templating import HERE
from services.booking.domain.appointments import ROOM_STAYS
from services.reminders.domain import texts
from services.reminders.domain.contacts import KEPT
from tests.house import RunningHouse
from tests.journeys.desk import Answered, Desk, give_holds_back
from tests.journeys.walker import Found, Walker
from tests.reminders.make import NOW

PAGES = ("/rdv", "/rdv/test", "/rdv/changer?rdv={}", "/rdv/annuler?rdv={}", "/l")


@pytest.fixture(scope="module")
async def desk(house: RunningHouse) -> AsyncIterator[Desk]:
    async with Desk(house) as opened:
        yield opened


@pytest.fixture(scope="module")
async def person(house: RunningHouse, desk: Desk) -> AsyncIterator[tuple[Walker, Any]]:
    """Someone behind their door, and their appointment."""
    permit, appointment = await desk.handed_over()
    code = await desk.ask("POST", "/identity/codes", {"case_id": permit["case_id"]})
    async with Walker(house.url) as walker:
        await walker.get("/l")
        assert (await walker.post("/l", {"secret": f"{' '.join(code['words'])} {code['digits']}"})).url == "/rdv"
        yield walker, appointment


@pytest.fixture
async def listener(house: RunningHouse) -> AsyncIterator[Walker]:
    async with Walker(house.url) as walker:
        account = house.account("psychologist")
        await walker.sign_in(account["login"], account["password"])
        yield walker


async def test_rule_01_nothing_is_ticked_on_a_new_call_nor_on_a_held_slot(
    house: RunningHouse, listener: Walker, desk: Desk
) -> None:
    await give_holds_back(house)
    page = await listener.get("/appels")
    begin = next(form for form in Found(page).forms if form.action == "/appels")
    page = await listener.press(begin)
    sheet = next(form for form in Found(page).forms if form.action.endswith("/fiche"))
    assert {name for name, value in sheet.fields if value} <= {"csrf_token", "idempotency_key", "changed"}
    call = await desk.call()
    page = await listener.get(f"/appels/{call['id']}")
    slots = next(form for form in Found(page).forms if form.action.endswith("/retenir"))
    for button in slots.buttons:
        if button[0] == "creneau":
            page = await listener.press(slots, button)
            if "hold_id" in page.url:
                break
    await give_holds_back(house)
    card = page.text.split('id="confirmer"')[1].split("</form>")[0]
    assert "checked" not in card
    assert "Quelqu’un d’autre peut-il lire vos messages" in card.replace("'", "’")


async def test_rule_03_an_alert_is_acknowledged_without_login_and_its_details_are_not_shown(
    house: RunningHouse, desk: Desk
) -> None:
    alert = await desk.ask("POST", "/referral/urgent-actions", {"place": "12 rue des Lilas"})
    assert alert["attempts"], "each ring is visible from the first answer on"
    async with Walker(house.url) as anyone:
        page = await anyone.get("/alerte")
        assert page.status == 200 and "rue des Lilas" not in page.text
        assert (await anyone.post("/alerte", {"secret": "x" * 43})).status == 404, "and never a login in between"
        followed = await anyone.get(f"/urgence/{alert['id']}")
        assert followed.url.startswith("/connexion")
    async with (
        aiohttp.ClientSession() as http,
        http.get(f"{house.url}/api/v1/referral/urgent-actions/{alert['id']}/details") as answer,
    ):
        assert answer.status == 401
    await desk.ask("POST", f"/referral/urgent-actions/{alert['id']}/call-back")


async def test_rule_04_whoever_is_on_the_line_types_the_place_nobody_else_reads_it_so_and_reading_leaves_a_trace(
    house: RunningHouse, desk: Desk
) -> None:
    async with Desk(house, Role.EXPERT) as expert:
        alert = await expert.ask("POST", "/referral/urgent-actions", {"place": "gare de Brest"})
        path = f"/referral/urgent-actions/{alert['id']}/details"
        await expert.ask("PATCH", path, {"call_back_number": "06 12 34 56 78"})
        seen = await expert.ask("GET", path)  # whoever is on the line, while it lasts
        assert (seen["place"], seen["call_back_number"]) == ("gare de Brest", "06 12 34 56 78")
    async with Desk(house, Role.SECRETARY) as secretary:
        with pytest.raises(Answered) as refused:
            await secretary.ask("GET", path)
        assert refused.value.status == 403
    rows = await house.ask("referral", "SELECT action FROM audit WHERE thing_id::text = $1", alert["id"])
    assert "read" in {row["action"] for row in rows}
    await desk.ask("POST", f"/referral/urgent-actions/{alert['id']}/call-back")


async def test_rule_10_a_cut_call_is_taken_up_by_a_colleague(house: RunningHouse, desk: Desk) -> None:
    call = await desk.call(first_name="Sam")
    await desk.ask("POST", f"/referral/contacts/{call['id']}/close")
    async with Desk(house, Role.VOLUNTEER) as colleague:
        again = await colleague.ask("POST", f"/referral/contacts/{call['id']}/reopen")
    assert again["ended_at"] is None
    assert again["sheet"]["first_name"] == "Sam"


def test_rule_11_a_message_holds_day_hour_and_link_and_nothing_else() -> None:
    text = texts.for_person(NOW, "Europe/Paris", texts.person_link("https://x.example", "s" * 43))
    assert re.fullmatch(r"[A-Z][a-z]+ \d\d/\d\d à \d{1,2} h( \d\d)? : https://x\.example/l#s{43}", text), text


async def test_rule_11_quick_exit_a_neutral_title_and_discretion_on_every_page_of_a_person(
    person: tuple[Walker, Any],
) -> None:
    walker, appointment = person
    for path in PAGES:
        page = await walker.get(path.format(appointment["id"]))
        assert page.status == 200, path
        assert re.search(r"<title>([^<]*)</title>", page.text)[1] == "Rendez-vous", path  # type: ignore[index]
        assert any(form.action == "/quitter" for form in Found(page).forms), path
        assert "/static/js/quit.js" in page.text, path
        assert page.headers["Cache-Control"] == "no-store", path
    page = await walker.get("/rdv")
    outside = re.sub(r"<details.*?</details>", "", page.text, flags=re.S)
    assert "<details" in page.text and "<details open" not in page.text
    assert "sychologue" not in outside and "sychiatre" not in outside and "médecin" not in outside


async def test_rule_11_a_message_channel_is_not_changed_from_the_persons_page_nor_by_the_person(
    house: RunningHouse, person: tuple[Walker, Any], desk: Desk
) -> None:
    _, appointment = person
    path = f"/reminders/cases/{appointment['case_id']}/contact"
    kinds = await desk.ask("GET", path)
    told = {"channels", "moments", "from_hour", "to_hour", "entries", "phone"}
    assert kinds.keys() <= told and kinds["phone"] in (True, False), "never a number or an address"
    async with Desk(house, Role.EXPERT) as expert:
        for method, body in (("PUT", {"phone": "06 12 34 56 99", "channels": ["sms"]}), ("DELETE", None)):
            with pytest.raises(Answered) as refused:
                await expert.ask(method, path, body)
            assert refused.value.status == 403


async def test_rule_13_every_device_is_closed_on_the_page_until_a_tap(person: tuple[Walker, Any]) -> None:
    walker, _ = person
    page = await walker.get("/rdv/test")
    assert "Fermé" in page.text
    assert not re.search(r"<(video|audio)[^>]*\ssrc=", page.text)
    controls = "".join(template(f"room/{name}.html") for name in ("scene", "attente", "porte"))
    assert not re.search(r"commande\([^)]*pressed=true|aria-pressed=\"true\"", controls)
    assert 'data-do": "entrer-muet"' in controls, "one may enter without a voice"


async def test_rule_16_what_the_pages_promise_is_true_in_the_code(person: tuple[Walker, Any]) -> None:
    walker, _ = person
    page = await walker.get("/l")
    assert "deux heures après votre dernier rendez-vous" in page.text
    assert ROOM_STAYS.total_seconds() == 2 * 3600
    card = template("calls/retenu.html")
    assert "Tout est effacé 30 jours après le dernier rendez-vous" in card
    assert KEPT.days == 30


def template(name: str) -> str:
    return (HERE / "templates" / name).read_text()


def test_rule_18_enter_in_a_field_of_the_held_slot_books_nothing() -> None:
    card = template("calls/retenu.html")
    assert re.search(r"<button[^>]*>", card)[0] == '<button type="submit" disabled hidden>'  # type: ignore[index]


async def test_rule_18_a_message_is_taken_back_within_ten_seconds_and_never_leaves(
    house: RunningHouse, desk: Desk
) -> None:
    contact = await desk.call()
    permit = await desk.permit(contact)
    phone = f"61{uuid4().int % 10**7:07d}"  # 06 1x: always a mobile of the mainland
    await desk.tell_me(permit["case_id"], phone=f"0{phone}", moments=["now"])
    for slot in (await desk.slots())[4:]:
        try:
            await desk.book(permit, slot)
            break
        except Answered:
            continue
    path = f"/reminders/cases/{permit['case_id']}/messages"
    await desk.ask("POST", f"{path}/recall")
    await house.settle()
    rows = (await desk.ask("GET", path))["messages"]
    assert {row["status"] for row in rows} <= {"recalled"}
    assert not [one for one in house.messages() if one["to"] == f"+33{phone}"]
