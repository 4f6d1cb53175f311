"""The desk: who is there, what waits, calls that are open or were cut, a new one, and the end of one."""

import asyncio
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from contracts.identity import CodeExchange
from contracts.referral import Contact
from gateway.desk_words import CHOSEN_STATES, STATES
from gateway.guards import LISTENERS_ONLY, UNTOUCHED
from gateway.holding import held_in
from gateway.messages import sentence
from gateway.page import NamedPage, Page
from gateway.pages.calls.console import answer, listed, or_none, standing, with_card
from gateway.pages.tasks import KINDS
from kit.http import PeerProblem

UNDO = {"clos": "est clos", "fini": "a sa fiche finale", "compte": "est compté à part"}
"""What has just been done to a call, said with « Annuler » beside it."""


@get("/appels", opt=LISTENERS_ONLY)
async def desk(page: NamedPage) -> Response[str]:
    """Open calls, what waits, who is there, and one large button."""
    return await show(page)


@get("/appels/file", opt={**LISTENERS_ONLY, **UNTOUCHED})
async def queue(page: NamedPage) -> Response[str]:
    """What waits at the desk, asked again by the page when something moves."""
    around = await waiting(page)
    return await page.render("calls/file.html", **around, me=page.subject, kinds=KINDS, states=STATES, back="/appels")


@post("/appels", opt=LISTENERS_ONLY)
async def start(page: NamedPage) -> Redirect:
    """A call begins: its time runs from here."""
    contact = await page.house.referral.start(key=page.key("call"))
    return page.redirect(f"/appels/{contact.id}")


@post("/appels/retrouver", opt=LISTENERS_ONLY)
async def find(page: NamedPage) -> Response[str] | Redirect:
    """A case by its spoken code, and by nothing else: a second call continues it."""
    code, pin = page.field("code")[:120], page.field("pin")[:8]
    if not code:
        return await show(page, status=422, not_found="Tapez les trois mots et les deux chiffres.")
    try:
        case_id = await page.house.identity.find_by_code(CodeExchange(code, pin or None, page.origin))
        contact = await page.house.desk.call_again(case_id, key=page.key("again"))
    except PeerProblem as error:
        known = {
            "code-not-open": "Aucun dossier ne s’ouvre avec ces mots. Faites-les répéter, un par un.",
            "proof-needed": "La personne a choisi un code PIN : demandez-lui ses quatre chiffres.",
        }
        said = known.get(error.problem.code) or sentence(error.problem.code, error.problem.status)
        pin_asked = error.problem.code == "proof-needed"
        return await show(page, status=error.problem.status, not_found=said, code=code, pin_asked=pin_asked)
    return page.redirect(f"/appels/{contact.id}")


@get("/appels/{contact_id:uuid}", opt=LISTENERS_ONLY)
async def console(contact_id: FromPath[UUID], page: NamedPage) -> Response[str]:
    """One call; a hold in the address is shown again after a reload."""
    held = standing(page)
    more = await with_card(page, held, contact_id) if held is not None else {}
    if "annule" in page.request.query_params:
        more["said"] = "Le rendez-vous est annulé. Rien ne partira plus, et l’heure est libre."
    await or_none(page.house.keep_alive())
    return await answer(page, contact_id, **more)


@get("/appels/{contact_id:uuid}/creneaux", opt=LISTENERS_ONLY)
async def proposals(contact_id: FromPath[UUID], page: NamedPage) -> Response[str]:
    """The ranked experts with their next slots."""
    contact, candidates = await asyncio.gather(
        page.house.referral.contact(contact_id),
        listed(page, contact_id),
    )
    return await answer(page, contact_id, block="liste", contact=contact, candidates=candidates)


@post("/appels/{contact_id:uuid}/clore", opt=LISTENERS_ONLY)
async def close(contact_id: FromPath[UUID], page: NamedPage) -> Redirect:
    """The call is over; its slot, if one is still held, goes back."""
    held = held_in(page.field)
    if held is not None:
        await or_none(page.house.booking.release(held.hold_id))
    await page.house.referral.close(contact_id, key=page.key("close"))
    return page.redirect(f"/appels?clos={contact_id}")


@post("/appels/{contact_id:uuid}/reprendre", opt=LISTENERS_ONLY)
async def take_up(contact_id: FromPath[UUID], page: NamedPage) -> Response[str] | Redirect:
    """A call that was cut is taken up again, by whoever has the person on the line (care.md 10)."""
    try:
        await page.house.referral.reopen(contact_id, key=page.key("reopen"))
    except PeerProblem as error:
        said = sentence(error.problem.code, error.problem.status)
        return await show(page, status=error.problem.status, refusal=said)
    return page.redirect(f"/appels/{contact_id}")


async def show(page: Page, *, status: int = 200, **more: Any) -> Response[str]:
    """The desk as it stands, with what has just been done or refused."""
    calls, recent, around = await asyncio.gather(
        page.house.referral.open_contacts(), or_none(page.house.referral.recent_contacts()), waiting(page)
    )
    ended = [call for call in recent or [] if call.ended_at is not None]
    return await page.render(
        "calls/appels.html",
        status=status,
        calls=calls,
        recent=ended[:8],
        done=_just_done(page, ended),
        effaced="efface" in page.request.query_params,
        debriefed="debrief" in page.request.query_params,
        states=STATES,
        chosen_states=CHOSEN_STATES,
        kinds=KINDS,
        me=page.subject,
        **{**around, "back": "/appels", **more},
    )


async def waiting(page: Page) -> dict[str, Any]:
    """What waits at the desk and who is there; a part that does not answer is left out, and said."""
    now, tasks, call_backs = await asyncio.gather(
        or_none(page.house.desk.show()), or_none(page.house.referral.tasks()), or_none(page.house.call_backs.queue())
    )
    due = [one for one in call_backs or [] if one.standing in ("overdue", "now")]
    return {"desk": now, "tasks": tasks or [], "call_backs": due}


def _just_done(page: Page, ended: list[Contact]) -> dict[str, Any] | None:
    """The call named in the address, what was done to it, and how that is undone."""
    for what, words in UNDO.items():
        named = page.request.query_params.get(what, "")
        for call in ended:
            if str(call.id) == named:
                undo = {"clos": "reprendre", "fini": "corriger", "compte": "sans-fiche"}[what]
                return {"call": call, "words": words, "undo": undo}
    return None


HANDLERS = [desk, queue, start, find, console, proposals, close, take_up]
