"""Appointments, as each caller may see them."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from contracts import booking as shapes
from contracts.caller import Caller
from contracts.words import Role
from kit import audit
from kit.auth import NotAllowed, only
from kit.clock import now
from kit.db import Db, Me
from kit.errors import Invalid
from kit.web import NamedHouse
from services.booking.domain.appointments import Appointment
from services.booking.domain.moments import span
from services.booking.routes import book
from services.booking.routes.rights import DESK, OWNERS, check_agenda, etag, party, shown
from services.booking.store import agenda, appointments, types

From = Annotated[datetime | None, QueryParameter(name="from")]
To = Annotated[datetime | None, QueryParameter(name="to")]


class CaseOrExpert(Invalid):
    """A list is of one case, or of one expert between two instants."""


class Appointments(Controller):
    path = "/appointments"

    @post(guards=[only(*DESK)])
    async def book(
        self, request: Request[Any, Any, Any], data: JSONBody[shapes.NewAppointment], caller: Me, house: NamedHouse
    ) -> Response[shapes.Appointment]:
        """Book a slot for a referral, from a hold or directly; `slot-taken` if someone was faster."""
        return book.response(await book.book(house, data, await book.asker(request, caller)))

    @get(guards=[only(*DESK, *OWNERS, Role.PERSON)])
    async def several(
        self,
        db: Db,
        caller: Me,
        case_id: FromQuery[UUID | None] = None,
        expert_id: FromQuery[UUID | None] = None,
        since: From = None,
        until: To = None,
    ) -> shapes.Appointments:
        """Those of a case, or of an expert between two instants; a person's own without parameters."""
        if caller.case_id is not None:
            return await self._of_case(db, caller, caller.case_id)
        if case_id is not None:
            if not caller.has(*DESK):
                raise NotAllowed
            return await self._of_case(db, caller, case_id)
        if expert_id is None or since is None or until is None:
            raise CaseOrExpert
        check_agenda(caller, expert_id)
        window = span(since, until, agenda.DAYS_SHOWN)
        found = await appointments.of_expert(db, expert_id, window.start, window.end)
        return await self._shown(db, caller, found)

    async def _of_case(self, db: Db, caller: Caller, case_id: UUID) -> shapes.Appointments:
        await audit.note(db, caller, "read", "case", case_id)
        return await self._shown(db, caller, await appointments.of_case(db, case_id))

    async def _shown(self, db: Db, caller: Caller, found: list[Appointment]) -> shapes.Appointments:
        kinds, moment = await types.every(db), now()
        return shapes.Appointments([shown(one, kinds[one.type_id], caller, moment) for one in found])

    @get("/{appointment_id:uuid}", guards=[only(*DESK, *OWNERS, Role.PERSON)])
    async def one(self, appointment_id: FromPath[UUID], db: Db, caller: Me) -> Response[shapes.Appointment]:
        """One appointment; `unknown-appointment` for whoever has no part in it."""
        found = await appointments.find(db, appointment_id)
        party(caller, found)
        if found.case_id is not None:
            await audit.note(db, caller, "read", "case", found.case_id)
        kinds = await types.every(db)
        return Response(shown(found, kinds[found.type_id], caller, now()), headers=etag(found))
