"""What people type that they should not, on every form of every page: a kind French sentence, and nothing lost."""

from collections.abc import AsyncIterator
from datetime import timedelta
from html import escape, unescape
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest

from contracts.words import Role
from kit.clock import now
from tests.house import RunningHouse
from tests.journeys.bad_values import NUL, TEXTS, TIMES, nobody, unkind
from tests.journeys.desk import Desk, give_holds_back
from tests.journeys.walker import NO_BUTTON, Form, Found, Walker

TYPED = {name: TEXTS[name] for name in ("empty", "long", "markup", "emoji", "rtl", "surrogate")} | {
    "huge number": "9" * 5000,
    "other digits": "٣٤٥",
    "unknown id": nobody(),
}
TIMED = {"starts_at", "ends_at", "expires_at", "creneau", "jour", "debut", "fin", "au", "from_hour", "to_hour"}
KIND = {200, 401, 403, 404, 409, 410, 412, 413, 422, 429}
"""Never a failure, never a wrong way; too many tries is one of the answers at the doors.

An urgent action that cannot be sent says so with 503, and shows the number to dial.
"""


async def signed_in(house: RunningHouse, role: Role) -> Walker:
    walker = await Walker(house.url).__aenter__()
    account = house.account(role.value)
    assert (await walker.sign_in(account["login"], account["password"])).url != "/connexion"
    return walker


@pytest.fixture(autouse=True)
async def without_holds(house: RunningHouse) -> None:
    await give_holds_back(house)


@pytest.fixture
async def listener(house: RunningHouse) -> AsyncIterator[Walker]:
    walker = await signed_in(house, Role.PSYCHOLOGIST)
    yield walker
    await walker.http.close()


@pytest.fixture
async def expert(house: RunningHouse) -> AsyncIterator[Walker]:
    walker = await signed_in(house, Role.EXPERT)
    yield walker
    await walker.http.close()


@pytest.fixture
async def person(house: RunningHouse) -> AsyncIterator[tuple[Walker, Any]]:
    """Someone who opened their door with a code, and their appointment."""
    await house.forget_tries()
    async with Desk(house) as desk, Walker(house.url) as walker:
        permit, appointment = await desk.handed_over()
        code = await desk.ask("POST", "/identity/codes", {"case_id": permit["case_id"]})
        await walker.get("/l")
        page = await walker.post("/l", {"secret": f"{' '.join(code['words'])} {code['digits']}"})
        assert page.url == "/rdv"
        yield walker, appointment


async def every_field(walker: Walker, path: str, form: Form, *more: str) -> list[Any]:
    """Markup in each field of a form, and every fourth of the other bad values in turn; what was answered wrongly."""
    wrong: list[Any] = []
    names = sorted((form.names() | {name for name, _, _ in form.buttons if name} | {*more}) - {"csrf_token"})
    for turn, name in enumerate(names):
        values = {**TYPED, **(TIMES if name in TIMED else {})}
        values = {
            bad: value for at, (bad, value) in enumerate(values.items()) if bad == "markup" or (at + turn) % 4 == 0
        }
        for bad, value in values.items():
            fresh = uuid4().hex if name != "idempotency_key" else value
            page = await walker.press(form, NO_BUTTON, **{"idempotency_key": fresh, name: value})
            by_hand = form.action == "/urgence" and page.status == 503 and "tel:" in page.text
            if not (page.status in KIND or by_hand) or unkind(page.text) or TEXTS["markup"] in page.text:
                wrong.append((path, form.action, name, bad, page.status, unkind(page.text)))
    page = await walker.press(form, NO_BUTTON, **{names[0] if names else "x": NUL})
    refused = page.status == 422 and "invisible" in page.text
    if not refused and not (form.action == "/urgence" and "tel:" in page.text):  # nothing keeps an alert from leaving
        wrong.append((path, form.action, names[:1], "NUL", page.status))
    return wrong


async def forms_of(walker: Walker, path: str) -> list[Form]:
    return [one for one in Found(await walker.get(path)).forms if one.method == "post"]


@pytest.mark.parametrize(
    ("path", "action", "fields"),
    [
        ("/connexion", "/connexion", ("identifier", "password", "next")),
        ("/l", "/l", ("secret", "proof")),
        ("/alerte", "/alerte", ("secret",)),
        ("/rappel", "/rappel", ("number", "day", "from", "to", "zone", "choices")),
        ("/", "/theme", ("theme", "retour")),
    ],
)
async def test_the_open_doors_take_anything_kindly(
    house: RunningHouse, path: str, action: str, fields: tuple[str, ...]
) -> None:
    async with Walker(house.url) as walker:
        form = next(one for one in await forms_of(walker, path) if one.action == action)
        wrong = await every_field(walker, path, form, *fields)
    assert not wrong, wrong


