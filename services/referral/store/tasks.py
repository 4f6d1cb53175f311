"""The desk's tasks: one open task per kind and appointment."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.referral import Task
from services.referral.domain.tasks import WORDS, NewTask, UnknownTask
from services.referral.tables import task


async def add(db: AsyncConnection, new: NewTask) -> bool:
    """Write a task unless the same one is open; True when it is new."""
    row = {
        "id": uuid4(),
        "kind": new.kind,
        "case_id": new.case_id,
        "referral_id": new.referral_id,
        "contact_id": new.contact_id,
        "appointment_id": new.appointment_id,
        "due_at": new.due_at,
        "created_at": new.created_at,
    }
    added = insert(task).values(row).on_conflict_do_nothing().returning(task.c.id)
    return (await db.execute(added)).first() is not None


async def listed(db: AsyncConnection, *, only_open: bool, limit: int = 200) -> list[Task]:
    """Tasks, the most pressing first."""
    query = select(task).order_by(task.c.done_at.desc().nulls_first(), task.c.due_at).limit(limit)
    if only_open:
        query = query.where(task.c.done_at.is_(None))
    return [_task(row) for row in await db.execute(query)]


async def load(db: AsyncConnection, task_id: UUID) -> Task:
    """One task, kept from other writers until this transaction ends."""
    row = (await db.execute(select(task).where(task.c.id == task_id).with_for_update())).first()
    if row is None:
        raise UnknownTask()
    return _task(row)


async def change(db: AsyncConnection, task_id: UUID, **values: Any) -> Task:
    """The task with `values`."""
    changed = update(task).where(task.c.id == task_id).values(**values, version=task.c.version + 1)
    return _task((await db.execute(changed.returning(task))).one())


async def close_of_appointment(db: AsyncConnection, appointment_id: UUID, *kinds: str, now: datetime) -> bool:
    """What these tasks were for is over; True when one was open."""
    mine = (task.c.appointment_id == appointment_id) & task.c.kind.in_(kinds) & task.c.done_at.is_(None)
    closed = update(task).where(mine).values(done_at=now, version=task.c.version + 1)
    return (await db.execute(closed.returning(task.c.id))).first() is not None


async def close_of_referral(db: AsyncConnection, referral_id: UUID, *kinds: str, now: datetime) -> bool:
    """The referral went on: what waited for that is done; True when one was open."""
    mine = (task.c.referral_id == referral_id) & task.c.kind.in_(kinds) & task.c.done_at.is_(None)
    closed = update(task).where(mine).values(done_at=now, version=task.c.version + 1)
    return (await db.execute(closed.returning(task.c.id))).first() is not None


def _task(row: Any) -> Task:
    return Task(
        id=row.id,
        kind=row.kind,
        case_id=row.case_id,
        referral_id=row.referral_id,
        contact_id=row.contact_id,
        appointment_id=row.appointment_id,
        due_at=row.due_at,
        created_at=row.created_at,
        done_at=row.done_at,
        owner_id=row.owner_id,
        words=WORDS[row.kind],
        version=row.version,
    )
