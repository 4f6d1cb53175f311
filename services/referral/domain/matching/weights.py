"""How much each criterion counts, by level: data with a version, changed by the coordinator (referral.md §3.2)."""

from dataclasses import dataclass
from typing import Final

from contracts.matching import LevelWeights, Weighting
from kit.errors import Changed, Invalid

CRITERIA: Final = ("specialty", "slot", "modality", "proximity", "continuity", "preferences", "setting", "cost")
"""In the order of the shares of the score."""
LABELS: Final = {
    "specialty": "Motif et spécialité",
    "slot": "Premier créneau",
    "modality": "Façon de se voir",
    "proximity": "Proximité, ou mêmes heures",
    "continuity": "Déjà rencontré",
    "preferences": "Langue et préférences",
    "setting": "Connaît ce métier",
    "cost": "Coût",
}
BANDS: Final = {"light": "Niveaux 1 et 2", "high": "Niveau 3", "crisis": "Niveaux 4 et 5"}
"""The levels that share a column of weights."""
LONGEST_TAU: Final = 336.0
WIDEST_BAND: Final = 15.0


class WeightsRefused(Invalid):
    """These weights cannot be used; each field says why."""


class WeightsChanged(Changed):
    """Someone changed the weights since this page was opened."""


@dataclass(frozen=True, slots=True)
class Weights:
    """One column per band of levels: weights that sum to 1, and how many hours make a slot count for a third."""

    version: int
    light: tuple[float, ...]
    high: tuple[float, ...]
    crisis: tuple[float, ...]
    tau: tuple[float, float, float] = (72.0, 24.0, 6.0)
    band: float = 5.0  # points within which fairness decides
    by_capacity: bool = True  # False: everyone counts as one, whatever their weekly capacity

    def of(self, level: int | None) -> tuple[float, ...]:
        """The weights of a level; none said counts as level 2."""
        return self.crisis if (level or 2) >= 4 else self.high if level == 3 else self.light

    def tau_hours(self, level: int | None) -> float:
        return self.tau[2] if (level or 2) >= 4 else self.tau[1] if level == 3 else self.tau[0]


STANDARD: Final = Weights(
    version=0,
    light=(0.30, 0.15, 0.10, 0.10, 0.10, 0.10, 0.08, 0.07),
    high=(0.25, 0.30, 0.10, 0.08, 0.10, 0.07, 0.05, 0.05),
    crisis=(0.20, 0.45, 0.10, 0.05, 0.05, 0.05, 0.05, 0.05),
)
"""Those of the design, until someone changes them."""


def checked(told: Weighting, *, version: int) -> Weights:
    """What was typed, as version `version`; `weights-refused` names every column that does not sum to 100."""
    wrong: dict[str, str] = {}
    columns: list[list[int]] = []
    for name in BANDS:
        column: LevelWeights = getattr(told, name)
        values = [getattr(column, criterion) for criterion in CRITERIA]
        if any(not 0 <= value <= 100 for value in values):
            wrong[name] = "between 0 and 100"
        elif sum(values) != 100:
            wrong[name] = f"sums to {sum(values)}, not 100"
        if not 1 <= column.tau_hours <= LONGEST_TAU:
            wrong[f"{name}_tau_hours"] = "1 to 336 hours"
        columns.append(values)
    if not 0 <= told.band <= WIDEST_BAND:
        wrong["band"] = "0 to 15 points"
    if wrong:
        raise WeightsRefused(fields=wrong)
    taus = (float(told.light.tau_hours), float(told.high.tau_hours), float(told.crisis.tau_hours))
    light, high, crisis = (tuple(value / 100 for value in values) for values in columns)
    return Weights(version, light, high, crisis, taus, float(told.band), told.by_capacity)


def as_told(weights: Weights) -> Weighting:
    """The same in percent, as the page and programs read it."""

    def column(values: tuple[float, ...], tau: float) -> LevelWeights:
        told = {name: round(value * 100) for name, value in zip(CRITERIA, values, strict=True)}
        return LevelWeights(**told, tau_hours=round(tau))

    light, high, crisis = (
        column(values, tau)
        for values, tau in zip((weights.light, weights.high, weights.crisis), weights.tau, strict=True)
    )
    return Weighting(light=light, high=high, crisis=crisis, band=round(weights.band), by_capacity=weights.by_capacity)
