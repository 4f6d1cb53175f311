"""The direct lines of the SAMU, one row a département, only those that someone was given."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.on_call import SamuLine
from services.referral.domain import samu
from services.referral.domain.departments import DEPARTMENTS
from services.referral.tables import samu_line


async def lines(db: AsyncConnection, *, today: date) -> list[SamuLine]:
    """Every département, with its line when it is known."""
    known = {row.department: row for row in await db.execute(select(samu_line))}
    return [_line(code, known.get(code), today) for code in DEPARTMENTS]


async def lines_of(db: AsyncConnection, departments: Collection[str | None], *, today: date) -> dict[str, SamuLine]:
    """The lines of these départements; one that does not exist is left out."""
    codes = [code for code in departments if code in DEPARTMENTS]
    if not codes:
        return {}
    rows = await db.execute(select(samu_line).where(samu_line.c.department.in_(codes)))
    known = {row.department: row for row in rows}
    return {str(code): _line(str(code), known.get(code), today) for code in codes}


async def keep(db: AsyncConnection, department: str, number: str, dated: date, *, by: UUID, now: datetime) -> None:
    """What their own desk said, and when."""
    row = {"department": department, "number": number, "dated": dated, "set_by": by, "set_at": now}
    await db.execute(insert(samu_line).values(row).on_conflict_do_update(index_elements=["department"], set_=row))


async def forget(db: AsyncConnection, department: str) -> None:
    """It is not known any more: the 15 stands in its place."""
    await db.execute(delete(samu_line).where(samu_line.c.department == department))


def _line(code: str, row: Any, today: date) -> SamuLine:
    name = DEPARTMENTS[code].name
    if row is None:
        return SamuLine(code, name)
    old = today - row.dated > samu.OLD_AFTER
    return SamuLine(code, name, row.number, samu.shown(row.number), row.dated, old)
