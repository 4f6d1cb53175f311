"""Consultation types: how long, how often, how early; and the six that every network starts with."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from contracts.words import Modality, VisitKind
from services.booking.domain import zones
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

    def too_soon(self, starts_at: datetime, now: datetime) -> bool:
        return starts_at < now + timedelta(minutes=self.minimum_notice)

    def beyond_horizon(self, starts_at: datetime, now: datetime, zone: str) -> bool:
        """The horizon is counted in days of the expert's zone, so that a whole day is bookable or none of it."""
        return zones.local_day(starts_at, zone) > self.last_day(now, zone)

    def last_day(self, now: datetime, zone: str) -> date:
        return zones.local_day(now, zone) + timedelta(days=self.horizon_days)


def effective(
    shape: Shape,
    *,
    duration: int | None = None,
    step: int | None = None,
    buffer_before: int | None = None,
    buffer_after: int | None = None,
) -> Shape:
    """The shape of a type in one expert's agenda, where some minutes are said otherwise."""
    said = {"duration": duration, "step": step, "buffer_before": buffer_before, "buffer_after": buffer_after}
    return replace(shape, **{name: minutes for name, minutes in said.items() if minutes is not None})


def _standard(number: int, visit: VisitKind, modality: Modality, public_name: str, colour: str) -> ConsultationType:
    return ConsultationType(
        id=UUID(f"01900000-0000-7000-8000-{number:012d}"),
        public_name=public_name,
        visit=visit,
        modality=modality,
        shape=Shape(duration=45 if visit is VisitKind.FIRST else 30, step=15),
        colour=colour,
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
