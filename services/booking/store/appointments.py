"""Appointments after they are booked: found, changed, moved, cancelled; each change leaves its event."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import DateTime, Uuid

from contracts.caller import Caller
from contracts.words import AppointmentStatus, Modality, Privacy, VisitKind
from kit.auth import role_name
from services.booking.domain import refusals, zones
from services.booking.domain.appointments import LIVE, Appointment
from services.booking.store import agenda, guests
from services.booking.tables import appointment as table
from services.booking.tables import appointment_event, claim, group_place

LIVE_STATUSES = [status.value for status in LIVE]
_KEPT = (
    *("id", "expert_id", "type_id", "case_id", "referral_id", "starts_at", "ends_at", "nickname", "expert_zone"),
    *("person_zone", "version", "sequence", "ical_uid", "seen_at", "arrived_at", "started_at"),
    *("handed_back_at", "calls", "series_id"),
)
_COLUMNS = [
    *(table.c[name] for name in _KEPT),
    *(table.c.status, table.c.modality, table.c.visit, table.c.privacy, table.c.late_minutes),
]

_CHECK = text(
    """
    SELECT s.code, s.claimed, s.ends_at, s.modality, s.visit, s.zone
    FROM appointment a, slot_check(:now, a.expert_id, :type, :starts, NULL, '{}',
        a.permit_experts, a.permit_not_experts) s
    WHERE a.id = :id
    """
).bindparams(bindparam("now", type_=DateTime(True)), bindparam("starts", type_=DateTime(True)))
_CLAIM = text(
    """
    INSERT INTO claim (expert_id, during, kind, appointment_id)
    SELECT a.expert_id, s.claimed, 'appointment', a.id
    FROM appointment a, slot_check(:now, a.expert_id, :type, :starts, NULL, '{}',
        a.permit_experts, a.permit_not_experts) s
    WHERE a.id = :id ON CONFLICT DO NOTHING RETURNING id
    """
).bindparams(
    bindparam("now", type_=DateTime(True)),
    bindparam("starts", type_=DateTime(True)),
    bindparam("id", type_=Uuid),
    bindparam("type", type_=Uuid),
)
_HOLDS_END = text("SELECT holds_end(:expert, :now)")
_LAST_SEQ = select(func.coalesce(func.max(appointment_event.c.seq), 0) + 1)


def _appointment(row: Any) -> Appointment:
    return Appointment(
        **{name: getattr(row, name) for name in _KEPT},
        status=AppointmentStatus(row.status),
        modality=Modality(row.modality),
        visit=VisitKind(row.visit),
        privacy=Privacy(row.privacy),
        late_minutes=row.late_minutes or 0,
    )


async def find(db: AsyncConnection, appointment_id: UUID, *, to_change: bool = False) -> Appointment:
    """The appointment, locked when it is to change; `unknown-appointment` when there is none."""
    asked = select(*_COLUMNS).where(table.c.id == appointment_id)
    row = (await db.execute(asked.with_for_update() if to_change else asked)).first()
    if row is None:
        raise refusals.UnknownAppointment
    return _appointment(row)


async def alone_with(db: AsyncConnection, appointment_id: UUID) -> Appointment:
    """The appointment, locked, after its agenda: for changes that give time back or take other time."""
    expert_id = (await db.execute(select(table.c.expert_id).where(table.c.id == appointment_id))).scalar()
    if expert_id is None:
        raise refusals.UnknownAppointment
    for one in sorted([expert_id, *await guests.guests_of(db, appointment_id)]):
        await agenda.lock(db, one)
    return await find(db, appointment_id, to_change=True)


async def said_missed(db: AsyncConnection, appointment_id: UUID) -> bool:
    """Whether the house was told, ten minutes past the hour, that nobody had come."""
    return bool(await db.scalar(select(table.c.told_missed).where(table.c.id == appointment_id)))


async def of_case(db: AsyncConnection, case_id: UUID) -> list[Appointment]:
    """Every appointment of a case, the earliest first."""
    rows = await db.execute(select(*_COLUMNS).where(table.c.case_id == case_id).order_by(table.c.starts_at))
    return [_appointment(row) for row in rows.all()]


async def of_expert(db: AsyncConnection, expert_id: UUID, since: datetime, until: datetime) -> list[Appointment]:
    """An expert's appointments that touch this window, cancelled ones left out."""
    rows = await db.execute(
        select(*_COLUMNS)
        .where(
            table.c.expert_id == expert_id,
            table.c.starts_at < until,
            table.c.starts_at > since - timedelta(days=1),
            table.c.ends_at > since,
            table.c.status.not_like("cancelled%"),
        )
        .order_by(table.c.starts_at)
    )
    return [_appointment(row) for row in rows.all()]


