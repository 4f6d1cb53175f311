"""A call in progress: cut, passed to a colleague, counted apart, made final, corrected; each gesture can be undone."""

from collections.abc import Awaitable
from typing import Any
from uuid import UUID

from litestar import Response, post
from litestar.params import FromPath
from litestar.response import Redirect

from gateway.desk_words import NON_DATA
from gateway.guards import LISTENERS_ONLY
from gateway.holding import held_in
from gateway.messages import sentence
from gateway.page import NamedPage, Page
from gateway.pages.calls.console import answer, or_none
from kit.http import PeerProblem


@post("/appels/{contact_id:uuid}/couper", opt=LISTENERS_ONLY)
async def cut(contact_id: FromPath[UUID], page: NamedPage) -> Response[str] | Redirect:
    """The line dropped: « coupé à 02:31 » on everyone's desk, for two hours; its slot is kept by nobody."""
    await _give_back(page)
    return await _then(page, contact_id, page.house.desk.cut(contact_id, key=page.key("cut")))


@post("/appels/{contact_id:uuid}/passer", opt=LISTENERS_ONLY)
async def transfer(contact_id: FromPath[UUID], page: NamedPage) -> Response[str] | Redirect:
    """To a colleague at the desk, with the sheet, once they say yes; without one, the question is taken back."""
    try:
        to = UUID(page.field("a")) if page.field("a") else None
    except ValueError:
        return page.redirect(f"/appels/{contact_id}")
    return await _then(page, contact_id, page.house.desk.transfer(contact_id, to, key=page.key("transfer")))


@post("/appels/{contact_id:uuid}/prendre", opt=LISTENERS_ONLY)
async def accept(contact_id: FromPath[UUID], page: NamedPage) -> Response[str] | Redirect:
    """A colleague's call is mine, with its sheet."""
    return await _then(page, contact_id, page.house.desk.accept(contact_id, key=page.key("accept")))


@post("/appels/{contact_id:uuid}/laisser", opt=LISTENERS_ONLY)
async def decline(contact_id: FromPath[UUID], page: NamedPage) -> Response[str] | Redirect:
    """I cannot take it: it stays with my colleague, who sees it at once."""
    await or_none(page.house.desk.decline(contact_id, key=page.key("decline")))
    return page.redirect("/appels")


@post("/appels/{contact_id:uuid}/avis", opt=LISTENERS_ONLY)
async def notice(contact_id: FromPath[UUID], page: NamedPage) -> Response[Any] | Redirect:
    """« Dite »: the confidentiality notice, by one key."""
    if page.fragment:
        await page.house.desk.notice(contact_id, key=page.key("notice"))
        return Response({}, status_code=200)
    return await _then(page, contact_id, page.house.desk.notice(contact_id, key=page.key("notice")))


@post("/appels/{contact_id:uuid}/sans-fiche", opt=LISTENERS_ONLY)
async def non_data(contact_id: FromPath[UUID], page: NamedPage) -> Response[str] | Redirect:
    """Silent, a wrong number…: counted apart and over; an empty kind takes it back."""
    kind = page.field("sorte") or None
    if kind is not None and kind not in NON_DATA:
        return page.redirect(f"/appels/{contact_id}")
    await _give_back(page)
    onward = f"/appels?compte={contact_id}" if kind else ""
    return await _then(page, contact_id, page.house.desk.non_data(contact_id, kind, key=page.key("kind")), onward)


@post("/appels/{contact_id:uuid}/finir", opt=LISTENERS_ONLY)
async def finalize(contact_id: FromPath[UUID], page: NamedPage) -> Response[str] | Redirect:
    """The sheet is final; a correction makes another version and keeps this one."""
    await _give_back(page)
    onward = f"/appels?fini={contact_id}"
    return await _then(page, contact_id, page.house.desk.finalize(contact_id, key=page.key("final")), onward)


@post("/appels/{contact_id:uuid}/corriger", opt=LISTENERS_ONLY)
async def correct(contact_id: FromPath[UUID], page: NamedPage) -> Response[str] | Redirect:
    """A final sheet may be typed on again."""
    return await _then(page, contact_id, page.house.desk.correct(contact_id, key=page.key("correct")))


async def _give_back(page: Page) -> None:
    held = held_in(page.field)
    if held is not None:
        await or_none(page.house.booking.release(held.hold_id))


async def _then(page: Page, contact_id: UUID, asked: Awaitable[object], onward: str = "") -> Response[str] | Redirect:
    """On to the call (or `onward`); a refusal is said on the call's own page, with everything as it stands."""
    try:
        await asked
    except PeerProblem as error:
        said = sentence(error.problem.code, error.problem.status)
        return await answer(page, contact_id, status=error.problem.status, refusal=said)
    return page.redirect(onward or f"/appels/{contact_id}")


HANDLERS = [cut, transfer, accept, decline, notice, non_data, finalize, correct]
