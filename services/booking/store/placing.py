"""An appointment written statement by statement, where several things must happen in one transaction.

The hot path is `book` in book.sql; this is for what is rare: a waiting list, a series, a third person, a group. The
agendas are locked by `agendas_alone` before anything is read, the smallest id first, so that nobody waits in a circle.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, delete, insert, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import DateTime, Text, Uuid

from contracts.caller import Caller
from contracts.permits import BookPermit
from contracts.words import Privacy
from kit.auth import role_name
from services.booking.domain import refusals, zones
from services.booking.domain.appointments import Appointment
from services.booking.store import agenda, appointments
from services.booking.store.booking import Wanted
from services.booking.tables import appointment as table
from services.booking.tables import appointment_event, claim

_CHECK = text(
    """
    SELECT code, lower(claimed) AS since, upper(claimed) AS until, ends_at, zone, modality, visit, privacy
    FROM slot_check(:now, :expert, :type, :starts, :visit, :modalities, :experts, :not_experts)
    """
).bindparams(
    *(bindparam(name, type_=DateTime(True)) for name in ("now", "starts")),
    *(bindparam(name, type_=Uuid) for name in ("expert", "type")),
    *(bindparam(name, type_=ARRAY(Uuid)) for name in ("experts", "not_experts")),
    bindparam("modalities", type_=ARRAY(Text)),
    bindparam("visit", type_=Text),
)
_CLAIM = text(
    """
    INSERT INTO claim (expert_id, during, kind, appointment_id)
    VALUES (:expert, tstzrange(:since, :until), 'appointment', :appointment) ON CONFLICT DO NOTHING RETURNING id
    """
).bindparams(
    *(bindparam(name, type_=DateTime(True)) for name in ("since", "until")),
    *(bindparam(name, type_=Uuid) for name in ("expert", "appointment")),
)
_HOLDS_END = text("SELECT holds_end(:expert, :now)").bindparams(
    bindparam("expert", type_=Uuid), bindparam("now", type_=DateTime(True))
)


@dataclass(frozen=True)
class Placing:
    """What an appointment is made for, beside its hour."""

    permit: BookPermit
    appointment_id: UUID
    privacy: Privacy = Privacy.NEUTRAL
    replaces_id: UUID | None = None
    series_id: UUID | None = None
    of_nobody: bool = False  # a group: many attend, and it is no case's


async def agendas_alone(db: AsyncConnection, experts: Iterable[UUID], now: datetime) -> None:
    """Have these agendas alone until the transaction ends, holds that are over ended."""
    ordered = sorted(set(experts))
    for expert_id in ordered:
        await agenda.lock(db, expert_id)
    for expert_id in ordered:
        await db.execute(_HOLDS_END, {"expert": expert_id, "now": now})


async def place(
    db: AsyncConnection,
    wanted: Wanted,
    placing: Placing,
    *,
    caller: Caller,
    now: datetime,
    refreshed: bool = True,
) -> Appointment:
    """Book an hour under `agendas_alone`; a refusal leaves nothing behind, so that the caller may try another."""
    permit = placing.permit
    asked = {
        "now": now,
        "expert": wanted.expert_id,
        "type": wanted.type_id,
        "starts": wanted.starts_at,
        "visit": permit.visit.value,
        "modalities": [one.value for one in permit.modalities],
        "experts": list(permit.experts),
        "not_experts": list(permit.not_experts),
    }
    slot = (await db.execute(_CHECK, asked)).one()
    if slot.code is not None:
        raise refusals.by_code(slot.code)
    await _claim(db, wanted.expert_id, slot.since, slot.until, placing.appointment_id)
    row = {
        "id": placing.appointment_id,
        "expert_id": wanted.expert_id,
        "type_id": wanted.type_id,
        "case_id": None if placing.of_nobody else permit.case_id,
        "referral_id": None if placing.of_nobody else permit.referral_id,
        "starts_at": wanted.starts_at,
        "ends_at": slot.ends_at,
        "expert_zone": slot.zone,
        "person_zone": permit.person_zone,
        "status": "booked",
        "modality": slot.modality,
        "visit": slot.visit,
        "level": permit.priority or None,
        "nickname": permit.nickname,
        "privacy": Privacy.SILENT.value if slot.privacy == Privacy.SILENT.value else placing.privacy.value,
        "version": 1,
        "sequence": 0,
        "ical_uid": str(placing.appointment_id),
        "told_unseen": False,
        "told_alone": False,
        "told_missed": False,
        "replaces_id": placing.replaces_id,
        "created_by": caller.subject,
        "created_by_role": role_name(caller),
        "permit_experts": list(permit.experts),
        "permit_not_experts": list(permit.not_experts),
        "exclusions_version": 0,
        "created_at": now,
        "series_id": placing.series_id,
    }
    made = upsert(table).values(row).on_conflict_do_nothing().returning(table.c.id)
    if (await db.execute(made)).first() is None:
        await db.execute(delete(claim).where(claim.c.appointment_id == placing.appointment_id))
        raise refusals.CaseOverlap
    await _begun(db, placing.appointment_id, wanted.starts_at, caller, now)
    if refreshed:
        await refresh_around(db, wanted.expert_id, [wanted.starts_at], slot.zone, now)
    return await appointments.find(db, placing.appointment_id)


async def refresh_around(
    db: AsyncConnection, expert_id: UUID, starts: Sequence[datetime], zone: str, now: datetime
) -> None:
    """Derive the days of these hours anew."""
    days = {zones.local_day(one, zone) for one in starts}
    for day in sorted(days):
        await agenda.refresh(db, expert_id, first=day - timedelta(days=1), last=day + timedelta(days=1), now=now)


async def _claim(db: AsyncConnection, expert_id: UUID, since: datetime, until: datetime, appointment_id: UUID) -> None:
    told = {"expert": expert_id, "since": since, "until": until, "appointment": appointment_id}
    if (await db.execute(_CLAIM, told)).first() is None:
        raise refusals.SlotTaken


async def _begun(db: AsyncConnection, appointment_id: UUID, starts_at: datetime, caller: Caller, now: datetime) -> None:
    row: dict[str, Any] = {
        "appointment_id": appointment_id,
        "seq": 1,
        "at": now,
        "actor": caller.subject,
        "actor_role": role_name(caller),
        "kind": "booked",
        "after": bindparam("is", {"starts_at": starts_at.isoformat()}, type_=JSONB),
    }
    await db.execute(insert(appointment_event).values(row))
