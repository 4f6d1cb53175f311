"""The coordination's page of rooms: how many, in which state, on which node; never who is there."""

import asyncio
from typing import Any

from litestar import Response, get
from litestar.types import ControllerRouterHandler

from contracts.video import NodeSeen, Opinions, RoomSeen
from contracts.words import Role
from gateway import french
from gateway.guards import to
from gateway.page import NamedPage
from kit.http import PeerAway, PeerProblem

STATES = {
    "talking": "En consultation",
    "waiting": "Salle d’attente",
    "alone": "Une seule personne présente",
    "empty": "Personne, place gardée",
}
OPINIONS = {
    "helped": ("Cet échange a aidé", {"yes": "oui", "some": "un peu", "no": "non"}),
    "quality": ("Son et image", {"good": "bons", "fair": "moyens", "poor": "mauvais"}),
}
POOR_LOSS, POOR_DELAY = 0.1, 600
FAIR_LOSS, FAIR_DELAY = 0.03, 300


@get("/salles", opt=to(Role.COORDINATOR))
async def rooms(page: NamedPage) -> Response[str]:
    """States only: a room has no name here, and no link."""
    nodes: list[NodeSeen] | None
    try:
        nodes, thought = await asyncio.gather(page.house.video.nodes(), page.house.video.opinions())
    except (PeerAway, PeerProblem):
        nodes, thought = None, []
    return await page.render("rooms/salles.html", nodes=nodes, **counted(nodes or []), **said(thought))


def counted(nodes: list[NodeSeen]) -> dict[str, Any]:
    """How many rooms are in each state, in words, and the rooms of all nodes, the oldest state first."""
    found = sorted((room for node in nodes for room in node.rooms), key=lambda room: room.since)
    counts = {words: sum(room.state == state for room in found) for state, words in STATES.items()}
    return {
        "counts": counts,
        "rooms": [(STATES.get(room.state, room.state), quality(room), room) for room in found],
    }


def said(opinions: list[Opinions]) -> dict[str, Any]:
    """The two questions, and what was answered in each month, in words; None where too few have."""
    titles = [title for title, _ in OPINIONS.values()]
    return {"questions": titles, "opinions": [(_month(one.month), _answers(one)) for one in opinions]}


def _month(written: str) -> str:
    year, month = written.split("-")
    return french.month_title(int(year), int(month))


def _answers(one: Opinions) -> list[str | None]:
    found: list[str | None] = []
    for question, (_, words) in OPINIONS.items():
        counts: dict[str, int] | None = getattr(one, question)
        told = [f"{word} {counts.get(answer, 0)}" for answer, word in words.items()] if counts else []
        found.append(" · ".join(told) or None)
    return found


def quality(room: RoomSeen) -> str:
    """The line in three words, as the room itself says it; nothing while nobody talks."""
    if room.state != "talking":
        return ""
    if room.lost > POOR_LOSS or room.round_trip_ms > POOR_DELAY:
        return "difficile"
    return "moyenne" if room.lost > FAIR_LOSS or room.round_trip_ms > FAIR_DELAY else "bonne"


HANDLERS: list[ControllerRouterHandler] = [rooms]
