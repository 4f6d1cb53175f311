"""Which messages an appointment calls for, to whom, and when; a pure answer to what is known of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from contracts.words import Channel, MessageMoment, Privacy
from services.reminders.domain.contacts import KEPT, Wishes
from services.reminders.domain.entries import CARRIED, beside
from services.reminders.domain.hours import DAY, Hours, nearest
from services.reminders.domain.texts import Notice

RECALL = timedelta(seconds=10)
"""How long « now » can be taken back (care.md 18)."""
LEAD = timedelta(minutes=15)
"""A message moved into someone's hours comes at least this long before the start."""
TOO_CLOSE = timedelta(minutes=10)
"""Two messages with the same words nearer than this are one."""
VOICE_FIRST = timedelta(hours=1)
"""Somebody of the line takes care within the hour of whoever was let down (care.md 7): no message comes first."""
SOON = timedelta(hours=12)
"""A professional must see an appointment nearer than this, so they are told at any hour (care.md 9)."""


class State(StrEnum):
    """What reminders knows of an appointment."""

    BOOKED = "booked"
    CANCELLED = "cancelled"
    MISSED = "missed"


@dataclass(frozen=True)
class Appointment:
    """An appointment as its last event told it."""

    id: UUID
    version: int
    case_id: UUID
    referral_id: UUID
    expert_id: UUID
    state: State
    starts_at: datetime | None
    ends_at: datetime | None
    person_zone: str = "Europe/Paris"
    expert_zone: str = "Europe/Paris"
    privacy: Privacy = Privacy.NEUTRAL


def forget_at(appointment: Appointment, now: datetime) -> datetime:
    """When nothing of it is needed any more."""
    return (appointment.ends_at or appointment.starts_at or now) + KEPT


@dataclass(frozen=True)
class Planned:
    """One message to be: a row of the plan."""

    kind: str
    channel: Channel
    recipient_id: UUID
    due_at: datetime
    expires_at: datetime | None
    appointment_id: UUID | None = None
    version: int = 0
    urgent_action_id: UUID | None = None
    thing_id: UUID | None = None
    case_id: UUID | None = None  # set: a person's; None: an account's
    starts_at: datetime | None = None
    time_zone: str = "Europe/Paris"
    recallable_until: datetime | None = None


def for_person(appointment: Appointment, wishes: Wishes | None, *, now: datetime, awake: bool) -> list[Planned]:
    """The messages that the person chose, inside their hours and never at or after the start.

    `awake`: the person is on the line or has just pressed a button, so « now » means now.
    """
    starts_at = appointment.starts_at
    if (
        wishes is None
        or starts_at is None
        or appointment.state is not State.BOOKED
        or appointment.privacy is Privacy.SILENT
    ):
        return []
    hours = wishes.hours(appointment.person_zone)
    dates = [
        (moment, due)
        for moment in MessageMoment
        if moment in wishes.moments and (due := due_at(moment, starts_at, hours, now=now, awake=awake)) is not None
    ]
    return [
        Planned(
            kind=moment.value,
            channel=channel,
            recipient_id=appointment.case_id,
            due_at=due,
            expires_at=starts_at,
            appointment_id=appointment.id,
            version=appointment.version,
            case_id=appointment.case_id,
            starts_at=starts_at,
            time_zone=appointment.person_zone,
            recallable_until=due if moment is MessageMoment.NOW else None,
        )
        for moment, due in _apart(dates)
        for channel in Channel
        if channel in wishes.channels
    ]


def for_expert(appointment: Appointment, wishes: Wishes, *, now: datetime) -> list[Planned]:
    """The day before and the hour before, to the professional, on the first channel they chose."""
    starts_at = appointment.starts_at
    if starts_at is None or appointment.state is not State.BOOKED:
        return []
    hours = wishes.hours(appointment.expert_zone)
    moments = {Notice.DAY_BEFORE: MessageMoment.DAY_BEFORE, Notice.HOUR_BEFORE: MessageMoment.HOUR_BEFORE}
    return [
        Planned(
            kind=notice.value,
            channel=channel,
            recipient_id=appointment.expert_id,
            due_at=due,
            expires_at=starts_at,
            appointment_id=appointment.id,
            version=appointment.version,
            starts_at=starts_at,
            time_zone=appointment.expert_zone,
        )
        for notice, moment in moments.items()
        if (due := due_at(moment, starts_at, hours, now=now, awake=False)) is not None
        for channel in wishes.channels[:1]
    ]


