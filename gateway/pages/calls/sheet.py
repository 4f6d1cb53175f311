"""The call sheet, saved as it is typed: only what was touched, and the page says when."""

from typing import Any
from uuid import UUID

from litestar import Response, post
from litestar.params import FromPath
from litestar.response import Redirect

from contracts.referral import Contact
from contracts.reminders import ContactChange
from gateway import french, typed
from gateway.guards import LISTENERS_ONLY
from gateway.messages import sentence
from gateway.page import NamedPage, Page
from gateway.spoken import zone_of_person
from kit.http import PeerProblem

WRONG_NUMBER = "Ce numéro ne se compose pas. Relisez-le avec la personne."


@post("/appels/{contact_id:uuid}/fiche", opt=LISTENERS_ONLY)
async def save(contact_id: FromPath[UUID], page: NamedPage) -> Response[Any] | Redirect:
    """The fields named in `changed`, one that cannot be kept holding up no other; the answer says what to ask now."""
    changes = typed.changes(page.form)
    try:
        contact = await page.house.referral.change(contact_id, changes)
    except PeerProblem as error:
        problem = error.problem
        rest = {name: value for name, value in changes.items() if name not in problem.fields}
        kept = await page.house.referral.change(contact_id, rest) if problem.fields and rest else None
        if not page.fragment:
            raise
        said = {"sentence": sentence(problem.code, problem.status), "fields": problem.fields}
        known = saved(kept, again=typed.moves_the_list(rest)) if kept else {}
        return Response({**known, **said}, status_code=problem.status)
    if not page.fragment:
        return page.redirect(f"/appels/{contact_id}")
    return Response(saved(contact, again=typed.moves_the_list(changes)), status_code=200)


@post("/appels/{contact_id:uuid}/numero", opt=LISTENERS_ONLY)
async def call_back_number(contact_id: FromPath[UUID], page: NamedPage) -> Response[Any] | Redirect:
    """Straight into the vault; it comes back to no page."""
    contact = await page.house.referral.contact(contact_id)
    number = page.field("call_back")[:40]
    change = ContactChange(phone=number or None, time_zone=zone_of_person(contact.sheet))
    try:
        await page.house.reminders.change_contact(contact.case_id, change)
    except PeerProblem as error:
        if not page.fragment:
            raise
        problem = error.problem
        said = WRONG_NUMBER if problem.fields else sentence(problem.code, problem.status)
        return Response({"sentence": said}, status_code=error.problem.status)
    if not page.fragment:
        return page.redirect(f"/appels/{contact_id}")
    return Response({"said": "C’est gardé." if number else "Le numéro est effacé."}, status_code=200)


@post("/appels/{contact_id:uuid}/ecarter", opt=LISTENERS_ONLY)
async def leave_out(contact_id: FromPath[UUID], page: NamedPage) -> Response[Any] | Redirect:
    """« Ne pas proposer »: this expert leaves the list, for this person."""
    return await _exclusions(page, contact_id, add=True)


@post("/appels/{contact_id:uuid}/reproposer", opt=LISTENERS_ONLY)
async def take_back(contact_id: FromPath[UUID], page: NamedPage) -> Response[Any] | Redirect:
    """The same, undone."""
    return await _exclusions(page, contact_id, add=False)


async def _exclusions(page: Page, contact_id: UUID, *, add: bool) -> Response[Any] | Redirect:
    try:
        expert = UUID(page.field("expert"))
    except ValueError:
        return page.redirect(f"/appels/{contact_id}")
    before = (await page.house.referral.contact(contact_id)).sheet.not_experts
    after = [each for each in before if each != expert] + ([expert] if add else [])
    contact = await page.house.referral.change(contact_id, {"not_experts": [str(each) for each in after]})
    if not page.fragment:
        return page.redirect(f"/appels/{contact_id}")
    return Response(saved(contact, again=True), status_code=200)


def saved(contact: Contact, *, again: bool) -> dict[str, Any]:
    """« enregistré à 02:14 », what to ask now, and whether the list must be asked for again."""
    return {
        "saved": f"enregistré à {french.hour(contact.saved_at)}",
        "asks": contact.asks,
        "level": contact.sheet.level,
        "list": again,
        "excluded": len(contact.sheet.not_experts),
    }


HANDLERS = [save, call_back_number, leave_out, take_back]
