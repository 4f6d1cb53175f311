"""Many bookings heard at once: what the listener of one does, in eight statements for all of them.

One by one a booking took twelve statements and 5 ms of a worker: after a flood of bookings that was the queue.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.events import AppointmentBooked
from kit.clock import now
from services.reminders.domain import plan as rules
from services.reminders.domain.contacts import CALL, ON_THE_LINE, Wishes
from services.reminders.domain.plan import Appointment, Planned, forget_at
from services.reminders.domain.texts import Notice
from services.reminders.store import appointments, contacts, plan
from services.reminders.tables import ended, message

_LOCK = text(
    """
    SELECT pg_advisory_xact_lock(one) FROM (
        SELECT DISTINCT hashtextextended(case_id, 0) AS one FROM unnest(CAST(:cases AS text[])) case_id ORDER BY 1
    ) in_order
    """
)
_KEEP = text(
    """
    INSERT INTO appointment AS known (id, version, case_id, referral_id, expert_id, state, starts_at, ends_at,
        person_zone, expert_zone, privacy, forget_at)
    SELECT id, version, case_id, referral_id, expert_id, 'booked', starts_at, ends_at, person_zone, expert_zone,
        privacy, forget_at
    FROM unnest(CAST(:id AS uuid[]), CAST(:version AS int[]), CAST(:case_id AS uuid[]), CAST(:referral_id AS uuid[]),
        CAST(:expert_id AS uuid[]), CAST(:starts_at AS timestamptz[]), CAST(:ends_at AS timestamptz[]),
        CAST(:person_zone AS text[]), CAST(:expert_zone AS text[]), CAST(:privacy AS text[]),
        CAST(:forget_at AS timestamptz[]))
        AS fresh(id, version, case_id, referral_id, expert_id, starts_at, ends_at, person_zone, expert_zone, privacy,
            forget_at)
    ON CONFLICT (id) DO UPDATE SET version = excluded.version, case_id = excluded.case_id,
        referral_id = excluded.referral_id, expert_id = excluded.expert_id, state = excluded.state,
        starts_at = excluded.starts_at, ends_at = excluded.ends_at, person_zone = excluded.person_zone,
        expert_zone = excluded.expert_zone, privacy = excluded.privacy, forget_at = excluded.forget_at
    WHERE known.version < excluded.version
    RETURNING id
    """
)
_COLUMNS = ("id", "version", "case_id", "referral_id", "expert_id", "starts_at", "ends_at")
_ZONES = ("person_zone", "expert_zone")


async def appointments_booked(db: AsyncConnection, events: Sequence[AppointmentBooked]) -> Sequence[AppointmentBooked]:
    """The rows that each booking calls for; what replaces another, or comes in a series, is left to its listener."""
    fresh: dict[UUID, Appointment] = {}
    left = []
    for event in events:
        if event.replaces_id or event.told_with or event.by or event.appointment_id in fresh:
            left.append(event)
        else:
            fresh[event.appointment_id] = appointments.told(event)
    await db.execute(_LOCK, {"cases": [str(one.case_id) for one in fresh.values()]})
    over = await _over(db, {each for one in fresh.values() for each in (one.id, one.case_id, one.referral_id)})
    instant = now()
    open_ones = [one for one in fresh.values() if one.id not in over and one.case_id not in over]
    kept = [fresh[each] for each in await _keep(db, open_ones, instant)]
    if kept:
        await _plan(db, kept, over, instant)
    return left


async def _plan(db: AsyncConnection, kept: Sequence[Appointment], over: set[UUID], instant: datetime) -> None:
    cases = [one.case_id for one in kept]
    await contacts.keep_all_until(db, cases)
    wanted = await contacts.kept_of(db, cases)
    chosen = await contacts.wishes_of_accounts(db, [one.expert_id for one in kept])
    rows: list[Planned] = []
    notices: list[Planned] = []
    for one in kept:
        contact, expert = wanted.get(one.case_id), chosen.get(one.expert_id, Wishes())
        if one.referral_id not in over:
            awake = contact is not None and instant - contact.given_at <= ON_THE_LINE
            wishes = contacts.wishes_in(contact) if contact is not None else None
            rows += rules.for_person(one, wishes, now=instant, awake=awake)
            rows += rules.for_expert(one, expert, now=instant)
        notices += rules.for_account(
            Notice.BOOKED, one.expert_id, expert.channels, now=instant, about=one, wishes=expert
        )
    await _drop_others(db, kept, rows)
    await plan.put(db, rows)
    for one in kept:
        contact = wanted.get(one.case_id)
        if contact is not None and contact.recalled_at is not None and instant - contact.recalled_at <= CALL:
            await plan.born_recalled(db, one, instant)
    await plan.put(db, notices, again=())


async def _over(db: AsyncConnection, ids: set[UUID]) -> set[UUID]:
    return set((await db.execute(select(ended.c.id).where(ended.c.id.in_(list(ids))))).scalars())


async def _keep(db: AsyncConnection, fresh: Sequence[Appointment], instant: datetime) -> list[UUID]:
    if not fresh:
        return []
    columns: dict[str, list[Any]] = {name: [getattr(one, name) for one in fresh] for name in (*_COLUMNS, *_ZONES)}
    columns["privacy"] = [one.privacy.value for one in fresh]
    columns["forget_at"] = [forget_at(one, instant) for one in fresh]
    return list((await db.execute(_KEEP, columns)).scalars())


async def _drop_others(db: AsyncConnection, kept: Sequence[Appointment], rows: Sequence[Planned]) -> None:
    """What was planned for persons of these appointments and is not called for any more."""
    planned = (message.c.appointment_id.in_([one.id for one in kept])) & (message.c.status == plan.PLANNED)
    columns = (message.c.id, message.c.appointment_id, message.c.version, message.c.kind, message.c.channel)
    found = (await db.execute(select(*columns).where(planned, message.c.case_id.is_not(None)))).all()
    called_for = {(row.appointment_id, row.version, row.kind, row.channel.value) for row in rows if row.case_id}
    gone = [row.id for row in found if tuple(row[1:]) not in called_for]
    if gone:
        dropping = update(message).where(message.c.id.in_(gone), message.c.status == plan.PLANNED)
        await db.execute(dropping.values(status=plan.DROPPED))
