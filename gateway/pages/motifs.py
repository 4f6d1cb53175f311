"""/reglages/motifs: the consultation types of the network, set by the coordination; every agenda follows at once."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from contracts.booking import ConsultationType
from contracts.openings import TypeEdit
from contracts.words import BookableBy, Modality, Privacy, Role, VisitKind
from gateway.guards import to
from gateway.messages import sentence
from gateway.page import NamedPage, Page
from gateway.pages.openings_types import bounds_of
from gateway.typed import version_typed
from kit.errors import NotFound
from kit.http import PeerProblem

COORDINATOR_ONLY = to(Role.COORDINATOR)
TEXTS = ("public_name", "private_name", "instructions_before", "instructions_after")
NUMBERS = {
    "duration": ("Durée", "en minutes"),
    "step": ("Une heure proposée toutes les", "en minutes"),
    "buffer_before": ("Gardé libre avant", "en minutes"),
    "buffer_after": ("Gardé libre après", "en minutes"),
    "minimum_notice": ("Prévenu au moins", "en minutes avant le début"),
    "horizon_days": ("Réservable au plus", "en jours à l’avance"),
    "cancel_limit": ("La personne annule jusqu’à", "en minutes avant le début"),
    "move_limit": ("La personne déplace jusqu’à", "en minutes avant le début"),
}
MODALITIES = {Modality.VIDEO: "Visio", Modality.PHONE: "Téléphone", Modality.IN_PERSON: "Sur place"}
VISITS = {VisitKind.FIRST: "Premier rendez-vous", VisitKind.FOLLOW_UP: "Suivi"}
WHO = {
    BookableBy.LINE: "La ligne et le professionnel",
    BookableBy.PERSON: "Aussi la personne, par son lien",
    BookableBy.ONLINE: "Aussi en ligne, sans appel",
}
PRIVACIES = {Privacy.NEUTRAL: "Messages neutres : jour, heure et lien", Privacy.SILENT: "Aucun message"}
COLOURS = {
    **{"azur": "Azur", "lavande": "Lavande", "sauge": "Sauge"},
    **{"ambre": "Ambre", "prune": "Prune", "ardoise": "Ardoise"},
}


class UnknownMotif(NotFound):
    """No such consultation type."""


@get("/reglages/motifs", opt=COORDINATOR_ONLY)
async def types(page: NamedPage, fait: FromQuery[str] = "") -> Response[str]:
    """Every type, those that are offered first."""
    found = sorted(await page.house.openings.types(), key=lambda one: not one.active)
    return await page.render(
        "openings/motifs.html", kinds=found, said=bool(fait), modalities=MODALITIES, visits=VISITS, who=WHO
    )


@get("/reglages/motifs/nouveau", opt=COORDINATOR_ONLY)
async def new(page: NamedPage) -> Response[str]:
    """A new type: its kind and its way are said once and never change."""
    typed = {name: str(value) for name, value in _numbers(TypeEdit("", "", 45, 15)).items()}
    return await _form(page, None, {**typed, "bookable_by": "person", "privacy": "neutral", "colour": "azur"})


@post("/reglages/motifs", opt=COORDINATOR_ONLY)
async def add(page: NamedPage) -> Response[str] | Redirect:
    """Kept; professionals offer it once one of their openings names it."""
    return await _keep(page, None)


@get("/reglages/motifs/{type_id:uuid}", opt=COORDINATOR_ONLY)
async def one(type_id: FromPath[UUID], page: NamedPage) -> Response[str]:
    """One type as it stands."""
    kind = await _kind(page, type_id)
    typed = {name: str(getattr(kind, name)) for name in (*TEXTS, *NUMBERS, "colour", "bookable_by", "privacy")}
    return await _form(page, kind, {**typed, "active": "oui" if kind.active else "", "version": str(kind.version)})


@post("/reglages/motifs/{type_id:uuid}", opt=COORDINATOR_ONLY)
async def change(type_id: FromPath[UUID], page: NamedPage) -> Response[str] | Redirect:
    """Every agenda that offers it follows in the same moment; appointments that stand keep their hours."""
    return await _keep(page, await _kind(page, type_id))


async def _keep(page: Page, kind: ConsultationType | None) -> Response[str] | Redirect:
    typed = {name: values[0][:2000].strip() for name, values in page.form.items() if values}
    edit, wrong = _edit(typed, kind)
    if edit is None:
        return await _form(page, kind, typed, wrong=wrong, status=422)
    try:
        if kind is None:
            await page.house.openings.add_type(edit, key=page.key("type"))
        else:
            seen = version_typed(page.field("version"))
            await page.house.openings.change_type(kind.id, edit, version=seen)
    except PeerProblem as error:
        problem = error.problem
        if problem.status == 401:
            raise
        if problem.code == "changed" and kind is not None:
            typed["version"] = str((await _kind(page, kind.id)).version)
        wrong = {name: bounds_of(what) for name, what in problem.fields.items()}
        said = sentence(problem.code, problem.status)
        return await _form(page, kind, typed, wrong=wrong, refusal=said, status=problem.status)
    return page.redirect("/reglages/motifs?fait=1")


def _edit(typed: Mapping[str, str], kind: ConsultationType | None) -> tuple[TypeEdit | None, dict[str, str]]:
    numbers = {name: typed.get(name, "") for name in NUMBERS}
    odd = [name for name, text in numbers.items() if not (text.isascii() and text.isdecimal() and len(text) < 7)]
    wrong = {name: "Un nombre entier." for name in odd}
    if not typed.get("public_name"):
        wrong["public_name"] = "Comment les personnes le lisent-elles ?"
    try:
        chosen: dict[str, Any] = {
            "bookable_by": BookableBy(typed.get("bookable_by", "")),
            "privacy": Privacy(typed.get("privacy", "")),
        }
        if kind is None:
            chosen |= {"visit": VisitKind(typed.get("visit", "")), "modality": Modality(typed.get("modality", ""))}
    except ValueError:
        wrong["kind"] = "Choisissez dans chaque liste."
        chosen = {}
    if wrong:
        return None, wrong
    texts: dict[str, Any] = {name: typed.get(name, "") for name in TEXTS}
    active = kind is None or typed.get("active") == "oui"
    minutes: dict[str, Any] = {name: int(text) for name, text in numbers.items()}
    return TypeEdit(**texts, **minutes, **chosen, colour=typed.get("colour", ""), active=active), {}


def _numbers(edit: TypeEdit) -> dict[str, int]:
    return {name: getattr(edit, name) for name in NUMBERS}


async def _kind(page: Page, type_id: UUID) -> ConsultationType:
    for kind in await page.house.openings.types():
        if kind.id == type_id:
            return kind
    raise UnknownMotif()


async def _form(
    page: Page,
    kind: ConsultationType | None,
    typed: Mapping[str, str],
    *,
    wrong: dict[str, str] | None = None,
    refusal: str = "",
    status: int = 200,
) -> Response[str]:
    return await page.render(
        "openings/motif_reseau.html",
        status=status,
        kind=kind,
        typed=typed,
        wrong=wrong or {},
        refusal=refusal,
        numbers=NUMBERS,
        who=WHO,
        privacies=PRIVACIES,
        colours=COLOURS,
        modalities=MODALITIES,
        visits=VISITS,
    )


HANDLERS: list[ControllerRouterHandler] = [types, new, add, one, change]
