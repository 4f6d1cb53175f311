"""Booking without a call: where it is open, the free hours, one hold for each visit, and the case that it makes."""

from datetime import datetime
from uuid import UUID

import msgspec

from contracts.booking import Slot
from contracts.referral import ExpertCard
from contracts.words import ExpertProfession, Modality


class OnlineProgramme(msgspec.Struct, frozen=True):
    """GET /online/programmes, PUT /online/programmes/{code}: closed until the coordination opens it."""

    code: str
    label: str
    open: bool = False
    departments: list[str] = []  # empty: everywhere
    version: int = 0


class OnlineProgrammes(msgspec.Struct, frozen=True):
    programmes: list[OnlineProgramme]


class OnlinePlace(msgspec.Struct, frozen=True):
    """A département where anyone may book without a call."""

    code: str
    name: str


class OnlinePlaces(msgspec.Struct, frozen=True):
    """GET /online/places: none where no programme opens it."""

    places: list[OnlinePlace]


class OnlineExperts(msgspec.Struct, frozen=True):
    """GET /online/experts?department=&profession=&modality=: who may be booked there without a call."""

    experts: list[ExpertCard]


class OnlineHours(msgspec.Struct, frozen=True):
    """POST /online/hours of booking: the hours of these experts that they marked « en ligne »."""

    slots: list[Slot]


class AskOnlineHours(msgspec.Struct, frozen=True):
    experts: list[UUID]
    modality: Modality


class OnlineStart(msgspec.Struct, frozen=True):
    """POST /online/begin of referral: permits for a case that does not exist yet; nothing is written."""

    department: str
    profession: ExpertProfession
    modality: Modality
    origin: str = ""


class OnlineBegun(msgspec.Struct, frozen=True):
    """The permits of one visit: to hold and book, to keep a number, to make the code."""

    case_id: UUID
    referral_id: UUID
    book: str
    keep_number: str
    code: str


class OnlineOpen(msgspec.Struct, frozen=True):
    """POST /online/open of referral: the case, as a call makes one; the same again changes nothing."""

    case_id: UUID
    referral_id: UUID
    department: str
    profession: ExpertProfession
    modality: Modality
    origin: str = ""


class OnlineHold(msgspec.Struct, frozen=True):
    """POST /online/holds of booking: one for each visit; another hour lets the former go."""

    permit: str
    type_id: UUID
    expert_id: UUID
    starts_at: datetime
    former: str = ""  # the permit under which this browser kept an hour before


class OnlineHeld(msgspec.Struct, frozen=True):
    hold_id: int
    starts_at: datetime
    ends_at: datetime
    expires_at: datetime


class OnlineBooking(msgspec.Struct, frozen=True):
    """POST /online/appointments of booking: what was held becomes theirs."""

    permit: str
    type_id: UUID
    expert_id: UUID
    starts_at: datetime
    hold_id: int
