"""The ranked list of a call: filters, widening, score, fairness, reasons, and the two cards that stand first."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import NamedTuple, Self
from uuid import UUID

from contracts.referral import Candidate, Candidates
from contracts.words import Modality
from services.referral.domain import experts
from services.referral.domain.experts import Expert, Standing
from services.referral.domain.matching import reach as reaching
from services.referral.domain.matching.columns import Columns
from services.referral.domain.matching.comparing import Found, compared
from services.referral.domain.matching.fairness import Contender, in_order
from services.referral.domain.matching.filters import eligible_rows
from services.referral.domain.matching.reasons import reasons, sentence
from services.referral.domain.matching.score import Scorer, Shares, earliest
from services.referral.domain.matching.wanted import Wanted
from services.referral.domain.matching.weights import STANDARD, Weights

FEW = "Moins de cinq professionnels : pensez aussi aux structures et aux services"


@dataclass(frozen=True, slots=True)
class Network:
    """Every expert and where they stand; `taken` counts the people each took in the last 7 days."""

    columns: Columns
    taken: Mapping[UUID, int]
    weights: Weights = STANDARD

    @classmethod
    def of(cls, experts: Mapping[UUID, Expert], standings: Mapping[UUID, Standing]) -> Self:
        """A network in which nobody has taken anybody yet."""
        return cls(Columns(experts.values(), standings.values()), {})

    def expert(self, expert_id: UUID) -> Expert | None:
        row = self.columns.rows.get(expert_id)
        return None if row is None else self.columns.experts[row]


class Scored(NamedTuple):
    """One expert who can be met, and how well they fit."""

    expert: Expert
    standing: Standing
    ways: tuple[Modality, ...]
    shares: Shares
    fit: float
    first_free: datetime | None


class Ranking:
    """The network compared with one call: everyone who passes the hard filters and can be met.

    Thousands are compared by figures alone; only those who are shown are looked at one by one.
    """

    def __init__(self, network: Network, wanted: Wanted, *, now: datetime) -> None:
        self._columns, self._wanted, self._now = network.columns, wanted, now
        self._band = network.weights.band
        self._scorer = Scorer(wanted, now, network.weights)
        eligible = eligible_rows(self._columns, wanted, day=now.date(), taken=network.taken)
        self._found = compared(self._columns, eligible, self._scorer, network.weights.of(wanted.level))
        self.reach = self._found.reach

    def __len__(self) -> int:
        return len(self._found)

    def first(self, most: int) -> list[tuple[Scored, bool]]:
        """The first `most` by fit and fairness; True beside one who passed a better fit."""
        near = {self._columns.experts[found.row].id: found for found in self._found.best(most, band=self._band)}
        contenders = (
            Contender(each, found.fit, self._columns.passes[found.row], self._free(found))
            for each, found in near.items()
        )
        order = in_order(contenders, seed=self._wanted.seed, band=self._band)
        return [(self._scored(near[each.expert_id]), ahead) for each, ahead in islice(order, most)]

    def soonest(self) -> Scored | None:
        """« Le plus tôt »: the first free slot of all; the better fit when two are equal."""
        found = self._found.soonest()
        return None if found is None else self._scored(found)

    def of(self, expert_id: UUID) -> Scored | None:
        """One expert, when they may be proposed."""
        row = self._columns.rows.get(expert_id)
        found = None if row is None else self._found.of(row)
        return None if found is None else self._scored(found)

    def _free(self, found: Found) -> datetime | None:
        return earliest(self._columns.standing(found.row), found.ways, self._now)

    def _scored(self, found: Found) -> Scored:
        expert, standing, free = self._columns.experts[found.row], self._columns.standing(found.row), self._free(found)
        shares = self._scorer.shares(expert, standing, found.ways, free)
        return Scored(expert, standing, found.ways, shares, found.fit, free)


def ranked(network: Network, wanted: Wanted, *, now: datetime, limit: int, version: int = 0) -> Candidates:
    """The first `limit` candidates in order; the earliest is among them even when it ranks lower."""
    ranking = Ranking(network, wanted, now=now)
    chosen, soonest = ranking.first(limit), ranking.soonest()
    if soonest is not None and all(each.expert.id != soonest.expert.id for each, _ in chosen):
        chosen.append((soonest, False))
    return Candidates(
        candidates=[_candidate(each, wanted, now, ahead=ahead) for each, ahead in chosen],
        matching=len(ranking),
        network=len(network.columns),
        earliest=soonest.expert.id if soonest else None,
        best=chosen[0][0].expert.id if chosen else None,
        widened=ranking.reach.words or (FEW if len(ranking) < reaching.ENOUGH else None),
        version=version,
        wider=wanted.wider,
        next_wider=reaching.next_wider(wanted, ranking.reach.step),
    )


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
