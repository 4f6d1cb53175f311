"""A referral: one need handed over, who owns its next step, and when that step is due."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from contracts.orientations import OrientationKind
from contracts.permits import BookPermit
from contracts.referral import Sheet
from contracts.words import Modality, ReferralStatus, VisitKind
from kit.errors import NotFound
from services.referral.domain import departments, transitions
from services.referral.domain.matching.reach import bookable

NEXT_ACTION: Final = timedelta(hours=24)
NEXT_ACTION_HIGH: Final = timedelta(hours=1)  # care.md 7: from level 3 a named person within the hour


class UnknownReferral(NotFound):
    """No such referral."""


@dataclass(frozen=True, slots=True)
class Referral:
    """`owner` is a person's account id, or None while it is in the desk's queue."""

    id: UUID
    case_id: UUID
    contact_id: UUID | None
    need_id: UUID
    status: ReferralStatus
    version: int
    level: int
    created_at: datetime
    next_action: str | None
    next_action_at: datetime | None
    owner_id: UUID | None = None
    cycle: int = 1
    expert_id: UUID | None = None
    appointment_id: UUID | None = None
    starts_at: datetime | None = None
    modality: Modality | None = None
    kind: str = OrientationKind.CARE
    target_id: UUID | None = None  # a structure or a service of the directory
    follows_id: UUID | None = None  # the one that this one is a « réorientation » of
    queue: str | None = None  # desk | coordination, while nobody by name owns it
    wave: int = 0  # how many waves of offers went out in this cycle
    may_wait: bool = False  # the caller agreed to wait
    may_reach: str | None = None  # call | message | nothing, once asked
    outcome: str | None = None
    typed: bytes | None = None  # what was handed over, in a few words; sealed under the case's key


@dataclass(frozen=True, slots=True)
class Step:
    """One row of the transition log: of the referral, or of one of its offers."""

    from_status: str | None
    to_status: str
    cause: str
    offer_id: UUID | None = None
    reason: str | None = None
    note: bytes | None = None  # sealed


def submitted(
    *,
    referral_id: UUID,
    case_id: UUID,
    contact_id: UUID | None,
    need_id: UUID,
    level: int,
    owner_id: UUID | None,
    now: datetime,
    **more: Any,
) -> tuple[Referral, list[Step]]:
    """A new referral, ready to be booked, owned by whoever is on the line."""
    referral = Referral(
        id=referral_id,
        case_id=case_id,
        contact_id=contact_id,
        need_id=need_id,
        status=ReferralStatus.READY,
        version=1,
        level=level,
        created_at=now,
        next_action="book",
        next_action_at=due(level, now),
        owner_id=owner_id,
        **more,
    )
    steps = [
        Step(None, ReferralStatus.DRAFT, "created"),
        Step(ReferralStatus.DRAFT, transitions.after(ReferralStatus.DRAFT, "submitted"), "submitted"),
    ]
    return referral, steps


def due(level: int, now: datetime) -> datetime:
    """When the next step of an open referral must be taken; at once from level 4."""
    if level >= 4:
        return now
    return now + (NEXT_ACTION_HIGH if level == 3 else NEXT_ACTION)


def with_need(referral: Referral, *, need_id: UUID, level: int) -> Referral:
    """The same referral after its sheet changed: a new snapshot, never an edited one."""
    if referral.status in transitions.TERMINAL:
        raise transitions.ReferralClosed()
    return replace(referral, need_id=need_id, level=level, version=referral.version + 1)


def book_permit(
    referral: Referral, sheet: Sheet, *, unwanted: frozenset[UUID] = frozenset(), only: tuple[UUID, ...] = ()
) -> BookPermit:
    """What booking may do for this referral, and nothing about why; `unwanted` are the case's own exclusions.

    `only`: nobody but these, as when the one who said yes books their own hour.
    """
    if referral.status in transitions.TERMINAL:
        raise transitions.ReferralClosed()
    return BookPermit(
        case_id=referral.case_id,
        referral_id=referral.id,
        visit=VisitKind.FIRST,
        modalities=tuple(sheet.modalities) if only else bookable(sheet.modalities),
        experts=only,
        not_experts=tuple(dict.fromkeys((*sheet.not_experts, *sorted(unwanted)))),
        priority=referral.level,
        nickname=sheet.first_name or "",
        person_zone=sheet.time_zone or departments.time_zone(sheet.department),
    )
