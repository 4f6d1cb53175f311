"""One call compared with the whole network: who can be met and how, and how well each fits, column by column.

The products and their order are those of `score.fit`, so that the figures are the same to the last bit.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from heapq import nlargest
from itertools import chain, repeat
from math import exp
from typing import NamedTuple

from contracts.words import Modality
from services.referral.domain.matching import reach as reaching
from services.referral.domain.matching.columns import BLANK, NO_SLOT, STALE, Columns, Nearness, micros
from services.referral.domain.matching.reach import Around, Reach
from services.referral.domain.matching.score import MISSED, UNKNOWN_SHARE, Scorer, cost, known
from services.referral.domain.matching.traits import rows_of
from services.referral.domain.matching.wanted import Wanted

Ways = tuple[Modality, ...]


class Found(NamedTuple):
    """One row that can be met, and how well it fits."""

    row: int
    ways: Ways
    fit: float


@dataclass(frozen=True, slots=True)
class Met:
    """Those who can be met in the same ways: their rows, how well each fits, and their first free slot."""

    ways: Ways
    rows: Sequence[int]
    fits: Sequence[float]
    free: Sequence[int]  # microseconds since 1970, or one of the marks of `columns`


def widened(columns: Columns, eligible: int, wanted: Wanted) -> tuple[Reach, dict[Ways, int]]:
    """The first reach with enough experts, or the widest; and the rows that can be met, by how."""
    near = None
    if wanted.department is not None and reaching.measured(wanted):
        near = columns.near(Around(wanted.department.code))
    reach, met = Reach(0), dict[Ways, int]()
    for reach in reaching.steps(wanted):
        met = _met(columns, eligible, wanted, near, reach.step)
        if sum(mask.bit_count() for mask in met.values()) >= reaching.ENOUGH:
            break
    return reach, met


def _met(columns: Columns, eligible: int, wanted: Wanted, near: Nearness | None, step: int) -> dict[Ways, int]:
    within = near.within(step) if near is not None else columns.placed.having(True)
    found: dict[Ways, int] = {}
    for offered, mask in columns.modalities.masks():
        here = mask & eligible
        for rows, close in ((here & within, True), (here & ~within, False)):
            ways = reaching.ways(wanted, offered, step=step, within=close) if rows else ()
            if ways:
                found[ways] = found.get(ways, 0) | rows
    return found


class Comparison:
    """The call's side of every product, worked out once for each value that experts share."""

    def __init__(self, columns: Columns, scorer: Scorer, weights: Sequence[float]) -> None:
        self._columns, self._scorer, self._weights = columns, scorer, weights
        self._now = micros(scorer.now)
        tongues, settings, fees = columns.tongues.values, columns.audiences.values, columns.fee.values
        self._liked = [weights[5] * scorer.preferences(spoken, gender) for spoken, gender in tongues]
        self._setting = [weights[6] * known(scorer.setting(served)) for served in settings]
        self._cost = [weights[7] * known(cost(fee)) for fee in fees]

    def met(self, ways: Ways, mask: int) -> Met:
        """The rows of `mask`, who can be met in `ways`, compared."""
        columns = self._columns
        rows = rows_of(mask, count=len(columns))
        free = self._first_free(ways, rows)
        taste = self._weights[2] * known(self._scorer.modality(ways))
        parts = zip(  # noqa: B905  # what all have alike repeats without an end
            self._specialty(rows),
            self._slot(free),
            self._proximity(ways, rows),
            self._continuity(rows),
            _shared(self._liked, columns.tongues.codes, rows),
            _shared(self._setting, columns.audiences.codes, rows),
            _shared(self._cost, columns.fee.codes, rows),
            rows,
        )
        fits = [100 * (a + b + taste + d + e + f + g + h) for a, b, d, e, f, g, h, _ in parts]
        return Met(ways, rows, fits, free)

    def _specialty(self, rows: Sequence[int]) -> Iterable[float]:
        weight, motives = self._weights[0], self._scorer.wanted.motives
        unknown = weight * UNKNOWN_SHARE
        if not motives:
            return repeat(unknown)
        if len(motives) == 1:
            one = self._columns.motive(motives[0])
            return [weight * one[row] if one[row] != BLANK else unknown for row in rows]
        return [
            (weight * (best if least else best * MISSED)) if best != BLANK else unknown
            for best, least in self._extremes([self._columns.motive(motive) for motive in motives], rows)
        ]

    @staticmethod
    def _extremes(columns: Sequence[list[float]], rows: Sequence[int]) -> Iterable[tuple[float, float]]:
        """The most and the least that each row knows of these motives."""
        picked = [[column[row] for row in rows] for column in columns]
        return zip(map(max, *picked), map(min, *picked), strict=True)

    def _first_free(self, ways: Ways, rows: Sequence[int]) -> list[int]:
        """The first slot still to come in any of the ways; a mark when there is none."""
        now, found = self._now, list[int]()
        for way in ways:
            column = self._columns.free[way]
            coming = [free if free >= now else STALE for free in map(column.__getitem__, rows)]
            found = list(map(min, found, coming)) if found else coming
        return found

    def _slot(self, free: Sequence[int]) -> list[float]:
        now, tau, weight = self._now, self._scorer.tau, self._weights[1]
        unknown = weight * UNKNOWN_SHARE
        return [
            weight * exp((now - at) / 1_000_000 / tau) if at < STALE else 0.0 if at == NO_SLOT else unknown
            for at in free
        ]

    def _proximity(self, ways: Ways, rows: Sequence[int]) -> Iterable[float]:
        weight, wanted = self._weights[3], self._scorer.wanted
        if ways[0] is not Modality.IN_PERSON:
            hours = [weight * self._scorer.hours(zone) for zone in self._columns.zone.values]
            return _shared(hours, self._columns.zone.codes, rows)
        if wanted.department is None:
            return repeat(weight * UNKNOWN_SHARE)
        close = self._columns.near(Around(wanted.department.code)).closeness
        return [weight * close[row] for row in rows]

    def _continuity(self, rows: Sequence[int]) -> Iterable[float]:
        places, met = self._columns.rows, self._scorer.wanted.known
        known_rows = {places[each] for each in met if each in places}
        if not known_rows:
            return repeat(0.0)
        return [self._weights[4] * (row in known_rows) for row in rows]


