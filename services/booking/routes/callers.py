"""Somebody calls the practice: what identity checks a word with, and in whose name a change is then made."""

from uuid import UUID

from litestar import Controller, post
from litestar.params import FromPath

from contracts import booking as shapes
from contracts.caller import Caller
from contracts.permits import CallerPermit, WordPermit
from kit.auth import only
from kit.db import Db, Me
from kit.permits import PermitRefused, Permits
from kit.web import HousePermits
from services.booking.domain.appointments import Appointment, Party
from services.booking.domain.refusals import NotInThisState, UnknownAppointment
from services.booking.routes.rights import OWNERS, party
from services.booking.store import appointments


class Callers(Controller):
    path = "/appointments/{appointment_id:uuid}/caller"

    @post(guards=[only(*OWNERS)], status_code=200)
    async def seal(
        self, appointment_id: FromPath[UUID], db: Db, caller: Me, permits: HousePermits
    ) -> shapes.CallerSeal:
        """For identity alone: whoever carries it to the check learns nothing from it that they may use."""
        one = await appointments.find(db, appointment_id)
        if party(caller, one) is not Party.EXPERT:
            raise UnknownAppointment
        if one.case_id is None or not one.live:
            raise NotInThisState
        return shapes.CallerSeal(permits.sign(CallerPermit(one.id, one.case_id)))


async def in_whose_name(permits: Permits, heard: str | None, one: Appointment, caller: Caller, who: Party) -> Party:
    """The person, when identity heard the word of their code for this very appointment and this very account."""
    if heard is None:
        return who
    permit = await permits.read(heard, WordPermit)
    if permit.appointment_id != one.id or permit.heard_by != caller.subject or who is not Party.EXPERT:
        raise PermitRefused("of another appointment, or of another account")
    return Party.PERSON
