"""Being rung back: asked by anyone on a page without scripts, changed by code; and the desk's queue."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from contracts.call_backs import CallBack, CallBackBegun, CallBackChange, CallBackStart, NewCallBack
from contracts.identity import SpokenCode
from contracts.reminders import KeepNumber, Revealed
from contracts.words import Role
from gateway import ringing_hours
from gateway.guards import LISTENERS_ONLY, OPEN, PERSON_ONLY
from gateway.house import House
from gateway.messages import sentence
from gateway.page import NamedPage, Page
from gateway.pages.calls.console import or_none
from gateway.pages.soignant_door import TO_THE_DOOR
from gateway.visits import theme_at
from kit.errors import NotFound
from kit.http import PeerAway, PeerProblem

FIELDS = ("number", "zone", "day", "from", "to")
OUTCOMES = {
    "reached": "Nous nous sommes parlé",
    "no_answer": "Pas de réponse",
    "someone_else": "Quelqu’un d’autre a répondu",
    "voicemail": "Message vocal laissé",
    "wrong_number": "Ce numéro n’est pas le bon",
}
STANDINGS = {
    "overdue": "en retard",
    "now": "à appeler",
    "taken": "en cours",
    "unreached": "sans réponse",
    "later": "plus tard",
    "over": "terminé",
}
BY = {"voice": "demandé au téléphone", "page": "demandé sur la page", "code": "demandé avec le code"}


@get("/rappel", opt=OPEN)
async def ask_page(page: NamedPage) -> Response[str]:
    """The form; or, behind a code, the call-back that waits."""
    return await _rappel(page, mine=await _mine(page))


@post("/rappel", opt=OPEN)
async def ask(page: NamedPage) -> Response[str]:
    """The number goes to the vault first, the wish to be rung last; a press repeated is the same call-back."""
    typed = _typed(page)
    window = ringing_hours.window(typed, page.now)
    if not typed["number"] or window is None:
        said = "number-missing" if not typed["number"] else "window-not-valid"
        return await _rappel(page, typed=typed, refusal=sentence(said), status=422)
    house = page.house if Role.PERSON in page.roles else House(page.gateway, None)  # a colleague asks like anyone
    begun: CallBackBegun | None = None
    try:
        begun = await house.call_backs.begin(CallBackStart(origin=page.origin), key=page.key("begin"))
        await house.reminders.keep_number(KeepNumber(begun.keep_number, typed["number"], typed["zone"]))
        new = NewCallBack(
            *window,
            time_zone=typed["zone"],
            discreet="discreet" in page.fields("choices"),
            voicemail="voicemail" in page.fields("choices"),
            permit=begun.code or "",
            origin=page.origin,
        )
        asked = await house.call_backs.ask(new, key=page.key("ask"))
    except PeerProblem as error:
        if error.problem.code == "already-waiting":
            return await _rappel(page, mine=await _mine(page), refusal=sentence("already-waiting"), status=409)
        said = "number-refused" if error.problem.code == "contact-invalid" else error.problem.code
        refusal = sentence(said, error.problem.status)
        return await _rappel(page, typed=typed, refusal=refusal, status=error.problem.status)
    return await _rappel(page, asked=asked, code=await _code(page, begun))


@post("/rappel/changer", opt=PERSON_ONLY, exception_handlers=TO_THE_DOOR)
async def change(page: NamedPage) -> Response[str] | Redirect:
    """Another moment, more or less discreet."""
    typed = _typed(page)
    window = ringing_hours.window(typed, page.now)
    if window is None:
        refusal = sentence("window-not-valid")
        return await _rappel(page, mine=await _mine(page), typed=typed, refusal=refusal, status=422)
    chosen = page.fields("choices")
    wish = CallBackChange(*window, discreet="discreet" in chosen, voicemail="voicemail" in chosen)
    try:
        await page.house.call_backs.change_mine(wish)
    except PeerProblem as error:
        refusal = sentence(error.problem.code, error.problem.status)
        return await _rappel(page, mine=await _mine(page), typed=typed, refusal=refusal, status=error.problem.status)
    return page.redirect("/rappel")


@post("/rappel/annuler", opt=PERSON_ONLY, exception_handlers=TO_THE_DOOR)
async def cancel(page: NamedPage) -> Redirect:
    """Nobody rings; twice changes nothing."""
    try:
        await page.house.call_backs.cancel_mine()
    except PeerProblem as error:
        if error.problem.status not in (404, 409):
            raise
    return page.redirect("/rappel")


@get("/rappels", opt=LISTENERS_ONLY)
async def queue(page: NamedPage) -> Response[str]:
    """Overdue ones first; the number is not here."""
    return await _queue(page)


@get("/rappels/nouveau", opt=LISTENERS_ONLY)
async def new(page: NamedPage, appel: FromQuery[UUID]) -> Response[str]:
    """Asked by voice, during a call."""
    return await _new(page, appel)


@post("/rappels", opt=LISTENERS_ONLY)
async def add(page: NamedPage) -> Response[str] | Redirect:
    """The number, when it is given now, to the vault first."""
    typed, contact_id = _typed(page), _id(page.field("contact_id"))
    window = ringing_hours.window(typed, page.now)
    if window is None or contact_id is None:
        return await _new(page, contact_id, typed=typed, refusal=sentence("window-not-valid"), status=422)
    try:
        if typed["number"]:
            begun = await page.house.call_backs.begin(CallBackStart(contact_id), key=page.key("begin"))
            await page.house.reminders.keep_number(KeepNumber(begun.keep_number, typed["number"], typed["zone"]))
        wished = NewCallBack(
            *window,
            time_zone=typed["zone"],
            discreet="discreet" in page.fields("choices"),
            voicemail="voicemail" in page.fields("choices"),
            contact_id=contact_id,
        )
        await page.house.call_backs.ask(wished, key=page.key("ask"))
    except PeerProblem as error:
        said = "number-refused" if error.problem.code == "contact-invalid" else error.problem.code
        refusal = sentence(said, error.problem.status)
        return await _new(page, contact_id, typed=typed, refusal=refusal, status=error.problem.status)
    return page.redirect("/rappels")


@post("/rappels/{call_back_id:uuid}/prendre", opt=LISTENERS_ONLY)
async def claim(call_back_id: FromPath[UUID], page: NamedPage) -> Response[str]:
    """I ring: the number stands on this page only, for me only."""
    try:
        claimed = await page.house.call_backs.claim(call_back_id, key=page.key("claim"))
    except PeerProblem as error:
        return await _queue(
            page, refusal=sentence(error.problem.code, error.problem.status), status=error.problem.status
        )
    found, away = Revealed(None), False
    try:
        found = await page.house.reminders.reveal_to_ring(claimed.reveal)
    except (PeerAway, PeerProblem):
        away = True
    return await page.render(
        "call_backs/appeler.html",
        asked=claimed.call_back,
        phone=found.phone,
        twins=await _twins(page, claimed.call_back, found.same_number),
        away=away,
        outcomes=OUTCOMES,
        said=ringing_hours.said,
        back="/rappels",
    )


async def _twins(page: Page, asked: CallBack, cases: list[UUID]) -> list[CallBack]:
    """Other call-backs that wait for the same number: one call will do for all of them."""
    if not cases:
        return []
    waiting = await or_none(page.house.call_backs.queue()) or []
    return [one for one in waiting if one.case_id in cases and one.id != asked.id]


@post("/rappels/{call_back_id:uuid}/{gesture:str}", opt=LISTENERS_ONLY)
async def after(call_back_id: FromPath[UUID], gesture: FromPath[str], page: NamedPage) -> Response[str] | Redirect:
    """What became of the call; or it is given back; or a person says that it is over."""
    calls = page.house.call_backs
    try:
        if gesture == "essai":
            await calls.attempt(call_back_id, page.field("outcome")[:20], key=page.key("attempt"))
        elif gesture == "rendre":
            await calls.release(call_back_id, key=page.key("release"))
        elif gesture == "clore":
            await calls.close(call_back_id, key=page.key("close"))
        else:
            raise NotFound()
    except PeerProblem as error:
        return await _queue(
            page, refusal=sentence(error.problem.code, error.problem.status), status=error.problem.status
        )
    return page.redirect("/rappels")


def _typed(page: Page) -> dict[str, str]:
    typed = {name: page.field(name)[:60] for name in FIELDS}
    typed["zone"] = typed["zone"] if typed["zone"] in ringing_hours.ZONES else "Europe/Paris"
    return typed


async def _mine(page: Page) -> CallBack | None:
    """The one that waits for the person behind the code, if this is one."""
    if Role.PERSON not in page.roles:
        return None
    try:
        found = await page.house.call_backs.mine()
    except (PeerAway, PeerProblem):
        return None
    return found if found is not None and found.standing != "over" else None


async def _code(page: Page, begun: CallBackBegun) -> SpokenCode | None:
    """A code to change or cancel by; without identity the call-back stands all the same."""
    if begun.code is None:
        return None
    try:
        return await page.house.identity.permitted_code(begun.code, key=page.key("code"))
    except (PeerAway, PeerProblem):
        return None


async def _rappel(page: Page, *, status: int = 200, **context: Any) -> Response[str]:
    shown: dict[str, Any] = {"mine": None, "asked": None, "code": None, "typed": {}, "refusal": ""}
    return await page.render(
        "call_backs/rappel.html",
        status=status,
        theme=theme_at(page.now, chosen=page.cookies.get("theme")),
        **{**shown, **context},
        **_choices(page),
        chosen=page.fields("choices"),
        home="/rdv" if Role.PERSON in page.roles else "/",
        back="/rappel",
    )


async def _queue(page: Page, *, refusal: str = "", status: int = 200) -> Response[str]:
    found = await page.house.call_backs.queue()
    return await page.render(
        "call_backs/rappels.html",
        block="liste",
        status=status,
        asked=found,
        refusal=refusal,
        standings=STANDINGS,
        by=BY,
        said=ringing_hours.said,
        zones=ringing_hours.ZONES,
        back="/rappels",
    )


async def _new(
    page: Page, contact_id: UUID | None, *, typed: Any = None, refusal: str = "", status: int = 200
) -> Response[str]:
    return await page.render(
        "call_backs/nouveau.html",
        status=status,
        contact_id=contact_id,
        typed=typed or {},
        refusal=refusal,
        chosen=page.fields("choices"),
        **_choices(page),
        back="/rappels",
    )


def _choices(page: Page) -> dict[str, Any]:
    return {
        "days": ringing_hours.days(page.now),
        "hours": ringing_hours.HOURS,
        "zones": ringing_hours.ZONES,
        "said": ringing_hours.said,
    }


def _id(given: str) -> UUID | None:
    try:
        return UUID(given)
    except ValueError:
        return None


HANDLERS = [ask_page, ask, change, cancel, queue, new, add, claim, after]