async def test_the_whole_console_takes_anything_kindly(house: RunningHouse, listener: Walker) -> None:
    async with Desk(house) as desk:
        contact = await desk.call()
    path = f"/appels/{contact['id']}"
    wrong: list[Any] = []
    sheet = ("changed", "level", "profession", "department", "motives", "notes", "first_name", "prompts.means")
    for form in await forms_of(listener, path):
        if form.action in ("/deconnexion", "/theme", "/appels"):
            continue
        more = sheet if form.action.endswith("/fiche") else ("creneau", "expert", "call_back")
        if form.action.endswith("/fiche"):
            form.fields += [("changed", name) for name in sheet[1:]]
        wrong += await every_field(listener, path, form, *more)
    assert not wrong, wrong


async def test_a_field_that_cannot_be_kept_holds_up_no_other_of_the_sheet(
    house: RunningHouse, listener: Walker
) -> None:
    async with Desk(house) as desk:
        contact = await desk.call()
        path = f"/appels/{contact['id']}"
        form = next(one for one in await forms_of(listener, path) if one.action.endswith("/fiche"))
        for script, said in ((True, "Elle parle bas."), (False, "Elle dort peu.")):
            page = await listener.press(form, NO_BUTTON, script, fee_ceiling="cher", notes=said)
            assert page.status == 422 and "le reste est enregistré" in page.text
            assert ("enregistré à" in page.text) is script
            kept = (await desk.ask("GET", f"/referral/contacts/{contact['id']}"))["sheet"]
            assert (kept["notes"], kept["fee_ceiling"]) == (said, None)


async def test_confirming_takes_anything_kindly_and_books_nothing(house: RunningHouse, listener: Walker) -> None:
    async with Desk(house) as desk:
        contact = await desk.call()
        page = await a_held_slot(listener, contact["id"])
        form = next(one for one in Found(page).forms if one.action.endswith("/confirmer"))
        wishes = ("way", "moments", "phone", "mail", "pin", "from_hour", "to_hour", "read_by_others", "plan", "zone")
        wrong = await every_field(listener, page.url, form, *wishes)
        assert not wrong, wrong
        rows = await house.ask("booking", "SELECT 1 FROM appointment WHERE case_id::text = $1", contact["case_id"])
        assert not rows


async def a_held_slot(listener: Walker, contact_id: str) -> Any:
    """The page of a call with a slot held, as a browser without scripts gets it."""
    page = await listener.get(f"/appels/{contact_id}")
    form = next(one for one in Found(page).forms if one.action.endswith("/retenir"))
    for button in [one for one in form.buttons if one[0] == "creneau"]:
        page = await listener.press(form, button)
        if page.status == 200 and "hold_id" in page.url:
            return page
    raise AssertionError("no slot could be held")


async def test_what_was_typed_stays_when_confirming_is_refused(house: RunningHouse, listener: Walker) -> None:
    async with Desk(house) as desk:
        contact = await desk.call()
    page = await a_held_slot(listener, contact["id"])
    form = next(one for one in Found(page).forms if one.action.endswith("/confirmer"))
    typed = {"way": "both", "moments": "now", "phone": "06 12", "mail": "a@<b>", "pin": "12a4", "read_by_others": "non"}
    page = await listener.press(form, NO_BUTTON, **typed)
    assert page.status == 422
    assert not unkind(page.text)
    for value in ("06 12", "a@<b>", "12a4"):
        assert f'value="{escape(value)}"' in page.text, value
    assert 'name="way" value="both" checked' in page.text
    assert 'name="moments" value="now" checked' in page.text
    assert "quatre chiffres" in unescape(page.text)


async def test_an_expired_hold_that_is_confirmed_says_so_and_offers_other_hours(
    house: RunningHouse, listener: Walker
) -> None:
    async with Desk(house) as desk:
        contact = await desk.call()
    page = await a_held_slot(listener, contact["id"])
    form = next(one for one in Found(page).forms if one.action.endswith("/confirmer"))
    hold_id = int(dict(form.fields)["hold_id"])
    await house.ask("booking", "UPDATE claim SET expires_at = now() - interval '1 s' WHERE id = $1", hold_id)
    page = await listener.press(form, way="code")
    assert page.status == 410
    assert "Le créneau a été rendu" in page.text
    assert not unkind(page.text)
    assert not await house.ask("booking", "SELECT 1 FROM appointment WHERE case_id::text = $1", contact["case_id"])


async def test_the_same_press_of_confirm_twice_books_once_and_says_the_same_code(
    house: RunningHouse, listener: Walker
) -> None:
    async with Desk(house) as desk:
        contact = await desk.call()
    page = await a_held_slot(listener, contact["id"])
    form = next(one for one in Found(page).forms if one.action.endswith("/confirmer"))
    said = []
    for _ in range(2):
        page = await listener.press(form, way="code")
        assert page.status == 200
        said.append(page.text.split('class="code-dit"')[1].split("</p>")[0])
    assert said[0] == said[1]
    rows = await house.ask("booking", "SELECT 1 FROM appointment WHERE case_id::text = $1", contact["case_id"])
    assert len(rows) == 1


