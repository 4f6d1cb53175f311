"""A third seat of a room, given by the professional: an interpreter, someone near, the doctor at the bedside."""

from uuid import UUID, uuid4

from litestar import Controller, post
from litestar.params import FromPath

from contracts.permits import SeatPermit
from contracts.video import NewInvitation
from contracts.words import Role
from kit import audit
from kit.auth import only
from kit.clock import now
from kit.db import Db, Me
from kit.web import HousePermits
from services.booking.domain import appointments as rules
from services.booking.domain import refusals
from services.booking.routes.changes import NotYourPart
from services.booking.store import appointments


class Guests(Controller):
    """Only whoever receives the person invites."""

    path = "/appointments/{appointment_id:uuid}/guests"

    @post(guards=[only(Role.EXPERT)], status_code=200)
    async def invite(self, appointment_id: FromPath[UUID], db: Db, caller: Me, permits: HousePermits) -> NewInvitation:
        """A permit for one more seat of this room, held by nobody yet; none once the room is over."""
        moment = now()
        one = await appointments.find(db, appointment_id)
        if caller.subject != one.expert_id:
            raise NotYourPart
        if one.status in rules.CANCELLED or moment >= one.room.end:
            raise refusals.NotInThisState
        permit = SeatPermit(
            appointment_id=one.id, seat="guest", holder=uuid4(), opens_at=one.room.start, closes_at=one.room.end
        )
        if one.case_id is not None:
            await audit.note(db, caller, "invite", "case", one.case_id)
        return NewInvitation(permits.sign(permit))
