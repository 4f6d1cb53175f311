"""Place, first name, number and means at hand: written at once by whoever is on the line, read under a title."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Controller, get, patch, post
from litestar.params import FromPath, JSONBody
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.caller import Caller
from contracts.permits import FactorPermit
from contracts.urgent import BreakGlass, Glasses, OpenDetails, UrgentDetails, UrgentTold
from kit import audit, outbox
from kit.auth import STAFF, only
from kit.clock import now
from kit.db import Db, Me
from kit.permits import PermitRefused
from kit.web import HousePermits
from services.referral.deliver import late
from services.referral.domain import sheets, urgent
from services.referral.domain import urgent_ends as rules
from services.referral.domain.departments import DEPARTMENTS
from services.referral.routes.given import ABOUT_REFERRALS, Sealing
from services.referral.store import glass
from services.referral.store import urgent as store


class Details(Controller):
    path = "/urgent-actions/{action_id:uuid}"

    @patch("/details", guards=[only(*STAFF)], status_code=204)
    async def tell(
        self,
        db: Db,
        caller: Me,
        vault: Sealing,
        action_id: FromPath[UUID],
        data: JSONBody[UrgentTold],
    ) -> None:
        """Add what the person on the line says; what is not given stays as it was."""
        action = await store.load(db, action_id, to_change=True)
        if action.status in rules.FINAL:
            raise urgent.UrgentActionEnded()
        before = await store.details(db, vault, action_id)
        said = msgspec.convert(data, UrgentDetails, from_attributes=True)
        await store.set_details(db, vault, action_id, urgent.merged(before, urgent.told(said, sheets.clean)))
        if data.department in DEPARTMENTS:
            await store.change(db, action_id, department=data.department)
        await audit.note(db, caller, "write", "urgent_action", action_id, why="details")
        await outbox.nudge(db, f"urgent:{action_id}")

    @get("/details", guards=[only(*STAFF)])
    async def own_details(self, db: Db, caller: Me, vault: Sealing, action_id: FromPath[UUID]) -> UrgentDetails:
        """For whoever raised it, while it lasts; each look leaves a trace."""
        return await _opened(db, caller, vault, action_id, factor=False)

    @post("/details/open", guards=[only(*STAFF)], status_code=200)
    async def open_details(
        self,
        db: Db,
        caller: Me,
        vault: Sealing,
        permits: HousePermits,
        action_id: FromPath[UUID],
        data: JSONBody[OpenDetails],
    ) -> UrgentDetails:
        """With the proof of a second factor; once it is over, behind a broken glass as well."""
        if data.factor is not None:
            permit = await permits.read(data.factor, FactorPermit)
            if permit.account_id != caller.subject:
                raise PermitRefused()
        return await _opened(db, caller, vault, action_id, factor=data.factor is not None)

    @get("/glass", guards=[only(*ABOUT_REFERRALS)])
    async def glasses(self, db: Db, caller: Me, action_id: FromPath[UUID]) -> Glasses:
        """Who asks to read it now, and why."""
        await store.load(db, action_id)
        return Glasses(await glass.asked(db, action_id, reader=caller.subject, now=now()))

    @post("/glass", guards=[only(*ABOUT_REFERRALS)], status_code=201)
    async def break_glass(self, db: Db, caller: Me, action_id: FromPath[UUID], data: JSONBody[BreakGlass]) -> Glasses:
        """Ask to read it although it is over; a second person answers."""
        await store.load(db, action_id)
        if data.reason not in rules.REASONS:
            raise rules.UnknownGlassReason(fields={"reason": "unknown"})
        instant = now()
        await glass.ask(db, action_id, by=caller.subject, reason=data.reason, now=instant)
        await audit.note(db, caller, "break glass", "urgent_action", action_id, why=data.reason)
        await outbox.nudge(db, "desk")
        return Glasses(await glass.asked(db, action_id, reader=caller.subject, now=instant))

    @post("/glass/{glass_id:uuid}/allow", guards=[only(*ABOUT_REFERRALS)], status_code=200)
    async def allow(self, db: Db, caller: Me, action_id: FromPath[UUID], glass_id: FromPath[UUID]) -> Glasses:
        """The second person: half an hour from now."""
        await store.load(db, action_id)
        instant = now()
        if not await glass.allow(db, action_id, glass_id, by=caller.subject, now=instant):
            raise rules.SecondPersonNeeded()
        await late.told_of_reading(db, glass_id, now=instant)
        await audit.note(db, caller, "allow glass", "urgent_action", action_id)
        return Glasses(await glass.asked(db, action_id, reader=caller.subject, now=instant))


async def _opened(db: AsyncConnection, caller: Caller, vault: Any, action_id: UUID, *, factor: bool) -> UrgentDetails:
    action, instant = await store.load(db, action_id), now()
    glass_at = await glass.broken_at(db, action_id, by=caller.subject)
    title = rules.may_read(action, caller.subject, caller.roles, factor=factor, glass_at=glass_at, now=instant)
    if title == "glass":
        await glass.read(db, action_id, by=caller.subject, now=instant)
    await audit.note(db, caller, "read", "urgent_action", action_id, why=f"details {title}")
    return await store.details(db, vault, action_id)
