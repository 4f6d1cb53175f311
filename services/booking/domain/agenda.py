"""The day of one agenda as the search reads it: `AgendaDay` is derived, and this is how."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

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


def agenda_days(
    expert_id: UUID,
    *,
    openings: Iterable[tuple[Occurrence, frozenset[UUID]]],
    busy: Iterable[Span],
    claims: Iterable[Span],
    shapes: Mapping[UUID, Shape],
) -> list[AgendaDay]:
    """The agenda days of one expert; an opening over midnight belongs to the day on which it begins."""
    spans: dict[tuple[date, UUID], list[Span]] = {}
    for occurrence, type_ids in openings:
        for type_id in type_ids & shapes.keys():
            spans.setdefault((occurrence.day, type_id), []).append(occurrence.span)
    taken = [*busy, *claims]
    days = []
    for (day, type_id), opened in sorted(spans.items()):
        first, last = min(opened).start, max(span.end for span in opened)
        near = [span for span in taken if span.start < last and first < span.end]
        free = free_time(opened, near, ())
        days.append(AgendaDay(expert_id, type_id, day, tuple(free), first_start(free, shapes[type_id])))
    return days
