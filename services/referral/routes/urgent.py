"""Urgent action: one gesture rings the post on call; the screen shows each ring and the number to dial."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import msgspec
from litestar import Controller, Response, get, patch, post
from litestar.background_tasks import BackgroundTask
from litestar.params import FromPath, JSONBody
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.events import UrgentActionTriggered
from contracts.referral import Acknowledge, Attempt, Duty, NewUrgentAction, UrgentAction, UrgentDetails
from kit import audit, outbox
from kit.auth import PUBLIC, STAFF, only
from kit.clock import now
from kit.db import Db, Me
from services.referral.deliver.ringing import Ringer
from services.referral.domain import sheets, urgent
from services.referral.domain.urgent import Action
from services.referral.routes.given import ABOUT_REFERRALS, AT_THE_DESK, Ringing, Sealing
from services.referral.store import urgent as store


class UrgentActions(Controller):
    path = "/urgent-actions"

    @post(guards=[only(*STAFF)])
    async def trigger(
        self, db: Db, caller: Me, vault: Sealing, ringer: Ringing, data: JSONBody[NewUrgentAction]
    ) -> Response[UrgentAction]:
        """Ring now. Anyone of the team, alone, with one gesture; quiet hours do not exist."""
        instant = now()
        action = Action(uuid4(), "triggered", instant, 1, contact_id=data.contact_id)
        details = urgent.told(msgspec.convert(data, UrgentDetails, from_attributes=True), sheets.clean)
        await store.add(db, vault, action, details, triggered_by=caller.subject)
        posts = await store.duties(db)
        first = urgent.rings_due(action, posts, [], now=instant)
        await store.write_rings(db, action.id, first, posts, now=instant)
        await audit.note(db, caller, "trigger", "urgent_action", action.id)
        await outbox.tell(db, UrgentActionTriggered(action.id, 1))
        await outbox.nudge(db, "desk")
        shown = await _shown(db, action, instant)
        return Response(shown, background=BackgroundTask(_ring, ringer))

    @get(guards=[only(*ABOUT_REFERRALS)])
    async def waiting(self, db: Db) -> list[UrgentAction]:
        """The urgent actions that nobody has yet."""
        instant = now()
        return [await _shown(db, action, instant) for action in await store.open_actions(db)]

    @get("/{action_id:uuid}", guards=[only(*STAFF)])
    async def show(self, db: Db, action_id: FromPath[UUID]) -> UrgentAction:
        """Each ring, who has it, and what to dial; nothing about the person."""
        return await _shown(db, await store.load(db, action_id), now())

    @post("/ack", opt=PUBLIC, status_code=204)
    async def acknowledge(self, db: Db, data: JSONBody[Acknowledge]) -> None:
        """« J'ai l'alerte »: without login, and nothing is shown."""
        action_id = await store.acknowledge(db, urgent.secret_hash(data.secret), now=now())
        await outbox.nudge(db, f"urgent:{action_id}", "desk")

    @post("/{action_id:uuid}/call-back", guards=[only(*STAFF)], status_code=200)
    async def call_back(self, db: Db, caller: Me, ringer: Ringing, action_id: FromPath[UUID]) -> Response[UrgentAction]:
        """A mistake: nobody more is rung, and those who were are told."""
        instant = now()
        action = await store.load(db, action_id, to_change=True)
        if action.status not in ("triggered", "acknowledged"):
            raise urgent.UrgentActionEnded()
        told = await store.call_back(db, action_id, now=instant)
        await audit.note(db, caller, "call back", "urgent_action", action_id)
        await outbox.nudge(db, f"urgent:{action_id}", "desk")
        shown = await _shown(db, await store.load(db, action_id), instant)
        return Response(shown, status_code=200, background=BackgroundTask(_call_off, ringer, told))

    @get("/{action_id:uuid}/details", guards=[only(*AT_THE_DESK)])
    async def details(self, db: Db, caller: Me, vault: Sealing, action_id: FromPath[UUID]) -> UrgentDetails:
        """Place, first name, number, means; every look leaves a trace."""
        found = await store.details(db, vault, action_id)
        await audit.note(db, caller, "read", "urgent_action", action_id, why="details")
        return found

    @patch("/{action_id:uuid}/details", guards=[only(*STAFF)], status_code=204)
    async def tell(
        self,
        db: Db,
        caller: Me,
        vault: Sealing,
        action_id: FromPath[UUID],
        data: JSONBody[UrgentDetails],
    ) -> None:
        """Add what the person on the line says; what is not given stays as it was."""
        await store.load(db, action_id, to_change=True)
        before = await store.details(db, vault, action_id)
        after = urgent.merged(before, urgent.told(data, sheets.clean))
        await store.set_details(db, vault, action_id, after)
        await audit.note(db, caller, "write", "urgent_action", action_id, why="details")
        await outbox.nudge(db, f"urgent:{action_id}")


class OnDuty(Controller):
    path = "/on-duty"
    guards = (only(*STAFF),)

    @get()
    async def show(self, db: Db) -> Duty:
        """The number of the post, for every page of the console."""
        number, name = urgent.to_dial(await store.duties(db))
        return Duty(name=name, number=number, display=urgent.display(number))


async def _shown(db: AsyncConnection, action: Action, instant: datetime) -> UrgentAction:
    made = await store.attempts(db, action.id)
    posts = await store.duties(db)
    number, name = urgent.to_dial(posts)
    return UrgentAction(
        id=action.id,
        status=action.status,
        triggered_at=action.triggered_at,
        attempts=[Attempt(each.at, each.who, each.channel, each.outcome) for each in made],
        dial=number,
        dial_name=name,
        dial_now=urgent.dial_now(action, posts, made, now=instant),
        version=action.version,
        acknowledged_at=action.acknowledged_at,
        acknowledged_by=action.acknowledged_by,
        contact_id=action.contact_id,
    )


async def _ring(ringer: Ringer) -> None:
    ringer.wake()


async def _call_off(ringer: Ringer, told: list[tuple[str, str]], *_: Any) -> None:
    ringer.call_off(told)
