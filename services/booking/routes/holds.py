"""Holds: a slot kept while someone is on the line."""

from typing import Any

from litestar import Controller, Request, delete, patch, post
from litestar.params import FromPath, JSONBody

from contracts.booking import Hold, NewHold
from contracts.permits import BookPermit
from kit import outbox
from kit.auth import only
from kit.clock import now
from kit.db import Db, Me
from kit.web import HousePermits, NamedHouse
from services.booking.domain import refusals
from services.booking.domain.moments import instant, known_id
from services.booking.routes.nearby import announce, asker, slot_taken
from services.booking.routes.rights import DESK
from services.booking.store import booking, holds


class Holds(Controller):
    path = "/holds"

    @post(guards=[only(*DESK)])
    async def hold(
        self,
        request: Request[Any, Any, Any],
        data: JSONBody[NewHold],
        caller: Me,
        permits: HousePermits,
        house: NamedHouse,
    ) -> Hold:
        """Keep a slot for 5 minutes; the same slot again gives the hold that is there."""
        permit = await permits.read(data.permit, BookPermit)
        wanted, moment = booking.Wanted(data.expert_id, data.type_id, instant(data.starts_at)), now()
        try:
            kept = await booking.hold(house.things["lines"], wanted, permit, asker(request, caller), moment)
        except refusals.SlotTaken:
            raise await slot_taken(house, wanted, moment) from None
        announce(house, data.expert_id, told=False)
        return kept

    @patch("/{hold_id:int}", guards=[only(*DESK)])
    async def renew(self, hold_id: FromPath[int], db: Db, caller: Me) -> Hold:
        """Five more minutes, thirty in all."""
        return await holds.renew(db, known_id(hold_id), caller.subject, now())

    @delete("/{hold_id:int}", guards=[only(*DESK)])
    async def give_back(self, hold_id: FromPath[int], db: Db, caller: Me) -> None:
        """Free the slot; one that is over changes nothing."""
        expert_id = await holds.give_back(db, known_id(hold_id), caller.subject, now())
        if expert_id is not None:
            await outbox.nudge(db, f"agenda:{expert_id}")
