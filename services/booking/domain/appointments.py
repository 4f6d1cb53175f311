"""The life of an appointment: who may change it, when, and into what."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from contracts.words import AppointmentStatus, Modality, Privacy, VisitKind
from services.booking.domain.refusals import NotInThisState, TooEarly, TooLate
from services.booking.domain.spans import Span
from services.booking.domain.types import ConsultationType, Shape

ARRIVAL_OPENS = timedelta(minutes=30)
"""How long before the hour a person may enter the waiting room."""
ROOM_STAYS = timedelta(hours=2)
"""How long after the end the room and the links stay (care.md 14)."""
UNSEEN_BEFORE = timedelta(minutes=90)
WAITING_ALONE_AFTER = timedelta(minutes=7)
MISSED_AFTER = timedelta(minutes=10)

LIVE = frozenset({AppointmentStatus.BOOKED, AppointmentStatus.ARRIVED, AppointmentStatus.STARTED})
CANCELLED = frozenset(
    {
        AppointmentStatus.CANCELLED_BY_PERSON,
        AppointmentStatus.CANCELLED_BY_EXPERT,
        AppointmentStatus.CANCELLED_BY_STAFF,
    }
)


class Party(StrEnum):
    """On whose behalf something happens."""

    PERSON = "person"
    EXPERT = "expert"
    STAFF = "staff"


@dataclass(frozen=True)
class Appointment:
    """One appointment as it stands; `version` grows with every change, `sequence` with every move (RFC 5545)."""

    id: UUID
    expert_id: UUID
    type_id: UUID
    case_id: UUID | None
    referral_id: UUID | None
    starts_at: datetime
    ends_at: datetime
    status: AppointmentStatus
    modality: Modality
    visit: VisitKind
    nickname: str
    expert_zone: str
    person_zone: str
    privacy: Privacy
    version: int
    sequence: int
    ical_uid: str
    seen_at: datetime | None = None
    arrived_at: datetime | None = None
    started_at: datetime | None = None
    handed_back_at: datetime | None = None
    late_minutes: int = 0
    calls: str | None = None  # by telephone: who rings, person or expert; None: not said
    series_id: UUID | None = None

    @property
    def live(self) -> bool:
        return self.status in LIVE

    @property
    def span(self) -> Span:
        return Span(self.starts_at, self.ends_at)

    @property
    def room(self) -> Span:
        """From when to when its seats open."""
        return Span(self.starts_at - ARRIVAL_OPENS, self.ends_at + ROOM_STAYS)


def booked(
    appointment_id: UUID,
    kind: ConsultationType,
    *,
    expert_id: UUID,
    expert_zone: str,
    starts_at: datetime,
    shape: Shape | None = None,
    case_id: UUID,
    referral_id: UUID,
    nickname: str = "",
    person_zone: str = "Europe/Paris",
    privacy: Privacy = Privacy.NEUTRAL,
) -> Appointment:
    """A new appointment, as the booking function writes it; `shape` when the expert's minutes differ."""
    return Appointment(
        id=appointment_id,
        expert_id=expert_id,
        type_id=kind.id,
        case_id=case_id,
        referral_id=referral_id,
        starts_at=starts_at,
        ends_at=(shape or kind.shape).ends_at(starts_at),
        status=AppointmentStatus.BOOKED,
        modality=kind.modality,
        visit=kind.visit,
        nickname=nickname,
        expert_zone=expert_zone,
        person_zone=person_zone,
        privacy=privacy,
        version=1,
        sequence=0,
        ical_uid=str(appointment_id),
    )


CANCELLED_BY = {
    Party.PERSON: AppointmentStatus.CANCELLED_BY_PERSON,
    Party.EXPERT: AppointmentStatus.CANCELLED_BY_EXPERT,
    Party.STAFF: AppointmentStatus.CANCELLED_BY_STAFF,
}


def cancellable(appointment: Appointment, kind: ConsultationType, party: Party, now: datetime) -> bool:
    """Whether this party may cancel now; the limit of the type binds the person only."""
    return appointment.live and not _late(appointment, kind.cancel_limit, party, now)


def movable(appointment: Appointment, kind: ConsultationType, party: Party, now: datetime) -> bool:
    """Whether this party may move it now."""
    booked = appointment.status is AppointmentStatus.BOOKED
    return booked and not _late(appointment, kind.move_limit, party, now)


