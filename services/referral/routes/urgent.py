"""Urgent action: one gesture rings the post on call; the screen shows each ring and the number to dial."""

from typing import Any
from uuid import UUID, uuid4

import msgspec
from litestar import Controller, Response, get, post
from litestar.background_tasks import BackgroundTask
from litestar.params import FromPath, JSONBody
from sqlalchemy.ext.asyncio import AsyncConnection

import contracts.urgent as shapes
from contracts.events import UrgentActionTriggered
from contracts.urgent import Acknowledge, Duty, NewUrgentAction, UrgentAction, UrgentDetails
from kit import audit, outbox
from kit.auth import PUBLIC, STAFF, only
from kit.clock import now
from kit.db import Db, Me
from services.referral.deliver.ringing import Ringer
from services.referral.domain import sheets, urgent, urgent_ends
from services.referral.domain.departments import DEPARTMENTS
from services.referral.domain.urgent import Action
from services.referral.routes.given import ABOUT_REFERRALS, Ringing, Sealing
from services.referral.routes.urgent_shown import all_shown, shown
from services.referral.store import on_call
from services.referral.store import urgent as store


class UrgentActions(Controller):
    path = "/urgent-actions"

    @post(guards=[only(*STAFF)])
    async def trigger(
        self, db: Db, caller: Me, vault: Sealing, ringer: Ringing, data: JSONBody[NewUrgentAction]
    ) -> Response[UrgentAction]:
        """Ring now. Anyone of the team, alone, with one gesture; quiet hours do not exist."""
        instant = now()
        action = Action(
            id=uuid4(),
            status="triggered",
            triggered_at=instant,
            version=1,
            contact_id=data.contact_id,
            department=await _department(db, data),
            raised_from=data.raised_from if data.raised_from in urgent.RAISED_FROM else "desk",
            triggered_by=caller.subject,
        )
        details = urgent.told(msgspec.convert(data, UrgentDetails, from_attributes=True), sheets.clean)
        await store.add(db, vault, action, details, triggered_by=caller.subject)
        posts = await on_call.ladder(db, now=instant)
        first = urgent.rings_due(action, posts, [], now=instant)
        await store.write_rings(db, action.id, first, posts, now=instant)
        await audit.note(db, caller, "trigger", "urgent_action", action.id)
        await outbox.tell(db, UrgentActionTriggered(action.id, 1))
        await outbox.nudge(db, "desk")
        raised = await shown(db, action, caller, instant)
        return Response(raised, background=BackgroundTask(_ring, ringer))

    @get(guards=[only(*ABOUT_REFERRALS)])
    async def unclosed(self, db: Db, caller: Me) -> shapes.UrgentActions:
        """Those that two people have not closed, the oldest first."""
        instant = now()
        return shapes.UrgentActions(await all_shown(db, await store.unclosed(db), caller, instant))

    @get("/{action_id:uuid}", guards=[only(*STAFF)])
    async def show(self, db: Db, caller: Me, action_id: FromPath[UUID]) -> UrgentAction:
        """Each ring, who has it, and what to dial; nothing about the person."""
        return await shown(db, await store.load(db, action_id), caller, now())

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
        urgent_ends.moved(action, "call_back")
        told = await store.call_back(db, action_id, now=instant)
        await audit.note(db, caller, "call back", "urgent_action", action_id)
        await outbox.nudge(db, f"urgent:{action_id}", "desk")
        lifted = await shown(db, await store.load(db, action_id), caller, instant)
        return Response(lifted, status_code=200, background=BackgroundTask(_call_off, ringer, told))


class OnDuty(Controller):
    path = "/on-duty"
    guards = (only(*STAFF),)

    @get()
    async def show(self, db: Db) -> Duty:
        """The number of the post, for every page of the console."""
        number, name = urgent.to_dial(await on_call.ladder(db, now=now()))
        return Duty(name=name, number=number, display=urgent.display(number))


async def _department(db: AsyncConnection, data: NewUrgentAction) -> str | None:
    """Where the person is: what was said now, else what the call's sheet says."""
    said = data.department
    if not said and data.contact_id is not None:
        said = await store.department_of(db, data.contact_id)
    return said if said in DEPARTMENTS else None


async def _ring(ringer: Ringer) -> None:
    ringer.wake()


async def _call_off(ringer: Ringer, told: list[tuple[str, str]], *_: Any) -> None:
    ringer.call_off(told)
