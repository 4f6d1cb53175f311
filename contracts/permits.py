"""Permits: what one service signs and another verifies, carried through the gateway (house.md §1)."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

import msgspec

from contracts.words import Modality, VisitKind


class Permit(msgspec.Struct, frozen=True):
    """Base of all permits; `issuer` and `audience` are service names, `minutes` the life of a permit."""

    issuer: ClassVar[str]
    audience: ClassVar[str]
    minutes: ClassVar[int] = 15


class BookPermit(Permit, frozen=True):
    """Allows one booking (or hold, or waiting entry) for a referral; kept with it for later moves and re-offers."""

    issuer: ClassVar[str] = "referral"
    audience: ClassVar[str] = "booking"

    case_id: UUID
    referral_id: UUID
    visit: VisitKind = VisitKind.FIRST
    modalities: tuple[Modality, ...] = ()  # empty: any
    experts: tuple[UUID, ...] = ()  # empty: any but not_experts
    not_experts: tuple[UUID, ...] = ()
    priority: int = 0  # the level 1–5; 0 when not said
    nickname: str = ""
    person_zone: str = "Europe/Paris"


class RevealPermit(Permit, frozen=True):
    """Shows one person's number to one account for one purpose; each use is audited."""

    issuer: ClassVar[str] = "referral"
    audience: ClassVar[str] = "reminders"
    minutes: ClassVar[int] = 10

    case_id: UUID
    purpose: str  # call_back | telephone_appointment | urgent_action
    seen_by: UUID


class SeatPermit(Permit, frozen=True):
    """Opens one seat of a room from `opens_at` to `closes_at`."""

    issuer: ClassVar[str] = "booking"
    audience: ClassVar[str] = "video"

    appointment_id: UUID
    seat: str  # "person" | "professional"
    holder: UUID  # the case id, or the account id
    opens_at: datetime
    closes_at: datetime


class FactorPermit(Permit, frozen=True):
    """This account has just shown its second factor; opens what asks for it, once more, for a short while."""

    issuer: ClassVar[str] = "identity"
    audience: ClassVar[str] = "referral"
    minutes: ClassVar[int] = 5

    account_id: UUID


class KeepNumberPermit(Permit, frozen=True):
    """Keeps the number of one case, for a call back; nothing is shown."""

    issuer: ClassVar[str] = "referral"
    audience: ClassVar[str] = "reminders"
    minutes: ClassVar[int] = 10

    case_id: UUID


class CallerPermit(Permit, frozen=True):
    """Somebody calls the practice about this appointment: whose code a word is to be checked against."""

    issuer: ClassVar[str] = "booking"
    audience: ClassVar[str] = "identity"
    minutes: ClassVar[int] = 5

    appointment_id: UUID
    case_id: UUID


class WordPermit(Permit, frozen=True):
    """The caller said the first word of their code to this account: it may move or cancel in their name."""

    issuer: ClassVar[str] = "identity"
    audience: ClassVar[str] = "booking"
    minutes: ClassVar[int] = 10

    appointment_id: UUID
    heard_by: UUID


class CodePermit(Permit, frozen=True):
    """Makes the spoken code of a case that was just opened without anyone of the team."""

    issuer: ClassVar[str] = "referral"
    audience: ClassVar[str] = "identity"
    minutes: ClassVar[int] = 10

    case_id: UUID