def of_the_end(appointment: Appointment, wishes: Wishes | None, *, now: datetime) -> list[Planned]:
    """That it will not take place, to a person who chose messages; a voice may well be faster, and is given time."""
    starts_at = appointment.starts_at
    silent = appointment.privacy is Privacy.SILENT
    if wishes is None or starts_at is None or silent or not wishes.moments or now >= starts_at:
        return []
    then = min(now + VOICE_FIRST, max(now, starts_at - VOICE_FIRST))
    due = nearest(wishes.hours(appointment.person_zone), then, after=now, before=starts_at - LEAD)
    return [
        Planned(
            kind=Notice.GONE.value,
            channel=channel,
            recipient_id=appointment.case_id,
            due_at=due,
            expires_at=starts_at,
            appointment_id=appointment.id,
            version=appointment.version,
            case_id=appointment.case_id,
            starts_at=starts_at,
            time_zone=appointment.person_zone,
        )
        for channel in Channel
        if due is not None and channel in wishes.channels
    ]


def due_at(moment: MessageMoment, starts_at: datetime, hours: Hours, *, now: datetime, awake: bool) -> datetime | None:
    """When a moment falls; None when its time has passed or no hour of theirs is left before the start."""
    last = starts_at - LEAD
    match moment:
        case MessageMoment.NOW:
            soon = now + RECALL
            if awake:
                return soon if soon < starts_at else None
            return nearest(hours, soon, after=soon, before=last)
        case MessageMoment.DAY_BEFORE:
            zone = ZoneInfo(hours.zone)
            wall = starts_at.astimezone(zone).replace(tzinfo=None) - DAY
            target = wall.replace(tzinfo=zone).astimezone(UTC)
        case MessageMoment.HOUR_BEFORE:
            target = starts_at - timedelta(hours=1)
    return nearest(hours, target, after=now, before=last) if target > now else None


def _apart(dates: Iterable[tuple[MessageMoment, datetime]]) -> list[tuple[MessageMoment, datetime]]:
    """Without the message that would repeat another within minutes; the first of them stays."""
    kept: list[tuple[MessageMoment, datetime]] = []
    for moment, due in sorted(dates, key=lambda pair: pair[1]):
        if not kept or due - kept[-1][1] >= TOO_CLOSE:
            kept.append((moment, due))
    return kept


def for_account(
    notice: Notice,
    account_id: UUID,
    channels: Iterable[Channel],
    *,
    now: datetime,
    about: Appointment | None = None,
    urgent_action_id: UUID | None = None,
    version: int = 0,
    wishes: Wishes | None = None,
) -> list[Planned]:
    """What an account is told: at once when it presses, else in the hours of the day."""
    starts_at = about.starts_at if about else None
    due = now
    calm = notice in (*CARRIED, Notice.OTHERWISE, Notice.CLASH, Notice.ENTRY, Notice.ENTRY_GONE)
    if about and starts_at and calm and starts_at - now > SOON:
        hours = wishes.hours(about.expert_zone) if wishes else Hours(about.expert_zone)
        due = nearest(hours, now, after=now, before=starts_at - LEAD) or now
    expires_at = starts_at if calm else None
    if expires_at is not None and expires_at <= due:
        return []
    return [
        Planned(
            kind=notice.value,
            channel=channel,
            recipient_id=account_id,
            due_at=due,
            expires_at=expires_at,
            appointment_id=about.id if about else None,
            version=about.version if about else version,
            urgent_action_id=urgent_action_id,
            starts_at=starts_at,
            time_zone=about.expert_zone if about else "Europe/Paris",
        )
        for channel in beside(notice, dict.fromkeys(channels), entries=wishes is not None and wishes.entries)
    ]


def about_a_thing(
    notice: Notice,
    recipient_id: UUID,
    channels: Iterable[Channel],
    *,
    thing_id: UUID,
    version: int,
    now: datetime,
    expires_at: datetime | None = None,
    zone: str = "Europe/Paris",
    at_once: bool = False,
    wishes: Wishes | None = None,
) -> list[Planned]:
    """That an offer or a task waits: in the hours of the day unless it presses, and never once it is too late."""
    due = now
    if not at_once:
        hours = wishes.hours(zone) if wishes else Hours(zone)
        due = nearest(hours, now, after=now, before=expires_at or now + DAY) or now
    if expires_at is not None and due >= expires_at:
        return []
    return [
        Planned(
            kind=notice.value,
            channel=channel,
            recipient_id=recipient_id,
            due_at=due,
            expires_at=expires_at,
            thing_id=thing_id,
            version=version,
            time_zone=zone,
        )
        for channel in dict.fromkeys(channels)
    ]
