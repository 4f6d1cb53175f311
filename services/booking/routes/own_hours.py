"""Who said yes to a person books the hour themself: their own agenda, under a permit that names nobody else."""

from uuid import UUID

from litestar import Controller, Response, post
from litestar.params import FromPath, JSONBody

from contracts.booking import Appointment, NewAppointment
from contracts.permits import BookPermit
from contracts.words import Role
from kit import audit, outbox
from kit.auth import NotAllowed, only
from kit.clock import now
from kit.db import Db, Me
from kit.web import NamedHouse
from services.booking.domain import refusals, telling, telling_made
from services.booking.domain.moments import instant
from services.booking.routes.nearby import OTHER_HOURS, with_nearest
from services.booking.routes.rights import etag, shown
from services.booking.store import appointments, placing, types
from services.booking.store.booking import Wanted
from services.booking.store.ids import new_id


class OwnHours(Controller):
    path = "/experts/{expert_id:uuid}/appointments"

    @post(guards=[only(Role.EXPERT)])
    async def book(
        self, db: Db, caller: Me, house: NamedHouse, expert_id: FromPath[UUID], data: JSONBody[NewAppointment]
    ) -> Response[Appointment]:
        """One hour of their own for one referral; `already-booked` when it has one, `slot-taken` if someone was faster.

        Two presses at once are told apart by the lock of the agenda, which is the same for both.
        """
        permit, moment = await house.permits.read(data.permit, BookPermit), now()
        if not expert_id == data.expert_id == caller.subject or permit.experts != (caller.subject,):
            raise NotAllowed
        wanted = Wanted(expert_id, data.type_id, instant(data.starts_at))
        await placing.agendas_alone(db, [expert_id], moment)
        if await appointments.to_end(db, now=moment, referral_id=permit.referral_id):
            raise refusals.AlreadyBooked
        try:
            new = placing.Placing(permit, new_id(), privacy=data.privacy)
            made = await placing.place(db, wanted, new, caller=caller, now=moment)
        except OTHER_HOURS as refusal:
            raise await with_nearest(house, refusal, wanted, moment) from None
        await outbox.tell(db, *telling_made.booked(made))
        last = await appointments.last_end(db, permit.case_id)
        if last is not None:
            await outbox.tell(db, telling.last_appointment(permit.case_id, last, moment))
        await audit.note(db, caller, "book", "case", permit.case_id)
        await outbox.nudge(db, f"agenda:{expert_id}")
        return Response(shown(made, (await types.every(db))[made.type_id], caller, moment), headers=etag(made))
