"""What the house is told when a professional will not be there; the whole list of events is in `contracts.events`."""

from datetime import datetime
from uuid import UUID

from contracts.afterwards import Event


class AppointmentHandedBack(Event, frozen=True):
    """The professional says that they cannot hold it: another hour is found at the pace of its level."""

    appointment_id: UUID
    version: int
    case_id: UUID
    referral_id: UUID
    expert_id: UUID
    starts_at: datetime


class AppointmentKept(Event, frozen=True):
    """After all the professional can hold it, and nothing had been placed anew: it stands as it was."""

    appointment_id: UUID
    version: int
    case_id: UUID
    referral_id: UUID
    expert_id: UUID
    starts_at: datetime


class OtherHourWanted(Event, frozen=True):
    """Below level 3: the person is sent the link under which they choose another hour."""

    appointment_id: UUID
    version: int
    case_id: UUID
    starts_at: datetime


class AppointmentUncovered(Event, frozen=True):
    """The professional will be away at the hour of an appointment."""

    appointment_id: UUID
    version: int
    case_id: UUID
    referral_id: UUID
    expert_id: UUID
    starts_at: datetime


class AppointmentClashes(Event, frozen=True):
    """Another calendar of the professional has something at its hour: they are told, nothing is changed."""

    appointment_id: UUID
    version: int
    expert_id: UUID
    starts_at: datetime
