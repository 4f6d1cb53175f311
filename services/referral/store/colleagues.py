"""The names of accounts, as identity tells them, and who of them may be given a task."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.events import AccountClosed, AccountOpened
from contracts.words import LISTENING, Role
from services.referral.domain.tasks import Colleague
from services.referral.tables import colleague, duty_turn, task

TEAM = sorted(role.value for role in LISTENING | {Role.COORDINATOR})


async def opened(db: AsyncConnection, event: AccountOpened) -> None:
    """Keep an account's name and roles; an older version changes nothing."""
    row = {
        "id": event.account_id,
        "version": event.version,
        "display_name": event.display_name,
        "roles": [role.value for role in event.roles],
        "open": True,
    }
    newer = colleague.c.version < event.version
    await db.execute(insert(colleague).values(row).on_conflict_do_update(index_elements=["id"], set_=row, where=newer))


async def closed(db: AsyncConnection, event: AccountClosed) -> None:
    """The account is closed; its name stays beside what it did."""
    row = {"id": event.account_id, "version": event.version, "display_name": "", "roles": [], "open": False}
    kept = {"open": False, "version": event.version}
    newer = colleague.c.version < event.version
    await db.execute(insert(colleague).values(row).on_conflict_do_update(index_elements=["id"], set_=kept, where=newer))


async def team(db: AsyncConnection, *, now: datetime) -> list[Colleague]:
    """Everyone who may be named: open accounts of the desk and the coordination, who is on call, who has how much."""
    on_call = select(duty_turn.c.account_id).where(duty_turn.c.starts_at <= now, duty_turn.c.ends_at > now)
    has = (
        select(func.count())
        .where(task.c.owner_id == colleague.c.id, task.c.done_at.is_(None))
        .correlate(colleague)
        .scalar_subquery()
    )
    mine = colleague.c.open & colleague.c.roles.overlap(TEAM)
    query = select(colleague.c.id, colleague.c.roles, has.label("tasks"), colleague.c.id.in_(on_call).label("on_call"))
    rows = await db.execute(query.where(mine))
    return [Colleague(row.id, frozenset(row.roles), row.tasks, bool(row.on_call)) for row in rows]


async def with_role(db: AsyncConnection, role: Role) -> list[UUID]:
    """Open accounts that have this role."""
    theirs = colleague.c.open & colleague.c.roles.contains([role.value])
    return list((await db.execute(select(colleague.c.id).where(theirs).order_by(colleague.c.id))).scalars())
