"""For the coordination: how the agendas fare, who is dormant, and openings asked of a territory that is dry."""

import asyncio
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromQuery
from litestar.response import Redirect

from contracts.giving import AgendaFigures, Week
from contracts.words import Role
from gateway import network_words as words
from gateway.chosen import UnclearChoice
from gateway.guards import to
from gateway.messages import sentence
from gateway.page import NamedPage, Page
from kit.errors import Refusal
from kit.http import PeerAway, PeerProblem

COORDINATOR_ONLY = to(Role.COORDINATOR)
SPANS = {"28": "4 semaines", "91": "3 mois", "364": "1 an"}
DORMANT = timedelta(days=30)
MOST_DORMANT = 60
PAGES = 6
"""Pages of members that one asking reads: some three hundred experts of one profession in one département."""
DRY_SHOWN = 30


@get("/reseau/chiffres", opt=COORDINATOR_ONLY)
async def figures(page: NamedPage, jours: FromQuery[str] = "28") -> Response[str]:
    """Filled, missed, given back late, taken again; how soon a first slot comes; who has opened nothing for a month."""
    days = jours if jours in SPANS else "28"
    told, known = await asyncio.gather(page.house.giving.figures(int(days)), page.house.giving.experts())
    asleep = [one for one in known.experts if _dormant(one, page)]
    return await page.render(
        "figures/chiffres.html",
        told=told,
        fill=_share(told.booked_minutes, told.opened_minutes),
        no_shows=_share(told.no_shows, told.appointments),
        late=_share(told.late_cancels, told.cancels),
        retaken=_share(told.retaken, told.cancels),
        weeks=[_bar(one) for one in told.by_week],
        days=days,
        spans=SPANS,
        experts=len(known.experts),
        free=sum(one.first_free is not None for one in known.experts),
        dormant=await _named(page, asleep[:MOST_DORMANT]),
        asleep=len(asleep),
        words=words,
        back="/reseau",
    )


@get("/reseau/creneaux", opt=COORDINATOR_ONLY)
async def ask(page: NamedPage, fait: FromQuery[str] = "") -> Response[str]:
    """Where nobody is free, and what came of the askings so far."""
    return await _asking(page, said=fait)


@post("/reseau/creneaux", opt=COORDINATOR_ONLY)
async def send(page: NamedPage) -> Response[str] | Redirect:
    """Ask everyone of this profession in this département for openings; each gets a link of their own."""
    department, profession = page.field("departement")[:3], page.field("profession")[:40]
    try:
        if not department and not profession:
            raise UnclearChoice(fields={"departement": "a département or a profession"})
        experts = await _experts(page, department, profession)
        label = " ".join(part for part in (_profession(profession), department) if part)
        made = await page.house.giving.ask_experts(label, experts, key=page.key("ask"))
    except PeerProblem as error:
        code, status = error.problem.code, error.problem.status
    except Refusal as error:
        code, status = error.code, error.status
    else:
        return page.redirect(f"/reseau/creneaux?{urlencode({'fait': made.asked})}")
    said = NOBODY if code == "gift-not-valid" else sentence(code, status)
    return await _asking(page, refusal=said, status=status, department=department, profession=profession)


NOBODY = "Personne de cette profession n’y reçoit d’orientations pour le moment. Élargissez, ou invitez quelqu’un."


async def _asking(
    page: Page, *, said: str = "", refusal: str = "", status: int = 200, department: str = "", profession: str = ""
) -> Response[str]:
    overview, vocabulary, rounds = await asyncio.gather(
        page.house.network.overview(), page.house.referral.vocabulary(), page.house.giving.rounds()
    )
    return await page.render(
        "figures/creneaux.html",
        status=status,
        dry=[one for one in overview.missing if one.members][:DRY_SHOWN],
        departments=sorted(vocabulary.departments, key=lambda term: term.code),
        names={term.code: term.label for term in vocabulary.departments},
        rounds=rounds,
        said=int(said) if said.isdecimal() and len(said) < 5 else None,
        refusal=refusal,
        typed={"departement": department, "profession": profession},
        words=words,
        back="/reseau",
    )


async def _experts(page: Page, department: str, profession: str) -> list[UUID]:
    found: list[UUID] = []
    after = ""
    for _ in range(PAGES):
        shown = await page.house.network.members(department=department, profession=profession, after=after)
        found += [one.id for one in shown.members if one.first_free is None or one.first_free > page.now + DORMANT]
        if shown.after is None:
            break
        after = shown.after
    return found


async def _named(page: Page, asleep: list[AgendaFigures]) -> list[dict[str, Any]]:
    """With their names and where they are; without the directory, nobody is named."""
    try:
        cards = {one.id: one for one in await page.house.referral.experts([one.expert_id for one in asleep])}
    except (PeerAway, PeerProblem):
        cards = {}
    return [{"card": cards[one.expert_id], "last": one.last_opening} for one in asleep if one.expert_id in cards]


def _dormant(one: AgendaFigures, page: Page) -> bool:
    """No opening for thirty days, and none to come."""
    return one.last_opening is None or one.last_opening < page.now - DORMANT


def _share(part: int, whole: int) -> int | None:
    return round(100 * part / whole) if whole else None


def _profession(code: str) -> str:
    return next((label for name, label in words.PROFESSIONS.items() if name.value == code), "")


def _bar(one: Week) -> dict[str, Any]:
    share = _share(one.booked_minutes, one.opened_minutes)
    return {"since": one.since, "share": share, "height": min(share or 0, 100), "appointments": one.appointments}


HANDLERS = [figures, ask, send]
