"""Holding a slot while someone is on the line, keeping it, and giving it back."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, post
from litestar.params import FromPath
from litestar.response import Redirect

from contracts.booking import NewHold, Slot
from contracts.problem import Problem
from gateway.guards import LISTENERS_ONLY
from gateway.holding import Held, held, held_in
from gateway.messages import sentence
from gateway.page import NamedPage, Page
from gateway.pages.calls.console import answer, or_none, with_card
from gateway.proposals import slot_named
from kit.http import PeerAway, PeerProblem


@post("/appels/{contact_id:uuid}/retenir", opt=LISTENERS_ONLY)
async def hold(contact_id: FromPath[UUID], page: NamedPage) -> Response[str] | Redirect:
    """A slot is held under a permit; the one held before goes back."""
    try:
        slot = slot_named(page.field("creneau"))
    except ValueError:
        return page.redirect(f"/appels/{contact_id}")
    former = held_in(page.field)
    try:
        if former is not None and overlap(former, slot):
            await or_none(page.house.booking.release(former.hold_id))  # or our own hold would be in the way
        permit = await page.house.referral.permit(contact_id, key=page.key("permit"))
        wanted = NewHold(permit.permit, slot.expert_id, slot.type_id, slot.starts_at)
        given = await page.house.booking.hold(wanted, key=page.key("hold"))
    except PeerProblem as error:
        return await not_held(page, contact_id, slot, error.problem, former)
    if former is not None and former.hold_id != given.id:
        await or_none(page.house.booking.release(former.hold_id))
    return await show(page, contact_id, held(given, slot))


@post("/appels/{contact_id:uuid}/garder", opt=LISTENERS_ONLY)
async def keep(contact_id: FromPath[UUID], page: NamedPage) -> Response[Any] | Redirect:
    """Five minutes more; the page also asks this by itself, so the session stays awake (care.md 17)."""
    await or_none(page.house.keep_alive())
    now_held = held_in(page.field)
    if now_held is None:
        return Response({}, status_code=200)
    try:
        renewed = await page.house.booking.renew(now_held.hold_id)
    except PeerProblem as error:
        if page.fragment:
            said = {"lost": sentence(error.problem.code, error.problem.status)}
            return Response(said, status_code=200 if error.problem.status in (404, 410) else error.problem.status)
        return await answer(page, contact_id, status=error.problem.status, refusal=sentence(error.problem.code))
    kept = msgspec.structs.replace(now_held, expires_at=renewed.expires_at, renewable_until=renewed.renewable_until)
    if page.fragment:
        seconds = (renewed.expires_at - page.now).total_seconds()
        return Response({"seconds": int(seconds), "fields": kept.fields, "last": last(kept)}, status_code=200)
    return await show(page, contact_id, kept)


@post("/appels/{contact_id:uuid}/rendre", opt=LISTENERS_ONLY)
async def give_back(contact_id: FromPath[UUID], page: NamedPage) -> Response[str] | Redirect:
    """The slot is free for others again."""
    now_held = held_in(page.field)
    if now_held is not None:
        await or_none(page.house.booking.release(now_held.hold_id))
    if not page.fragment:
        return page.redirect(f"/appels/{contact_id}")
    return await answer(page, contact_id, block="droite", said="Le créneau est rendu.")


def overlap(former: Held, slot: Slot) -> bool:
    """Whether the slot held until now stands in the way of the one wanted."""
    same = former.expert_id == slot.expert_id and (former.type_id, former.starts_at) != (slot.type_id, slot.starts_at)
    return same and slot.starts_at < former.ends_at and former.starts_at < slot.ends_at


def last(kept: Held) -> bool:
    """Whether this hold can no longer be renewed."""
    return kept.expires_at >= kept.renewable_until


async def show(page: Page, contact_id: UUID, now_held: Held) -> Response[str] | Redirect:
    """The dark card; without script, an address that shows it again."""
    if not page.fragment:
        query = "&".join(f"{name}={value.replace('+', '%2B')}" for name, value in now_held.fields.items())
        return page.redirect(f"/appels/{contact_id}?{query}")
    return await answer(page, contact_id, block="droite", **await with_card(page, now_held, contact_id))


async def not_held(page: Page, contact_id: UUID, slot: Slot, problem: Problem, former: Held | None) -> Response[str]:
    """A colleague was faster, or something must be said first: the list says it, with the three nearest hours."""
    said = sentence(problem.code, problem.status)
    taken = {"sentence": said, "code": problem.code, "alternatives": alternatives(problem), "slot": slot}
    more: dict[str, Any] = {}
    if former is not None and not page.fragment:
        try:
            more = await with_card(page, former, contact_id)
        except (PeerAway, PeerProblem):
            more = {}
    return await answer(page, contact_id, block="pris", status=problem.status, taken=taken, **more)


def alternatives(problem: Problem) -> list[Slot]:
    """The three nearest free slots that came with a refusal."""
    try:
        return msgspec.convert(problem.extra.get("alternatives", []), list[Slot], strict=False)[:3]
    except msgspec.ValidationError:
        return []


HANDLERS = [hold, keep, give_back]
