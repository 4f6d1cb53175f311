"""What booking tells the house of an appointment."""

from datetime import datetime
from typing import Any
from uuid import UUID

from contracts.events import (
    AppointmentAttended,
    AppointmentCancelled,
    AppointmentClashes,
    AppointmentHandedBack,
    AppointmentKept,
    AppointmentMissed,
    AppointmentMoved,
    AppointmentSeen,
    AppointmentUncovered,
    CaseLastAppointment,
    Event,
)
from services.booking.domain.appointments import ROOM_STAYS, Appointment, Party


def moved(one: Appointment, by: Party) -> list[Event]:
    """Empty once the case is forgotten: nobody could be told."""
    if one.case_id is None or one.referral_id is None:
        return []
    return [
        AppointmentMoved(
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
            by=by.value,
        )
    ]


def cancelled(one: Appointment, by: Party) -> list[Event]:
    """Empty once the case is forgotten."""
    if one.case_id is None or one.referral_id is None:
        return []
    return [
        AppointmentCancelled(
            appointment_id=one.id,
            version=one.version,
            case_id=one.case_id,
            referral_id=one.referral_id,
            expert_id=one.expert_id,
            starts_at=one.starts_at,
            by=by.value,
        )
    ]


def uncovered(one: Appointment) -> list[Event]:
    """The professional will be away at its hour: somebody must see to it."""
    if one.case_id is None or one.referral_id is None:
        return []
    return [
        AppointmentUncovered(
            appointment_id=one.id,
            version=one.version,
            case_id=one.case_id,
            referral_id=one.referral_id,
            expert_id=one.expert_id,
            starts_at=one.starts_at,
        )
    ]


def clashes(one: Appointment) -> AppointmentClashes:
    """Another calendar of its professional has something at its hour."""
    return AppointmentClashes(one.id, one.version, one.expert_id, one.starts_at)


def handed_back(row: Any) -> list[Event]:
    """The professional cannot hold it: it is placed again at the pace of its level."""
    if row.case_id is None or row.referral_id is None:
        return []
    return [AppointmentHandedBack(**_of_row(row))]


def kept(row: Any) -> list[Event]:
    """After all they can hold it: it stands as it was."""
    return [] if row.case_id is None or row.referral_id is None else [AppointmentKept(**_of_row(row))]


def _of_row(row: Any) -> dict[str, Any]:
    names = ("version", "case_id", "referral_id", "expert_id", "starts_at")
    return {"appointment_id": row.id, **{name: getattr(row, name) for name in names}}


def changed(one: Appointment, what: str) -> list[Event]:
    """The event of `seen`, `fulfilled` or `noshow`; other changes are nobody else's business."""
    kind = {"seen": AppointmentSeen, "fulfilled": AppointmentAttended, "noshow": AppointmentMissed}.get(what)
    if kind is None or one.case_id is None or one.referral_id is None:
        return []
    return [
        kind(
            appointment_id=one.id,
            version=one.version,
            case_id=one.case_id,
            referral_id=one.referral_id,
            expert_id=one.expert_id,
        )
    ]


def last_appointment(case_id: UUID, last_end: datetime, now: datetime) -> CaseLastAppointment:
    """Until when the links of the case open; its version is the clock, since a case has no row here."""
    version = int(now.timestamp() * 1_000_000)
    return CaseLastAppointment(case_id=case_id, version=version, opens_until=last_end + ROOM_STAYS)
