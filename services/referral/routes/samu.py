"""The direct lines of the SAMU: read by the team, filled and dated by the coordinator."""

from litestar import Controller, delete, get, put
from litestar.params import FromPath, JSONBody

import contracts.on_call as shapes
from contracts.on_call import NewSamuLine
from contracts.words import Role
from kit import audit
from kit.auth import STAFF, only
from kit.clock import now
from kit.db import Db, Me
from services.referral.domain import samu
from services.referral.store import samu as store


class SamuLines(Controller):
    path = "/samu-lines"

    @get(guards=[only(*STAFF)])
    async def lines(self, db: Db) -> shapes.SamuLines:
        """Every département; those without a line say so."""
        return shapes.SamuLines(await store.lines(db, today=now().date()))

    @get("/{department:str}", guards=[only(*STAFF)])
    async def line(self, db: Db, department: FromPath[str]) -> shapes.SamuLine:
        """One département."""
        code = samu.checked_department(department)
        return (await store.lines_of(db, [code], today=now().date()))[code]

    @put("/{department:str}", guards=[only(Role.COORDINATOR)])
    async def keep(self, db: Db, caller: Me, department: FromPath[str], data: JSONBody[NewSamuLine]) -> shapes.SamuLine:
        """What their own desk said, and the day they said it."""
        code, instant = samu.checked_department(department), now()
        number = samu.checked_line(code, data.number, data.dated, today=instant.date())
        await store.keep(db, code, number, data.dated, by=caller.subject, now=instant)
        await audit.note(db, caller, "write", "samu_line", caller.subject, why=code)
        return (await store.lines_of(db, [code], today=instant.date()))[code]

    @delete("/{department:str}", guards=[only(Role.COORDINATOR)], status_code=204)
    async def forget(self, db: Db, caller: Me, department: FromPath[str]) -> None:
        """It is not known any more: « Composez le 15 » stands in its place."""
        code = samu.checked_department(department)
        await store.forget(db, code)
        await audit.note(db, caller, "erase", "samu_line", caller.subject, why=code)
