"""An urgent action as it is shown: each ring, who has it, what to dial, and nothing about the person."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

import contracts.urgent as shapes
from contracts.caller import Caller
from contracts.on_call import SamuLine
from contracts.urgent import UrgentAction
from services.referral.domain import urgent, urgent_ends
from services.referral.domain.urgent import Action, Attempt, Duty
from services.referral.store import on_call, samu
from services.referral.store import urgent as store


async def shown(db: AsyncConnection, action: Action, caller: Caller, instant: datetime) -> UrgentAction:
    """The answer to `caller`."""
    return (await all_shown(db, [action], caller, instant))[0]


async def all_shown(
    db: AsyncConnection, actions: Sequence[Action], caller: Caller, instant: datetime
) -> list[UrgentAction]:
    """The same for several, in as few questions."""
    made = await store.attempts_of(db, [action.id for action in actions])
    posts = await on_call.ladder(db, now=instant)
    lines = await samu.lines_of(db, {action.department for action in actions}, today=instant.date())
    return [
        _shown(action, made.get(action.id, []), posts, lines.get(action.department or ""), caller, instant)
        for action in actions
    ]


def _shown(
    action: Action,
    made: Sequence[Attempt],
    posts: Sequence[Duty],
    line: SamuLine | None,
    caller: Caller,
    instant: datetime,
) -> UrgentAction:
    number, name = urgent.to_dial(posts)
    return UrgentAction(
        id=action.id,
        status=action.status,
        triggered_at=action.triggered_at,
        attempts=[shapes.Attempt(each.at, each.who, each.channel, each.outcome) for each in made],
        dial=number,
        dial_name=name,
        dial_now=urgent.dial_now(action, posts, made, now=instant),
        version=action.version,
        acknowledged_at=action.acknowledged_at,
        acknowledged_by=action.acknowledged_by,
        contact_id=action.contact_id,
        raised_from=action.raised_from,
        mine=action.triggered_by == caller.subject,
        has_it=action.acknowledged_account == caller.subject,
        department=action.department,
        samu=line,
        handed_over_to=action.handed_over_to,
        handed_over_at=action.handed_over_at,
        confirmed_at=action.confirmed_at,
        ended_at=action.ended_at,
        ended_by_me=action.ended_by == caller.subject,
        reviewed_at=action.reviewed_at,
        close_by=urgent_ends.close_by(action),
    )
