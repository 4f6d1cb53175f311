"""At each change of duty the ladder is tried in silence, so that a dead telephone is known before it is needed."""

from sqlalchemy.ext.asyncio import AsyncConnection

from kit.clock import now
from services.referral.store import on_call

SECONDS = 20.0


async def try_the_ladder(db: AsyncConnection) -> None:
    """Writes the tests of a new ladder once; the ringer makes them."""
    instant = now()
    if await on_call.hands_changed(db, now=instant):
        await on_call.write_tests(db, await on_call.ladder(db, now=instant), why="change", now=instant)
