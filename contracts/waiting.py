"""Waiting for an hour: what is asked, what is offered, and what the house is told of it."""

from datetime import date, datetime, time
from uuid import UUID

import msgspec

from contracts.afterwards import Event
from contracts.permits import BookPermit
from contracts.words import ExpertProfession, Modality


class Window(msgspec.Struct, frozen=True):
    """When an appointment suits, on the person's own clock; over midnight when `until` is not after `since`."""

    days: list[int]  # 0 is Monday; empty: every day
    since: time
    until: time


class NewWaiting(msgspec.Struct, frozen=True):
    """POST /waiting: under a permit (the desk), or for something earlier than an appointment (the person, the desk).

    Once more for the same orientation changes what was said the first time.
    """

    permit: str | None = None
    appointment_id: UUID | None = None
    professions: list[ExpertProfession] = []
    modalities: list[Modality] = []  # empty: those of the permit, or that of the appointment
    same_expert: bool = False
    windows: list[Window] = []  # empty: any hour
    from_hour: time | None = None  # when they look at their telephone; None: 08:00–21:00
    to_hour: time | None = None
    until: date | None = None


class WaitingOffer(msgspec.Struct, frozen=True):
    """An hour that is offered; `held`: nobody else can take it until `expires_at`."""

    id: UUID
    expert_id: UUID
    starts_at: datetime
    ends_at: datetime
    modality: Modality
    expires_at: datetime
    held: bool
    answer: str | None = None  # accepted | declined | expired | lost | withdrawn; None: open


class Waiting(msgspec.Struct, frozen=True):
    """GET /waiting: `status` waiting, worked (a person sees to it), served, left, ended."""

    id: UUID
    case_id: UUID
    referral_id: UUID
    status: str
    created_at: datetime
    until: datetime
    person_zone: str
    professions: list[ExpertProfession]
    modalities: list[Modality]
    windows: list[Window]
    version: int
    priority: int = 0
    from_hour: time | None = None
    to_hour: time | None = None
    appointment_id: UUID | None = None
    same_expert: bool = False
    offers: list[WaitingOffer] = []  # those that are open


class WaitingList(msgspec.Struct, frozen=True):
    """GET /waiting: a person's own; for the desk one case's, or everyone's in the order in which they are offered."""

    entries: list[Waiting]


class SlotOffered(Event, frozen=True):
    """An hour came free and is offered to one who waits: said inside the hours at which they look."""

    offer_id: UUID
    version: int
    entry_id: UUID
    case_id: UUID
    referral_id: UUID
    starts_at: datetime
    expires_at: datetime
    person_zone: str
    say_at: datetime | None = None  # the first instant of the hours that they gave for offers


class SlotOfferClosed(Event, frozen=True):
    """Accepted, declined, expired, lost to someone faster, or withdrawn: nothing more is sent of it."""

    offer_id: UUID
    version: int
    case_id: UUID
    outcome: str


class SlotToTell(Event, frozen=True):
    """An hour is offered to someone whom no message can reach in time: a person of the desk tells them."""

    offer_id: UUID
    case_id: UUID
    referral_id: UUID
    starts_at: datetime
    expires_at: datetime
    why: str  # soon | no_channel


class WaitingUnanswered(Event, frozen=True):
    """Three offers passed without a word: a person sees to it instead of silence."""

    entry_id: UUID
    version: int
    case_id: UUID
    referral_id: UUID


class ReferralWaitlisted(Event, frozen=True):
    """Nobody is free for this need and its person agreed to wait: booking's list has it from here on."""

    referral_id: UUID
    version: int
    permit: BookPermit
    professions: tuple[ExpertProfession, ...]
    until: datetime


class ModalityChanged(Event, frozen=True):
    """The hour stays; how they meet changes. `by`: person, expert or staff."""

    appointment_id: UUID
    version: int
    case_id: UUID
    referral_id: UUID
    expert_id: UUID
    starts_at: datetime
    modality: Modality
    by: str
