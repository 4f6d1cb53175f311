"""Consultation types: how long, how often, how early; and the six that every network starts with."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from contracts.words import BookableBy, Modality, Privacy, VisitKind
from services.booking.domain import refusals, zones
from services.booking.domain.spans import Span


@dataclass(frozen=True)
class Shape:
    """What a slot of one type takes in one agenda, in minutes."""

    duration: int
    step: int
    buffer_before: int = 0
    buffer_after: int = 0

    def claim(self, starts_at: datetime) -> Span:
        """All the time that an appointment at `starts_at` takes from the agenda."""
        return Span(
            starts_at - timedelta(minutes=self.buffer_before),
            starts_at + timedelta(minutes=self.duration + self.buffer_after),
        )

    def ends_at(self, starts_at: datetime) -> datetime:
        return starts_at + timedelta(minutes=self.duration)

    @property
    def whole(self) -> timedelta:
        """Both buffers and the duration."""
        return timedelta(minutes=self.buffer_before + self.duration + self.buffer_after)


@dataclass(frozen=True)
class ConsultationType:
    """A kind of appointment that experts may offer; limits in minutes before the start, horizon in local days."""

    id: UUID
    public_name: str
    visit: VisitKind
    modality: Modality
    shape: Shape
    minimum_notice: int = 15
    horizon_days: int = 60
    cancel_limit: int = 240
    move_limit: int = 240
    colour: str = ""
    private_name: str = ""
    active: bool = True
    bookable_by: BookableBy = BookableBy.PERSON
    privacy: Privacy = Privacy.NEUTRAL
    instructions_before: str = ""
    instructions_after: str = ""
    version: int = 1

    def instructions(self, starts_at: datetime, now: datetime) -> str:
        """What the person is asked to read: before the hour, and once it has begun."""
        return self.instructions_before if now < starts_at else self.instructions_after

    def too_soon(self, starts_at: datetime, now: datetime) -> bool:
        return starts_at < now + timedelta(minutes=self.minimum_notice)

    def beyond_horizon(self, starts_at: datetime, now: datetime, zone: str) -> bool:
        """The horizon is counted in days of the expert's zone, so that a whole day is bookable or none of it."""
        return zones.local_day(starts_at, zone) > self.last_day(now, zone)

    def last_day(self, now: datetime, zone: str) -> date:
        return zones.local_day(now, zone) + timedelta(days=self.horizon_days)


@dataclass(frozen=True)
class Own:
    """What one expert says otherwise of a type, in minutes; None where the type's own counts."""

    duration: int | None = None
    step: int | None = None
    buffer_before: int | None = None
    buffer_after: int | None = None
    minimum_notice: int | None = None


HORIZON_MOST = 90
"""Days; agendas are derived no further."""
WEEKS = 4 * 7 * 24 * 60
COLOURS = ("azur", "lavande", "sauge", "ambre", "prune", "ardoise")
BOUNDS = {
    "duration": (5, 8 * 60),
    "step": (5, 4 * 60),
    "buffer_before": (0, 2 * 60),
    "buffer_after": (0, 2 * 60),
    "minimum_notice": (0, WEEKS),
    "horizon_days": (1, HORIZON_MOST),
    "cancel_limit": (0, WEEKS),
    "move_limit": (0, WEEKS),
}
LONGEST_NAME, LONGEST_INSTRUCTIONS = 80, 1000


def check(kind: ConsultationType) -> ConsultationType:
    """The type if it may be kept; `type-not-valid` names what cannot be, with its bounds."""
    wrong = _outside(
        {
            **{name: getattr(kind.shape, name) for name in ("duration", "step", "buffer_before", "buffer_after")},
            **{name: getattr(kind, name) for name in ("minimum_notice", "horizon_days", "cancel_limit", "move_limit")},
        }
    )
    for name in ("public_name", "private_name"):
        if not 1 <= len(getattr(kind, name).strip()) <= LONGEST_NAME:
            wrong[name] = f"1 to {LONGEST_NAME} letters"
    for name in ("instructions_before", "instructions_after"):
        if len(getattr(kind, name)) > LONGEST_INSTRUCTIONS:
            wrong[name] = f"at most {LONGEST_INSTRUCTIONS} letters"
    if kind.colour not in COLOURS:
        wrong["colour"] = "one of ours"
    if wrong:
        raise refusals.TypeNotValid(fields=wrong)
    return kind


def check_own(own: Own) -> Own:
    """What an expert may say otherwise; `type-not-valid` names what cannot be."""
    wrong = _outside({name: value for name in Own.__dataclass_fields__ if (value := getattr(own, name)) is not None})
    if wrong:
        raise refusals.TypeNotValid(fields=wrong)
    return own


def check_daily_limit(limit: int | None) -> int | None:
    """Appointments in one day, None for no limit."""
    if limit is not None and not 1 <= limit <= 50:
        raise refusals.TypeNotValid(fields={"daily_limit": "1 to 50"})
    return limit


def _outside(minutes: dict[str, int]) -> dict[str, str]:
    bounds = {name: BOUNDS[name] for name in minutes}
    return {name: f"{least} to {most}" for name, (least, most) in bounds.items() if not least <= minutes[name] <= most}


def _standard(number: int, visit: VisitKind, modality: Modality, public_name: str, colour: str) -> ConsultationType:
    return ConsultationType(
        id=UUID(f"01900000-0000-7000-8000-{number:012d}"),
        public_name=public_name,
        visit=visit,
        modality=modality,
        shape=Shape(duration=45 if visit is VisitKind.FIRST else 30, step=15),
        colour=colour,
        bookable_by=BookableBy.ONLINE if visit is VisitKind.FIRST else BookableBy.PERSON,
    )


STANDARD_TYPES = (
    _standard(1, VisitKind.FIRST, Modality.VIDEO, "Premier rendez-vous en visio", "azur"),
    _standard(2, VisitKind.FIRST, Modality.PHONE, "Premier rendez-vous par téléphone", "azur"),
    _standard(3, VisitKind.FIRST, Modality.IN_PERSON, "Premier rendez-vous sur place", "azur"),
    _standard(4, VisitKind.FOLLOW_UP, Modality.VIDEO, "Rendez-vous de suivi en visio", "lavande"),
    _standard(5, VisitKind.FOLLOW_UP, Modality.PHONE, "Rendez-vous de suivi par téléphone", "lavande"),
    _standard(6, VisitKind.FOLLOW_UP, Modality.IN_PERSON, "Rendez-vous de suivi sur place", "lavande"),
)
"""Written by the first migration with these ids, so that seeds, tests and services agree on them."""
