"""Everything the console shows of one call, gathered from the services in as few steps as it takes."""

import asyncio
from collections.abc import Awaitable
from typing import Any, TypeVar
from uuid import UUID

from litestar import Response

from contracts.booking import Appointment, Slot
from contracts.referral import Candidates, Contact, ExpertCard, Task
from contracts.words import AppointmentStatus, Modality
from gateway import proposals, spoken
from gateway.contact_wishes import Wishes
from gateway.desk_words import NON_DATA, NOTICE, STATES
from gateway.holding import Held, held_in
from gateway.network_words import ACCESSIBILITY
from gateway.orientation_words import WINDOWS
from gateway.page import Page
from gateway.proposals import SORTS, Shown
from kit.http import PeerAway, PeerProblem

LIMIT = 12
STANDING = frozenset({AppointmentStatus.BOOKED, AppointmentStatus.ARRIVED, AppointmentStatus.STARTED})
T = TypeVar("T")


async def or_none(asked: Awaitable[T]) -> T | None:
    """What can be missing without stopping a call."""
    try:
        return await asked
    except (PeerAway, PeerProblem):
        return None


def sort_of(page: Page) -> str:
    """The order asked for, in the address or in the form."""
    asked = page.field("tri") or page.request.query_params.get("tri", "")
    return asked if asked in SORTS else "adapte"


def wider_of(page: Page) -> int:
    """How far beyond the sheet the list goes, in the address or in the form; what is no step is none."""
    asked = page.field("elargi") or page.request.query_params.get("elargi", "")
    return next((step for step in proposals.BEYOND if str(step) == asked), 0)


async def listed(page: Page, contact_id: UUID) -> Candidates | None:
    """The ranking as this page asks for it; None when referral does not answer."""
    return await or_none(page.house.referral.candidates(contact_id, limit=LIMIT, wider=wider_of(page)))


async def live_slots(page: Page, candidates: Candidates) -> list[Slot] | None:
    """The free slots of every candidate in one question; None when booking does not answer."""
    experts = [each.expert_id for each in candidates.candidates]
    if not experts:
        return []
    modalities = [way for way in Modality if any(way in each.modalities for each in candidates.candidates)]
    return await or_none(
        page.house.booking.slots(experts=experts, modality=modalities, per_expert=proposals.ASKED_SLOTS, limit=100)
    )


async def ranked(
    page: Page, contact: Contact, candidates: Candidates | None = None, held: Held | None = None
) -> Shown | None:
    """The list, in which the hour that is `held` for the caller stays; None when referral does not answer."""
    candidates = candidates or await listed(page, contact.id)
    if candidates is None:
        return None
    modalities = contact.sheet.modalities
    slots = await live_slots(page, candidates)
    zone = spoken.zone_of_person(contact.sheet)
    return proposals.compose(
        candidates,
        slots,
        wanted=modalities,
        windows=contact.sheet.windows,
        zone=zone,
        sort=sort_of(page),
        held=None if held is None else held.slot,
    )


async def answer(
    page: Page, contact_id: UUID, *, block: str | None = None, status: int = 200, **more: Any
) -> Response[str]:
    """The console, or one of its parts for the script; `more` says what has just happened."""
    contact = more.pop("contact", None) or await page.house.referral.contact(contact_id)
    context: dict[str, Any] = {
        "contact": contact,
        "sheet": contact.sheet,
        "zone": spoken.zone_of_person(contact.sheet),
        "sort": sort_of(page),
        "sorts": SORTS,
        "beyond": proposals.BEYOND,
        "how": spoken.HOW_SHORT,
        "name_of": proposals.name_of,
        "label": proposals.label,
        "held": None,
        "done": None,
        "taken": None,
        "lost": None,
        "planned": [],
        "mine": contact.listener_id == page.subject,
        "wishes": Wishes(),
        "errors": {},
        "refusal": "",
        "said": "",
        "back": f"/appels/{contact_id}",
        **more,
    }
    if not page.fragment or block == "liste":
        context["delay"] = await promised(page, contact)
    if page.fragment and block == "liste":
        context["held"] = standing(page)
        context["shown"] = await ranked(page, contact, context.pop("candidates", None), context["held"])
    elif not page.fragment:
        shown, tasks = await asyncio.gather(
            ranked(page, contact, held=context["held"]), or_none(page.house.referral.tasks())
        )
        context |= {"shown": shown, "tasks": (tasks or [])[:3], "tasks_more": len(tasks or []) > 3}
    elif block == "droite":
        context |= await waiting(page)
        if not (context["held"] or context["done"]):
            context["planned"] = await planned(page, contact)
    if not page.fragment:
        context |= await around(page, contact)
    return await page.render("calls/appel.html", block=block, status=status, **context)


