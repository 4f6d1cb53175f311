"""The names of professionals whose agendas are shown; without the directory, their place in the list."""

from collections.abc import Sequence
from uuid import UUID

from gateway.page import Page
from kit.http import PeerAway, PeerProblem


async def names_of(page: Page, experts: Sequence[UUID]) -> dict[UUID, str]:
    """By id; an agenda is never without a word to call it by."""
    try:
        cards = {card.id: card.name for card in await page.house.referral.experts(sorted(experts))}
    except (PeerAway, PeerProblem):
        cards = {}
    return {one: cards.get(one, f"Agenda {number}") for number, one in enumerate(sorted(experts), 1)}
