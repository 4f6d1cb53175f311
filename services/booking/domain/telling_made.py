"""What booking tells of an appointment made outside the hot path, and of one that took another's place."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from contracts.events import AppointmentBooked, Event
from services.booking.domain import telling
from services.booking.domain.appointments import Appointment, Party


def series(made: Sequence[Appointment], by: Party) -> list[Event]:
    """Weeks that were booked together: each is told, and one word at once is enough for all of them."""
    return [event for one in made for event in booked(one, by, None if one is made[0] else made[0].id)]


def booked(one: Appointment, by: Party = Party.PERSON, told_with: UUID | None = None) -> list[Event]:
    """A new appointment; empty for one of no case (a group)."""
    if one.case_id is None or one.referral_id is None:
        return []
    return [
        AppointmentBooked(
            appointment_id=one.id,
            version=one.version,
            case_id=one.case_id,
            referral_id=one.referral_id,
            expert_id=one.expert_id,
            starts_at=one.starts_at,
            ends_at=one.ends_at,
            person_zone=one.person_zone,
            modality=one.modality,
            privacy=one.privacy,
            expert_zone=one.expert_zone,
            visit=one.visit,
            by=by.value if by is Party.EXPERT else "",
            told_with=told_with,
        )
    ]


def replaced(one: Appointment, former: Appointment, by: Party) -> list[Event]:
    """One word for both: a move to another expert is never a bare cancellation."""
    return [msgspec.structs.replace(event, replaces_id=former.id) for event in telling.moved(one, by)]