async def named(db: AsyncConnection, expert_id: UUID, part: str, *, limit: int) -> list[Appointment]:
    """An expert's appointments whose nickname holds `part`, accents and case aside; the latest first."""
    plain = func.translate(func.lower(table.c.nickname), "àâäéèêëîïôöùûüç", "aaaeeeeiioouuuc")
    asked = func.translate(func.lower(part), "àâäéèêëîïôöùûüç", "aaaeeeeiioouuuc")
    mine = select(*_COLUMNS).where(table.c.expert_id == expert_id, func.strpos(plain, asked) > 0)
    rows = await db.execute(mine.order_by(table.c.starts_at.desc()).limit(limit))
    return [_appointment(row) for row in rows.all()]


async def to_end(
    db: AsyncConnection, *, now: datetime, referral_id: UUID | None = None, case_id: UUID | None = None
) -> list[UUID]:
    """Appointments still to come of a referral or a case."""
    asked = select(table.c.id).where(table.c.status.in_(LIVE_STATUSES), table.c.ends_at > now)
    whose = table.c.referral_id == referral_id if referral_id else table.c.case_id == case_id
    return list((await db.execute(asked.where(whose).order_by(table.c.expert_id))).scalars())


async def last_end(db: AsyncConnection, case_id: UUID) -> datetime | None:
    """When the last appointment of the case, or the last group it has a place in, ends or would have ended."""
    own = select(func.max(table.c.ends_at)).where(table.c.case_id == case_id)
    met = select(func.max(table.c.ends_at)).join(group_place, group_place.c.appointment_id == table.c.id)
    with_others = met.where(group_place.c.case_id == case_id, group_place.c.status != "left")
    both = select(func.greatest(own.scalar_subquery(), with_others.scalar_subquery()))
    return (await db.execute(both)).scalar()


async def save(
    db: AsyncConnection, before: Appointment, after: Appointment, *, what: str, caller: Caller, now: datetime
) -> None:
    """Write what changed, with its event; the row is locked by `find`."""
    await db.execute(
        update(table)
        .where(table.c.id == after.id)
        .values(
            status=after.status.value,
            version=after.version,
            seen_at=after.seen_at,
            arrived_at=after.arrived_at,
            started_at=after.started_at,
            late_minutes=after.late_minutes or None,
        )
    )
    await note(
        db,
        after.id,
        what=what,
        caller=caller,
        now=now,
        before={"status": before.status.value},
        after={"status": after.status.value},
    )


async def cancel(
    db: AsyncConnection,
    before: Appointment,
    status: AppointmentStatus,
    *,
    reason: str | None,
    caller: Caller,
    now: datetime,
) -> Appointment:
    """End it and give its time back; the agenda is locked by `alone_with`."""
    changed = {"status": status.value, "version": before.version + 1, "cancel_reason": reason}
    await db.execute(update(table).where(table.c.id == before.id).values(changed))
    await let_go(db, before.id)
    await _refresh(db, before, now, before.starts_at)
    told = {"before": {"status": before.status.value}, "after": {"status": status.value}}
    await note(db, before.id, what="cancelled", caller=caller, now=now, **told)
    return await find(db, before.id)


