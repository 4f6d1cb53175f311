"""The desk: calls that are open, a new one, and the end of one."""

import asyncio
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from gateway.guards import LISTENERS_ONLY
from gateway.holding import held_in
from gateway.page import NamedPage
from gateway.pages.calls.console import LIMIT, answer, or_none, with_card
from gateway.pages.choices import after_call


@get("/appels", opt=LISTENERS_ONLY)
async def desk(page: NamedPage) -> Response[str]:
    """Open calls, what waits, and one large button."""
    calls, recent, tasks = await asyncio.gather(
        page.house.referral.open_contacts(),
        or_none(page.house.referral.recent_contacts()),
        or_none(page.house.referral.tasks()),
    )
    ended = [call for call in recent or [] if call.ended_at is not None]
    return await page.render("calls/appels.html", calls=calls, recent=ended[:8], tasks=tasks or [])


@post("/appels", opt=LISTENERS_ONLY)
async def start(page: NamedPage) -> Redirect:
    """A call begins: its time runs from here."""
    contact = await page.house.referral.start(key=page.key("call"))
    return page.redirect(f"/appels/{contact.id}")


@get("/appels/{contact_id:uuid}", opt=LISTENERS_ONLY)
async def console(contact_id: FromPath[UUID], page: NamedPage) -> Response[str]:
    """One call; a hold in the address is shown again after a reload."""
    held = held_in(page.request.query_params)
    alive = held is not None and held.expires_at > page.now
    more = await with_card(page, held, contact_id) if held is not None and alive else {}
    await or_none(page.house.keep_alive())
    return await answer(page, contact_id, **more)


@get("/appels/{contact_id:uuid}/creneaux", opt=LISTENERS_ONLY)
async def proposals(contact_id: FromPath[UUID], page: NamedPage) -> Response[str]:
    """The ranked experts with their next slots."""
    contact, candidates = await asyncio.gather(
        page.house.referral.contact(contact_id),
        or_none(page.house.referral.candidates(contact_id, limit=LIMIT)),
    )
    return await answer(page, contact_id, block="liste", contact=contact, candidates=candidates)


@post("/appels/{contact_id:uuid}/clore", opt=LISTENERS_ONLY)
async def close(contact_id: FromPath[UUID], page: NamedPage) -> Redirect:
    """The call is over; its slot, if one is still held, goes back."""
    held = held_in(page.field)
    if held is not None:
        await or_none(page.house.booking.release(held.hold_id))
    await page.house.referral.close(contact_id, key=page.key("close"))
    return page.redirect(await after_call(page, contact_id))


@post("/appels/{contact_id:uuid}/reprendre", opt=LISTENERS_ONLY)
async def take_up(contact_id: FromPath[UUID], page: NamedPage) -> Redirect:
    """A call that was cut is taken up again, by whoever has the person on the line (care.md 10)."""
    await page.house.referral.reopen(contact_id, key=page.key("reopen"))
    return page.redirect(f"/appels/{contact_id}")


HANDLERS = [desk, start, console, proposals, close, take_up]
