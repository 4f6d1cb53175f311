"""How candidates are ordered: the weights, what others would have done to past needs, and their history."""

from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.response import Redirect

from contracts.matching import LevelWeights, NewWeights, Weighting, Weights
from contracts.words import Role
from gateway.guards import to
from gateway.messages import sentence
from gateway.page import NamedPage, Page
from gateway.pages.calls.console import or_none
from kit.http import PeerProblem

COORDINATOR_ONLY = to(Role.COORDINATOR)
BANDS = {"light": "Niveaux 1 et 2", "high": "Niveau 3", "crisis": "Niveaux 4 et 5"}
CRITERIA = {
    "specialty": ("Motif et spécialité", "ce que la personne traverse, et ce que l’expert pratique"),
    "slot": ("Premier créneau", "plus il est proche, plus il compte"),
    "modality": ("Façon de se voir", "premier ou second choix"),
    "proximity": ("Proximité", "distance sur place ; mêmes heures à distance"),
    "continuity": ("Déjà rencontré", "la même personne, si elle le veut"),
    "preferences": ("Langue et préférences", ""),
    "setting": ("Connaît ce métier", ""),
    "cost": ("Coût", "gratuit ou pris en charge d’abord"),
}
REASONS = {
    "person": "La personne le souhaitait",
    "hour": "Une heure qui convenait mieux",
    "place": "Plus près, ou plus simple",
    "known": "Déjà suivi par cette personne",
    "specialty": "Une pratique plus adaptée",
    "cost": "Le coût",
    "other": "Autre",
}


@get("/reglages/orientation", opt=COORDINATOR_ONLY)
async def weights(page: NamedPage) -> Response[str]:
    """The weights that count; `?version=` fills the form with a former one."""
    versions = await page.house.matching.weights()
    asked = page.request.query_params.get("version", "")
    shown = next((one for one in versions if str(one.version) == asked), versions[0])
    return await _page(page, versions, typed=_as_typed(shown.weighting), from_version=shown.version)


@get("/reglages/orientation/essai", opt=COORDINATOR_ONLY)
async def try_again(page: NamedPage) -> Redirect:
    """Reloaded or come back to without what was typed: where it is typed."""
    return page.redirect("/reglages/orientation")


@post("/reglages/orientation/essai", opt=COORDINATOR_ONLY)
async def try_out(page: NamedPage) -> Response[str]:
    """What these weights would have done; nothing is changed, and the form stays as it was typed."""
    versions = await page.house.matching.weights()
    weighting, wrong = _weighting(page)
    if weighting is None:
        return await _page(page, versions, typed=_typed(page), errors=wrong, status=422)
    try:
        effect = await page.house.matching.preview(weighting, key=page.key("preview"))
    except PeerProblem as error:
        return await _refused(page, versions, error)
    return await _page(page, versions, typed=_typed(page), effect=effect)


@post("/reglages/orientation", opt=COORDINATOR_ONLY)
async def change(page: NamedPage) -> Response[str] | Redirect:
    """A new version, which counts from the next list on."""
    weighting, wrong = _weighting(page)
    seen = page.field("seen")
    if not page.field("why"):
        wrong["why"] = "Notez en quelques mots pourquoi."
    if weighting is None or wrong or not seen.isdecimal():
        versions = await page.house.matching.weights()
        return await _page(page, versions, typed=_typed(page), errors=wrong, status=422)
    try:
        new = NewWeights(weighting, page.field("why"))
        await page.house.matching.change(new, seen=int(seen[:9]), key=page.key("weights"))
    except PeerProblem as error:
        return await _refused(page, await page.house.matching.weights(), error)
    return page.redirect("/reglages/orientation?fait=1")


async def _refused(page: Page, versions: list[Weights], error: PeerProblem) -> Response[str]:
    problem = error.problem
    wrong = {name: "Cette colonne doit faire 100." for name in problem.fields if name in BANDS}
    wrong |= {name: "Entre 1 et 336 heures." for name in problem.fields if name.endswith("tau_hours")}
    wrong |= {name: sentence(problem.code) for name in problem.fields if name not in wrong}
    said = sentence(problem.code, problem.status)
    return await _page(page, versions, typed=_typed(page), errors=wrong, refusal=said, status=problem.status)


async def _page(page: Page, versions: list[Weights], *, status: int = 200, **more: Any) -> Response[str]:
    return await page.render(
        "weights/orientation.html",
        status=status,
        versions=versions,
        current=versions[0],
        bands=BANDS,
        criteria=CRITERIA,
        reasons=REASONS,
        overrides=await or_none(page.house.matching.overrides()),
        done=page.request.query_params.get("fait") == "1",
        back="/reglages/orientation",
        **{"errors": {}, "effect": None, **more},
    )


def _typed(page: Page) -> dict[str, str]:
    """Every field as it was typed."""
    return {name: values[0][:500] for name, values in page.form.items() if values}


def _as_typed(weighting: Weighting) -> dict[str, str]:
    typed = {"band": str(weighting.band), "by_capacity": "oui" if weighting.by_capacity else ""}
    for band in BANDS:
        for name, value in msgspec.structs.asdict(getattr(weighting, band)).items():
            typed[f"{band}.{name}"] = str(value)
    return typed


def _weighting(page: Page) -> tuple[Weighting | None, dict[str, str]]:
    """What was typed, or what is wrong with it by column."""
    wrong: dict[str, str] = {}
    columns: dict[str, LevelWeights] = {}
    for band in BANDS:
        values = {name: page.field(f"{band}.{name}") for name in (*CRITERIA, "tau_hours")}
        if not all(value.isascii() and value.isdecimal() and len(value) < 4 for value in values.values()):
            wrong[band] = "Des nombres entiers, s’il vous plaît."
            continue
        numbers = {name: int(value) for name, value in values.items()}
        total = sum(numbers[name] for name in CRITERIA)
        if total != 100:
            wrong[band] = f"Cette colonne fait {total} : il faut 100."
        columns[band] = LevelWeights(**numbers)
    band_points = page.field("band")
    if not (band_points.isascii() and band_points.isdecimal() and int(band_points[:3]) <= 15):
        wrong["band"] = "Entre 0 et 15 points."
    if wrong:
        return None, wrong
    return Weighting(**columns, band=int(band_points), by_capacity=page.field("by_capacity") == "oui"), wrong


HANDLERS = [weights, try_again, try_out, change]
