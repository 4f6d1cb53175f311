"""The work queue by next action, and one orientation with everything a person may decide about it."""

import asyncio
from collections.abc import Awaitable
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from contracts.orientations import CallerRefusal, Decline, DeclineReason, NewOffers, Refused
from contracts.words import LISTENING, Role
from gateway import orientation_words as words
from gateway.chosen import one_of, said_yes, uuids
from gateway.guards import to
from gateway.messages import sentence
from gateway.page import NamedPage
from gateway.pages.calls.console import or_none
from kit.http import PeerProblem

NEAR = to(*LISTENING, Role.COORDINATOR)
WHOSE = {"tout": "all", "miennes": "mine", "poste": "desk", "coordination": "coordination"}
WHOSE_WORDS = {
    "tout": "Toutes",
    "miennes": "Les miennes",
    "poste": "Au poste",
    "coordination": "À la coordination",
}
SHOWN = ("ready", "offered", "accepted", "waitlisted", "escalated", "booked", "engaged")
CHOICES = {"attendre": "waitlist", "coordination": "escalate", "prendre": "own", "recue": "taken-up"}
DECISIONS = {
    "retiree": "withdrawn_by_caller",
    "ligne": "withdrawn_by_line",
    "terminee": "outcome",
    "perdue": "lost",
    "rouvrir": "reopened",
    "erreur": "made_by_mistake",
}
CANDIDATES = 6


@get("/orientations", opt=NEAR)
async def queue(
    page: NamedPage, qui: FromQuery[str] = "tout", etat: FromQuery[str] = "", apres: FromQuery[str] = ""
) -> Response[str]:
    """Open orientations, the most pressing first, one page after another."""
    whose = qui if qui in WHOSE else "tout"
    status = etat if etat in SHOWN else None
    found = await page.house.orientations.queue(whose=WHOSE[whose], status=status, after=apres[:120] or None)
    return await page.render(
        "orientations/file.html",
        block="liste",
        found=found,
        qui=whose,
        etat=status or "",
        tabs=WHOSE_WORDS,
        shown=SHOWN,
        later=bool(apres),
        words=words,
        me=page.subject,
    )


@get("/orientations/{referral_id:uuid}", opt=NEAR)
async def one(referral_id: FromPath[UUID], page: NamedPage) -> Response[str]:
    """One orientation: where it stands, who was asked, what happened, what may be done."""
    return await show(page, referral_id)


@post("/orientations/{referral_id:uuid}/proposer", opt=NEAR)
async def offer(referral_id: FromPath[UUID], page: NamedPage) -> Response[str] | Redirect:
    """To the next by the rules of the level, or to those who were ticked."""
    wanted = NewOffers(targets=uuids(page.fields("cible")), note=page.field("mot")[:500])
    asked = page.house.orientations.offer(referral_id, wanted, key=page.key("offer"), version=_version(page))
    return await _then(page, referral_id, asked)


@post("/orientations/{referral_id:uuid}/choisir", opt=NEAR)
async def choose(referral_id: FromPath[UUID], page: NamedPage) -> Response[str] | Redirect:
    """Waiting list, coordination, mine, received."""
    what = one_of(page.field("choix"), CHOICES)
    asked = page.house.orientations.choose(referral_id, what, key=page.key(what), version=_version(page))
    return await _then(page, referral_id, asked)


@post("/orientations/{referral_id:uuid}/refus", opt=NEAR)
async def refuse(referral_id: FromPath[UUID], page: NamedPage) -> Response[str] | Redirect:
    """The person does not want who accepted."""
    reason = CallerRefusal(one_of(page.field("raison"), {each.value: each.value for each in CallerRefusal}))
    asked = page.house.orientations.refuse(referral_id, Refused(reason), key=page.key("refuse"), version=_version(page))
    return await _then(page, referral_id, asked)


