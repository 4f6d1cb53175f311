"""The ranked list of a call: filters, widening, score, fairness, reasons, and the two cards that stand first."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
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
from services.referral.domain.matching.reach import Reach
from services.referral.domain.matching.reasons import reasons, sentence
from services.referral.domain.matching.score import Scorer, Shares, earliest, fit
from services.referral.domain.matching.wanted import Wanted

FEW = "Moins de cinq professionnels : pensez aussi aux structures et aux services"


@dataclass(frozen=True, slots=True)
class Network:
    """Every expert and where they stand; `taken` counts the people each took in the last 7 days."""

    experts: Mapping[UUID, Expert]
    standings: Mapping[UUID, Standing]
    taken: Mapping[UUID, int]

    def standing(self, expert_id: UUID) -> Standing:
        return self.standings.get(expert_id) or Standing(expert_id)


class _Scored(NamedTuple):  # a tuple: a thousand frozen dataclasses cost 2 ms more
    expert: Expert
    standing: Standing
    ways: tuple[Modality, ...]
    shares: Shares
    fit: float
    first_free: datetime | None


def ranked(network: Network, wanted: Wanted, *, now: datetime, limit: int, version: int = 0) -> Candidates:
    """The first `limit` candidates in order; the earliest is among them even when it ranks lower."""
    day, taken = now.date(), network.taken
    pool = [
        expert
        for expert in network.experts.values()
        if eligible(expert, wanted, day=day, taken=taken.get(expert.id, 0) if taken else 0)
    ]
    reach, meetings = _widened(pool, wanted)
    scored = _scored(network, wanted, meetings, now)
    order = in_order(
        (Contender(each.expert.id, each.fit, each.standing.stride_pass, each.first_free) for each in scored.values()),
        seed=wanted.seed,
    )
    chosen = [(scored[contender.expert_id], ahead) for contender, ahead in _first(order, limit)]
    soonest = _soonest(scored.values())
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


def _widened(pool: list[Expert], wanted: Wanted) -> tuple[Reach, list[tuple[Expert, tuple[Modality, ...]]]]:
    """The first reach with enough experts, or the widest, and who can be met how."""
    reach, meetings = Reach(0.0), []
    for reach in reaching.steps(wanted):
        met = reaching.Meetings(reach, wanted)
        meetings = [(expert, ways) for expert in pool if (ways := met.ways(expert))]
        if len(meetings) >= reaching.ENOUGH:
            break
    return reach, meetings


def _scored(
    network: Network, wanted: Wanted, meetings: list[tuple[Expert, tuple[Modality, ...]]], now: datetime
) -> dict[UUID, _Scored]:
    scorer = Scorer(wanted, now)
    scored = {}
    for expert, ways in meetings:
        standing = network.standing(expert.id)
        free = earliest(standing, ways, now)
        shares = scorer.shares(expert, standing, ways, free)
        scored[expert.id] = _Scored(expert, standing, ways, shares, fit(shares, wanted.level), free)
    return scored


def _first(order: Iterable[tuple[Contender, bool]], limit: int) -> Iterable[tuple[Contender, bool]]:
    for count, each in enumerate(order):
        if count == limit:
            return
        yield each


def _soonest(scored: Iterable[_Scored]) -> _Scored | None:
    """« Le plus tôt »: the first free slot of all; the better fit when two are equal."""
    free = [(each.first_free, -each.fit, each) for each in scored if each.first_free is not None]
    return min(free, key=itemgetter(0, 1))[2] if free else None


def _candidate(each: _Scored, wanted: Wanted, now: datetime, *, ahead: bool) -> Candidate:
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
