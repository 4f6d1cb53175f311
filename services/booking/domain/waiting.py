"""The waiting list: whom a slot that came free suits, how it is offered, how long it is kept for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from math import ceil
from uuid import UUID

from contracts.waiting import Window
from contracts.words import Modality, VisitKind
from kit.errors import Conflict, Gone, Invalid, NotFound
from services.booking.domain import zones

FAR, NEAR, CLOSE = timedelta(hours=72), timedelta(hours=24), timedelta(hours=2)
HELD_FAR, HELD_NEAR = timedelta(hours=12), timedelta(hours=3)
"""How long a slot is kept for one person: longer than a shift when it is days away."""
BATCH_OPEN = timedelta(hours=1)
MOST_IN_BATCH = 3
LAST_MOMENT = timedelta(minutes=30)
"""No offer stays open nearer to its hour than this."""
GAIN = timedelta(hours=24)
"""Who has an appointment is not disturbed for less than a day."""
MOST_OPEN = 3
MOST_IGNORED = 3
MOST_CHAINED = 3
LONGEST = timedelta(days=60)
MORNING, EVENING = time(8), time(21)
MOST_WINDOWS = 14


class UnknownWaiting(NotFound):
    """No such entry in the waiting list, or none of this caller's."""


class UnknownOfferedHour(NotFound):
    """No such offer of an hour, or none of this caller's."""


class OfferOver(Gone):
    """The offer was kept for its time, and that is over."""


class NoLongerWaiting(Conflict):
    """The entry has ended."""


class WishNotValid(Invalid):
    """What was said of when it suits, or until when, cannot be."""


class Mode(StrEnum):
    """How an hour is offered."""

    EXCLUSIVE = "exclusive"  # held for one person
    BATCH = "batch"  # to a few, the first to confirm has it
    CALL = "call"  # by voice: too near for any message


@dataclass(frozen=True)
class Entry:
    """One need that waits, with the appointment that it would rather have earlier, if any."""

    id: UUID
    case_id: UUID
    referral_id: UUID
    visit: VisitKind
    modalities: tuple[Modality, ...]
    professions: tuple[str, ...]
    experts: tuple[UUID, ...]
    not_experts: tuple[UUID, ...]
    priority: int
    nickname: str
    person_zone: str
    windows: tuple[Window, ...]
    from_hour: time | None
    to_hour: time | None
    since: datetime | None
    until: datetime
    appointment_id: UUID | None
    status: str
    ignored: int
    offers: int
    last_offer_at: datetime | None
    version: int
    created_at: datetime
    open_offers: int = 0
    stands_at: datetime | None = None  # the hour of the appointment that still stands

    @property
    def live(self) -> bool:
        return self.status in ("waiting", "worked")


@dataclass(frozen=True)
class Offering:
    """An hour on its way to one person: said at `sent_at`, theirs until `expires_at`."""

    mode: Mode
    sent_at: datetime
    expires_at: datetime


def mode(starts_at: datetime, now: datetime) -> Mode:
    """Held for one when there is time for that; to a few within the day; by voice within two hours."""
    lead = starts_at - now
    if lead < CLOSE:
        return Mode.CALL
    return Mode.BATCH if lead < NEAR else Mode.EXCLUSIVE


def suits(entry: Entry, starts_at: datetime, ends_at: datetime, modality: Modality, visit: VisitKind) -> bool:
    """Whether the hour is one of those that the person said, and enough earlier than what they have."""
    if visit is not entry.visit or (entry.modalities and modality not in entry.modalities):
        return False
    if not (entry.since or starts_at) <= starts_at <= entry.until:
        return False
    if entry.stands_at is not None and entry.stands_at - starts_at < GAIN:
        return False
    return not entry.windows or any(
        _inside(one, zone=entry.person_zone, starts_at=starts_at, ends_at=ends_at) for one in entry.windows
    )


def _inside(window: Window, *, zone: str, starts_at: datetime, ends_at: datetime) -> bool:
    """From its beginning to its end; a window over midnight belongs to the day on which it begins."""
    first = zones.local_day(starts_at, zone)
    for day in (first, first - timedelta(days=1)):
        if window.days and day.weekday() not in window.days:
            continue
        opens = zones.instant(day, window.since, zone)
        over = window.until <= window.since
        closes = zones.instant(day + timedelta(days=1) if over else day, window.until, zone)
        if opens <= starts_at and ends_at <= closes:
            return True
    return False


def may_be_asked(entry: Entry, now: datetime) -> bool:
    """At most three open offers, and one new one a day of theirs."""
    if entry.open_offers >= MOST_OPEN:
        return False
    today = zones.local_day(now, entry.person_zone)
    return entry.last_offer_at is None or zones.local_day(entry.last_offer_at, entry.person_zone) < today


def offering(entry: Entry, starts_at: datetime, now: datetime) -> Offering | None:
    """How and until when this hour is offered to this person; None when they could not answer in time."""
    latest = starts_at - LAST_MOMENT
    how = mode(starts_at, now)
    if how is Mode.CALL:
        return Offering(how, now, latest) if latest > now else None
    if how is Mode.BATCH:
        return Offering(how, now, min(now + BATCH_OPEN, latest)) if looking(entry, now) else None
    said_at = next_look(entry, now)
    ends = said_at + (HELD_FAR if starts_at - now > FAR else HELD_NEAR)
    if not looking(entry, ends):  # asleep, or on the ward: the first hour in which they look again is theirs too
        ends = next_look(entry, ends) + timedelta(hours=1)
    ends = min(ends, latest)
    return Offering(how, said_at, ends) if ends - said_at >= timedelta(hours=1) else None


def looking(entry: Entry, at: datetime) -> bool:
    """Whether this is inside the hours at which the person looks at their telephone."""
    since, until = _hours(entry)
    wall = zones.local_time(at, entry.person_zone)
    if since == until:
        return True
    return since <= wall < until if since < until else wall >= since or wall < until


def next_look(entry: Entry, at: datetime) -> datetime:
    """`at`, or the next instant inside their hours."""
    if looking(entry, at):
        return at
    since, _ = _hours(entry)
    day = zones.local_day(at, entry.person_zone)
    opens = zones.instant(day, since, entry.person_zone)
    return opens if opens >= at else zones.instant(day + timedelta(days=1), since, entry.person_zone)


def _hours(entry: Entry) -> tuple[time, time]:
    if entry.from_hour is None and entry.to_hour is None:
        return MORNING, EVENING
    return entry.from_hour or MORNING, entry.to_hour or EVENING


def batch_size(sent: int, accepted: int) -> int:
    """To how many an hour goes at once so that about one takes it: ceil(1 / observed acceptance), at most three."""
    if sent < 10 or accepted == 0:
        return MOST_IN_BATCH
    return min(MOST_IN_BATCH, ceil(sent / accepted))


def in_order(entries: Sequence[Entry]) -> list[Entry]:
    """The most urgent first, then who has waited longest, then who was offered least."""
    return sorted(entries, key=lambda one: (-one.priority, one.created_at, one.offers, one.id))


def checked(windows: Sequence[Window]) -> list[Window]:
    """Windows as they may be kept: a few, of days that there are, each with a length."""
    wrong = len(windows) > MOST_WINDOWS or any(
        one.since == one.until or one.since.tzinfo is not None or one.until.tzinfo is not None for one in windows
    )
    if wrong or any(day not in range(7) for one in windows for day in one.days):
        raise WishNotValid(fields={"windows": "days 0 to 6, and two different hours"})
    return [Window(sorted(set(one.days)), one.since, one.until) for one in windows]
