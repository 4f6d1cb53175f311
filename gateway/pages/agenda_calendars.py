"""Calendars kept elsewhere with how they are doing, and the calendar that a professional's own program reads."""

import hashlib
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post, route
from litestar.enums import HttpMethod
from litestar.params import FromPath, FromQuery
from litestar.types import ControllerRouterHandler

from contracts.calendars import NewCalendar
from gateway import calendars
from gateway.guards import OPEN
from gateway.page import NamedPage, Page
from gateway.pages.agenda_whose import OWN_ONLY, OWNERS_ONLY, Answer, Whose, own_only, tried, whose

TEMPLATE = "agenda/calendriers.html"
SAID = {
    "relie": "L’agenda est relié. Nous le lisons dans la minute.",
    "relu": "Nous le relisons dans la minute.",
    "retire": "L’agenda n’est plus relié. Ses heures sont de nouveau proposées.",
    "coupee": "L’adresse n’ouvre plus rien.",
}
STATES = {
    "new": ("Pas encore lu", ""),
    "ok": ("À jour", "sauge"),
    "partly": ("À jour, en partie", "lueur"),
    "failing": ("Ne répond pas comme prévu", "brique"),
}
WHY = {
    "address-forbidden": "L’adresse mène à un serveur que nous n’interrogeons pas.",
    "unreachable": "Le serveur ne répond pas.",
    "too-slow": "Le serveur répond trop lentement.",
    "too-large": "Le fichier est trop gros : plus de huit mégaoctets.",
    "too-heavy": "Le fichier demande trop de travail pour être lu.",
    "too-many-events": "Il contient plus de dix mille événements.",
    "too-many-redirects": "L’adresse renvoie sans fin vers une autre.",
    "not-secure": "La connexion au serveur n’est pas sûre.",
    "access-refused": "Le serveur refuse l’accès. Le mot de passe a changé ? Reliez-le à nouveau, puis retirez ceci.",
    "not-found": "Il n’y a plus rien à cette adresse.",
    "not-a-calendar": "Ce qui s’y trouve n’est pas un agenda.",
    "server-error": "Le serveur est en panne.",
}
FIELDS = ("adresse", "nom", "type", "identifiant")
KEPT = "private, max-age=0, must-revalidate"


@get("/agenda/calendriers", opt=OWNERS_ONLY)
async def joined(page: NamedPage, fait: FromQuery[str] = "") -> Response[str]:
    """What comes in, and what goes out."""
    return await _page(page, whose(page), said=SAID.get(fait, ""))


@post("/agenda/calendriers", opt=OWNERS_ONLY)
async def join(page: NamedPage) -> Answer:
    """One more; a password is typed once and never shown again."""
    who = whose(page)
    new = NewCalendar(
        address=page.field("adresse"),
        name=page.field("nom"),
        kind="caldav" if page.field("type") == "caldav" else "ics",
        username=page.field("identifiant"),
        password=page.field("mot_de_passe"),
    )

    async def act() -> Answer:
        await page.house.calendars.join(who.expert, new, key=page.key("join"))
        return page.redirect(f"/agenda/calendriers?fait=relie{who.query}")

    return await _tried(page, who, act())


@post("/agenda/calendriers/{calendar_id:uuid}/relire", opt=OWNERS_ONLY)
async def look(calendar_id: FromPath[UUID], page: NamedPage) -> Answer:
    """Ask again now."""
    who = whose(page)

    async def act() -> Answer:
        await page.house.calendars.look(who.expert, calendar_id, key=page.key("look"))
        return page.redirect(f"/agenda/calendriers?fait=relu{who.query}")

    return await _tried(page, who, act())


@post("/agenda/calendriers/{calendar_id:uuid}/retirer", opt=OWNERS_ONLY)
async def part(calendar_id: FromPath[UUID], page: NamedPage) -> Answer:
    """Its time is offered again."""
    who = whose(page)

    async def act() -> Answer:
        await page.house.calendars.part(who.expert, calendar_id)
        return page.redirect(f"/agenda/calendriers?fait=retire{who.query}")

    return await _tried(page, who, act())


@post("/agenda/calendriers/adresse", opt=OWN_ONLY)
async def renew(page: NamedPage) -> Answer:
    """A new address, shown on this answer and never again; the former one opens nothing any more."""
    who = own_only(page)

    async def act() -> Answer:
        made = await page.house.calendars.renew_feed(who.expert)
        public = page.gateway.settings.public_url.rstrip("/")
        return await _page(page, who, address=f"{public}/calendrier/{made.secret}.ics")

    return await _tried(page, who, act())


@post("/agenda/calendriers/adresse/retirer", opt=OWN_ONLY)
async def revoke(page: NamedPage) -> Answer:
    """Nobody reads at this address any more."""
    who = own_only(page)

    async def act() -> Answer:
        await page.house.calendars.revoke_feed(who.expert)
        return page.redirect(f"/agenda/calendriers?fait=coupee{who.query}")

    return await _tried(page, who, act())


@route("/calendrier/{name:str}", http_method=[HttpMethod.GET, HttpMethod.HEAD], opt=OPEN)
async def feed(name: FromPath[str], page: NamedPage, request: Request[Any, Any, Any]) -> Response[bytes]:
    """The calendar behind a secret address, for a program: hours under a neutral title, 304 while nothing moved."""
    entries = await page.house.calendars.entries(name.removesuffix(".ics")[:100])
    content = calendars.feed(entries)
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"etag": etag, "cache-control": KEPT}
    asked = {one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")}
    if etag in asked or "*" in asked:
        return Response(b"", status_code=304, headers=headers, media_type="text/calendar")
    headers["content-disposition"] = 'inline; filename="agenda.ics"'
    return Response(content, headers=headers, media_type="text/calendar")


async def _tried(page: Page, who: Whose, act: Any) -> Answer:
    async def again(said: str, status: int) -> Answer:
        typed = {name: page.field(name) for name in FIELDS}
        return await _page(page, who, refusal=said, status=status, typed=typed)

    return await tried(page, act, again)


async def _page(
    page: Page,
    who: Whose,
    *,
    said: str = "",
    refusal: str = "",
    status: int = 200,
    typed: dict[str, str] | None = None,
    address: str = "",
) -> Response[str]:
    found = await page.house.calendars.joined(who.expert)
    return await page.render(
        TEMPLATE,
        status=status,
        who=who,
        calendars=[(one, *STATES[one.state], WHY.get(one.error or "", "Nous ne savons pas le lire.")) for one in found],
        feed=await page.house.calendars.feed(who.expert),
        address=address,
        said=said,
        refusal=refusal,
        typed=typed or {},
    )


HANDLERS: list[ControllerRouterHandler] = [joined, join, look, part, renew, revoke, feed]
