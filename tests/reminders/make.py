"""Valid things of reminders, so that a test states only what matters to it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from contracts.events import AppointmentBooked, AppointmentCancelled, AppointmentMoved
from contracts.words import Channel, MessageMoment, Modality, Privacy
from services.reminders.domain.contacts import Wishes
from services.reminders.domain.plan import Appointment, State

NOW = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)  # 10 h in Paris
ALL_MOMENTS = (MessageMoment.NOW, MessageMoment.DAY_BEFORE, MessageMoment.HOUR_BEFORE)


def an_appointment(starts_at: datetime = NOW + timedelta(days=3), **other: Any) -> Appointment:
    """Booked, in Paris, in three days."""
    values: dict[str, Any] = {
        "id": uuid4(),
        "version": 1,
        "case_id": uuid4(),
        "referral_id": uuid4(),
        "expert_id": uuid4(),
        "state": State.BOOKED,
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(minutes=45),
    }
    return Appointment(**{**values, **other})


def wishes(*channels: Channel, moments: tuple[MessageMoment, ...] = ALL_MOMENTS, **hours: Any) -> Wishes:
    """Every message by SMS unless said otherwise."""
    return Wishes(channels or (Channel.SMS,), moments, **hours)


def booked(starts_at: datetime, **other: Any) -> AppointmentBooked:
    """The event of a booking."""
    values: dict[str, Any] = {
        "appointment_id": uuid4(),
        "version": 1,
        "case_id": uuid4(),
        "referral_id": uuid4(),
        "expert_id": uuid4(),
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(minutes=45),
        "person_zone": "Europe/Paris",
        "modality": Modality.VIDEO,
        "privacy": Privacy.NEUTRAL,
    }
    return AppointmentBooked(**{**values, **other})


def moved(event: AppointmentBooked, starts_at: datetime, *, version: int = 2, **other: Any) -> AppointmentMoved:
    """The event of a move."""
    values: dict[str, Any] = {
        "appointment_id": event.appointment_id,
        "version": version,
        "case_id": event.case_id,
        "referral_id": event.referral_id,
        "expert_id": event.expert_id,
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(minutes=45),
        "person_zone": event.person_zone,
        "modality": event.modality,
        "privacy": event.privacy,
    }
    return AppointmentMoved(**{**values, **other})


def cancelled(event: AppointmentBooked, *, version: int = 3, by: str = "person") -> AppointmentCancelled:
    """The event of a cancel."""
    return AppointmentCancelled(
        event.appointment_id, version, event.case_id, event.referral_id, event.expert_id, event.starts_at, by
    )
