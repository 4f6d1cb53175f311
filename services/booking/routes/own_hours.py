"""Who said yes to a person books the hour themself: their own agenda, under a permit that names nobody else."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, post
from litestar.params import FromPath, JSONBody

from contracts.booking import NewAppointment
from contracts.permits import BookPermit
from contracts.words import Role
from kit.auth import NotAllowed, only
from kit.db import Me
from kit.web import NamedHouse
from services.booking.routes import book


class OwnHours(Controller):
    path = "/experts/{expert_id:uuid}/appointments"

    @post(guards=[only(Role.EXPERT)])
    async def book(
        self,
        request: Request[Any, Any, Any],
        expert_id: FromPath[UUID],
        data: JSONBody[NewAppointment],
        caller: Me,
        house: NamedHouse,
    ) -> Response[bytes]:
        """The same booking as the desk's; `slot-taken` if someone was faster."""
        permit = await house.permits.read(data.permit, BookPermit)
        if not expert_id == data.expert_id == caller.subject or permit.experts != (caller.subject,):
            raise NotAllowed
        return book.response(await book.book(house, data, await book.asker(request, caller)))
