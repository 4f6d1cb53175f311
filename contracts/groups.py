"""Seats of a group: what is told of them, who has one as its professional sees it, and taking one without a call."""

from datetime import datetime
from uuid import UUID

import msgspec

from contracts.afterwards import Event


class SeatTaken(Event, frozen=True):
    """A case has a seat in a group, or its group has changed its hour; told again at each move."""

    place_id: UUID
    version: int
    case_id: UUID
    group_id: UUID
    starts_at: datetime
    ends_at: datetime
    time_zone: str  # where the group meets: its hour is said as the clocks there show it
    by: str = "person"  # person | staff | group: whether somebody of theirs is awake and has just pressed


class SeatEnded(Event, frozen=True):
    """The seat is no more: given back by the person, or the group does not take place."""

    place_id: UUID
    version: int
    case_id: UUID
    starts_at: datetime
    by: str  # person | group


class ProfessionalBeside(Event, frozen=True):
    """Another professional gives the same hour: they are told, as of an hour of their own."""

    appointment_id: UUID
    version: int
    expert_id: UUID
    starts_at: datetime


class Seated(msgspec.Struct, frozen=True):
    """Someone in a group, without a case: `status` seat or waiting."""

    nickname: str
    status: str
    since: datetime


class Seating(msgspec.Struct, frozen=True):
    """GET /groups/{id}/places: in the order in which they came."""

    places: list[Seated]


class GroupStart(msgspec.Struct, frozen=True):
    """POST /online/groups/begin of referral: permits for a case that does not exist yet; nothing is written."""

    origin: str = ""


class GroupOpen(msgspec.Struct, frozen=True):
    """POST /online/groups/open of referral: the case alone, before its seat is taken; again changes nothing."""

    case_id: UUID
    origin: str = ""
