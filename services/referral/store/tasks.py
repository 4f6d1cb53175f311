"""The desk's tasks: one open task per kind, orientation and appointment; from level 3 each with a name on it."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Select, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.orientations import MayReach
from contracts.referral import Task
from services.referral.domain.tasks import CLOSED_BY_A_PERSON, TO_FOLLOW, WORDS, NewTask, UnknownTask
from services.referral.tables import colleague, consent, task


async def add(db: AsyncConnection, new: NewTask) -> UUID | None:
    """Write a task unless the same one is open; its id when it is new."""
    row = {
        "id": uuid4(),
        "kind": new.kind,
        "case_id": new.case_id,
        "referral_id": new.referral_id,
        "contact_id": new.contact_id,
        "appointment_id": new.appointment_id,
        "due_at": new.due_at,
        "created_at": new.created_at,
        "owner_id": new.owner_id,
        "level": new.level,
        "may_reach": new.may_reach,
    }
    added = insert(task).values(row).on_conflict_do_nothing().returning(task.c.id)
    found: UUID | None = (await db.execute(added)).scalar()
    return found


def _tasks() -> Select[Any]:
    named = task.outerjoin(colleague, colleague.c.id == task.c.owner_id)
    return select(task, colleague.c.display_name.label("owner")).select_from(named)


async def listed(db: AsyncConnection, *, only_open: bool, limit: int = 200) -> list[Task]:
    """Tasks, the most pressing first."""
    query = _tasks().order_by(task.c.done_at.desc().nulls_first(), task.c.due_at).limit(limit)
    if only_open:
        query = query.where(task.c.done_at.is_(None))
    return [_task(row) for row in await db.execute(query)]


async def find(db: AsyncConnection, task_id: UUID) -> Task | None:
    """One task, kept from other writers until this transaction ends."""
    row = (await db.execute(_tasks().where(task.c.id == task_id).with_for_update(of=task))).first()
    return _task(row) if row else None


async def load(db: AsyncConnection, task_id: UUID) -> Task:
    """One task as `find`, or `unknown-task`."""
    found = await find(db, task_id)
    if found is None:
        raise UnknownTask()
    return found


async def of_referral(db: AsyncConnection, referral_id: UUID) -> list[Task]:
    """The open tasks of an orientation."""
    mine = (task.c.referral_id == referral_id) & task.c.done_at.is_(None)
    return [_task(row) for row in await db.execute(_tasks().where(mine).order_by(task.c.due_at))]


async def change(db: AsyncConnection, task_id: UUID, **values: Any) -> Task:
    """The task with `values`."""
    await db.execute(update(task).where(task.c.id == task_id).values(**values, version=task.c.version + 1))
    return await load(db, task_id)


async def told(db: AsyncConnection, task_id: UUID, *, now: datetime) -> None:
    """The duty manager has been told of it."""
    await db.execute(update(task).where(task.c.id == task_id).values(told_at=now))


async def may_reach(db: AsyncConnection, case_id: UUID, chosen: str | None) -> str | None:
    """What the person allows: what was said for this orientation, else what they consented to; None is not asked."""
    if chosen is not None:
        return chosen
    live = select(consent.c.scope).where(consent.c.case_id == case_id, consent.c.withdrawn_at.is_(None))
    scopes = set((await db.execute(live)).scalars())
    if "be_called" in scopes:
        return MayReach.CALL.value
    return MayReach.MESSAGE.value if "follow_up" in scopes else None


async def close_of_appointment(db: AsyncConnection, appointment_id: UUID, *kinds: str, now: datetime) -> bool:
    """What these tasks were for is over; True when one was open."""
    mine = (task.c.appointment_id == appointment_id) & task.c.kind.in_(kinds) & task.c.done_at.is_(None)
    return await _close(db, mine, now)


async def close_of_referral(db: AsyncConnection, referral_id: UUID, *kinds: str, now: datetime) -> bool:
    """The referral went on: what waited for that is done, but for what only a person closes; True when one was."""
    mine = (task.c.referral_id == referral_id) & task.c.kind.in_(kinds) & task.c.done_at.is_(None)
    by_hand = task.c.kind.in_(sorted(CLOSED_BY_A_PERSON)) & (task.c.level >= TO_FOLLOW)
    return await _close(db, mine & ~by_hand, now)


async def close_of_case(db: AsyncConnection, case_id: UUID, *kinds: str, now: datetime) -> bool:
    """The person is on the line again: what waited for that is done; True when one was open."""
    return await _close(db, (task.c.case_id == case_id) & task.c.kind.in_(kinds) & task.c.done_at.is_(None), now)


async def _close(db: AsyncConnection, mine: Any, now: datetime) -> bool:
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
        level=row.level,
        owner=row.owner,
        taken_at=row.taken_at,
        may_reach=row.may_reach,
        outcome=row.outcome,
    )
