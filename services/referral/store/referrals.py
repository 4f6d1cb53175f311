"""Referrals, the log of their states, and what was learnt of their appointments."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.events import AppointmentBooked
from contracts.referral import Sheet, Transition
from contracts.words import ExpertProfession, Modality, ReferralStatus
from kit.log import request_id
from kit.shapes import as_a
from kit.vault import Vault
from services.referral.domain import sheets
from services.referral.domain.appointments import Appointment, Standing
from services.referral.domain.referrals import Referral, Step, UnknownReferral
from services.referral.store import sealed
from services.referral.tables import appointment, care_case, need, referral, transition_log


async def add(db: AsyncConnection, new: Referral, steps: Sequence[Step], *, actor: str, now: datetime) -> None:
    """Write a new referral and the steps that brought it here."""
    await db.execute(insert(referral).values(_row(new)))
    await log(db, new.id, steps, actor=actor, now=now)


async def load(db: AsyncConnection, referral_id: UUID, *, to_change: bool = False) -> Referral:
    """One referral, or `unknown-referral`."""
    found = await find(db, referral_id, to_change=to_change)
    if found is None:
        raise UnknownReferral()
    return found


async def find(db: AsyncConnection, referral_id: UUID, *, to_change: bool = False) -> Referral | None:
    """One referral, or None; `to_change` keeps other writers waiting until this transaction ends."""
    query = select(referral).where(referral.c.id == referral_id)
    if to_change:
        query = query.with_for_update()
    row = (await db.execute(query)).first()
    return _referral(row) if row else None


async def of_case(db: AsyncConnection, case_id: UUID, *, to_change: bool = False) -> list[Referral]:
    """Every referral of a case, the latest first."""
    query = select(referral).where(referral.c.case_id == case_id).order_by(referral.c.created_at.desc())
    return [_referral(row) for row in await db.execute(query.with_for_update() if to_change else query)]


async def save(db: AsyncConnection, changed: Referral, steps: Sequence[Step], *, actor: str, now: datetime) -> None:
    """Keep a referral as it now stands, and how it came there."""
    await db.execute(update(referral).where(referral.c.id == changed.id).values(_row(changed)))
    await log(db, changed.id, steps, actor=actor, now=now)


async def log(db: AsyncConnection, referral_id: UUID, steps: Sequence[Step], *, actor: str, now: datetime) -> None:
    """Append to the log, which is never changed."""
    if not steps:
        return
    asked_by = request_id.get()
    rows = [
        {
            "referral_id": referral_id,
            "at": now,
            "from_status": step.from_status,
            "to_status": step.to_status,
            "cause": step.cause,
            "actor": actor,
            "request_id": asked_by,
            "offer_id": step.offer_id,
            "reason": step.reason,
            "note": step.note,
        }
        for step in steps
    ]
    await db.execute(insert(transition_log), rows)


async def lost_by(db: AsyncConnection, referral_id: UUID) -> str | None:
    """Whoever last said that it is lost: a person, or the no-shows that booking told."""
    mine = (transition_log.c.referral_id == referral_id) & (transition_log.c.to_status == ReferralStatus.LOST.value)
    found: str | None = await db.scalar(
        select(transition_log.c.actor).where(mine).order_by(transition_log.c.id.desc()).limit(1)
    )
    return found


async def timeline(db: AsyncConnection, vault: Vault, referral_id: UUID) -> list[Transition]:
    """Everything that happened to a referral, in order, with the words of whoever decided; offers have their list."""
    columns = transition_log.c
    told = (columns.at, columns.from_status, columns.to_status, columns.cause, columns.actor, columns.reason)
    query = select(*told, columns.note.label("kept"), care_case.c.data_key)
    joined = transition_log.join(referral, referral.c.id == columns.referral_id)
    joined = joined.join(care_case, care_case.c.id == referral.c.case_id)
    mine = (columns.referral_id == referral_id) & columns.offer_id.is_(None)
    place, steps = f"transition.note:{referral_id}", []
    for row in await db.execute(query.select_from(joined).where(mine).order_by(columns.id)):
        said = sealed.opened(vault, row.data_key, row.kept, place=place)
        steps.append(msgspec.structs.replace(as_a(Transition, row), note=said.get("note")))
    return steps


async def codes_of_need(db: AsyncConnection, need_id: UUID) -> Sheet:
    """The coded part of what was asked; nothing that was typed is opened."""
    codes = await db.scalar(select(need.c.codes).where(need.c.id == need_id))
    return sheets.whole(codes or {}, {})


async def need_again(
    db: AsyncConnection,
    vault: Vault,
    former_id: UUID,
    *,
    need_id: UUID,
    professions: Sequence[ExpertProfession],
    now: datetime,
) -> None:
    """The same need written down once more for the orientation that follows; other professions when they were named."""
    query = select(need, care_case.c.data_key).join(care_case, care_case.c.id == need.c.case_id)
    row = (await db.execute(query.where(need.c.id == former_id))).one()
    typed = sealed.opened(vault, row.data_key, row.typed, place=f"need.typed:{former_id}")
    codes = {**row.codes, "help": [each.value for each in professions]} if professions else row.codes
    again = {
        "id": need_id,
        "case_id": row.case_id,
        "contact_id": row.contact_id,
        "contact_version": row.contact_version,
        "at": now,
        "level": row.level,
        "codes": codes,
        "typed": await sealed.seal(db, vault, row.case_id, typed, place=f"need.typed:{need_id}"),
    }
    await db.execute(insert(need).values(again))


async def learn(db: AsyncConnection, heard: Appointment, *, referral_id: UUID, case_id: UUID) -> bool:
    """Keep `heard` if it is the highest version heard of this appointment; True when it was."""
    row = {
        "id": heard.id,
        "referral_id": referral_id,
        "case_id": case_id,
        "expert_id": heard.expert_id,
        "version": heard.version,
        "standing": heard.standing.value,
        "starts_at": heard.starts_at,
        "modality": heard.modality,
        "cancelled_by": heard.cancelled_by,
        "replaced": heard.replaced,
        "ends_at": heard.ends_at,
    }
    told = upsert(appointment).values(row)
    new = told.excluded
    kept = {
        "version": new.version,
        "standing": new.standing,
        "starts_at": func.coalesce(new.starts_at, appointment.c.starts_at),
        "modality": func.coalesce(new.modality, appointment.c.modality),
        "ends_at": func.coalesce(new.ends_at, appointment.c.ends_at),
        "cancelled_by": new.cancelled_by,
        "replaced": new.replaced,
    }
    newer = (appointment.c.version < new.version) & ~appointment.c.replaced
    told = told.on_conflict_do_update(index_elements=["id"], set_=kept, where=newer)
    return (await db.execute(told.returning(appointment.c.id))).first() is not None


_LEARN_ALL = text(
    """
    INSERT INTO appointment AS known (id, referral_id, case_id, expert_id, version, standing, starts_at, ends_at,
        modality, replaced)
    SELECT id, referral_id, case_id, expert_id, version, 'booked', starts_at, ends_at, modality, false
    FROM unnest(CAST(:id AS uuid[]), CAST(:referral_id AS uuid[]), CAST(:case_id AS uuid[]),
        CAST(:expert_id AS uuid[]), CAST(:version AS int[]), CAST(:starts_at AS timestamptz[]),
        CAST(:ends_at AS timestamptz[]), CAST(:modality AS text[]))
        AS fresh(id, referral_id, case_id, expert_id, version, starts_at, ends_at, modality)
    ON CONFLICT (id) DO UPDATE SET version = excluded.version, standing = excluded.standing,
        starts_at = excluded.starts_at, ends_at = excluded.ends_at, modality = excluded.modality, cancelled_by = NULL
    WHERE known.version < excluded.version AND NOT known.replaced
    """
)
_LEARNT = ("referral_id", "case_id", "expert_id", "version", "starts_at", "ends_at", "modality")


async def learn_all(db: AsyncConnection, events: Sequence[AppointmentBooked]) -> None:
    """`learn` for many bookings, each of another appointment."""
    if events:
        columns: dict[str, list[Any]] = {name: [getattr(event, name) for event in events] for name in _LEARNT}
        await db.execute(_LEARN_ALL, {"id": [event.appointment_id for event in events], **columns})


async def known(db: AsyncConnection, referral_ids: Sequence[UUID]) -> set[UUID]:
    """Those of these referrals that there are."""
    found = await db.execute(select(referral.c.id).where(referral.c.id.in_(referral_ids)))
    return set(found.scalars())


async def replaced(
    db: AsyncConnection, appointment_id: UUID, *, by: Appointment, referral_id: UUID, case_id: UUID
) -> None:
    """The appointment gave way to another expert's in one move: whatever is still heard of it is late."""
    row = {
        "id": appointment_id,
        "referral_id": referral_id,
        "case_id": case_id,
        "expert_id": by.expert_id,
        "version": 0,
        "standing": Standing.CANCELLED.value,
        "cancelled_by": "staff",
        "replaced": True,
    }
    kept = {"standing": row["standing"], "cancelled_by": "staff", "replaced": True}
    await db.execute(upsert(appointment).values(row).on_conflict_do_update(index_elements=["id"], set_=kept))


