"""The ranked list of a call: filters, widening, score, fairness, reasons, and the two cards that stand first."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from heapq import nlargest
from itertools import islice
from operator import itemgetter
from typing import NamedTuple
from uuid import UUID

from contracts.referral import Candidate, Candidates
from contracts.words import Modality
from services.referral.domain import experts
from services.referral.domain.experts import Expert, Standing
from services.referral.domain.matching import reach as reaching
from services.referral.domain.matching.fairness import Contender, in_order
from services.referral.domain.matching.filters import eligible
from services.referral.domain.matching.reasons import reasons, sentence
from services.referral.domain.matching.score import UNKNOWN_SHARE, Scorer, Shares, earliest
from services.referral.domain.matching.wanted import Wanted
from services.referral.domain.matching.weights import STANDARD, Weights

FEW = "Moins de cinq professionnels : pensez aussi aux structures et aux services"


@dataclass(frozen=True, slots=True)
class Network:
    """Every expert and where they stand; `taken` counts the people each took in the last 7 days."""

    experts: Mapping[UUID, Expert]
    standings: Mapping[UUID, Standing]
    taken: Mapping[UUID, int]
    weights: Weights = STANDARD

    def standing(self, expert_id: UUID) -> Standing:
        return self.standings.get(expert_id) or Standing(expert_id)


class Scored(NamedTuple):  # a tuple: a thousand frozen dataclasses cost 2 ms more
    """One expert who can be met, and how well they fit."""

    expert: Expert
    standing: Standing
    ways: tuple[Modality, ...]
    shares: Shares
    fit: float
    first_free: datetime | None


def ranked(network: Network, wanted: Wanted, *, now: datetime, limit: int, version: int = 0) -> Candidates:
    """The first `limit` candidates in order; the earliest is among them even when it ranks lower."""
    reach, scored = compared(network, wanted, now=now)
    chosen = ordered(scored, wanted, limit=limit, band=network.weights.band)
    soonest = _soonest(scored)
    if soonest is not None and all(each is not soonest for each, _ in chosen):
        chosen.append((soonest, False))
    return Candidates(
        candidates=[_candidate(each, wanted, now, ahead=ahead) for each, ahead in chosen],
        matching=len(scored),
        network=len(network.experts),
        earliest=soonest.expert.id if soonest else None,
        best=chosen[0][0].expert.id if chosen else None,
        widened=reach.words or (FEW if len(scored) < reaching.ENOUGH else None),
        version=version,
    )


def compared(network: Network, wanted: Wanted, *, now: datetime) -> tuple[reaching.Reach, list[Scored]]:
    """Everyone who passes the hard filters and can be met, with their fit, in no order."""
    day, taken = now.date(), network.taken
    pool = [
        expert
        for expert in network.experts.values()
        if eligible(expert, wanted, day=day, taken=taken.get(expert.id, 0) if taken else 0)
    ]
    reach, meetings = reaching.widened(pool, wanted)
    return reach, _scored(network, wanted, meetings, now)


def _scored(
    network: Network, wanted: Wanted, meetings: list[tuple[Expert, tuple[Modality, ...]]], now: datetime
) -> list[Scored]:
    scorer, weights = Scorer(wanted, now, network.weights), network.weights.of(wanted.level)
    scored = []
    for expert, ways in meetings:
        standing = network.standing(expert.id)
        free = earliest(standing, ways, now)
        shares = scorer.shares(expert, standing, ways, free)
        score = 0.0
        for weight, share in zip(weights, shares):  # noqa: B905  # as `fit`, without a call for each of thousands
            score += weight * (UNKNOWN_SHARE if share is None else share)
        scored.append(Scored(expert, standing, ways, shares, 100 * score, free))
    return scored


def ordered(scored: list[Scored], wanted: Wanted, *, limit: int, band: float) -> list[tuple[Scored, bool]]:
    """The first `limit` by fit and fairness; True beside one who passed a better fit.

    Whoever comes among the first `limit` lies within a band of the `limit`-th best fit: nobody else is compared.
    """
    best = nlargest(limit, (each.fit for each in scored))
    least = best[-1] - band if best else 0.0
    near = {each.expert.id: each for each in scored if each.fit >= least}
    contenders = (
        Contender(each.expert.id, each.fit, each.standing.stride_pass, each.first_free) for each in near.values()
    )
    order = in_order(contenders, seed=wanted.seed, band=band)
    return [(near[contender.expert_id], ahead) for contender, ahead in islice(order, limit)]


def _soonest(scored: list[Scored]) -> Scored | None:
    """« Le plus tôt »: the first free slot of all; the better fit when two are equal."""
    free = [(each.first_free, -each.fit, each) for each in scored if each.first_free is not None]
    return min(free, key=itemgetter(0, 1))[2] if free else None


def _candidate(each: Scored, wanted: Wanted, now: datetime, *, ahead: bool) -> Candidate:
    expert = each.expert
    card = experts.card(expert)
    parts = reasons(wanted, expert, each.standing, each.ways, each.shares, now)
    return Candidate(
        expert_id=expert.id,
        name=card.name,
        profession=card.profession,
        title=card.title,
        department=card.department,
        city=card.city,
        modalities=list(each.ways),
        languages=card.languages,
        specialties=card.specialties,
        fee=card.fee,
        fit=round(each.fit, 1),
        first_free=each.first_free,
        why=sentence(parts, ahead=ahead),
        reasons=parts,
        known=expert.id in wanted.known,
    )
