"""Urgent action: one gesture, every attempt visible, the number never far; and the woken manager's one button."""

import re
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from contracts.urgent import Duty, NewUrgentAction, UrgentAction
from gateway.guards import OPEN, URGENT
from gateway.messages import sentence
from gateway.page import NamedPage, Page
from kit.http import PeerAway, PeerProblem

NUMBER = re.compile(r"\+?\d[\d .\u00a0\u202f]{1,18}")
SECRET = re.compile(r"[A-Za-z0-9_-]{20,100}")


@get("/urgence", opt=URGENT)
async def ask(page: NamedPage) -> Response[str]:
    """The confirmation as a page of its own, for a browser without scripts."""
    return await page.render("urgent/urgence.html", contact_id=_contact(page))


@post("/urgence", opt=URGENT)
async def alert(page: NamedPage) -> Response[str] | Redirect:
    """Rings at once; when it cannot be sent from here, the number stands large at once."""
    wanted = NewUrgentAction(
        contact_id=_contact(page),
        place=page.field("place")[:200] or None,
        first_name=page.field("first_name")[:60] or None,
        call_back_number=page.field("number")[:40] or None,
        means=page.field("means")[:200] or None,
    )
    try:
        raised = await page.house.urgent.alert(wanted, key=page.key("alert"))
    except (PeerAway, PeerProblem):
        return await page.render(
            "urgent/echec.html",
            block="content",
            status=503,
            dial=_known(page),
            contact_id=wanted.contact_id,
            back="/appels",
        )
    if not page.fragment:
        return page.redirect(f"/urgence/{raised.id}")
    return await _shown(page, raised)


@get("/urgence/{action_id:uuid}", opt=URGENT)
async def follow(action_id: FromPath[UUID], page: NamedPage) -> Response[str]:
    """Every attempt as it is made, and who took it."""
    return await _shown(page, await page.house.urgent.one(action_id))


@post("/urgence/{action_id:uuid}/lever", opt=URGENT)
async def call_back(action_id: FromPath[UUID], page: NamedPage) -> Response[str] | Redirect:
    """The alert is called back, in one gesture."""
    try:
        raised = await page.house.urgent.move(action_id, "call-back", key=page.key("call-back"))
    except PeerProblem as error:
        if error.problem.status != 409:
            raise
        raised = await page.house.urgent.one(action_id)  # someone had it already: say so
    if not page.fragment:
        return page.redirect(f"/urgence/{action_id}")
    return await _shown(page, raised)


@get("/alerte", opt=OPEN)
async def alarm(page: NamedPage) -> Response[str]:
    """For whoever was woken: one large button, no login; nothing happens before it is pressed."""
    return await page.render("urgent/alerte.html")


@post("/alerte", opt=OPEN)
async def have_it(page: NamedPage) -> Response[str]:
    """« J'ai l'alerte »: by the link's secret, or the whole link pasted."""
    given = page.field("secret")[:300]
    found = SECRET.search(given.rsplit("#", 1)[-1])
    if found is None:
        return await page.render("urgent/alerte.html", status=422, refusal=sentence("unknown-alert", 404), given=given)
    try:
        await page.house.urgent.acknowledge(found[0])
    except PeerProblem as error:
        return await page.render(
            "urgent/alerte.html",
            status=error.problem.status,
            refusal=sentence(error.problem.code, error.problem.status),
            given=given,
        )
    return await page.render("urgent/alerte.html", done=True)


async def _shown(page: Page, raised: UrgentAction) -> Response[str]:
    waited = max(0, int((page.now - raised.triggered_at).total_seconds()))
    return await page.render(
        "urgent/suivi.html", block="suivi", action=raised, waited=waited, back=f"/urgence/{raised.id}"
    )


def _contact(page: Page) -> UUID | None:
    given: Any = page.field("contact_id") or page.request.query_params.get("appel", "")
    try:
        return UUID(given)
    except ValueError:
        return None


def _known(page: Page) -> Duty | None:
    """The number that the page already showed, since nobody can be asked for it now."""
    number = page.field("dial")
    if not NUMBER.fullmatch(number):
        return None
    return Duty(name=page.field("dial_name")[:80], number=number, display=number)


HANDLERS = [ask, alert, follow, call_back, alarm, have_it]
