"""Holds, slots kept while someone is on the line: renewed and given back."""

from typing import Any

from litestar import Controller, Request, Response, delete, patch, post
from litestar.params import FromPath, JSONBody

from contracts.booking import Hold, NewHold
from kit import outbox
from kit.auth import only
from kit.clock import now
from kit.db import Db, Me
from kit.web import NamedHouse
from services.booking.domain.moments import known_id
from services.booking.routes import book
from services.booking.routes.rights import DESK
from services.booking.store import holds


class Holds(Controller):
    path = "/holds"

    @post(guards=[only(*DESK)])
    async def hold(
        self, request: Request[Any, Any, Any], data: JSONBody[NewHold], caller: Me, house: NamedHouse
    ) -> Response[Hold]:
        """Keep a slot for 5 minutes; the same slot again gives the hold that is there."""
        return book.response(await book.hold(house, data, await book.asker(request, caller)))

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
