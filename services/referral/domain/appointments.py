"""What referral learnt of a referral's appointments, and what it makes of them, in whatever order it heard."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from contracts.referral import HeardHour
from contracts.words import Modality, ReferralStatus
from services.referral.domain import transitions
from services.referral.domain.referrals import Referral, Step, due

S = ReferralStatus
LOST_AFTER: Final = 2  # no-shows, below level 3; from there a person decides (care.md 7)
NEVER_BY_ITSELF: Final = 3


class Standing(StrEnum):
    """How an appointment stands, as far as a referral cares."""

    BOOKED = "booked"
    ATTENDED = "attended"
    MISSED = "missed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Appointment:
    """The highest version heard of one appointment."""

    id: UUID
    version: int
    expert_id: UUID
    standing: Standing
    starts_at: datetime | None = None
    modality: Modality | None = None
    cancelled_by: str | None = None
    ends_at: datetime | None = None
    replaced: bool = False  # another expert's appointment took its place in the same move


def reconciled(
    referral: Referral, appointments: Sequence[Appointment], *, heard: UUID, now: datetime, put_right: bool = False
) -> tuple[Referral, list[Step]]:
    """`referral` as its appointments make it, and the steps it took; the same whatever order they were heard in.

    `heard` is the appointment that was just heard of. A referral that has ended stays as it is, unless it was lost by
    no-shows alone and one of them is `put_right`.
    """
    if referral.status in transitions.TERMINAL and not (put_right and referral.status is S.LOST):
        return referral, []
    causes = _causes(referral, appointments, heard, now)
    status, steps = referral.status, []
    for cause in causes:
        reached = transitions.after(status, cause)
        steps.append(Step(status, reached, cause))
        status = reached
    current = _current(appointments, now)
    action, at = _next_step(status, referral, current, now, moved=bool(steps))
    changed = replace(
        referral,
        status=status,
        expert_id=current.expert_id if current else referral.expert_id if status is S.ACCEPTED else None,
        appointment_id=current.id if current else None,
        starts_at=current.starts_at if current else None,
        modality=current.modality if current else None,
        next_action=action,
        next_action_at=at,
        owner_id=None if status in transitions.TERMINAL else referral.owner_id,
        queue=None if status in transitions.TERMINAL else _queue(referral, moved=bool(steps)),
    )
    if changed == referral and not steps:
        return referral, []
    return replace(changed, version=referral.version + 1), steps


def _queue(referral: Referral, *, moved: bool) -> str | None:
    """Once an appointment moves it on, an orientation leaves the coordination's queue, and never goes unowned."""
    if not moved:
        return referral.queue
    return None if referral.owner_id else "desk"


def _causes(referral: Referral, appointments: Sequence[Appointment], heard: UUID, now: datetime) -> list[str]:
    """Which rows of the transition table lead from where the referral is to where it should be."""
    wanted = _wanted(referral, appointments)
    status = referral.status
    causes = []
    if status is S.LOST and wanted is not S.LOST:
        causes, status = ["not_missed"], S.BOOKED
    if status not in transitions.BOOKABLE | {S.BOOKED}:
        return []
    if wanted is not S.READY and status is not S.BOOKED:
        causes.append("booked")
        status = S.BOOKED
    elif status is S.BOOKED and wanted is S.BOOKED:
        causes.extend(_within_booked(referral, _current(appointments, now), heard))
    if wanted is S.ENGAGED:
        causes.append("attended")
    elif wanted is S.LOST:
        causes.append("lost")
    elif wanted is S.READY and status is S.BOOKED:
        causes.append(f"cancelled_by_{_last_word(appointments, heard)}")
    return causes


def _wanted(referral: Referral, appointments: Sequence[Appointment]) -> ReferralStatus:
    standings = [each.standing for each in appointments]
    if Standing.ATTENDED in standings:
        return S.ENGAGED
    if Standing.BOOKED in standings:
        return S.BOOKED
    missed = standings.count(Standing.MISSED)
    if missed >= LOST_AFTER and referral.level < NEVER_BY_ITSELF:
        return S.LOST
    return S.BOOKED if missed else S.READY


def _within_booked(referral: Referral, current: Appointment | None, heard: UUID) -> list[str]:
    if current is None or current.id != heard:
        return []
    if current.standing is Standing.MISSED:
        return ["no_show"]
    if current.id != referral.appointment_id:
        return ["booked_again"]
    return ["moved"] if current.starts_at != referral.starts_at else []


def _current(appointments: Sequence[Appointment], now: datetime) -> Appointment | None:
    """The appointment that the referral shows: attended, else the next live one, else the last of its kind."""
    for standing in (Standing.ATTENDED, Standing.BOOKED, Standing.MISSED):
        of_kind = [each for each in appointments if each.standing is standing]
        to_come = [each for each in of_kind if each.starts_at is not None and each.starts_at >= now]
        if standing is Standing.BOOKED and to_come:
            return min(to_come, key=lambda each: (each.starts_at or now, each.id))
        if of_kind:
            return max(of_kind, key=lambda each: (each.starts_at is not None, each.starts_at or each.version, each.id))
    return None


def must_be_followed(referral: Referral, heard: Appointment) -> str | None:
    """The task that a lost hour is though another one stands: from level 3 nothing ends by a link (care.md 7).

    What the desk cancelled itself is known there.
    """
    if referral.status in transitions.TERMINAL:
        return None
    if heard.standing is Standing.MISSED:
        return "no_show"
    by_another = heard.standing is Standing.CANCELLED and heard.cancelled_by in ("person", "expert")
    return "cancelled" if by_another and referral.level >= NEVER_BY_ITSELF else None


def in_order(appointments: Sequence[Appointment], now: datetime) -> list[Appointment]:
    """Those that stand, the next one first; then what is over, the latest first; without what a move replaced."""
    ahead = [each for each in appointments if each.standing is Standing.BOOKED]
    over = [each for each in appointments if each.standing is not Standing.BOOKED and not each.replaced]
    return [
        *sorted(ahead, key=lambda each: (each.starts_at or now, each.id)),
        *sorted(over, key=lambda each: (each.starts_at or now, each.id), reverse=True),
    ]


def shown(one: Appointment, expert: str) -> HeardHour:
    """An appointment as the desk reads it."""
    return HeardHour(one.id, one.expert_id, expert, one.standing.value, one.starts_at, one.cancelled_by)


def _last_word(appointments: Sequence[Appointment], heard: UUID) -> str:
    by = next((each.cancelled_by for each in appointments if each.id == heard), None)
    return by if by in ("person", "expert") else "staff"


def _next_step(
    status: ReferralStatus, referral: Referral, current: Appointment | None, now: datetime, *, moved: bool
) -> tuple[str | None, datetime | None]:
    """An open referral always has a next action and its hour (invariant 7)."""
    if status in transitions.TERMINAL:
        return None, None
    if status is S.ENGAGED:
        if referral.status is S.ENGAGED and referral.next_action_at is not None:
            return referral.next_action, referral.next_action_at
        return "outcome", current.starts_at if current and current.starts_at else now
    if status is S.BOOKED and current is not None and current.standing is Standing.BOOKED:
        return "appointment", current.starts_at or now
    if not moved:
        return referral.next_action, referral.next_action_at
    return "book", due(referral.level, now)
