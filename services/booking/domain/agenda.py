"""The day of one agenda as the search reads it: `AgendaDay` is derived, and this is how."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from services.booking.domain import zones
from services.booking.domain.openings import Occurrence
from services.booking.domain.slots import first_start, free_time
from services.booking.domain.spans import Span
from services.booking.domain.types import Shape


@dataclass(frozen=True)
class AgendaDay:
    """Free time of one expert for one type in the openings that begin on one local day."""

    expert_id: UUID
    type_id: UUID
    day: date
    free: tuple[Span, ...]
    first_free: datetime | None


def whole_day(day: date, zone: str) -> Span:
    """A local day from midnight to midnight."""
    return Span(zones.instant(day, time(0), zone), zones.instant(day + timedelta(days=1), time(0), zone))


def full_days(claims: Iterable[Span], zone: str, limit: int | None) -> list[Span]:
    """The local days that as many claims touch as the expert wants in one day."""
    if limit is None:
        return []
    moment = timedelta(microseconds=1)
    touched = Counter(
        day
        for claim in claims
        for day in zones.days_between(zones.local_day(claim.start, zone), zones.local_day(claim.end - moment, zone))
    )
    return [whole_day(day, zone) for day, count in sorted(touched.items()) if count >= limit]


def agenda_days(
    expert_id: UUID,
    *,
    openings: Iterable[tuple[Occurrence, frozenset[UUID]]],
    busy: Iterable[Span],
    claims: Iterable[Span],
    shapes: Mapping[UUID, Shape],
    zone: str = "Europe/Paris",
    daily_limit: int | None = None,
) -> list[AgendaDay]:
    """The agenda days of one expert; an opening over midnight belongs to the day on which it begins."""
    claims = list(claims)
    spans: dict[tuple[date, UUID], list[Span]] = {}
    for occurrence, type_ids in openings:
        for type_id in type_ids & shapes.keys():
            spans.setdefault((occurrence.day, type_id), []).append(occurrence.span)
    taken = [*busy, *claims, *full_days(claims, zone, daily_limit)]
    days = []
    for (day, type_id), opened in sorted(spans.items()):
        first, last = min(opened).start, max(span.end for span in opened)
        near = [span for span in taken if span.start < last and first < span.end]
        free = free_time(opened, near, ())
        days.append(AgendaDay(expert_id, type_id, day, tuple(free), first_start(free, shapes[type_id])))
    return days
