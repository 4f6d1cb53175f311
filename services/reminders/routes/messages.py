"""The messages of a case: what is planned and what has left, and taking « now » back."""

from uuid import UUID

import msgspec
from litestar import Controller, get, post
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncConnection

import contracts.reminders as shapes
from contracts.words import LISTENING, Role
from kit import audit
from kit.auth import only
from kit.clock import now
from kit.db import Db, Me
from kit.shapes import all_as
from services.reminders.domain.contacts import NothingToRecall, RecallTooLate
from services.reminders.routes.contacts import own_case
from services.reminders.store import contacts, plan


class Messages(Controller):
    path = "/cases/{case_id:uuid}/messages"

    @get(guards=[only(*LISTENING, Role.PERSON)])
    async def of_case(self, case_id: FromPath[UUID], db: Db, caller: Me) -> shapes.Messages:
        """The plan of a case, without a word of any text."""
        own_case(caller, case_id)
        await audit.note(db, caller, "read", "messages", case_id)
        return await _messages(db, case_id)

    @post("/recall", status_code=200, guards=[only(*LISTENING)])
    async def recall(self, case_id: FromPath[UUID], db: Db, caller: Me) -> shapes.Messages:
        """Take « now » back within its 10 s; `recall-too-late` when it has left."""
        await contacts.lock(db, case_id)
        await audit.note(db, caller, "recall", "messages", case_id)
        match await plan.recall(db, case_id, now()):
            case "late":
                raise RecallTooLate()
            case "nothing":
                raise NothingToRecall()
        return await _messages(db, case_id)


async def _messages(db: AsyncConnection, case_id: UUID) -> shapes.Messages:
    rows = all_as(shapes.Message, await plan.of_case(db, case_id))
    fresh = [row if row.status == "planned" else msgspec.structs.replace(row, recallable_until=None) for row in rows]
    return shapes.Messages(fresh)
