"""The shift hand-over: what is open, whom to watch over, what happened; read and signed in two minutes."""

import asyncio
from collections.abc import Awaitable
from datetime import timedelta
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from contracts.words import Role
from gateway.desk_words import NON_DATA, STATES
from gateway.guards import LISTENERS_ONLY, UNTOUCHED, to
from gateway.messages import sentence
from gateway.page import NamedPage, Page
from gateway.pages.calls.console import or_none
from gateway.pages.tasks import KINDS
from kit.http import PeerProblem

ALERT_STATES = {
    "triggered": "personne n’a encore répondu",
    "acknowledged": "quelqu’un a l’alerte",
    "handed_over": "passée aux secours, à confirmer",
    "confirmed": "confirmée, à clore à deux",
}
SUPERVISING = to(Role.DUTY_MANAGER, Role.COORDINATOR)


@get("/transmissions", opt=LISTENERS_ONLY)
async def transmissions(page: NamedPage) -> Response[str]:
    """Everything that whoever comes in must know."""
    return await show(page)


@post("/transmissions/consignes/{watch_id:uuid}/finir", opt=LISTENERS_ONLY)
async def end_watch(watch_id: FromPath[UUID], page: NamedPage) -> Response[str] | Redirect:
    """There is no need any more."""
    return await _then(page, page.house.desk.end_watch(watch_id, key=page.key("end")))


@post("/transmissions/incidents", opt=LISTENERS_ONLY)
async def incident(page: NamedPage) -> Response[str] | Redirect:
    """Something that the next shift must know."""
    words = page.field("incident")[:600]
    return await _then(page, page.house.desk.incident(words, key=page.key("incident")), incident=words)


@post("/transmissions/passer", opt=LISTENERS_ONLY)
async def hand_over(page: NamedPage) -> Response[str] | Redirect:
    """One's last word; whoever comes in signs it."""
    words = page.field("mot")[:1000]
    return await _then(page, page.house.desk.hand_over(words, key=page.key("over")), word=words)


@post("/transmissions/{handover_id:uuid}/signer", opt=LISTENERS_ONLY)
async def sign(handover_id: FromPath[UUID], page: NamedPage) -> Response[str] | Redirect:
    """Read, and signed."""
    return await _then(page, page.house.desk.sign(handover_id, key=page.key("sign")))


@get("/plateau", opt=SUPERVISING)
async def floor(page: NamedPage) -> Response[str]:
    """The desk now, for whoever supervises: calls, levels, waits. Nobody is listened to."""
    return await page.render("transmissions/plateau.html", **await _floor(page))


@get("/plateau/maintenant", opt={**SUPERVISING, **UNTOUCHED})
async def floor_again(page: NamedPage) -> Response[str]:
    """The same, asked again by the page every quarter of a minute."""
    return await page.render("transmissions/postes.html", **await _floor(page), back="/plateau")


@post("/plateau/debriefs/{debrief_id:uuid}/tenu", opt=SUPERVISING)
async def debrief_held(debrief_id: FromPath[UUID], page: NamedPage) -> Redirect:
    """It took place: who had asked is forgotten."""
    await or_none(page.house.desk.debrief_held(debrief_id, key=page.key("held")))
    return page.redirect("/plateau")


async def _floor(page: Page) -> dict[str, Any]:
    """The desk as it stands, and its last day in figures; never a figure by name."""
    now, day = await asyncio.gather(
        page.house.desk.now(), or_none(page.house.desk.figures(page.now - timedelta(days=1), page.now))
    )
    return {"now_": now, "day": day, "states": STATES, "kinds_apart": NON_DATA}


async def show(page: Page, *, status: int = 200, **more: Any) -> Response[str]:
    """The transmissions; what does not answer is left out, and said."""
    shift, tasks, call_backs, alerts = await asyncio.gather(
        page.house.desk.shift(),
        or_none(page.house.referral.tasks()),
        or_none(page.house.call_backs.queue()),
        or_none(page.house.urgent.unclosed()),
    )
    unsigned = [one for one in shift.handovers if one.signed_at is None]
    return await page.render(
        "transmissions/transmissions.html",
        status=status,
        shift=shift,
        unsigned=unsigned,
        signed=[one for one in shift.handovers if one.signed_at is not None][:3],
        tasks=tasks,
        call_backs=call_backs,
        alerts=alerts,
        alert_states=ALERT_STATES,
        kinds=KINDS,
        me=page.subject,
        **{"back": "/transmissions", **more},
    )


async def _then(page: Page, asked: Awaitable[object], **typed: str) -> Response[str] | Redirect:
    try:
        await asked
    except PeerProblem as error:
        problem = error.problem
        return await show(page, status=problem.status, refusal=sentence(problem.code, problem.status), **typed)
    return page.redirect("/transmissions")


HANDLERS = [transmissions, end_watch, incident, hand_over, sign, floor, floor_again, debrief_held]