def standing(page: Page) -> Held | None:
    """The hold in the address of the page, while it lasts."""
    found = held_in(page.request.query_params)
    return found if found is not None and found.expires_at > page.now else None


async def promised(page: Page, contact: Contact) -> str:
    """What may be said of the delay: what it really was at this level, or nothing."""
    level = contact.sheet.level
    if level is None:
        return ""
    found = await or_none(page.house.referral.delays()) or []
    return next((spoken.delay(one) for one in found if one.level == level), "")


async def waiting(page: Page) -> dict[str, Any]:
    """What waits at the desk, for the column where nothing is held."""
    tasks: list[Task] = await or_none(page.house.referral.tasks()) or []
    return {"tasks": tasks[:3], "tasks_more": len(tasks) > 3}


async def around(page: Page, contact: Contact) -> dict[str, Any]:
    """What only a whole page needs: words, other open calls, the names of experts who are not to be proposed."""
    vocabulary, calls, away, desk, ahead = await asyncio.gather(
        page.house.referral.vocabulary(),
        or_none(page.house.referral.open_contacts()),
        excluded(page, contact),
        or_none(page.house.desk.show()),
        planned(page, contact),
    )
    colleagues = [one for one in (desk.present if desk else []) if one.account_id != page.subject]
    return {
        "vocabulary": vocabulary,
        "calls": calls or [],
        "excluded": away,
        "colleagues": colleagues,
        "planned": ahead,
        "states": STATES,
        "kinds_apart": NON_DATA,
        "when_words": WINDOWS,
        "access_words": ACCESSIBILITY,
        "notice": NOTICE,
        "draft_seal": page.gateway.door.draft_seal(page.subject),
        "shortcuts": "non" if page.cookies.get("raccourcis") == "non" else "oui",
    }


async def excluded(page: Page, contact: Contact) -> list[ExpertCard]:
    """The experts whom this person does not want, by name."""
    ids = contact.sheet.not_experts
    return (await or_none(page.house.referral.experts(ids)) or []) if ids else []


async def planned(page: Page, contact: Contact) -> list[tuple[Appointment, str]]:
    """What this person has ahead, each with the professional's name: after a reload, and when they call again."""
    found = await or_none(page.house.booking.of_case(contact.case_id)) or []
    ahead = [one for one in found if one.status in STANDING and one.ends_at > page.now]
    ids = sorted({one.expert_id for one in ahead})
    cards = (await or_none(page.house.referral.experts(ids)) or []) if ids else []
    names = {card.id: card.name for card in cards}
    return [(one, names.get(one.expert_id, "")) for one in sorted(ahead, key=lambda one: one.starts_at)]


async def with_card(page: Page, held: Held, contact_id: UUID) -> dict[str, Any]:
    """The held slot with its expert, the sentence to say, and whether a plan is needed until then (care.md 6)."""
    card, asked = await asyncio.gather(
        page.house.referral.expert(held.expert_id), page.house.referral.contact(contact_id, starts_at=held.starts_at)
    )
    zone = spoken.zone_of_person(asked.sheet)
    return {
        "contact": asked,
        "plan_asked": "plan" in asked.asks or bool(asked.sheet.plan),
        "held": held,
        "card": card,
        "sentence": spoken.proposal(held.starts_at, page.now, zone, held.modality, card),
        "how_said": spoken.HOW,
    }
