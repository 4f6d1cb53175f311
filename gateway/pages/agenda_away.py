"""What is to come when the professional is not there: absences, leave, holidays, other calendars, in one list."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from litestar import Response, get
from litestar.types import ControllerRouterHandler

from contracts.booking import Absence, Agenda
from gateway import french
from gateway.page import NamedPage
from gateway.pages.agenda_view import SOURCES
from gateway.pages.agenda_whose import OWNERS_ONLY, Whose, whose

AHEAD = timedelta(days=60)
MOST = 200
ORIGINS = {
    "absence": "Notée dans l’agenda",
    "leave": "Dans votre profil",
    "holiday": "Selon votre région",
    "external": "Un autre de vos calendriers",
}


@dataclass(frozen=True)
class Coming:
    """One line: what it is, when in words, and where it is changed."""

    name: str
    origin: str
    words: str
    href: str
    act: str


@get("/agenda/absences", opt=OWNERS_ONLY)
async def absences(page: NamedPage) -> Response[str]:
    """Two months of them, by date."""
    who = whose(page)
    found = await page.house.booking.agenda(who.expert, page.now, page.now + AHEAD)
    away = sorted(found.absences, key=lambda one: (one.starts_at, one.id))[:MOST]
    return await page.render("agenda/absences.html", who=who, away=list(_lines(found, away, who)))


def _lines(agenda: Agenda, away: list[Absence], who: Whose) -> Iterator[Coming]:
    zone = agenda.time_zone
    for one in away:
        day = french.local(one.starts_at, zone).date().isoformat()
        places = {
            "absence": (f"/agenda/absences/{one.id}?jour={day}{who.query}", "Modifier"),
            "holiday": (f"/agenda/jours-feries?{who.query.removeprefix('&')}", "Ouvrir ce jour"),
            "leave": ("/profil" if who.own else "", "Modifier dans le profil"),
            "external": (f"/agenda/calendriers?{who.query.removeprefix('&')}", "Voir mes calendriers"),
        }
        href, act = places[one.source]
        origin = ORIGINS[one.source] + (", revient régulièrement" if one.recurring else "")
        yield Coming(SOURCES[one.source], origin, in_words(one, zone), href, act)


def in_words(one: Absence, zone: str) -> str:
    """« lundi 23 novembre, de 14:00 à 18:00 », « du 23 novembre au 2 décembre », « mercredi 11 novembre »."""
    start, end = french.local(one.starts_at, zone), french.local(one.ends_at, zone)
    last = one.ends_at - timedelta(minutes=1)
    whole = (start.hour, start.minute, end.hour, end.minute) == (0, 0, 0, 0)
    if start.date() == french.local(last, zone).date():
        day = french.day(one.starts_at, zone)
        return day if whole else f"{day}, de {french.hour(one.starts_at, zone)} à {french.hour(one.ends_at, zone)}"
    if whole:
        return f"du {french.day(one.starts_at, zone)} au {french.day(last, zone)}"
    begins = f"{french.day(one.starts_at, zone)}, {french.hour(one.starts_at, zone)}"
    return f"du {begins}, au {french.day(one.ends_at, zone)}, {french.hour(one.ends_at, zone)}"


HANDLERS: list[ControllerRouterHandler] = [absences]
