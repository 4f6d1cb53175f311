"""Past calls of the lines, from a list: first what it would add, then exactly that; never a number."""

from typing import Any

from litestar import Response, get, post

from contracts.words import Role
from gateway.guards import to
from gateway.messages import sentence
from gateway.page import NamedPage, Page
from kit.http import PeerProblem

SUPERVISING = to(Role.DUTY_MANAGER, Role.COORDINATOR)
LONGEST = 1_500_000
WHY = {
    "four columns": "il faut quatre colonnes",
    "an hour has its zone": "une heure n’a pas son fuseau (+01:00)",
    "it ends before it starts": "l’appel finit avant de commencer",
    "it lasts more than a day": "l’appel dure plus d’un jour",
    "answered is yes or no": "répondu se dit oui ou non",
    "no such hour": "cette heure n’existe pas",
    "line malformed": "le nom de la ligne ne convient pas, ou ressemble à un numéro",
}


@get("/plateau/appels", opt=SUPERVISING)
async def choose(page: NamedPage) -> Response[str]:
    """Paste a list, or choose a file."""
    return await _shown(page)


@post("/plateau/appels", opt=SUPERVISING)
async def bring_in(page: NamedPage) -> Response[str]:
    """Looked at first; written only when « Ajouter » is pressed, and a call is never counted twice."""
    text, apply = page.form.get("text", [""])[0], page.field("geste") == "ajouter"
    if len(text) > LONGEST:
        return await _shown(page, text=text[:LONGEST], refusal=sentence("too-long"), status=422)
    try:
        found = await page.house.desk.bring_in_calls(text, apply=apply, key=page.key("add" if apply else "look"))
    except PeerProblem as error:
        return await _shown(
            page, text=text, refusal=sentence(error.problem.code, error.problem.status), status=error.problem.status
        )
    return await _shown(page, text="" if apply else text, found=found, done=apply)


async def _shown(page: Page, *, status: int = 200, **more: Any) -> Response[str]:
    found = more.get("found")
    told = {"text": "", "found": None, "done": False, "refusal": "", **more}
    refused = [_in_words(one) for one in found.refused] if found else []
    return await page.render(
        "transmissions/appels.html", status=status, refused=refused, back="/plateau/appels", **told
    )


def _in_words(refused: str) -> str:
    row, _, why = refused.partition(": ")
    return f"Ligne {row} : {WHY.get(why, 'une heure ne se lit pas')}"


HANDLERS = [choose, bring_in]
