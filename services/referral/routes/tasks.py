"""The desk's list: what a person must do, taken by one of them, then done."""

from typing import Annotated
from uuid import UUID

from litestar import Controller, get, post
from litestar.params import FromPath, FromQuery, QueryParameter

from contracts.referral import Task
from contracts.referral import Tasks as TaskList
from kit import audit, outbox
from kit.auth import only
from kit.clock import now
from kit.db import Db, Me
from services.referral.domain import tasks
from services.referral.routes.given import ABOUT_REFERRALS
from services.referral.store import tasks as store

Outcome = Annotated[str | None, QueryParameter(pattern="^(reached|message|unreachable|not_needed)$")]


class Tasks(Controller):
    path = "/tasks"
    guards = (only(*ABOUT_REFERRALS),)

    @get()
    async def listed(self, db: Db, open: FromQuery[bool] = True) -> TaskList:
        """Tasks, the most pressing first; they hold ids and no words about anyone."""
        return TaskList(await store.listed(db, only_open=open))

    @get("/{task_id:uuid}")
    async def show(self, db: Db, caller: Me, task_id: FromPath[UUID]) -> Task:
        """One task."""
        found = await store.load(db, task_id)
        await audit.note(db, caller, "read", "case", found.case_id, why="task")
        return found

    @post("/{task_id:uuid}/take", status_code=200)
    async def take(self, db: Db, caller: Me, task_id: FromPath[UUID]) -> Task:
        """« Je m'en occupe »; `task-taken` when a colleague said so first. A mere name keeps nobody from helping."""
        found = await store.load(db, task_id)
        tasks.may_take(found.owner_id if found.taken_at else None, found.done_at, caller.subject)
        await audit.note(db, caller, "write", "case", found.case_id, why="task taken")
        await outbox.nudge(db, "desk")
        return await store.change(db, task_id, owner_id=caller.subject, taken_at=found.taken_at or now())

    @post("/{task_id:uuid}/done", status_code=200)
    async def done(self, db: Db, caller: Me, task_id: FromPath[UUID], outcome: Outcome = None) -> Task:
        """It is done, by a person and with how it went; saying so twice changes nothing."""
        found = await store.load(db, task_id)
        if found.done_at is not None:
            return found
        await audit.note(db, caller, "write", "case", found.case_id, why="task done")
        await outbox.nudge(db, "desk")
        owner_id = found.owner_id or caller.subject
        return await store.change(
            db, task_id, done_at=now(), done_by=caller.subject, owner_id=owner_id, outcome=outcome
        )
