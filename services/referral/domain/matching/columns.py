"""The network as columns: what each comparison needs of an expert, worked out once and kept until that row changes."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Final
from uuid import UUID

from contracts.words import ExpertProfession, Modality
from services.referral.domain.experts import Expert, Fee, Standing
from services.referral.domain.matching.reach import Around
from services.referral.domain.matching.score import closeness
from services.referral.domain.matching.traits import Trait, bits

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)
STALE: Final = 1 << 61
"""A slot that has passed; above every instant, so that the smallest of several is one still to come."""
NO_SLOT: Final = STALE + 1
"""Booking said that there is none."""
SILENT: Final = STALE + 2
"""Booking has not spoken of this expert."""
BLANK: Final = -1.0
"""The weight of every motive for an expert of whom no specialty is known."""


class Nearness:
    """Of one département: from which step on each row may be met there, and how close they are."""

    def __init__(self, around: Around, experts: Iterable[Expert]) -> None:
        self._around = around
        far = [around.nearest(expert.places) for expert in experts]
        self.closeness = [closeness(km) for _, km in far]
        self._steps = [step for step, _ in far]
        self._within: dict[int, int] = {}

    def put(self, row: int, expert: Expert) -> None:
        """An expert who may have moved."""
        step, km = self._around.nearest(expert.places)
        self._within.clear()
        if row == len(self.closeness):
            self.closeness.append(closeness(km))
            self._steps.append(step)
        else:
            self.closeness[row], self._steps[row] = closeness(km), step

    def within(self, step: int) -> int:
        """The rows that may be met in person at this step."""
        found = self._within.get(step)
        if found is None:
            near = (row for row, first in enumerate(self._steps) if first <= step)
            found = self._within[step] = bits(near, count=len(self._steps))
        return found


class Columns:
    """One row per expert, in the order in which they came."""

    def __init__(self, experts: Iterable[Expert] = (), standings: Iterable[Standing] = ()) -> None:
        self.experts: list[Expert] = []
        self.rows: dict[UUID, int] = {}
        self.open: Trait[bool] = Trait()
        self.crisis: Trait[bool] = Trait()
        self.placed: Trait[bool] = Trait()
        self.profession: Trait[ExpertProfession] = Trait()
        self.modalities: Trait[frozenset[Modality]] = Trait()
        self.languages: Trait[frozenset[str]] = Trait()
        self.tongues: Trait[tuple[frozenset[str], str | None]] = Trait()  # languages and gender, which wishes name
        self.audiences: Trait[frozenset[str]] = Trait()
        self.accessibility: Trait[frozenset[str]] = Trait()
        self.exclusions: Trait[frozenset[str]] = Trait()
        self.departments: Trait[frozenset[str]] = Trait()
        self.employer: Trait[bytes | None] = Trait()
        self.fee: Trait[Fee] = Trait()
        self.zone: Trait[str] = Trait()
        self.capacity: Trait[int] = Trait()
        self.checked: Trait[date] = Trait()
        self.leave: Trait[tuple[tuple[date, date], ...]] = Trait()
        self.passes: list[float] = []
        self.free: dict[Modality, list[int]] = {way: [] for way in Modality}
        self._told: dict[UUID, Standing] = {}
        self._motives: dict[str, list[float]] = {}
        self._blank: list[float] = []
        self._near: dict[str, Nearness] = {}
        for standing in standings:
            self._told[standing.expert_id] = standing
        for expert in experts:
            self.put(expert)

    def __len__(self) -> int:
        return len(self.experts)

    def standing(self, row: int) -> Standing:
        """Where the expert of a row stands; at the beginning when nothing was said."""
        expert_id = self.experts[row].id
        return self._told.get(expert_id) or Standing(expert_id)

    def put(self, expert: Expert) -> None:
        """A newcomer, or an expert who changed."""
        row = self.rows.get(expert.id)
        if row is None:
            row = self.rows[expert.id] = len(self.experts)
            self.experts.append(expert)
            self.passes.append(0.0)
            for column in self.free.values():
                column.append(SILENT)
            for weights in (self._blank, *self._motives.values()):
                weights.append(0.0)
            self._stand(row, self.standing(row))
        self.experts[row] = expert
        self.open.put(row, expert.active and expert.offered)
        self.crisis.put(row, expert.crisis)
        self.placed.put(row, bool(expert.places))
        self.profession.put(row, expert.profession)
        self.modalities.put(row, expert.modalities)
        self.languages.put(row, expert.languages)
        self.tongues.put(row, (expert.languages, expert.gender))
        self.audiences.put(row, expert.audiences)
        self.accessibility.put(row, expert.accessibility)
        self.exclusions.put(row, expert.exclusions)
        self.departments.put(row, frozenset(place.department for place in expert.places))
        self.employer.put(row, expert.employer)
        self.fee.put(row, expert.fee)
        self.zone.put(row, expert.time_zone)
        self.capacity.put(row, expert.capacity)
        self.checked.put(row, expert.checked_at)
        self.leave.put(row, expert.leave)
        for near in self._near.values():
            near.put(row, expert)
        self._weigh(row, expert.specialties)

    def forget(self, expert_ids: Iterable[UUID]) -> None:
        """Those who never came after all: the row stays, and nobody is proposed from it."""
        for expert_id in expert_ids:
            if (row := self.rows.get(expert_id)) is not None:
                self.put(replace(self.experts[row], active=False))

    def stand(self, standing: Standing) -> None:
        """A turn taken or given back, or what booking announced."""
        self._told[standing.expert_id] = standing
        row = self.rows.get(standing.expert_id)
        if row is not None:
            self._stand(row, standing)

    def motive(self, motive: str) -> list[float]:
        """How much each expert knows of a motive, 0–1; `BLANK` when nothing is known of them."""
        return self._motives.get(motive, self._blank)

    def near(self, around: Around) -> Nearness:
        """How near everybody is to a département; measured once, at the first call from there."""
        found = self._near.get(around.code)
        if found is None:
            found = self._near[around.code] = Nearness(around, self.experts)
        return found

    def _stand(self, row: int, standing: Standing) -> None:
        self.passes[row] = standing.stride_pass
        nothing = NO_SLOT if standing.announced else SILENT
        for way, column in self.free.items():
            free = standing.first_free.get(way)
            column[row] = nothing if free is None else micros(free)

    def _weigh(self, row: int, specialties: dict[str, float]) -> None:
        for motive in specialties.keys() - self._motives.keys():
            self._motives[motive] = list(self._blank)
        nothing = 0.0 if specialties else BLANK
        self._blank[row] = nothing
        for motive, column in self._motives.items():
            column[row] = specialties.get(motive, nothing)


def micros(instant: datetime) -> int:
    """Microseconds since 1970: whole, so that differences are those of the datetimes themselves."""
    return (instant - EPOCH) // MICROSECOND
