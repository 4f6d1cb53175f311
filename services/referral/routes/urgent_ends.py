"""What follows the gesture: someone has it, the person is handed over, it is confirmed, ended, and reviewed."""

from typing import Any
from uuid import UUID

from litestar import Controller, post
from litestar.params import FromPath, JSONBody
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.caller import Caller
from contracts.urgent import HandOver, UrgentAction
from kit import audit, outbox
from kit.auth import STAFF, only
from kit.clock import now
from kit.db import Db, Me
from services.referral.domain import urgent_ends as rules
from services.referral.domain.urgent import Action
from services.referral.routes.given import ABOUT_REFERRALS
from services.referral.routes.urgent_shown import shown
from services.referral.store import on_call
from services.referral.store import urgent as store


class UrgentEnds(Controller):
    path = "/urgent-actions/{action_id:uuid}"

    @post("/take", guards=[only(*ABOUT_REFERRALS)], status_code=200)
    async def take(self, db: Db, caller: Me, action_id: FromPath[UUID]) -> UrgentAction:
        """« J'ai l'alerte », signed in; a second one changes nothing."""
        instant = now()
        action = await store.load(db, action_id, to_change=True)
        if action.triggered_by == caller.subject:
            raise rules.SecondPersonNeeded()  # whoever raised it is with the person: someone else must have it
        if action.rings:
            who = await on_call.name_of(db, caller.subject) or "L’astreinte"
            await store.taken(db, action, who=who, account_id=caller.subject, now=instant)
            await _told(db, caller, action_id, "take")
        elif action.acknowledged_account is None and action.acknowledged_at is not None:
            # the button of the link came first; it says which telephone, not which account
            await store.change(db, action_id, acknowledged_account=caller.subject)
            await _told(db, caller, action_id, "take")
        return await shown(db, await store.load(db, action_id), caller, instant)

    @post("/hand-over", guards=[only(*STAFF)], status_code=200)
    async def hand_over(self, db: Db, caller: Me, action_id: FromPath[UUID], data: JSONBody[HandOver]) -> UrgentAction:
        """The person is handed over to the 15, the 3114, a relative, someone on site…"""
        action = await store.load(db, action_id, to_change=True)
        state, instant = rules.handed_over(action, data.to), now()
        said: dict[str, Any] = {"handed_over_to": data.to, "handed_over_at": instant, "handed_over_by": caller.subject}
        return await _moved(db, caller, action, "hand over", status=state, confirmed_at=None, **said)

    @post("/confirm", guards=[only(*STAFF)], status_code=200)
    async def confirm(self, db: Db, caller: Me, action_id: FromPath[UUID]) -> UrgentAction:
        """Someone is there: it was heard, not supposed."""
        action = await store.load(db, action_id, to_change=True)
        state = rules.moved(action, "confirm")
        return await _moved(
            db, caller, action, "confirm", status=state, confirmed_at=now(), confirmed_by=caller.subject
        )

    @post("/end", guards=[only(*ABOUT_REFERRALS)], status_code=200)
    async def end(self, db: Db, caller: Me, action_id: FromPath[UUID]) -> UrgentAction:
        """One person says that it is over; a second one reads it again within 24 h of the gesture."""
        action = await store.load(db, action_id, to_change=True)
        return await _moved(
            db, caller, action, "end", status=rules.ended(action), ended_at=now(), ended_by=caller.subject
        )

    @post("/reopen", guards=[only(*ABOUT_REFERRALS)], status_code=200)
    async def reopen(self, db: Db, caller: Me, action_id: FromPath[UUID]) -> UrgentAction:
        """The second person does not agree: it goes on."""
        action = await store.load(db, action_id, to_change=True)
        state = rules.moved(action, "reopen")
        return await _moved(db, caller, action, "reopen", status=state, ended_at=None, ended_by=None)

    @post("/review", guards=[only(*ABOUT_REFERRALS)], status_code=200)
    async def review(self, db: Db, caller: Me, action_id: FromPath[UUID]) -> UrgentAction:
        """The second person: only now is it closed."""
        action = await store.load(db, action_id, to_change=True)
        state = rules.reviewed(action, caller.subject)
        return await _moved(db, caller, action, "review", status=state, reviewed_at=now(), reviewed_by=caller.subject)


async def _moved(db: AsyncConnection, caller: Caller, action: Action, what: str, **values: Any) -> UrgentAction:
    await store.change(db, action.id, **values)
    await _told(db, caller, action.id, what)
    return await shown(db, await store.load(db, action.id), caller, now())


async def _told(db: AsyncConnection, caller: Caller, action_id: UUID, what: str) -> None:
    await audit.note(db, caller, what, "urgent_action", action_id)
    await outbox.nudge(db, f"urgent:{action_id}", "desk")
