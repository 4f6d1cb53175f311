"""Shapes of opening rules, consultation types as they are set, previews, and why there is no slot."""

from datetime import date, datetime, time
from uuid import UUID

import msgspec

from contracts.booking import ConsultationType, Slot
from contracts.words import BookableBy, Modality, Privacy, VisitKind


class TypeEdit(msgspec.Struct, frozen=True):
    """POST /consultation-types and PUT /consultation-types/{id} (If-Match); kind and modality never change after."""

    public_name: str
    private_name: str
    duration: int
    step: int
    visit: VisitKind | None = None  # both are said of a new type
    modality: Modality | None = None
    buffer_before: int = 0
    buffer_after: int = 0
    minimum_notice: int = 15
    horizon_days: int = 60
    cancel_limit: int = 240
    move_limit: int = 240
    colour: str = "azur"
    active: bool = True
    bookable_by: BookableBy = BookableBy.PERSON
    privacy: Privacy = Privacy.NEUTRAL
    instructions_before: str = ""
    instructions_after: str = ""


class OwnMinutes(msgspec.Struct, frozen=True):
    """PUT /experts/{id}/consultation-types/{type_id}: what this expert says otherwise; nothing said: the type's own."""

    duration: int | None = None
    step: int | None = None
    buffer_before: int | None = None
    buffer_after: int | None = None
    minimum_notice: int | None = None


class OwnType(msgspec.Struct, frozen=True):
    """A type of the network and what one expert says otherwise of it."""

    type: ConsultationType
    own: OwnMinutes


class OwnTypes(msgspec.Struct, frozen=True):
    """GET /experts/{id}/consultation-types: those of the expert's modalities."""

    types: list[OwnType]
    daily_limit: int | None


class DailyLimit(msgspec.Struct, frozen=True):
    """PUT /experts/{id}/daily-limit: appointments in one local day; None for no limit."""

    daily_limit: int | None


class OpeningRule(msgspec.Struct, frozen=True):
    """A rule in local times; `over` once its last day is past."""

    id: UUID
    first_day: date
    starts: time
    ends: time
    rrule: str
    type_ids: list[UUID]
    online: bool
    next_day: date | None = None  # of its next opening
    next_id: int | None = None
    next_starts_at: datetime | None = None
    next_ends_at: datetime | None = None
    cancelled: list[date] = []  # days still to come that were taken away
    last_day: date | None = None  # None: without end


class OpeningRules(msgspec.Struct, frozen=True):
    """GET /experts/{id}/opening-rules: those that still have something to come, the next first; ETag is `version`."""

    time_zone: str
    version: int
    rules: list[OpeningRule]


class RuleEdit(msgspec.Struct, frozen=True):
    """PUT /experts/{id}/opening-rules/{rule_id}: told anew, all of it or from `since` on (this and following)."""

    first_day: date
    starts: time
    ends: time
    rrule: str = ""
    type_ids: list[UUID] = []
    since: date | None = None
    online: bool | None = None


class PreviewDay(msgspec.Struct, frozen=True):
    """One local day of a preview: its opening, and the starts that remain of it for the type."""

    day: date
    starts_at: datetime
    ends_at: datetime
    slots: list[datetime]
    taken: bool = False  # something stands in it: an absence, an appointment
    far: bool = False  # further than the type may be booked today


class Preview(msgspec.Struct, frozen=True):
    """GET /experts/{id}/opening-preview: what hours not yet saved would come to; nothing is changed."""

    time_zone: str
    type_id: UUID | None
    days: list[PreviewDay]
    occurrences: int  # within thirteen months
    last_day: date | None


class Blocker(msgspec.Struct, frozen=True):
    """Why a time is not offered, by `code`.

    inactive, type-closed, modality, past, horizon, no-rule, other-types, cancelled, absence, leave, holiday, external,
    appointment, hold, daily-limit, too-short, off-grid, notice, gone.
    """

    code: str
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    id: str | None = None
    minutes: int | None = None
    number: int | None = None


class Explanation(msgspec.Struct, frozen=True):
    """GET /slots/explain?expert=&type=&at= or &day=: what is free, what stands against it, and the nearest instead."""

    expert_id: UUID
    type_id: UUID
    time_zone: str
    day: date
    at: datetime | None
    free: list[datetime]
    blockers: list[Blocker]
    alternatives: list[Slot]
