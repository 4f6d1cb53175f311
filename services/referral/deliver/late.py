"""Who is told when an urgent action stays open past its day, and when one was read again once it was over."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.events import ManagerNeeded
from contracts.words import Role
from kit import outbox
from kit.clock import now as clock
from services.referral.store import colleagues, glass, urgent

SECONDS = 60.0


async def look(db: AsyncConnection) -> None:
    """Both, each told again twice a day until a person has done it."""
    now = clock()
    for action_id, version in await urgent.left_open(db, now=now):
        await outbox.tell(db, ManagerNeeded(action_id, version))
        await outbox.nudge(db, f"urgent:{action_id}", "desk")
    for glass_id in await glass.unreviewed(db, now=now):
        await told_of_reading(db, glass_id, now=now)


async def told_of_reading(db: AsyncConnection, glass_id: UUID, *, now: datetime) -> None:
    """The privacy officers learn that a reading waits for them; without any, the managers do."""
    officers = await colleagues.with_role(db, Role.PRIVACY_OFFICER)
    await glass.told(db, glass_id, now=now)
    await outbox.tell(db, ManagerNeeded(glass_id, int(now.timestamp()), tuple(officers)))
