"""Who may see and change what: told once, by the caller's part in an appointment or an agenda."""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Request

from contracts import booking as shapes
from contracts.caller import Caller
from contracts.words import LISTENING, Role
from kit.auth import NotAllowed
from kit.errors import Changed
from services.booking.domain import appointments, refusals
from services.booking.domain.appointments import Appointment, Party
from services.booking.domain.types import ConsultationType

DESK = (*LISTENING, Role.COORDINATOR, Role.SERVICE)
"""Who handles cases."""
OWNERS = (Role.EXPERT, Role.SECRETARY)
"""Who may own an agenda, or act for its owner."""


def owns(caller: Caller, expert_id: UUID) -> bool:
    """The expert, or their secretary."""
    own = caller.has(Role.EXPERT) and caller.subject == expert_id
    return own or (caller.has(Role.SECRETARY) and expert_id in caller.acts_for)


def party(caller: Caller, one: Appointment) -> Party:
    """On whose behalf the caller acts; for anyone else the appointment does not exist."""
    if one.case_id is not None and caller.case_id == one.case_id:
        return Party.PERSON
    if owns(caller, one.expert_id):
        return Party.EXPERT
    if caller.has(*DESK):
        return Party.STAFF
    raise refusals.UnknownAppointment


def check_agenda(caller: Caller, expert_id: UUID, *, to_change: bool = False) -> None:
    """An agenda is its owner's; the desk may read it."""
    if not owns(caller, expert_id) and (to_change or not caller.has(*DESK)):
        raise NotAllowed


def shown(one: Appointment, kind: ConsultationType, caller: Caller, now: datetime) -> shapes.Appointment:
    """An appointment as this caller may see it: a secretary learns neither case nor referral."""
    who = party(caller, one)
    blind = who is Party.EXPERT and caller.subject != one.expert_id
    return shapes.Appointment(
        id=one.id,
        expert_id=one.expert_id,
        type_id=one.type_id,
        case_id=None if blind else one.case_id,
        referral_id=None if blind or who is Party.PERSON else one.referral_id,
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        status=one.status,
        modality=one.modality,
        visit=one.visit,
        nickname=one.nickname,
        expert_zone=one.expert_zone,
        person_zone=one.person_zone,
        version=one.version,
        sequence=one.sequence,
        ical_uid=one.ical_uid,
        seen_at=one.seen_at,
        arrived_at=one.arrived_at,
        started_at=one.started_at,
        handed_back=one.handed_back_at is not None,
        cancellable=appointments.cancellable(one, kind, who, now),
        movable=appointments.movable(one, kind, who, now),
        late_minutes=one.late_minutes,
        calls=one.calls,
        series_id=one.series_id,
        instructions=kind.instructions(one.starts_at, now) if who is Party.PERSON else "",
    )


def check_version(request: Request[Any, Any, Any], one: Appointment) -> None:
    """`If-Match` names the version that the caller saw; without it the present one is meant."""
    asked = request.headers.get("if-match")
    if asked not in (None, "*", f'"{one.version}"', str(one.version)):
        raise Changed(version=one.version)


def etag(one: Appointment | shapes.Appointment) -> dict[str, str]:
    return {"ETag": f'"{one.version}"'}
