"""Shapes of urgent action: the gesture, each ring, what saves a life, and how it ends."""

from datetime import datetime
from uuid import UUID

import msgspec

from contracts.on_call import SamuLine


class NewUrgentAction(msgspec.Struct, frozen=True):
    """POST /urgent-actions: rings at once; everything is optional, only the gesture counts."""

    contact_id: UUID | None = None
    place: str | None = None
    first_name: str | None = None
    call_back_number: str | None = None
    means: str | None = None
    department: str | None = None  # of the person; the call's sheet says it when this is empty
    raised_from: str = "desk"  # desk | agenda | requests | room


class UrgentDetails(msgspec.Struct, frozen=True):
    """What saves a life. GET /urgent-actions/{id}/details is for whoever raised it; each look is audited."""

    place: str | None = None
    first_name: str | None = None
    call_back_number: str | None = None
    means: str | None = None


class UrgentTold(UrgentDetails, frozen=True):
    """PATCH /urgent-actions/{id}/details while on the line; what is not given stays as it was."""

    department: str | None = None


class Attempt(msgspec.Struct, frozen=True):
    """One ring: `outcome` is pending, taken (a provider took it), refused, unanswered or acknowledged."""

    at: datetime
    who: str
    channel: str  # voice | sms | push
    outcome: str


class UrgentAction(msgspec.Struct, frozen=True):
    """GET /urgent-actions/{id}; `dial` is the duty number to ring by hand, `dial_now` when it must stand large."""

    id: UUID
    status: str  # triggered | acknowledged | called_back | handed_over | confirmed | closed
    triggered_at: datetime
    attempts: list[Attempt]
    dial: str
    dial_name: str
    dial_now: bool
    version: int
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    contact_id: UUID | None = None
    raised_from: str = "desk"
    mine: bool = False  # raised by whoever asks: they are on the line
    has_it: bool = False  # whoever asks has it
    department: str | None = None
    samu: SamuLine | None = None  # of the person's département, when that is known
    handed_over_to: str | None = None
    handed_over_at: datetime | None = None
    confirmed_at: datetime | None = None
    ended_at: datetime | None = None
    ended_by_me: bool = False
    reviewed_at: datetime | None = None
    close_by: datetime | None = None  # two people close it before


class UrgentActions(msgspec.Struct, frozen=True):
    """GET /urgent-actions?open=true: those that two people have not closed."""

    actions: list[UrgentAction]


class HandOver(msgspec.Struct, frozen=True):
    """POST /urgent-actions/{id}/hand-over: 15, 3114, 17, 112, relative, on_site or on_call."""

    to: str


class OpenDetails(msgspec.Struct, frozen=True):
    """POST /urgent-actions/{id}/details/open: with the proof of a second factor, unless one raised it oneself."""

    factor: str | None = None


class BreakGlass(msgspec.Struct, frozen=True):
    """POST /urgent-actions/{id}/glass: rescue_asks, person_asks, review or authority; a second person allows it."""

    reason: str


class Glass(msgspec.Struct, frozen=True):
    """One request to read an ended urgent action; `mine` cannot be allowed by oneself."""

    id: UUID
    urgent_action_id: UUID
    reason: str
    asked_at: datetime
    mine: bool
    allowed_at: datetime | None = None


class Glasses(msgspec.Struct, frozen=True):
    """GET /urgent-actions/{id}/glass."""

    asked: list[Glass]


class GlassReading(msgspec.Struct, frozen=True):
    """A reading of an ended urgent action that two people made possible, for whoever looks at it again."""

    id: UUID
    urgent_action_id: UUID
    reason: str
    asked_by: str  # names
    allowed_by: str
    allowed_at: datetime
    reads: int  # how often it was read in its half hour
    review_by: datetime


class GlassReadings(msgspec.Struct, frozen=True):
    """GET /readings: those that nobody has looked at, the oldest first."""

    readings: list[GlassReading]


class Verdict(msgspec.Struct, frozen=True):
    """POST /readings/{id}/review: justified, or to_discuss."""

    verdict: str


class Acknowledge(msgspec.Struct, frozen=True):
    """POST /urgent-actions/ack, without login: one button behind a single-purpose secret; nothing else is shown."""

    secret: str


class Duty(msgspec.Struct, frozen=True):
    """GET /on-duty: the number of the post, in plain text on every console page."""

    name: str
    number: str  # E.164
    display: str
