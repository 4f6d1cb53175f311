"""What a person at the desk must do: what in five words, since when, take it, do it, open the call."""

from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from gateway.guards import LISTENERS_ONLY
from gateway.messages import sentence
from gateway.page import NamedPage
from kit.http import PeerProblem

KINDS = {
    "unseen": "Rendez-vous proche, pas encore vu",
    "waiting_alone": "Quelqu'un attend seul en salle",
    "cancelled": "Rendez-vous annulé, à remplacer",
    "no_show": "Rendez-vous manqué, à reprendre",
    "cut_call": "Appel coupé, à reprendre",
    "call_back_unreached": "Rappel resté sans réponse",
    "follow_up_wanted": "Quelqu'un souhaite des nouvelles de nous",
    "follow_up_missing": "Nouvelles à demander",
    "message_failed": "Message qui n'est pas parti",
}


@get("/taches", opt=LISTENERS_ONLY)
async def tasks(page: NamedPage) -> Response[str]:
    """The most pressing first."""
    found = sorted(await page.house.referral.tasks(), key=lambda task: (task.kind != "waiting_alone", task.due_at))
    return await page.render("tasks/taches.html", tasks=found, kinds=KINDS, me=page.subject)


@post("/taches/{task_id:uuid}/prendre", opt=LISTENERS_ONLY)
async def take(task_id: FromPath[UUID], page: NamedPage) -> Response[str] | Redirect:
    """It is mine; a colleague may have been faster."""
    return await _then(page, task_id, "take")


@post("/taches/{task_id:uuid}/faite", opt=LISTENERS_ONLY)
async def done(task_id: FromPath[UUID], page: NamedPage) -> Response[str] | Redirect:
    """It is done and leaves the list."""
    return await _then(page, task_id, "done")


async def _then(page: NamedPage, task_id: UUID, what: str) -> Response[str] | Redirect:
    act = page.house.referral.take_task if what == "take" else page.house.referral.finish_task
    try:
        await act(task_id, key=page.key(what))
    except PeerProblem as error:
        said = sentence(error.problem.code, error.problem.status)
        found = await page.house.referral.tasks()
        status = error.problem.status
        return await page.render(
            "tasks/taches.html", status=status, tasks=found, kinds=KINDS, me=page.subject, refusal=said, back="/taches"
        )
    return page.redirect("/taches")


HANDLERS = [tasks, take, done]
