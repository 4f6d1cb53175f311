"""What a professional says otherwise of the network's types: their own minutes."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from contracts.booking import ConsultationType
from contracts.openings import OwnMinutes, OwnTypes
from gateway.page import NamedPage, Page
from gateway.pages.agenda_whose import OWNERS_ONLY, NoAgenda, Whose, whose
from kit.http import PeerProblem

Answer = Response[str] | Redirect
MINUTES = {
    "duration": "Durée",
    "step": "Une heure proposée toutes les",
    "buffer_before": "Minutes gardées avant",
    "buffer_after": "Minutes gardées après",
    "minimum_notice": "Prévenu au moins (en minutes)",
}


@get("/ouvertures/motifs/{type_id:uuid}", opt=OWNERS_ONLY)
async def own_type(type_id: FromPath[UUID], page: NamedPage) -> Response[str]:
    """What this professional says otherwise of a type."""
    who = whose(page)
    found = _kind(await page.house.openings.own_types(who.expert), type_id)
    typed = {name: text_of(getattr(found.own, name)) for name in MINUTES}
    return await _own(page, who, found.type, typed)


@post("/ouvertures/motifs/{type_id:uuid}", opt=OWNERS_ONLY)
async def say(type_id: FromPath[UUID], page: NamedPage) -> Answer:
    """Own minutes; an empty field gives the network's back."""
    who = whose(page)
    found = _kind(await page.house.openings.own_types(who.expert), type_id)
    typed = {name: page.field(name)[:10] for name in MINUTES}
    odd = [name for name, text in typed.items() if text and not (text.isascii() and text.isdecimal())]
    wrong = {name: "Un nombre de minutes, ou rien." for name in odd}
    if not wrong:
        own = OwnMinutes(**{name: int(text) if text else None for name, text in typed.items()})
        try:
            await page.house.openings.say(who.expert, type_id, own)
        except PeerProblem as error:
            if error.problem.code != "type-not-valid":
                raise
            wrong = {name: bounds_of(what) for name, what in error.problem.fields.items()}
    if wrong:
        return await _own(page, who, found.type, typed, wrong=wrong, status=422)
    return page.redirect(f"/ouvertures?fait=motif{who.query}")


def _kind(kinds: OwnTypes, type_id: UUID) -> Any:
    for each in kinds.types:
        if each.type.id == type_id:
            return each
    raise NoAgenda()


def text_of(minutes: int | None) -> str:
    """A number as its field shows it."""
    return "" if minutes is None else str(minutes)


def bounds_of(what: str) -> str:
    """`5 to 480`, as booking says its bounds, in French."""
    least, _, most = what.partition(" to ")
    return f"De {least} à {most} minutes." if most.isdecimal() else "Cette valeur ne convient pas."


async def _own(
    page: Page,
    who: Whose,
    kind: ConsultationType,
    typed: dict[str, str],
    *,
    wrong: dict[str, str] | None = None,
    status: int = 200,
) -> Response[str]:
    return await page.render(
        "openings/motif.html", status=status, who=who, kind=kind, typed=typed, wrong=wrong or {}, minutes=MINUTES
    )


HANDLERS: list[ControllerRouterHandler] = [own_type, say]