def _late(appointment: Appointment, limit: int, party: Party, now: datetime) -> bool:
    return party is Party.PERSON and now > appointment.starts_at - timedelta(minutes=limit)


def check_cancel(appointment: Appointment, kind: ConsultationType, party: Party, now: datetime) -> None:
    """Raise what stands in the way of cancelling."""
    if not appointment.live:
        raise NotInThisState
    if _late(appointment, kind.cancel_limit, party, now):
        raise TooLate


def check_move(appointment: Appointment, kind: ConsultationType, party: Party, now: datetime) -> None:
    """Raise what stands in the way of moving."""
    if appointment.status is not AppointmentStatus.BOOKED:
        raise NotInThisState
    if _late(appointment, kind.move_limit, party, now):
        raise TooLate


def seen(appointment: Appointment, now: datetime) -> Appointment:
    """The professional has seen it; a second time changes nothing."""
    if appointment.seen_at is not None:
        return appointment
    if not appointment.live:
        raise NotInThisState
    return _changed(appointment, seen_at=now)


def arrive(appointment: Appointment, now: datetime) -> Appointment:
    """The person is in the waiting room; coming back after leaving changes nothing."""
    if appointment.status in (AppointmentStatus.ARRIVED, AppointmentStatus.STARTED):
        return appointment
    if appointment.status is not AppointmentStatus.BOOKED:
        raise NotInThisState
    if not appointment.room.start <= now:
        raise TooEarly
    return _changed(appointment, status=AppointmentStatus.ARRIVED, arrived_at=now)


def start(appointment: Appointment, now: datetime) -> Appointment:
    """The professional opens the door; seen, if it was not yet."""
    if appointment.status is AppointmentStatus.STARTED:
        return appointment
    if appointment.status not in (AppointmentStatus.BOOKED, AppointmentStatus.ARRIVED):
        raise NotInThisState
    if not appointment.room.start <= now:
        raise TooEarly
    return _changed(appointment, status=AppointmentStatus.STARTED, started_at=now, seen_at=appointment.seen_at or now)


def fulfil(appointment: Appointment, now: datetime) -> Appointment:
    """It took place: all that anyone but the two of them learns (care.md 19)."""
    if appointment.status is AppointmentStatus.FULFILLED:
        return appointment
    if appointment.status not in LIVE | {AppointmentStatus.NO_SHOW}:
        raise NotInThisState
    if now < appointment.starts_at and appointment.status is not AppointmentStatus.STARTED:
        raise TooEarly
    return _changed(appointment, status=AppointmentStatus.FULFILLED)


def no_show(appointment: Appointment, now: datetime) -> Appointment:
    """Nobody came, says the professional or the desk; never said before the hour, never by a timer alone."""
    if appointment.status is AppointmentStatus.NO_SHOW:
        return appointment
    if appointment.status not in (AppointmentStatus.BOOKED, AppointmentStatus.ARRIVED):
        raise NotInThisState
    if now < appointment.starts_at:
        raise TooEarly
    return _changed(appointment, status=AppointmentStatus.NO_SHOW)


def _changed(
    appointment: Appointment,
    *,
    status: AppointmentStatus | None = None,
    seen_at: datetime | None = None,
    arrived_at: datetime | None = None,
    started_at: datetime | None = None,
) -> Appointment:
    return replace(
        appointment,
        version=appointment.version + 1,
        status=status or appointment.status,
        seen_at=seen_at or appointment.seen_at,
        arrived_at=arrived_at or appointment.arrived_at,
        started_at=started_at or appointment.started_at,
    )


def desk_moment(appointment: Appointment, now: datetime) -> str | None:
    """What the desk should know of an appointment right now: `unseen`, `alone`, `missed`, or nothing."""
    if appointment.status is AppointmentStatus.ARRIVED and now >= appointment.starts_at + WAITING_ALONE_AFTER:
        return "alone"
    if appointment.status is AppointmentStatus.BOOKED and now >= appointment.starts_at + MISSED_AFTER:
        return "missed"
    unseen = appointment.status is AppointmentStatus.BOOKED and appointment.seen_at is None
    if unseen and appointment.starts_at - UNSEEN_BEFORE <= now < appointment.starts_at:
        return "unseen"
    return None
