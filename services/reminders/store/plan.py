"""The plan: rows that appear, move, and are dropped as appointments and wishes change."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import and_, bindparam, delete, or_, select, text, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import Uuid

from contracts.words import MessageMoment
from services.reminders.domain import plan
from services.reminders.domain.contacts import CALL
from services.reminders.domain.plan import Appointment, Planned
from services.reminders.store import appointments, contacts
from services.reminders.tables import message

PLANNED, SENDING, RECALLED, DROPPED = "planned", "sending", "recalled", "dropped"
LATE_RECALL = timedelta(minutes=5)


_PLANNED = {
    "kind": "text",
    "channel": "text",
    "recipient_id": "uuid",
    "due_at": "timestamptz",
    "expires_at": "timestamptz",
    "appointment_id": "uuid",
    "version": "int",
    "urgent_action_id": "uuid",
    "thing_id": "uuid",
    "case_id": "uuid",
    "starts_at": "timestamptz",
    "time_zone": "text",
    "recallable_until": "timestamptz",
}
_ANEW = ("due_at", "first_due_at", "expires_at", "recallable_until", "starts_at", "time_zone")
_PUT = text(  # one statement whatever the number of rows: written out for each number it was compiled each time
    f"""
    INSERT INTO message AS known ({", ".join(_PLANNED)}, first_due_at)
    SELECT {", ".join(_PLANNED)}, due_at
    FROM unnest({", ".join(f"CAST(:{name} AS {kind}[])" for name, kind in _PLANNED.items())})
        AS fresh({", ".join(_PLANNED)})
    ON CONFLICT ON CONSTRAINT message_once DO UPDATE
        SET {", ".join(f"{name} = excluded.{name}" for name in _ANEW)}, status = 'planned', tries = 0
        WHERE known.status = ANY(CAST(:again AS text[]))
    """
)

_ONCE = text(
    f"""
    UPDATE message SET status = '{DROPPED}' WHERE id IN (
        SELECT m.id FROM (
            SELECT m.id, rank() OVER (
                PARTITION BY a.referral_id, a.expert_id, m.channel ORDER BY a.starts_at, a.id) AS place
            FROM message m JOIN appointment a ON a.id = m.appointment_id
            WHERE m.case_id = :case AND m.kind = '{MessageMoment.NOW.value}' AND m.status = '{PLANNED}'
        ) m WHERE m.place > 1)
    """
).bindparams(bindparam("case", type_=Uuid))


async def follow(
    db: AsyncConnection, appointment: Appointment, *, now: datetime, awake: bool, renewed: bool = False
) -> None:
    """Make the person's rows what `appointment` and their wishes call for; what has left stays as it is.

    `renewed`: the contact was given anew, so that a recalled message is planned again.
    """
    if await appointments.is_over(db, appointment.case_id, appointment.referral_id, appointment.id):
        rows: list[Planned] = []
    else:
        rows = plan.for_person(appointment, await contacts.wishes(db, appointment.case_id), now=now, awake=awake)
        beforehand = plan.for_expert(appointment, await contacts.account_wishes(db, appointment.expert_id), now=now)
        await put(db, beforehand, again=(PLANNED, DROPPED))
    kept = [(row.kind, row.channel.value) for row in rows]
    others = or_(message.c.version != appointment.version, tuple_(message.c.kind, message.c.channel).not_in(kept))
    persons = (message.c.appointment_id == appointment.id) & message.c.case_id.is_not(None)
    await db.execute(update(message).where(persons, message.c.status == PLANNED, others).values(status=DROPPED))
    await put(db, rows, again=(PLANNED, DROPPED, RECALLED) if renewed else (PLANNED, DROPPED))
    await born_recalled(db, appointment, now)


async def put(db: AsyncConnection, rows: Sequence[Planned], *, again: Iterable[str] = (PLANNED, DROPPED)) -> None:
    """Add rows; one that exists is set anew only when its status is one of `again`."""
    if not rows:
        return
    columns: dict[str, list[Any]] = {name: [getattr(row, name) for row in rows] for name in _PLANNED}
    await db.execute(_PUT, {**columns, "again": list(again)})


async def drop(
    db: AsyncConnection,
    *,
    appointment_ids: Iterable[UUID] | None = None,
    recipient_id: UUID | None = None,
    below: int | None = None,
    notices_too: bool = True,
) -> list[str]:
    """Drop what has not left, of appointments or of a recipient; return the kinds that nobody will ever get."""
    chosen = [message.c.status == PLANNED]
    if appointment_ids is not None:
        chosen.append(message.c.appointment_id.in_(list(appointment_ids)))
    if recipient_id is not None:
        chosen.append(message.c.recipient_id == recipient_id)
    if below is not None:
        chosen.append(message.c.version < below)
    if not notices_too:
        chosen.append(message.c.case_id.is_not(None))
    gone = update(message).where(and_(*chosen)).values(status=DROPPED).returning(message.c.kind, message.c.tries)
    return [row.kind for row in await db.execute(gone) if row.tries == 0]


async def drop_kind(db: AsyncConnection, appointment_id: UUID, kind: str) -> None:
    """Drop what has not left of one kind, of one appointment."""
    gone = update(message).where(message.c.appointment_id == appointment_id, message.c.kind == kind)
    await db.execute(gone.where(message.c.status == PLANNED).values(status=DROPPED))


async def confirm_once(db: AsyncConnection, case_id: UUID) -> None:
    """Of several weeks with one professional only the first is confirmed: its link shows them all."""
    await db.execute(_ONCE, {"case": case_id})


async def drop_thing(db: AsyncConnection, thing_id: UUID) -> None:
    """Drop what has not left of an offer or a task."""
    gone = update(message).where(message.c.thing_id == thing_id, message.c.status == PLANNED)
    await db.execute(gone.values(status=DROPPED))


async def recall(db: AsyncConnection, case_id: UUID, now: datetime) -> str:
    """Take « now » back: `recalled`, `late` when it has left, `nothing` when none is on its way."""
    mine = (message.c.case_id == case_id) & (message.c.kind == MessageMoment.NOW.value)
    waiting = mine & (message.c.status == PLANNED) & (message.c.recallable_until >= now)
    taken = await db.execute(update(message).where(waiting).values(status=RECALLED).returning(message.c.id))
    if taken.first():
        return "recalled"
    statuses = select(message.c.status).where(mine, message.c.first_due_at >= now - LATE_RECALL)
    recent = set((await db.execute(statuses)).scalars())
    if recent and recent <= {RECALLED, DROPPED}:
        return "recalled"
    if recent:
        return "late"
    contact = await contacts.kept(db, case_id)
    if contact is None or MessageMoment.NOW.value not in contact.moments or now - contact.given_at > CALL:
        return "nothing"
    await contacts.remember_recall(db, case_id, now)
    return "recalled"


async def born_recalled(db: AsyncConnection, appointment: Appointment, now: datetime) -> None:
    """A recall that came before the booking was known here takes the fresh row back."""
    contact = await contacts.kept(db, appointment.case_id)
    if contact is None or contact.recalled_at is None or now - contact.recalled_at > CALL:
        return
    early = (
        (message.c.appointment_id == appointment.id)
        & (message.c.version == appointment.version)
        & (message.c.kind == MessageMoment.NOW.value)
        & (message.c.status == PLANNED)
    )
    await db.execute(update(message).where(early).values(status=RECALLED))


async def of_case(db: AsyncConnection, case_id: UUID) -> list[Any]:
    """A case's messages that count: what was dropped is not shown."""
    shown = (message.c.case_id == case_id) & (message.c.status != DROPPED)
    columns = (
        message.c.id,
        message.c.appointment_id,
        message.c.kind,
        message.c.channel,
        message.c.due_at,
        message.c.status,
        message.c.recallable_until,
        message.c.possible_repeat,
    )
    return list((await db.execute(select(*columns).where(shown).order_by(message.c.due_at, message.c.id))).all())


async def forget_case(db: AsyncConnection, case_id: UUID) -> None:
    """Nothing of a case's messages is kept, nor of what others were told of its appointments."""
    mine = message.c.appointment_id.in_(await appointments.ids_of(db, case_id))
    await db.execute(delete(message).where(or_(message.c.case_id == case_id, mine)))
