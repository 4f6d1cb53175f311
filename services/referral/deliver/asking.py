"""Giving somebody a task by name, and telling the duty manager when nobody takes it (care.md 7)."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.events import ManagerNeeded
from contracts.referral import Task
from kit import outbox
from services.referral.domain import tasks as rules
from services.referral.domain.referrals import Referral
from services.referral.domain.tasks import NewTask
from services.referral.domain.timers import Timer, TimerKind
from services.referral.store import colleagues, tasks, timers

AGAIN = timedelta(hours=1)
AGAIN_AT_FOUR = timedelta(minutes=10)


async def ask(
    db: AsyncConnection,
    kind: str,
    referral: Referral | None,
    *,
    now: datetime,
    case_id: UUID | None = None,
    appointment_id: UUID | None = None,
    due_at: datetime | None = None,
) -> None:
    """One open task per kind, orientation and appointment; from level 3 it has a name on it from the first second."""
    level = referral.level if referral is not None else 0
    found_case = referral.case_id if referral is not None else case_id
    if found_case is None:
        return
    owner_id = None
    if level >= rules.TO_FOLLOW:
        team = await colleagues.team(db, now=now)
        owner_id = rules.named(team, referral.owner_id if referral else None, level=level)
    new = NewTask(
        kind=kind,
        case_id=found_case,
        due_at=due_at or now,
        created_at=now,
        referral_id=referral.id if referral else None,
        contact_id=referral.contact_id if referral else None,
        appointment_id=appointment_id,
        owner_id=owner_id,
        level=level,
        may_reach=await tasks.may_reach(db, found_case, referral.may_reach if referral else None),
    )
    task_id = await tasks.add(db, new)
    if task_id is None:
        return
    await outbox.nudge(db, "desk")
    if level < rules.TO_FOLLOW:
        return
    if rules.needs_telling(level):
        await _tell(db, task_id, 1, now)
    await timers.put(db, Timer(TimerKind.TASK_UNTAKEN, _look_again(level, new.due_at, now), new.referral_id, task_id))


async def untaken(db: AsyncConnection, task: Task, *, now: datetime) -> None:
    """Its hour has come and nobody said « je m'en occupe »: a duty manager by name, and they are told."""
    team = await colleagues.team(db, now=now)
    owner_id = rules.named(team, task.owner_id, level=task.level, late=True) or task.owner_id
    changed = await tasks.change(db, task.id, owner_id=owner_id)
    await _tell(db, task.id, changed.version, now)
    await timers.put(db, Timer(TimerKind.TASK_UNTAKEN, _look_again(task.level, now, now), task.referral_id, task.id))
    await outbox.nudge(db, "desk")


async def _tell(db: AsyncConnection, task_id: UUID, version: int, now: datetime) -> None:
    await tasks.told(db, task_id, now=now)
    await outbox.tell(db, ManagerNeeded(task_id, version))


def _look_again(level: int, due_at: datetime, now: datetime) -> datetime:
    pause = AGAIN_AT_FOUR if level >= 4 else AGAIN
    return due_at if due_at > now else now + pause