async def move(
    db: AsyncConnection, before: Appointment, *, starts_at: datetime, type_id: UUID, caller: Caller, now: datetime
) -> Appointment:
    """Other hours in place: the old claim let go, a new one taken; or nothing of it, as the refusal ends it all."""
    wanted = {"id": before.id, "now": now, "type": type_id, "starts": starts_at}
    await db.execute(_HOLDS_END, {"expert": before.expert_id, "now": now})
    await let_go(db, before.id)  # before the check: its own hour never fills the day against it
    slot = (await db.execute(_CHECK, wanted)).one()
    if slot.code is not None:
        raise refusals.by_code(slot.code)
    if (await db.execute(_CLAIM, wanted)).first() is None:
        raise refusals.SlotTaken
    await guests.claim(db, before.id, starts_at, slot.ends_at)
    if before.case_id is not None and await overlaps(db, before, starts_at, slot.ends_at):
        raise refusals.CaseOverlap
    await db.execute(
        update(table)
        .where(table.c.id == before.id)
        .values(
            starts_at=starts_at,
            ends_at=slot.ends_at,
            type_id=type_id,
            modality=slot.modality,
            visit=slot.visit,
            version=before.version + 1,
            sequence=before.sequence + 1,
            seen_at=None,
            handed_back_at=None,
            late_minutes=None,
            told_unseen=False,
            told_alone=False,
            told_missed=False,
        )
    )
    await _refresh(db, before, now, before.starts_at, starts_at)
    was = {"type_id": str(before.type_id), "modality": before.modality.value}
    told = {
        "before": {"starts_at": before.starts_at.isoformat(), "ends_at": before.ends_at.isoformat(), **was},
        "after": {"starts_at": starts_at.isoformat()},
    }
    await note(db, before.id, what="moved", caller=caller, now=now, **told)
    return await find(db, before.id)


async def forget_case(db: AsyncConnection, case_id: UUID) -> None:
    """Nothing leads from these hours to the case any more."""
    nothing = {"case_id": None, "referral_id": None, "nickname": "", "level": None, "cancel_reason": None}
    await db.execute(update(table).where(table.c.case_id == case_id).values(nothing))


async def exclude(db: AsyncConnection, case_id: UUID, not_experts: tuple[UUID, ...], heard_version: int) -> None:
    """Later moves of this case no longer reach these experts; an older word than the last changes nothing."""
    newer = (table.c.case_id == case_id) & (table.c.exclusions_version < heard_version)
    told = {"permit_not_experts": list(not_experts), "exclusions_version": heard_version}
    await db.execute(update(table).where(newer).values(told))


async def overlaps(db: AsyncConnection, one: Appointment, starts_at: datetime, ends_at: datetime) -> bool:
    """Whether the case has another appointment then."""
    clash = select(table.c.id).where(
        table.c.case_id == one.case_id,
        table.c.id != one.id,
        table.c.status.in_(LIVE_STATUSES),
        table.c.starts_at < ends_at,
        table.c.ends_at > starts_at,
    )
    return (await db.execute(clash)).first() is not None


async def let_go(db: AsyncConnection, appointment_id: UUID) -> None:
    """Give its time back, in every agenda that has it."""
    mine = (claim.c.appointment_id == appointment_id) & claim.c.active
    await db.execute(update(claim).where(mine).values(active=False))


async def _refresh(db: AsyncConnection, one: Appointment, now: datetime, *starts: datetime) -> None:
    everyone = [one.expert_id, *await guests.guests_of(db, one.id)]
    for day in {zones.local_day(start, one.expert_zone) for start in starts}:
        first, last = day - timedelta(days=1), day + timedelta(days=1)
        for expert_id in everyone:
            await agenda.refresh(db, expert_id, first=first, last=last, now=now)


async def note(
    db: AsyncConnection,
    appointment_id: UUID,
    *,
    what: str,
    caller: Caller,
    now: datetime,
    before: dict[str, str] | None = None,
    after: dict[str, str] | None = None,
) -> None:
    """One line of the history of an appointment, which is locked."""
    row = {
        "appointment_id": appointment_id,
        "seq": _LAST_SEQ.where(appointment_event.c.appointment_id == appointment_id).scalar_subquery(),
        "at": now,
        "actor": caller.subject,
        "actor_role": role_name(caller),
        "kind": what,
        "before": bindparam("was", before, type_=JSONB),
        "after": bindparam("is", after, type_=JSONB),
    }
    await db.execute(insert(appointment_event).values(row))