async def test_the_pages_of_a_person_take_anything_kindly(person: tuple[Walker, Any]) -> None:
    walker, appointment = person
    wrong: list[Any] = []
    for path in (f"/rdv/changer?rdv={appointment['id']}", f"/rdv/annuler?rdv={appointment['id']}"):
        for form in await forms_of(walker, path):
            if form.action.startswith("/rdv"):
                form.fields = [pair for pair in form.fields if pair[0] != "rdv"] + [("rdv", nobody())]
                wrong += await every_field(walker, path, form, "starts_at", "rdv", "version")
    for address in ("rdv", "rdv/changer", "rdv/annuler", "rdv/agenda.ics", "salle"):
        for bad in (nobody(), "x", "٣", "%00", "%F0%9F%AB%96", "9" * 3000):
            page = await walker.get(f"/{address}/{bad}" if address == "salle" else f"/{address}?rdv={bad}")
            if page.status not in (404, 422) or unkind(page.text):
                wrong.append((address, bad[:20], page.status, unkind(page.text)))
    assert not wrong, wrong


async def test_another_persons_appointment_is_not_there(house: RunningHouse, person: tuple[Walker, Any]) -> None:
    walker, _ = person
    async with Desk(house) as desk:
        _, other = await desk.handed_over()
    for path in ("rdv?rdv={}", "rdv/changer?rdv={}", "rdv/annuler?rdv={}", "rdv/agenda.ics?rdv={}", "salle/{}"):
        page = await walker.get("/" + path.format(other["id"]))
        assert page.status == 404, path
        assert "ou n’est pas le vôtre" in page.text, path
    await walker.get("/rdv")
    page = await walker.post("/rdv/annuler", {"rdv": other["id"], "version": "1"})
    assert page.status == 404
    (row,) = await house.ask("booking", "SELECT status FROM appointment WHERE id::text = $1", other["id"])
    assert row["status"] == "booked"


async def test_the_agenda_takes_anything_kindly(expert: Walker) -> None:
    wrong: list[Any] = []
    far = f"{now() + timedelta(days=170):%Y-%m-%d}"  # where nobody books: other tests use this agenda
    for path in ("/agenda/ouvertures/nouvelle", "/agenda/absences/nouvelle"):
        for form in await forms_of(expert, path):
            if form.action.startswith("/agenda"):
                form.fields = [(name, far if name == "jour" else held) for name, held in form.fields]
                wrong += await every_field(expert, path, form, "jour", "debut", "fin", "au", "chaque", "pour")
    some = Form("/agenda/vus", "post", [("csrf_token", expert.page.csrf if expert.page else "")])
    wrong += await every_field(expert, "/agenda", some, "rdv", "pour")
    for action in ("deplacer", "annuler", "issue"):
        some = Form(f"/agenda/rendez-vous/{nobody()}/{action}", "post", [*some.fields[:1]])
        wrong += await every_field(expert, "/agenda", some, "starts_at", "version", "jour", "debut", "issue")
    assert not wrong, wrong


async def test_a_form_that_is_too_large_or_from_elsewhere_is_refused_with_a_sentence(listener: Walker) -> None:
    await listener.get("/appels")
    large = await listener.post("/appels", {"notes": "z" * 200_000})
    assert large.status == 413
    assert not unkind(large.text)
    foreign = await listener.post("/appels", {"csrf_token": "another"})
    assert foreign.status == 403
    assert "Cette page a vieilli" in foreign.text


async def test_hours_that_are_only_looked_at_take_anything_kindly(expert: Walker) -> None:
    good = {"apercu": "1", "jour": f"{now():%Y-%m-%d}", "debut": "09:00", "fin": "12:00"}
    ways = {"semaine": ("jours", "jusque"), "mois-jour": ("dates", "fois"), "mois-place": ("place",), "jour": ("tous",)}
    typed = {name: TYPED[name] for name in ("empty", "markup", "rtl", "huge number", "other digits")}
    wrong: list[Any] = []
    for rhythm, names in (*ways.items(), ("autre", ("regle-rrule",)), ("une", ("jour", "fin", "types", "rythme"))):
        for name in names:
            for label, value in (typed | {"far": "9999-12-31", "first": "0001-01-01"}).items():
                asked = urlencode({**good, "rythme": rhythm, name: value[:3000]})
                found = await expert.get(f"/ouvertures/nouvelle?{asked}")
                if found.status not in KIND or unkind(found.text):
                    wrong.append((rhythm, name, label, found.status, unkind(found.text)))
    for asked in ("motif=x&jour=x", f"motif={nobody()}&jour={now():%Y-%m-%d}", "motif=&jour=9999-12-31"):
        found = await expert.get(f"/ouvertures?{asked}")
        if found.status not in KIND or unkind(found.text):
            wrong.append((asked, found.status))
    assert not wrong, wrong
