"""An appointment under another calendar's time: its professional says that both stand, or takes that back."""

from uuid import UUID

from litestar import Controller, post
from litestar.params import FromPath, JSONBody

from contracts.clashes import Settle
from kit import outbox
from kit.auth import only
from kit.db import Db, Me
from services.booking.domain import refusals
from services.booking.routes.rights import OWNERS, owns
from services.booking.store import appointments, clashes


class Clashes(Controller):
    path = "/appointments/{appointment_id:uuid}/clashes"

    @post(guards=[only(*OWNERS)], status_code=204)
    async def settle(self, appointment_id: FromPath[UUID], data: JSONBody[Settle], db: Db, caller: Me) -> None:
        """Nothing is moved; the agenda stops asking about what lies there now."""
        one = await appointments.find(db, appointment_id)
        if not owns(caller, one.expert_id):
            raise refusals.UnknownAppointment
        await (clashes.settle if data.settled else clashes.unsettle)(db, one)
        await outbox.nudge(db, f"agenda:{one.expert_id}")
