"""What a person at the desk must do: what in five words, since when, take it, do it, open the call."""

from collections.abc import Awaitable
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from contracts.referral import Task
from contracts.words import LISTENING, Role
from gateway import orientation_words as words
from gateway.guards import to
from gateway.messages import sentence
from gateway.page import NamedPage
from kit.http import PeerProblem

NEAR = to(*LISTENING, Role.COORDINATOR)
KINDS = {
    "unseen": "Rendez-vous proche, pas encore vu",
    "waiting_alone": "Quelqu’un attend seul en salle",
    "cancelled": "Rendez-vous annulé, à remplacer",
    "no_show": "Rendez-vous manqué, à reprendre",
    "cut_call": "Appel coupé, à reprendre",
    "call_back_unreached": "Rappel resté sans réponse",
    "follow_up_wanted": "Quelqu’un souhaite des nouvelles de nous",
    "follow_up_missing": "Nouvelles à demander",
    "message_failed": "Message qui n’est pas parti",
    "nobody_left": "Personne n’a pu dire oui",
    "expert_away": "Professionnel absent à l’heure dite",
    "counter_offer": "Un professionnel propose autrement",
    "own_hour": "Heure fixée par le professionnel, à dire",
    "overdue": "Étape en retard",
    "slot_to_tell": "Heure libérée, à dire de vive voix",
    "waiting_unanswered": "Heures proposées, sans réponse",
}
BY_HAND = 3
"""From this level a task says how it ended (care.md 7)."""


@get("/taches", opt=NEAR)
async def tasks(page: NamedPage) -> Response[str]:
    """The most pressing first."""
    return await _listed(page)


@post("/taches/{task_id:uuid}/prendre", opt=NEAR)
async def take(task_id: FromPath[UUID], page: NamedPage) -> Response[str] | Redirect:
    """« Je m'en occupe »; a colleague may have been faster."""
    return await _then(page, page.house.referral.take_task(task_id, key=page.key("take")))


@post("/taches/{task_id:uuid}/faite", opt=NEAR)
async def done(task_id: FromPath[UUID], page: NamedPage) -> Response[str] | Redirect:
    """It is done, by a person, with how it went; it leaves the list."""
    outcome = page.field("issue")
    told = outcome if outcome in words.OUTCOMES else None
    return await _then(page, page.house.referral.finish_task(task_id, key=page.key("done"), outcome=told))


async def _then(page: NamedPage, asked: Awaitable[Task]) -> Response[str] | Redirect:
    try:
        await asked
    except PeerProblem as error:
        said = sentence(error.problem.code, error.problem.status)
        return await _listed(page, status=error.problem.status, refusal=said)
    return page.redirect("/taches")


async def _listed(page: NamedPage, *, status: int = 200, refusal: str = "") -> Response[str]:
    found = sorted(await page.house.referral.tasks(), key=lambda task: (task.kind != "waiting_alone", task.due_at))
    return await page.render(
        "tasks/taches.html",
        status=status,
        tasks=found,
        kinds=KINDS,
        by_hand=BY_HAND,
        words=words,
        listens=bool(page.roles & LISTENING),
        me=page.subject,
        refusal=refusal,
        back="/taches",
    )


HANDLERS = [tasks, take, done]
