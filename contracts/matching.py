"""Shapes of matching: its weights, what a change would have done, and why a listener chose someone else."""

from datetime import datetime
from uuid import UUID

import msgspec


class LevelWeights(msgspec.Struct, frozen=True):
    """Percent by criterion, 100 in all; `tau_hours`: after so many hours a first slot counts for a third."""

    specialty: int
    slot: int
    modality: int
    proximity: int
    continuity: int
    preferences: int
    setting: int
    cost: int
    tau_hours: int


class Weighting(msgspec.Struct, frozen=True):
    """Levels 1–2, 3 and 4–5; `band` points within which fairness decides; capacities count, or everyone as one."""

    light: LevelWeights
    high: LevelWeights
    crisis: LevelWeights
    band: int = 5
    by_capacity: bool = True


class NewWeights(msgspec.Struct, frozen=True):
    """POST /weights, with If-Match: the version that was shown; `why` is kept."""

    weighting: Weighting
    why: str


class Weights(msgspec.Struct, frozen=True):
    """One version of the weights. Version 0 is the design's own."""

    version: int
    weighting: Weighting
    why: str = ""
    at: datetime | None = None
    by: UUID | None = None
    by_name: str = ""


class WeightsHistory(msgspec.Struct, frozen=True):
    """GET /weights: the newest first; the first counts now."""

    versions: list[Weights]


class LevelEffect(msgspec.Struct, frozen=True):
    """What a change would have done to past needs of one level."""

    level: int
    needs: int
    same_first: int  # the same expert stands first
    hours_before: float | None  # median hours to the first slot of whoever stands first
    hours_after: float | None


class Effect(msgspec.Struct, frozen=True):
    """POST /weights/preview: past needs ranked anew with today's network, before and after."""

    needs: int
    same_first: int
    same_three: float  # mean share of the first three that stay
    experts_before: int  # how many different experts stand first
    experts_after: int
    levels: list[LevelEffect]


class NewChoice(msgspec.Struct, frozen=True):
    """POST /contacts/{id}/choice: who was booked; the ranking that stood then is kept 90 days."""

    expert_id: UUID


class Choice(msgspec.Struct, frozen=True):
    """`asks` says that someone else stood first: the reason may be given, after the call, or not."""

    id: UUID
    contact_id: UUID
    at: datetime
    expert_id: UUID
    expert_name: str
    place: int | None  # where the chosen one stood, from 1; None: not among those kept
    first_id: UUID | None
    first_name: str
    asks: bool
    reason: str | None = None


class ChoiceReason(msgspec.Struct, frozen=True):
    """POST /choices/{id}/reason: one tap, never asked twice."""

    reason: str  # person | hour | place | known | specialty | cost | other


class Choices(msgspec.Struct, frozen=True):
    """GET /contacts/{id}/choices."""

    choices: list[Choice]


class ReasonCount(msgspec.Struct, frozen=True):
    reason: str
    count: int


class Overrides(msgspec.Struct, frozen=True):
    """GET /choices/reasons: how often someone else than the first was chosen in 90 days, and why."""

    choices: int
    overridden: int
    reasons: list[ReasonCount]
