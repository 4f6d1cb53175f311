"""Urgent action: one gesture, every attempt visible, the number never far; and the woken manager's one button."""

import re
from hashlib import sha256
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from contracts.on_call import SamuLine
from contracts.urgent import Duty, NewUrgentAction, UrgentAction, UrgentDetails
from contracts.words import LISTENING, Role
from gateway import urgent_words
from gateway.guards import OPEN, URGENT
from gateway.house import House
from gateway.messages import sentence
from gateway.page import NamedPage, Page
from gateway.visits import theme_at
from kit.errors import Refusal
from kit.http import PeerAway, PeerProblem

NUMBER = re.compile(r"\+?\d[\d .\u00a0\u202f]{1,18}")
SECRET = re.compile(r"[A-Za-z0-9_-]{20,100}")
DEPARTMENT = re.compile(r"\d[\dAB]\d?")
FROM = {"/agenda": "agenda", "/demandes": "requests", "/salle": "room"}


@get("/urgence", opt=URGENT)
async def ask(page: NamedPage) -> Response[str]:
    """The confirmation as a page of its own, for a browser without scripts."""
    return await page.render("urgent/urgence.html", contact_id=_contact(page), retour=_whence(page))


@get("/urgence/secours", opt=URGENT)
async def rescue(page: NamedPage, departement: FromQuery[str] = "") -> Response[str]:
    """Whose line to dial, for the département of the person and no other (care.md 5)."""
    code = _department(departement)
    return await page.render("urgent/secours.html", department=code, line=await _line(page, code))


@post("/urgence", opt=URGENT)
async def alert(page: NamedPage) -> Response[str] | Redirect:
    """Rings at once; when it cannot be sent from here, the number stands large at once."""
    wanted = NewUrgentAction(
        contact_id=_contact(page),
        place=page.field("place")[:200] or None,
        first_name=page.field("first_name")[:60] or None,
        call_back_number=page.field("number")[:40] or None,
        means=page.field("means")[:200] or None,
        department=_department(page.field("department")),
        raised_from=page.field("raised_from")[:20] or "desk",
    )
    try:
        raised = await page.house.urgent.alert(wanted, key=page.key(f"alert:{_said(wanted)}"))
    except (PeerAway, PeerProblem):
        return await page.render(
            "urgent/echec.html",
            block="content",
            status=503,
            dial=_known(page),
            contact_id=wanted.contact_id,
            back="/accueil",
        )
    if not page.fragment:
        return page.redirect(f"/urgence/{raised.id}")
    told = UrgentDetails(wanted.place, wanted.first_name, wanted.call_back_number, wanted.means)
    return await shown(page, raised, block="ensemble", details=told)


@get("/urgence/{action_id:uuid}", opt=URGENT)
async def follow(action_id: FromPath[UUID], page: NamedPage) -> Response[str]:
    """Every attempt as it is made, and who took it."""
    raised = await page.house.urgent.one(action_id)
    details = None if page.fragment else await own_details(page, raised)
    return await shown(page, raised, details=details)


@get("/alerte", opt=OPEN)
async def alarm(page: NamedPage) -> Response[str]:
    """For whoever was woken: one large button, no login; nothing happens before it is pressed."""
    return await awoken(page)


@post("/alerte", opt=OPEN)
async def have_it(page: NamedPage) -> Response[str]:
    """« J'ai l'alerte »: by the link's secret, or the whole link pasted."""
    given = page.field("secret")[:300]
    found = SECRET.search(given.rsplit("#", 1)[-1])
    if found is None:
        return await awoken(page, status=422, refusal=sentence("unknown-alert", 404), given=given)
    try:
        await page.house.urgent.acknowledge(found[0])
    except PeerProblem as error:
        refusal = sentence(error.problem.code, error.problem.status)
        return await awoken(page, status=error.problem.status, refusal=refusal, given=given)
    return await awoken(page, done=True)


async def awoken(page: Page, *, status: int = 200, **said: Any) -> Response[str]:
    """The page of the one button, as dark as the room it is read in."""
    theme = theme_at(page.now, chosen=page.cookies.get("theme"))
    return await page.render("urgent/alerte.html", status=status, theme=theme, **said)


async def shown(
    page: Page,
    raised: UrgentAction,
    *,
    block: str = "suivi",
    status: int = 200,
    details: UrgentDetails | None = None,
    **more: Any,
) -> Response[str]:
    """The page of one urgent action, or the part of it that a script asks again."""
    waited = max(0, int((page.now - raised.triggered_at).total_seconds()))
    return await page.render(
        "urgent/suivi.html",
        block=block,
        status=status,
        action=raised,
        waited=waited,
        words=urgent_words,
        details=details,
        to_say=urgent_words.to_say(details or UrgentDetails(), raised.samu),
        to_ask=urgent_words.to_ask(details or UrgentDetails(), raised.department),
        may_answer=bool(page.roles & (LISTENING | {Role.COORDINATOR})),
        retour=_whence(page, raised),
        back=f"/urgence/{raised.id}",
        **more,
    )


async def own_details(page: Page, raised: UrgentAction) -> UrgentDetails | None:
    """What whoever raised it typed, while it lasts; never through a locked screen."""
    if not raised.mine or raised.status in ("ended", "closed", "called_back"):
        return None
    try:
        return await House(page.gateway, page.house.credential).urgent.details(raised.id)
    except (PeerAway, PeerProblem, Refusal):
        return None


async def _line(page: Page, department: str | None) -> SamuLine | None:
    if department is None:
        return None
    try:
        return await page.house.on_call.samu_line(department)
    except (PeerAway, PeerProblem):
        return None  # « Composez le 15 »: never a guess


def _department(given: str) -> str | None:
    code = given.strip().upper()[:3]
    return code if DEPARTMENT.fullmatch(code) else None


def _said(wanted: NewUrgentAction) -> str:
    """The same press twice is one alert; pressed again with more to say it is another: none is ever refused."""
    return sha256(msgspec.json.encode(wanted)).hexdigest()[:16]


def _contact(page: Page) -> UUID | None:
    given: Any = page.field("contact_id") or page.request.query_params.get("appel", "")
    try:
        return UUID(given)
    except ValueError:
        return None


def _whence(page: Page, raised: UrgentAction | None = None) -> str:
    """Where one goes back to: the call, or the page of one's work."""
    contact_id = raised.contact_id if raised is not None else _contact(page)
    return f"/appels/{contact_id}" if contact_id and page.roles & LISTENING else "/accueil"


def _known(page: Page) -> Duty | None:
    """The number that the page already showed, since nobody can be asked for it now."""
    number = page.field("dial")
    if not NUMBER.fullmatch(number):
        return None
    return Duty(name=page.field("dial_name")[:80], number=number, display=number)


HANDLERS = [ask, rescue, alert, follow, alarm, have_it]
