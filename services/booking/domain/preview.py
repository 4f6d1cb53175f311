"""What openings come to before they are saved: day by day, the starts that would be offered."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from services.booking.domain.agenda import full_days
from services.booking.domain.openings import Occurrence
from services.booking.domain.slots import free_time, starts
from services.booking.domain.spans import Span
from services.booking.domain.types import ConsultationType

MOST_DAYS = 12
"""As many as a page shows: the rhythm is seen by then."""


@dataclass(frozen=True)
class PreviewDay:
    """One opening, what can be offered in it, whether something stands in it already, or it is still too far."""

    day: date
    span: Span
    starts: tuple[datetime, ...]
    taken: bool
    far: bool


def days(
    openings: Sequence[Occurrence],
    kind: ConsultationType | None,
    *,
    busy: Iterable[Span],
    claims: Iterable[Span],
    zone: str,
    daily_limit: int | None,
    now: datetime,
) -> list[PreviewDay]:
    """The first of `openings` that are not over, with their starts for `kind` (none without a type)."""
    claims = list(claims)
    taken = [*busy, *claims, *full_days(claims, zone, daily_limit)]
    found = []
    for one in [one for one in openings if one.span.end > now][:MOST_DAYS]:
        near = [span for span in taken if span.overlaps(one.span)]
        offered: tuple[datetime, ...] = ()
        if kind is not None:
            cut = now + timedelta(minutes=kind.minimum_notice)
            offered = tuple(
                start
                for start in starts(free_time([one.span], near, ()), kind.shape, cut)
                if not kind.beyond_horizon(start, now, zone)
            )
        far = kind is not None and kind.beyond_horizon(one.span.start, now, zone)
        found.append(PreviewDay(one.day, one.span, offered, bool(near), far))
    return found
