"""« J'ai du retard »: one tap of the professional, seen at once by whoever waits."""

from uuid import UUID

from litestar import Controller, Response, post
from litestar.params import FromPath, JSONBody

from contracts import booking as shapes
from contracts.giving import Late
from kit import outbox
from kit.auth import only
from kit.clock import now
from kit.db import Db, Me
from services.booking.domain import delays
from services.booking.domain.appointments import Party
from services.booking.domain.refusals import UnknownAppointment
from services.booking.routes.rights import OWNERS, etag, party, shown
from services.booking.store import appointments, types


class Delays(Controller):
    path = "/appointments/{appointment_id:uuid}/late"

    @post(guards=[only(*OWNERS)], status_code=200)
    async def say(
        self, appointment_id: FromPath[UUID], data: JSONBody[Late], db: Db, caller: Me
    ) -> Response[shapes.Appointment]:
        """Five, ten or fifteen minutes after the hour; 0 takes it back. The waiting room hears it by its nudge."""
        moment = now()
        before = await appointments.find(db, appointment_id, to_change=True)
        if party(caller, before) is not Party.EXPERT:
            raise UnknownAppointment
        after = delays.say_late(before, data.minutes, moment)
        if after is not before:
            await appointments.save(db, before, after, what="late", caller=caller, now=moment)
            await outbox.nudge(db, f"agenda:{after.expert_id}", f"appointment:{after.id}")
        kinds = await types.every(db)
        return Response(shown(after, kinds[after.type_id], caller, moment), headers=etag(after))
