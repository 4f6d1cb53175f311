"""Why there is no slot: every reason that stands against a day or an hour, in the order in which people can mend it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from services.booking.domain.agenda import full_days
from services.booking.domain.experts import Expert
from services.booking.domain.slots import starts
from services.booking.domain.spans import Span, subtract, union
from services.booking.domain.types import ConsultationType, Shape
from services.booking.domain.zones import local_day

CLAIMED = ("appointment", "hold")


@dataclass(frozen=True)
class Block:
    """Something that takes time: an absence, a holiday, another calendar, an appointment, a hold."""

    code: str
    id: str
    span: Span


@dataclass(frozen=True)
class Opened:
    """An opening near the day, for this type or only for others."""

    id: str
    day: date
    span: Span
    for_type: bool


@dataclass(frozen=True)
class Blocker:
    """One reason, with where it lies, what it is and its figure."""

    code: str
    span: Span | None = None
    id: str | None = None
    minutes: int | None = None
    number: int | None = None


@dataclass(frozen=True)
class Around:
    """One agenda near a day, for one type with the expert's own minutes."""

    expert: Expert
    kind: ConsultationType
    opened: Sequence[Opened]
    blocks: Sequence[Block]
    cancelled: bool  # a rule would have opened that day, and was told not to
    daily_limit: int | None
    now: datetime

    @property
    def zone(self) -> str:
        return self.expert.time_zone

    @property
    def mine(self) -> list[Span]:
        return union(one.span for one in self.opened if one.for_type)

    @property
    def taken(self) -> list[Span]:
        return union([*(one.span for one in self.blocks), *self.full])

    @property
    def full(self) -> list[Span]:
        claims = [one.span for one in self.blocks if one.code in CLAIMED]
        return full_days(claims, self.zone, self.daily_limit)

    @property
    def cut(self) -> datetime:
        return self.now + timedelta(minutes=self.kind.minimum_notice)

    def fitting(self, shape: Shape) -> list[datetime]:
        """The starts of the grid in what is open and not taken."""
        return list(starts(subtract(self.mine, self.taken), shape))


def explain_day(around: Around, day: date) -> tuple[list[datetime], list[Blocker]]:
    """The starts offered on this local day, and what stands against others or against all."""
    against = _never(around) or _calendar(around, day)
    near = [one for one in around.opened if day in (one.day, local_day(one.span.start, around.zone))]
    mine = [one for one in near if one.for_type]
    if not mine and not any(_touches(one.span, day, around.zone) for one in around.opened if one.for_type):
        return [], [*against, _no_opening(around, near)]
    found = [
        Blocker(one.code, one.span, one.id) for one in around.blocks if any(one.span.overlaps(m.span) for m in mine)
    ]
    found += [
        Blocker("daily-limit", span, number=around.daily_limit)
        for span in around.full
        if local_day(span.start, around.zone) == day
    ]
    fitting = [start for start in around.fitting(around.kind.shape) if local_day(start, around.zone) == day]
    if not fitting:
        found += _too_short(around, day)
    gone = [start for start in fitting if start < around.now]
    if gone and not against:
        found.append(Blocker("gone", Span(gone[0], gone[-1])))
    late = [start for start in fitting if around.now <= start < around.cut]
    if late:
        found.append(Blocker("notice", Span(late[0], late[-1]), minutes=around.kind.minimum_notice))
    return ([] if against else [start for start in fitting if start >= around.cut]), against + found


def explain_at(around: Around, at: datetime) -> list[Blocker]:
    """What stands against one hour; empty when it is offered."""
    kind, shape, day = around.kind, around.kind.shape, local_day(at, around.zone)
    against = _never(around) or _calendar(around, day)
    if not against and at < around.cut:
        against.append(Blocker("notice", minutes=kind.minimum_notice))
    claim, bare = shape.claim(at), Span(at, shape.ends_at(at))
    touching = [one for one in around.opened if one.span.overlaps(bare)]
    if not any(one.for_type for one in touching):
        against.append(_no_opening(around, touching))
    elif subtract([claim], around.mine):
        against.append(Blocker("too-short", _around(around.mine, bare), minutes=int(shape.whole.total_seconds()) // 60))
    for one in around.blocks:
        if one.span.overlaps(bare):
            against.append(Blocker(one.code, one.span, one.id))
        elif one.span.overlaps(claim):
            against.append(Blocker("buffer", one.span, one.id, minutes=max(shape.buffer_before, shape.buffer_after)))
    against += [Blocker("daily-limit", span, number=around.daily_limit) for span in around.full if span.overlaps(claim)]
    if not against and at not in around.fitting(shape):
        against.append(Blocker("off-grid", minutes=shape.step))
    return against


def _never(around: Around) -> list[Blocker]:
    """What no hour of this agenda can mend."""
    if not around.expert.active:
        return [Blocker("inactive")]
    if not around.kind.active:
        return [Blocker("type-closed")]
    if around.kind.modality not in around.expert.modalities:
        return [Blocker("modality")]
    return []


def _calendar(around: Around, day: date) -> list[Blocker]:
    if day < local_day(around.now, around.zone):
        return [Blocker("past")]
    if day > around.kind.last_day(around.now, around.zone):
        return [Blocker("horizon", number=around.kind.horizon_days)]
    return []


def _no_opening(around: Around, near: Sequence[Opened]) -> Blocker:
    if near:
        return Blocker("other-types", near[0].span, near[0].id)
    return Blocker("cancelled" if around.cancelled else "no-rule")


def _too_short(around: Around, day: date) -> list[Blocker]:
    """What is left is too short: for the consultation itself, or only because of the minutes around it."""
    shape = around.kind.shape
    left = [one for one in subtract(around.mine, around.taken) if _touches(one, day, around.zone)]
    if not left:
        return []
    longest = max(left, key=lambda one: one.end - one.start)
    bare = Shape(shape.duration, shape.step)
    fits = any(local_day(start, around.zone) == day for start in around.fitting(bare))
    whole = int(shape.whole.total_seconds()) // 60
    return [Blocker("buffer" if fits else "too-short", longest, minutes=whole)]


def _touches(span: Span, day: date, zone: str) -> bool:
    return local_day(span.start, zone) <= day <= local_day(span.end - timedelta(microseconds=1), zone)


def _around(spans: Sequence[Span], bare: Span) -> Span:
    return next(one for one in spans if one.overlaps(bare))
