"""Taking the last gesture back: an hour moved or given up is had again, what was said of it is unsaid."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, post
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts import booking as shapes
from contracts.caller import Caller
from contracts.events import Event
from contracts.words import Role
from kit import audit, outbox
from kit.auth import only
from kit.clock import now
from kit.db import Db, Me
from kit.web import NamedHouse
from services.booking.domain import telling, undoing
from services.booking.domain.appointments import Appointment, Party
from services.booking.routes.groups import group_changed
from services.booking.routes.nearby import OTHER_HOURS, with_nearest
from services.booking.routes.rights import DESK, OWNERS, check_version, etag, party, shown
from services.booking.store import appointments, guests, placing, types
from services.booking.store import undoing as store
from services.booking.store.booking import Wanted


class Undoing(Controller):
    path = "/appointments/{appointment_id:uuid}/undo"

    @post(guards=[only(*DESK, *OWNERS, Role.PERSON)], status_code=200)
    async def undo(
        self, request: Request[Any, Any, Any], appointment_id: FromPath[UUID], db: Db, caller: Me, house: NamedHouse
    ) -> Response[shapes.Appointment]:
        """Take back one's own last gesture of the last ten minutes: a move, a cancel, arrived, started, no-show."""
        moment = now()
        seen = await appointments.find(db, appointment_id)
        who = party(caller, seen)
        await placing.agendas_alone(db, [seen.expert_id, *await guests.guests_of(db, seen.id)], moment)
        before = await appointments.find(db, appointment_id, to_change=True)
        check_version(request, before)
        gesture = undoing.check(await store.last(db, before), caller.subject, before, moment)
        kinds = await types.every(db)
        if gesture.kind in undoing.SAID:
            after = undoing.unsaid(before, gesture)
            await appointments.save(db, before, after, what="undone", caller=caller, now=moment)
            await outbox.tell(db, *_unsaid(after, gesture.kind))
        else:
            kind = kinds[UUID(gesture.before.get("type_id", str(before.type_id)))]
            try:
                after = await store.have_again(db, before, gesture, kind, caller=caller, now=moment)
            except OTHER_HOURS as refusal:
                wanted = Wanted(before.expert_id, kind.id, undoing.hour(gesture, before))
                raise await with_nearest(house, refusal, wanted, moment) from None
            await _told(db, after, who, caller)
        await outbox.nudge(db, f"agenda:{after.expert_id}", f"appointment:{after.id}")
        return Response(shown(after, kinds[after.type_id], caller, moment), headers=etag(after))


def _unsaid(after: Appointment, kind: str) -> list[Event]:
    """Only a no-show was told: it stands after all."""
    return telling.kept(after) if kind == "noshow" else []


async def _told(db: AsyncConnection, after: Appointment, who: Party, caller: Caller) -> None:
    """One word for all: what had not left of the former word no longer leaves."""
    if after.case_id is None:
        await outbox.tell(db, *await group_changed(db, after))
        return
    await outbox.tell(db, *telling.moved(after, who))
    await audit.note(db, caller, "write", "case", after.case_id, why="undone")
