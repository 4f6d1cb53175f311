"""A call-back as the desk and the person who asked for it see it; the number is elsewhere."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

import contracts.call_backs as shapes
from contracts.call_backs import CallBackAttempt
from contracts.caller import Caller
from services.referral.domain import call_backs as rules
from services.referral.domain.call_backs import CallBack
from services.referral.store import call_backs as store

ORDER: Final = ("overdue", "now", "taken", "unreached", "later", "over")
"""Overdue ones rise; within the same standing, the window that ends first."""


async def all_shown(
    db: AsyncConnection, asked: Sequence[CallBack], caller: Caller | None, instant: datetime
) -> shapes.CallBacks:
    """In the order in which they press."""
    made = await store.attempts_of(db, [one.id for one in asked])
    every = [shown(one, made.get(one.id, []), caller, instant) for one in asked]
    return shapes.CallBacks(
        sorted(every, key=lambda one: (ORDER.index(one.standing), -(one.level or 0), one.window_to))
    )


def shown(
    asked: CallBack, attempts: list[CallBackAttempt], caller: Caller | None, instant: datetime
) -> shapes.CallBack:
    """One call-back."""
    return shapes.CallBack(
        id=asked.id,
        case_id=asked.case_id,
        contact_id=asked.contact_id,
        asked_at=asked.asked_at,
        asked_by=asked.asked_by,
        window_from=asked.window_from,
        window_to=asked.window_to,
        time_zone=asked.time_zone,
        discreet=asked.discreet,
        voicemail=asked.voicemail,
        level=asked.level,
        status=asked.status,
        standing=asked.standing(instant),
        attempts=attempts,
        attempts_left=rules.left(asked),
        next_at=asked.next_at,
        mine=caller is not None and asked.claimed_by == caller.subject and asked.claimed(instant),
        version=asked.version,
    )