@post("/orientations/{referral_id:uuid}/reorienter", opt=NEAR)
async def pass_on(referral_id: FromPath[UUID], page: NamedPage) -> Response[str] | Redirect:
    """« Réorientation »: on to the one that follows."""
    try:
        follows = await page.house.orientations.pass_on(referral_id, key=page.key("pass"), version=_version(page))
    except PeerProblem as error:
        return await _refused(page, referral_id, error)
    return page.redirect(f"/orientations/{follows.id}")


@post("/orientations/{referral_id:uuid}/decider", opt=NEAR)
async def decide(referral_id: FromPath[UUID], page: NamedPage) -> Response[str] | Redirect:
    """What only a person decides: to end it, to take it up again, to say that it was a mistake."""
    cause = one_of(page.field("decision"), DECISIONS)
    asked = page.house.orientations.decide(
        referral_id, cause, key=page.key(cause), note=page.field("mot")[:500], version=_version(page)
    )
    return await _then(page, referral_id, asked)


@post("/orientations/{referral_id:uuid}/reponse/{offer_id:uuid}", opt=NEAR)
async def by_telephone(
    referral_id: FromPath[UUID], offer_id: FromPath[UUID], page: NamedPage
) -> Response[str] | Redirect:
    """A structure or a service answers by telephone, and the desk writes it down."""
    client = page.house.orientations
    if said_yes(page.field("reponse")):
        return await _then(page, referral_id, client.accept(offer_id, key=page.key("accept")))
    answer = Decline(DeclineReason.OTHER)
    return await _then(page, referral_id, client.decline(offer_id, answer, key=page.key("decline")))


async def show(page: NamedPage, referral_id: UUID, *, status: int = 200, **more: Any) -> Response[str]:
    """The page of one orientation; `more` says what has just happened."""
    client = page.house.orientations
    found, timeline, offers, tasks, hours = await asyncio.gather(
        client.show(referral_id),
        client.timeline(referral_id),
        client.offers(referral_id),
        client.tasks(referral_id),
        client.hours(referral_id),
    )
    can_offer = found.kind == "care" and found.status in ("ready", "offered", "waitlisted", "escalated")
    candidates = None
    if can_offer and found.contact_id is not None and page.roles & LISTENING:
        candidates = await or_none(page.house.referral.candidates(found.contact_id, limit=CANDIDATES))
    expert = await or_none(page.house.referral.expert(found.expert_id)) if found.expert_id else None
    asked = {one.target_id for one in offers if one.status in ("sent", "seen", "accepted") and one.cycle == found.cycle}
    return await page.render(
        "orientations/orientation.html",
        status=status,
        it=found,
        timeline=timeline,
        offers=offers,
        tasks=tasks,
        hours=hours,
        candidates=[each for each in candidates.candidates if each.expert_id not in asked] if candidates else [],
        can_offer=can_offer,
        expert=expert,
        over=found.status.value in words.WHAT_ENDS,
        coordinates=bool(page.roles & {Role.COORDINATOR, Role.DUTY_MANAGER}),
        words=words,
        me=page.subject,
        back=f"/orientations/{referral_id}",
        **{"refusal": "", "typed": "", "why": "", **more},
    )


def _version(page: NamedPage) -> int | None:
    given = page.field("version")
    return int(given) if given.isdecimal() and len(given) < 10 else None


async def _then(page: NamedPage, referral_id: UUID, asked: Awaitable[Any]) -> Response[str] | Redirect:
    try:
        await asked
    except PeerProblem as error:
        return await _refused(page, referral_id, error)
    return page.redirect(f"/orientations/{referral_id}")


async def _refused(page: NamedPage, referral_id: UUID, error: PeerProblem) -> Response[str]:
    """What was typed stays where it was typed: why one decides is no word for a professional."""
    said = sentence(error.problem.code, error.problem.status)
    kept = {"why" if page.field("decision") else "typed": page.field("mot")}
    return await show(page, referral_id, status=error.problem.status, refusal=said, **kept)


HANDLERS = [queue, one, offer, choose, refuse, pass_on, decide, by_telephone]
"""Every page of the work queue."""
