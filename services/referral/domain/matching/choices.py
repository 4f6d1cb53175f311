"""Who was chosen, and who stood first: an override is free, and its reason is never required (referral.md §3.1)."""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import msgspec

from kit.errors import Conflict, Invalid, NotFound
from services.referral.domain.matching.ranking import Network, Ranking, Scored
from services.referral.domain.matching.wanted import Wanted

KEPT: Final = timedelta(days=90)
"""How long the inputs of a ranking are kept for audit."""
COMPARED: Final = 20
REASONS: Final = {
    "person": "La personne le souhaitait",
    "hour": "Une heure qui convenait mieux",
    "place": "Plus près, ou plus simple pour s’y rendre",
    "known": "Déjà suivi·e par cette personne",
    "specialty": "Une pratique qui convenait mieux",
    "cost": "Le coût",
    "other": "Autre raison",
}


class UnknownChoice(NotFound):
    """There is no such choice, or it is not yours."""


class UnknownReason(Invalid):
    """There is no such reason."""


class ReasonGiven(Conflict):
    """The reason was given already."""


def stood(network: Network, wanted: Wanted, *, chosen: UUID, now: Any) -> tuple[UUID | None, int | None, Any]:
    """Who stood first, where the chosen one stood, and the inputs to keep: codes and figures, no words."""
    ranking = Ranking(network, wanted, now=now)
    order = [each for each, _ in ranking.first(COMPARED)]
    ids = [each.expert.id for each in order]
    theirs = None if chosen in ids else ranking.of(chosen)
    if theirs is not None:
        order.append(theirs)
    asked = msgspec.to_builtins(wanted)
    for secret in ("seed", "employer"):
        asked.pop(secret)
    inputs = {"asked": asked, "matching": len(ranking), "compared": [_figures(each) for each in order]}
    return ids[0] if ids else None, ids.index(chosen) + 1 if chosen in ids else None, inputs


def _figures(each: Scored) -> dict[str, Any]:
    return {
        "expert_id": str(each.expert.id),
        "fit": round(each.fit, 2),
        "pass": round(each.standing.stride_pass, 4),
        "first_free": each.first_free.isoformat() if each.first_free else None,
        "shares": [None if share is None else round(share, 3) for share in each.shares],
    }
