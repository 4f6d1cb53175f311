"""« J'ai du retard »: said by the professional in one tap, told to whoever waits; the desk keeps its own clock."""

from dataclasses import replace
from datetime import datetime, timedelta

from contracts.words import AppointmentStatus
from kit.errors import Conflict, Invalid
from services.booking.domain.appointments import LIVE, Appointment
from services.booking.domain.refusals import NotInThisState

CHOICES = (0, 5, 10, 15)
"""0 takes it back."""
FROM = timedelta(hours=2)
"""How long before the hour lateness may be said: earlier, another hour is the kinder answer."""


class LateNotValid(Invalid):
    """Five, ten or fifteen minutes; nothing else is promised to whoever waits."""


class LateTooEarly(Conflict):
    """So long before the hour another hour is the kinder answer."""


def say_late(appointment: Appointment, minutes: int, now: datetime) -> Appointment:
    """The appointment with its lateness; nothing changes for the desk, which hears at seven minutes all the same."""
    if minutes not in CHOICES:
        raise LateNotValid(fields={"minutes": "5, 10 or 15; 0 takes it back"})
    if appointment.status not in LIVE or appointment.status is AppointmentStatus.STARTED or now >= appointment.ends_at:
        raise NotInThisState
    if now < appointment.starts_at - FROM:
        raise LateTooEarly
    if minutes == appointment.late_minutes:
        return appointment
    return replace(appointment, version=appointment.version + 1, late_minutes=minutes)