def _shared(table: Sequence[float], codes: Sequence[int], rows: Sequence[int]) -> Iterable[float]:
    """What each row's value counts; without looking when all values count the same."""
    return repeat(table[0]) if len(set(table)) == 1 else [table[codes[row]] for row in rows]


@dataclass(frozen=True, slots=True)
class Compared:
    """Who can be met, in groups; each group is in the order of its rows."""

    reach: Reach
    groups: Sequence[Met]

    def __len__(self) -> int:
        return sum(len(group.rows) for group in self.groups)

    def best(self, most: int, *, band: float) -> list[Found]:
        """All who may stand among the first `most`: they lie within a band of the `most`-th best fit; in row order."""
        best = nlargest(most, chain.from_iterable(group.fits for group in self.groups))
        least = best[-1] - band if best else 0.0
        return sorted(
            Found(row, group.ways, fit)
            for group in self.groups
            for row, fit in zip(group.rows, group.fits, strict=True)
            if fit >= least
        )

    def soonest(self) -> Found | None:
        """The first free slot of all; the better fit when two are equal."""
        firsts = []
        for group in self.groups:
            first = min(group.free, default=STALE)
            if first < STALE:
                fit, row = min((-group.fits[at], group.rows[at]) for at, free in enumerate(group.free) if free == first)
                firsts.append((first, fit, Found(row, group.ways, -fit)))
        return min(firsts)[2] if firsts else None

    def of(self, row: int) -> Found | None:
        """One row, when it can be met."""
        for group in self.groups:
            if row in group.rows:
                return Found(row, group.ways, group.fits[group.rows.index(row)])
        return None


def compared(columns: Columns, eligible: int, scorer: Scorer, weights: Sequence[float]) -> Compared:
    """Everybody eligible who can be met."""
    reach, met = widened(columns, eligible, scorer.wanted)
    comparison = Comparison(columns, scorer, weights)
    return Compared(reach, [comparison.met(ways, mask) for ways, mask in met.items()])
