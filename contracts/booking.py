"""Shapes of booking: slots, holds, appointments, agendas. All instants are UTC; zones are IANA names."""

from datetime import date, datetime, time
from uuid import UUID

import msgspec

from contracts.clashes import Settled
from contracts.words import AppointmentStatus, BookableBy, ExpertProfession, Modality, Privacy, VisitKind


class Slot(msgspec.Struct, frozen=True):
    """A free start of one expert for one consultation type. GET /slots → Slots."""

    expert_id: UUID
    type_id: UUID
    starts_at: datetime
    ends_at: datetime
    modality: Modality


class Slots(msgspec.Struct, frozen=True):
    """`next` is the cursor of the page that follows, empty where nothing does."""

    slots: list[Slot]
    next: str = ""


class ConsultationType(msgspec.Struct, frozen=True):
    """GET /consultation-types. Durations in minutes."""

    id: UUID
    public_name: str
    visit: VisitKind
    modality: Modality
    duration: int
    step: int
    buffer_before: int
    buffer_after: int
    minimum_notice: int
    horizon_days: int
    cancel_limit: int  # minutes before the start until which the person may cancel by link
    move_limit: int
    colour: str = ""
    private_name: str = ""  # what the professional sees
    active: bool = True  # False: offered nowhere any more
    bookable_by: BookableBy = BookableBy.PERSON
    privacy: Privacy = Privacy.NEUTRAL
    instructions_before: str = ""
    instructions_after: str = ""
    version: int = 1


class NewHold(msgspec.Struct, frozen=True):
    """POST /holds: keep a slot for 5 minutes; 409 `slot-taken` carries the three nearest as `extra.alternatives`."""

    permit: str
    expert_id: UUID
    type_id: UUID
    starts_at: datetime


class Hold(msgspec.Struct, frozen=True):
    """PATCH /holds/{id} renews (at most 30 minutes in all); DELETE gives the slot back."""

    id: int
    expert_id: UUID
    type_id: UUID
    starts_at: datetime
    ends_at: datetime
    expires_at: datetime
    renewable_until: datetime


class NewAppointment(msgspec.Struct, frozen=True):
    """POST /appointments under a BookPermit; from a hold of the caller when `hold_id` is given, else directly."""

    permit: str
    expert_id: UUID
    type_id: UUID
    starts_at: datetime
    hold_id: int | None = None
    privacy: Privacy = Privacy.NEUTRAL


class Appointment(msgspec.Struct, frozen=True):
    """GET /appointments/{id}; the ETag is `"{version}"`. Holds no motive and no contact, only a nickname."""

    id: UUID
    expert_id: UUID
    type_id: UUID
    case_id: UUID | None  # None for a secretary
    referral_id: UUID | None
    starts_at: datetime
    ends_at: datetime
    status: AppointmentStatus
    modality: Modality
    visit: VisitKind
    nickname: str
    expert_zone: str
    person_zone: str
    version: int
    sequence: int
    ical_uid: str
    seen_at: datetime | None = None
    arrived_at: datetime | None = None
    started_at: datetime | None = None
    handed_back: bool = False  # the professional cannot hold it: another hour is looked for
    cancellable: bool = False  # by this caller, now
    movable: bool = False
    late_minutes: int = 0  # the professional said so; whoever waits is told « quelques minutes »
    calls: str | None = None  # by telephone: person or expert rings; None: not said
    series_id: UUID | None = None
    instructions: str = ""  # what the type asks the person to read, before it and after it


class Appointments(msgspec.Struct, frozen=True):
    """GET /appointments?case_id=… or ?expert_id=…&from=…&to=… ; a person gets their own case's without parameters."""

    appointments: list[Appointment]


class Cancel(msgspec.Struct, frozen=True):
    """POST /appointments/{id}/cancel; a reason is never asked of a person."""

    reason: str | None = None
    heard: str | None = None  # identity's word permit: the person asks for it, by telephone at the practice


class CallerSeal(msgspec.Struct, frozen=True):
    """POST /appointments/{id}/caller: what identity needs to check a word; says nothing to whoever carries it."""

    permit: str


class Move(msgspec.Struct, frozen=True):
    """POST /appointments/{id}/move: in place with the same expert and type unless said otherwise."""

    starts_at: datetime
    type_id: UUID | None = None
    heard: str | None = None  # as in Cancel


class Seat(msgspec.Struct, frozen=True):
    """POST /appointments/{id}/seat: a SeatPermit for this caller, with what the room's page says."""

    permit: str
    seat: str  # person | professional
    appointment: Appointment


class NewOpening(msgspec.Struct, frozen=True):
    """POST /experts/{id}/openings: local wall-clock times of the expert's zone; weekly when `rrule` says so."""

    first_day: date
    starts: time
    ends: time  # at or before `starts`: over midnight
    type_ids: list[UUID] = []  # empty: every type of the expert
    rrule: str = ""  # "" once; "FREQ=WEEKLY;BYDAY=MO,TU;UNTIL=20270101", "FREQ=MONTHLY;BYDAY=TU;BYSETPOS=1"
    online: bool = False  # anyone may book it without a call, where a programme allows that


class OpeningChange(msgspec.Struct, frozen=True):
    """PATCH /experts/{id}/openings/{occurrence_id}: `scope` is `one`, `following` (and this one) or `all`."""

    starts_at: datetime
    ends_at: datetime
    scope: str = "one"


class Opening(msgspec.Struct, frozen=True):
    """One occurrence on the grid."""

    id: int
    rule_id: UUID
    starts_at: datetime
    ends_at: datetime
    type_ids: list[UUID]
    recurring: bool


class NewAbsence(msgspec.Struct, frozen=True):
    """POST /experts/{id}/absences: kept, with the appointments that stand inside; with `?dry_run=true` only told.

    With `rrule` the first of many, in local times of the expert's zone.
    """

    starts_at: datetime
    ends_at: datetime
    rrule: str = ""


class Absence(msgspec.Struct, frozen=True):
    id: int
    starts_at: datetime
    ends_at: datetime
    source: str  # absence | leave (told in the profile) | holiday | external
    touched: int = 0
    appointments: list[Appointment] = []  # live ones still to come in it, when it is told or kept
    recurring: bool = False
    occurrences: int = 1  # days on which it begins within thirteen months


class HandBack(msgspec.Struct, frozen=True):
    """POST /experts/{id}/handed-back: « Je ne peux pas assurer »; answered with what was handed back now."""

    appointment_ids: list[UUID]


class BesideHour(msgspec.Struct, frozen=True):
    """An hour that another professional holds and that this agenda gives too: when and how, not with whom it is."""

    id: UUID
    expert_id: UUID  # whose appointment it is
    part: str  # local_doctor | interpreter | colleague
    starts_at: datetime
    ends_at: datetime
    modality: Modality
    status: AppointmentStatus


class Agenda(msgspec.Struct, frozen=True):
    """GET /experts/{id}/agenda?from=…&to=… (at most 62 days)."""

    expert_id: UUID
    time_zone: str
    version: int
    openings: list[Opening]
    absences: list[Absence]
    appointments: list[Appointment]
    types: list[ConsultationType]
    beside: list[BesideHour] = []
    settled: list[Settled] = []


class BookableExpert(msgspec.Struct, frozen=True):
    """What booking knows of an expert. GET /experts/{id}."""

    id: UUID
    profession: ExpertProfession
    modalities: list[Modality]
    time_zone: str
    holiday_region: str
    active: bool
