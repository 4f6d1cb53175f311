"""Taking a gesture back: the last one, by whoever made it, while it is fresh; nothing of it may stand in between."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from contracts.words import AppointmentStatus
from kit.errors import Conflict
from services.booking.domain.appointments import Appointment

FRESH = timedelta(minutes=10)
"""Longer ago, others have acted on it: then it is said anew, not taken back."""
SAID = frozenset({"arrived", "started", "noshow"})
"""What was said of the hour; that it took place is not taken back, as the house has been told for good."""
HOURS = frozenset({"moved", "cancelled"})
"""What gave an hour away, which must be had again."""


class NothingToUndo(Conflict):
    """The last thing that happened to it is another's, is too long ago, or is not taken back."""


@dataclass(frozen=True)
class Gesture:
    """The last line of an appointment's history."""

    kind: str
    at: datetime
    actor: UUID
    before: Mapping[str, str]


def check(gesture: Gesture | None, subject: UUID, one: Appointment, now: datetime) -> Gesture:
    """The gesture that `subject` may take back now; `nothing-to-undo` otherwise."""
    if gesture is None or gesture.actor != subject or now - gesture.at > FRESH:
        raise NothingToUndo
    if gesture.kind in HOURS:
        if now >= hour(gesture, one) or (gesture.kind == "moved" and "ends_at" not in gesture.before):
            raise NothingToUndo
    elif gesture.kind not in SAID:
        raise NothingToUndo
    return gesture


def hour(gesture: Gesture, one: Appointment) -> datetime:
    """The hour that it had before the gesture."""
    return datetime.fromisoformat(gesture.before["starts_at"]) if gesture.kind == "moved" else one.starts_at


def unsaid(one: Appointment, gesture: Gesture) -> Appointment:
    """As it stood before something was said of its hour."""
    return replace(
        one,
        version=one.version + 1,
        status=AppointmentStatus(gesture.before["status"]),
        arrived_at=None if gesture.kind == "arrived" else one.arrived_at,
        started_at=None if gesture.kind == "started" else one.started_at,
    )
