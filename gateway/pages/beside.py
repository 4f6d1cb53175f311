"""The other orientations of a call: a professional without a slot, a structure, or something that is not care."""

import asyncio
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from contracts.orientations import MayReach, NewOffers, NewOrientation, OrientationKind, TargetKind
from gateway import orientation_words as words
from gateway.chosen import UnclearChoice, one_of, uuids
from gateway.guards import LISTENERS_ONLY
from gateway.messages import sentence
from gateway.page import NamedPage
from gateway.pages.calls.console import or_none
from kit.http import PeerProblem

GIVEN = {each: each for each in words.GIVEN}
WHEN = {"maintenant": "given", "suivre": "followed"}
REACH = {each.value: each.value for each in MayReach}


@get("/appels/{contact_id:uuid}/orientations", opt=LISTENERS_ONLY)
async def beside(contact_id: FromPath[UUID], page: NamedPage, q: FromQuery[str] = "") -> Response[str]:
    """What this case has been handed, side by side, and what else may be."""
    return await _show(page, contact_id, q=q[:80])


@post("/appels/{contact_id:uuid}/orientations/professionnel", opt=LISTENERS_ONLY)
async def without_a_slot(contact_id: FromPath[UUID], page: NamedPage) -> Response[str] | Redirect:
    """Asked of the network, one after the other or several at once by the level, without a slot in hand."""
    client, waits = page.house.orientations, page.field("attendre") == "oui"
    try:
        new = NewOrientation(contact_id, OrientationKind.CARE, may_reach=_reach(page), may_wait=waits)
        made = await client.add(new, key=page.key("add"))
        await client.offer(made.id, NewOffers(note=page.field("mot")[:500]), key=page.key("offer"))
    except (PeerProblem, UnclearChoice) as error:
        return await _refused(page, contact_id, error)
    return page.redirect(f"/orientations/{made.id}")


@post("/appels/{contact_id:uuid}/orientations/lieu", opt=LISTENERS_ONLY)
async def to_a_place(contact_id: FromPath[UUID], page: NamedPage) -> Response[str] | Redirect:
    """To a structure or a service of the directory."""
    client = page.house.orientations
    mail = page.field("courriel")[:200]
    try:
        (target_id,) = uuids([page.field("cible")])
        kind = OrientationKind(one_of(page.field("genre"), {"structure": "structure", "service": "service"}))
        new = NewOrientation(contact_id, kind, target_id=target_id, may_reach=_reach(page))
        if mail:
            await page.house.reminders.reach_target(target_id, mail)
        made = await client.add(new, key=page.key("add"))
        offers = NewOffers([target_id], TargetKind(kind.value), page.field("mot")[:500])
        await client.offer(made.id, offers, key=page.key("offer"))
    except (PeerProblem, UnclearChoice) as error:
        return await _refused(page, contact_id, error)
    return page.redirect(f"/orientations/{made.id}")


@post("/appels/{contact_id:uuid}/orientations/remise", opt=LISTENERS_ONLY)
async def give(contact_id: FromPath[UUID], page: NamedPage) -> Response[str] | Redirect:
    """An advice sheet, a document, a group, material help: given now, or to be followed."""
    try:
        kind = OrientationKind(one_of(page.field("genre"), GIVEN))
        given = one_of(page.field("quand"), WHEN) == "given"
        new = NewOrientation(contact_id, kind, label=page.field("quoi")[:120], given=given)
        await page.house.orientations.add(new, key=page.key("give"))
    except (PeerProblem, UnclearChoice) as error:
        return await _refused(page, contact_id, error)
    return page.redirect(f"/appels/{contact_id}/orientations")


def _reach(page: NamedPage) -> MayReach | None:
    given = page.field("joindre")
    return MayReach(one_of(given, REACH)) if given else None


async def _refused(page: NamedPage, contact_id: UUID, error: PeerProblem | UnclearChoice) -> Response[str]:
    problem = error.problem if isinstance(error, PeerProblem) else error
    return await _show(page, contact_id, status=problem.status, refusal=sentence(problem.code, problem.status))


async def _show(page: NamedPage, contact_id: UUID, *, status: int = 200, q: str = "", **more: Any) -> Response[str]:
    contact = await page.house.referral.contact(contact_id)
    department = contact.sheet.department if contact.sheet.department != "unknown" else None
    orientations, targets = await asyncio.gather(
        page.house.orientations.of_case(contact.case_id),
        or_none(page.house.orientations.targets(q, department)),
    )
    typed = {name: page.field(name)[:500] for name in ("mot", "quoi", "joindre", "genre", "attendre")}
    return await page.render(
        "orientations/appel.html",
        status=status,
        contact=contact,
        orientations=orientations,
        targets=(targets or []) if q else (targets or [])[:8],
        q=q,
        words=words,
        typed=typed,
        back=f"/appels/{contact_id}/orientations",
        **{"refusal": "", **more},
    )


HANDLERS = [beside, without_a_slot, to_a_place, give]
