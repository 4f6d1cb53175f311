"""« Donner un créneau »: an hour and a way of meeting, two taps; the same behind a link that comes each week."""

from datetime import datetime

from litestar import Response, get, post
from litestar.params import FromQuery
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from contracts.giving import Ask, NewGift
from contracts.words import Modality
from gateway import french
from gateway.chosen import UnclearChoice
from gateway.door import SignInFirst
from gateway.guards import PERSON_ONLY
from gateway.messages import sentence
from gateway.page import NamedPage, Page
from gateway.pages.agenda_visit import ICONS, MODALITIES
from gateway.pages.agenda_whose import (
    OWNERS_ONLY,
    Answer,
    Whose,
    day_typed,
    done,
    hour_typed,
    instant,
    tried,
    undo,
    wall,
    whose,
)
from gateway.pages.demandes import BEHIND_A_LINK
from kit.errors import Refusal
from kit.http import PeerProblem

TEMPLATE = "agenda/donner.html"
MOST = 20


@get("/agenda/donner", opt=OWNERS_ONLY)
async def ask(page: NamedPage) -> Response[str]:
    """Hours that they could give, by what they are used to."""
    return await _card(page, whose(page), "")


@post("/agenda/donner", opt=OWNERS_ONLY)
async def give(page: NamedPage) -> Answer:
    """The second tap: the opening stands, and is offered from now on."""
    who = whose(page)

    async def act() -> Answer:
        starts_at, modality = await _wanted(page, who)
        gift = await page.house.giving.give(who.expert, starts_at, modality, key=page.key("give"))
        day = wall(gift.starts_at, gift.time_zone)["day"]
        fields = {"portee": "one", "jour": day}
        return done(page, who, "donne", day, undo(f"/agenda/ouvertures/{gift.opening_id}/retirer", who, fields))

    async def again(said: str, status: int) -> Answer:
        return await _card(page, who, said, status)

    return await tried(page, act(), again)


@post("/agenda/donner/semaine", opt=OWNERS_ONLY)
async def weekly(page: NamedPage) -> Answer:
    """A link each Sunday with hours to confirm, or no link any more."""
    who = whose(page)

    async def act() -> Answer:
        wanted = page.field("voulu") == "oui"
        await page.house.giving.want_weekly(who.expert, wanted)
        return done(page, who, "lien-semaine" if wanted else "sans-lien")

    async def again(said: str, status: int) -> Answer:
        return await _card(page, who, said, status)

    return await tried(page, act(), again)


@get("/creneaux", opt=PERSON_ONLY, exception_handlers=BEHIND_A_LINK)
async def linked(page: NamedPage, dit: FromQuery[str] = "") -> Response[str]:
    """Behind the link: touch the hours, send; nothing else of the agenda is shown."""
    return await _linked(page, said=dit)


@post("/creneaux", opt=PERSON_ONLY, exception_handlers=BEHIND_A_LINK)
async def answer(page: NamedPage) -> Response[str] | Redirect:
    """These hours, each in the way that was ticked; or none this time."""
    try:
        gifts = [] if page.field("aucun") else _ticked(page.fields("creneau"))
        if not gifts and not page.field("aucun"):
            raise UnclearChoice(fields={"creneau": "an hour, or none this time"})
        await page.house.giving.answer(page.subject, gifts, key=page.key("answer"))
    except PeerProblem as error:
        code, status = error.problem.code, error.problem.status
    except Refusal as error:
        code, status = error.code, error.status
    else:
        return page.redirect(f"/creneaux?dit={'merci' if gifts else 'pas-cette-fois'}")
    if status == 401:
        raise SignInFirst()
    return await _linked(page, refusal=sentence(code, status), status=status)


def _ticked(values: list[str]) -> list[NewGift]:
    """`2026-11-23T12:30:00+01:00|video`, as the boxes say."""
    found: dict[datetime, NewGift] = {}
    for value in values[:MOST]:
        at, _, way = value.partition("|")
        try:
            gift = NewGift(datetime.fromisoformat(at), Modality(way))
        except ValueError as error:
            raise UnclearChoice(fields={"creneau": "an hour and a way of meeting"}) from error
        found[gift.starts_at] = gift  # one way for each hour: the last that was ticked
    return list(found.values())


async def _wanted(page: Page, who: Whose) -> tuple[datetime, Modality]:
    """The button `creneau`, or a day, an hour and a way of their own."""
    if page.field("creneau"):
        gifts = _ticked([page.field("creneau")])
        return gifts[0].starts_at, gifts[0].modality
    zone = (await page.house.giving.proposals(who.expert)).time_zone
    try:
        way = Modality(page.field("facon"))
    except ValueError as error:
        raise UnclearChoice(fields={"facon": "how"}) from error
    return instant(day_typed(page.field("jour")), hour_typed(page.field("debut"), field="debut"), zone), way


async def _card(page: Page, who: Whose, refusal: str, status: int = 200) -> Response[str]:
    told = await page.house.giving.proposals(who.expert)
    ways = list(dict.fromkeys(way for one in told.proposals for way in one.modalities))
    return await page.render(
        TEMPLATE,
        block="fiche",
        status=status,
        who=who,
        told=told,
        zone=told.time_zone,
        today=french.local(page.now, told.time_zone).date(),
        ways=ways or list(Modality),
        typed={"jour": page.field("jour"), "debut": page.field("debut"), "facon": page.field("facon")},
        names=MODALITIES,
        icons=ICONS,
        refusal=refusal,
    )


async def _linked(page: Page, *, said: str = "", refusal: str = "", status: int = 200) -> Response[str]:
    it: Ask | None = None
    try:
        it = await page.house.giving.ask(page.subject)
    except PeerProblem as error:
        if error.problem.status != 404:
            raise
    zone = it.time_zone if it else "Europe/Paris"
    return await page.render(
        "agenda/creneaux.html",
        status=status,
        it=it,
        said=said,
        refusal=refusal,
        names=MODALITIES,
        icons=ICONS,
        zone=zone,
        over=it is None or page.now >= it.expires_at,
    )


HANDLERS: list[ControllerRouterHandler] = [ask, give, weekly, linked, answer]