async def appointments_of(db: AsyncConnection, referral_id: UUID) -> list[Appointment]:
    """Every appointment heard of for a referral."""
    mine = (appointment.c.referral_id == referral_id) & (appointment.c.version > 0)  # 0: only seen, not yet booked
    rows = await db.execute(select(appointment).where(mine))
    return [_appointment(row) for row in rows]


async def to_come_with(db: AsyncConnection, expert_id: UUID, *, now: datetime) -> list[tuple[UUID, UUID]]:
    """The appointments to come with an expert, and their orientations."""
    theirs = (appointment.c.expert_id == expert_id) & (appointment.c.standing == Standing.BOOKED.value)
    query = select(appointment.c.id, appointment.c.referral_id).where(theirs, appointment.c.starts_at > now)
    return [(row.id, row.referral_id) for row in await db.execute(query.order_by(appointment.c.referral_id))]


async def appointment_heard(db: AsyncConnection, appointment_id: UUID) -> Any:
    """The row of one appointment (with `seen_version`), or None."""
    return (await db.execute(select(appointment).where(appointment.c.id == appointment_id))).first()


async def seen(
    db: AsyncConnection, appointment_id: UUID, *, version: int, expert_id: UUID, referral_id: UUID, case_id: UUID
) -> None:
    """The professional has seen this version of the appointment; it may be heard before the booking itself."""
    row = {
        "id": appointment_id,
        "referral_id": referral_id,
        "case_id": case_id,
        "expert_id": expert_id,
        "version": 0,
        "standing": Standing.BOOKED.value,
        "seen_version": version,
    }
    kept = {"seen_version": func.greatest(appointment.c.seen_version, version)}
    await db.execute(upsert(appointment).values(row).on_conflict_do_update(index_elements=["id"], set_=kept))


def _row(one: Referral) -> dict[str, Any]:
    return asdict(one)


def _referral(row: Any) -> Referral:
    values = dict(row._mapping)
    values["status"] = ReferralStatus(values["status"])
    values["modality"] = Modality(values["modality"]) if values["modality"] else None
    return Referral(**values)


def _appointment(row: Any) -> Appointment:
    return Appointment(
        id=row.id,
        version=row.version,
        expert_id=row.expert_id,
        standing=Standing(row.standing),
        starts_at=row.starts_at,
        modality=Modality(row.modality) if row.modality else None,
        cancelled_by=row.cancelled_by,
        replaced=row.replaced,
    )
