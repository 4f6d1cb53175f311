"""A case: one person's calls, what they allowed, their orientations, and their right to be forgotten."""

from collections.abc import Awaitable
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from contracts.desk import NewWatch
from contracts.words import LISTENING, Role
from gateway.desk_words import CONSENTS, NON_DATA, STATUSES
from gateway.guards import LISTENERS_ONLY, to
from gateway.messages import sentence
from gateway.page import NamedPage, Page
from gateway.pages.calls.console import or_none
from kit.http import PeerProblem


@get("/dossier/{case_id:uuid}", opt=to(*LISTENING, Role.COORDINATOR))
async def case(case_id: FromPath[UUID], page: NamedPage) -> Response[str]:
    """Everything the desk knows of one person, and no name."""
    return await show(page, case_id)


@post("/dossier/{case_id:uuid}/appel", opt=LISTENERS_ONLY)
async def call_again(case_id: FromPath[UUID], page: NamedPage) -> Response[str] | Redirect:
    """The person is on the line: one more call of this case."""
    try:
        contact = await page.house.desk.call_again(case_id, key=page.key("again"))
    except PeerProblem as error:
        return await refused(page, case_id, error)
    return page.redirect(f"/appels/{contact.id}")


@post("/dossier/{case_id:uuid}/accord", opt=LISTENERS_ONLY)
async def consent(case_id: FromPath[UUID], page: NamedPage) -> Response[str] | Redirect:
    """One scope, said aloud by the person."""
    asked = page.house.desk.consent(case_id, page.field("portee"), key=page.key("consent"))
    return await _then(page, case_id, asked)


@post("/dossier/{case_id:uuid}/retirer", opt=LISTENERS_ONLY)
async def withdraw(case_id: FromPath[UUID], page: NamedPage) -> Response[str] | Redirect:
    """One consent, or all of them, withdrawn in one gesture."""
    try:
        one = UUID(page.field("accord")) if page.field("accord") else None
    except ValueError:
        return page.redirect(f"/dossier/{case_id}")
    desk, key = page.house.desk, page.key("withdraw")
    return await _then(page, case_id, desk.withdraw(one, key=key) if one else desk.withdraw_all(case_id, key=key))


@post("/dossier/{case_id:uuid}/veiller", opt=LISTENERS_ONLY)
async def watch(case_id: FromPath[UUID], page: NamedPage) -> Response[str] | Redirect:
    """Someone to watch over tonight, with one short instruction; it stands on the transmissions."""
    words = page.field("consigne")[:300]
    try:
        await page.house.desk.watch(NewWatch(case_id, words), key=page.key("watch"))
    except PeerProblem as error:
        said = "Écrivez la consigne, en une phrase." if error.problem.code == "words-refused" else ""
        return await refused(page, case_id, error, said=said, typed=words)
    return page.redirect(f"/dossier/{case_id}")


@post("/dossier/{case_id:uuid}/effacer", opt=LISTENERS_ONLY)
async def erase(case_id: FromPath[UUID], page: NamedPage) -> Response[str] | Redirect:
    """At the person's word, in an open call: what was said goes, here and everywhere; asked twice."""
    if page.field("sur") != "oui":
        return await show(page, case_id, erasing=True)
    try:
        await page.house.desk.erase(case_id, key=page.key("erase"))
    except PeerProblem as error:
        return await refused(page, case_id, error)
    return page.redirect("/appels?efface=oui")


async def show(page: Page, case_id: UUID, *, status: int = 200, **more: Any) -> Response[str]:
    """The case as it stands, with what was refused."""
    found = await page.house.desk.case(case_id)
    experts = {one.expert_id for one in found.referrals if one.expert_id is not None}
    cards = await or_none(page.house.referral.experts(sorted(experts))) if experts else []
    live = next((one for one in found.contacts if one.ended_at is None and one.listener_id == page.subject), None)
    standing = {one.scope: one for one in found.consents if one.withdrawn_at is None}
    return await page.render(
        "cases/dossier.html",
        status=status,
        case=found,
        names={card.id: card.name for card in cards or []},
        live=live,
        standing=standing,
        consents=CONSENTS,
        statuses=STATUSES,
        non_data=NON_DATA,
        writes=bool(page.roles & LISTENING),
        closed_accesses=page.request.query_params.get("acces") == "fermes",
        **{"back": f"/dossier/{case_id}", **more},
    )


async def refused(page: Page, case_id: UUID, error: PeerProblem, *, said: str = "", typed: str = "") -> Response[str]:
    """The case again, what was typed, and why not."""
    problem = error.problem
    if problem.code == "unknown-case":
        raise error
    words = said or sentence(problem.code, problem.status)
    return await show(page, case_id, status=problem.status, refusal=words, typed=typed)


async def _then(page: Page, case_id: UUID, asked: Awaitable[object]) -> Response[str] | Redirect:
    try:
        await asked
    except PeerProblem as error:
        return await refused(page, case_id, error)
    return page.redirect(f"/dossier/{case_id}")


HANDLERS = [case, call_again, consent, withdraw, watch, erase]
