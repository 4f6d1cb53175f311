"""Groups: an hour of one's own agenda for many, seats taken under a code alone, and who waits has the next."""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.params import FromPath, JSONBody
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.caller import Caller
from contracts.events import Event
from contracts.groups import Seating
from contracts.permits import BookPermit
from contracts.together import Group, Groups, NewGroup, Place, TakeSeat
from contracts.words import Privacy, Role
from kit import outbox
from kit.auth import PUBLIC, STAFF, NotAllowed, caller_of, only
from kit.clock import now
from kit.db import Db, Me
from kit.permits import PermitRefused
from kit.web import HousePermits
from services.booking.domain import appointments as visits
from services.booking.domain import refusals, telling
from services.booking.domain import together as rules
from services.booking.domain.appointments import Appointment
from services.booking.domain.moments import instant
from services.booking.domain.together import GroupSaid, Seat
from services.booking.routes.rights import DESK, OWNERS, party
from services.booking.store import appointments, groups, placing, types
from services.booking.store.booking import Wanted
from services.booking.store.ids import new_id

Asked = Request[Any, Any, Any]
NICKNAME = 40


class GroupSessions(Controller):
    path = "/groups"

    @get(opt=PUBLIC)
    async def to_come(self, db: Db, request: Asked) -> Groups:
        """Those that are listed; one's own, and those in which one has a place, too; for the team all of them."""
        caller = caller_of(request.scope)
        mine = [] if caller is None else [caller.subject, *caller.acts_for]
        team = caller is not None and caller.has(*STAFF)
        whose = caller.subject if caller is not None and team else caller.case_id if caller is not None else None
        return Groups(await groups.to_come(db, case_id=whose, experts=mine, now=now(), every=team))

    @post(guards=[only(Role.EXPERT)])
    async def open(self, data: JSONBody[NewGroup], db: Db, caller: Me) -> Group:
        """An hour of one's own agenda for many."""
        moment, starts_at = now(), instant(data.starts_at)
        kinds = await types.every(db)
        if data.type_id not in kinds:
            raise refusals.UnknownType
        told = GroupSaid(data.title, data.kind, data.seats, data.listed, data.fee_cents, data.access)
        said = rules.checked_group(told, kinds[data.type_id].modality)
        await placing.agendas_alone(db, [caller.subject], moment)
        nobody = new_id()
        permit = BookPermit(nobody, nobody, visit=kinds[data.type_id].visit, nickname="Groupe")
        new = placing.Placing(permit, new_id(), privacy=Privacy.SILENT, of_nobody=True)
        wanted = Wanted(caller.subject, data.type_id, starts_at)
        one = await placing.place(db, wanted, new, caller=caller, now=moment)
        await appointments.save(db, one, visits.seen(one, moment), what="seen", caller=caller, now=moment)
        await groups.add(db, one.id, said)
        await outbox.nudge(db, f"agenda:{caller.subject}")
        found = await groups.to_come(db, case_id=None, experts=[caller.subject], now=moment)
        return next(each for each in found if each.id == one.id)

    @get("/{group_id:uuid}/places", guards=[only(*DESK, *OWNERS)])
    async def places(self, group_id: FromPath[UUID], db: Db, caller: Me) -> Seating:
        """Who comes and who waits: nicknames at most, never a case."""
        one = await appointments.find(db, group_id)
        party(caller, one)
        if await groups.kind_of(db, group_id) is None:
            raise rules.UnknownGroup
        return Seating(await groups.places(db, group_id))

    @post("/{group_id:uuid}/places", opt=PUBLIC, status_code=200)
    async def take(
        self,
        group_id: FromPath[UUID],
        data: JSONBody[TakeSeat],
        db: Db,
        request: Asked,
        permits: HousePermits,
    ) -> Place:
        """A seat, or a place in the list; by one's code, or under the permit of a case that nobody knows yet."""
        caller, moment = caller_of(request.scope), now()
        kind = await groups.kind_of(db, group_id)
        by = "person"
        if kind == "supervision":
            whose = _of_the_team(caller)
        elif caller is not None and caller.case_id is not None:
            whose = caller.case_id
        elif data.permit is not None:
            whose = (await permits.read(data.permit, BookPermit)).case_id
            by = "person" if caller is None else "staff"
        else:
            raise PermitRefused
        taken = await groups.take(db, group_id, whose, " ".join(data.nickname.split())[:NICKNAME], moment)
        if taken.fresh:
            one = await appointments.find(db, group_id)
            await _told(db, one, kind, [taken.seat], by, moment)
        return Place(taken.seat.status, taken.before)

    @post("/{group_id:uuid}/leave", guards=[only(Role.PERSON, *STAFF)], status_code=200)
    async def leave(self, group_id: FromPath[UUID], db: Db, caller: Me) -> Place:
        """Give the place back; whoever waited longest has it at once."""
        moment, kind = now(), await groups.kind_of(db, group_id)
        if kind is None:
            raise rules.UnknownGroup
        whose = _of_the_team(caller) if kind == "supervision" else caller.case_id
        if whose is None:
            raise NotAllowed
        gone, seated = await groups.leave(db, group_id, whose, moment)
        if gone is not None:
            one = await appointments.find(db, group_id)
            if gone.status == "seat" and kind == "talk":
                await outbox.tell(db, rules.seat_ended(one, gone, "person"))
            await _told(db, one, kind, [] if seated is None else [seated], "group", moment)
        return Place("left")


async def group_changed(db: AsyncConnection, after: Appointment) -> list[Event]:
    """What those who have a seat are told when their group has another hour, or none; empty for no group."""
    if after.case_id is not None or await groups.kind_of(db, after.id) != "talk":
        return []
    told = rules.seat_taken if after.live else rules.seat_ended
    return [told(after, seat, "group") for seat in await groups.seats(db, after.id)]


def _of_the_team(caller: Caller | None) -> UUID:
    """Supervision is the team's own: an account takes the seat."""
    if caller is None or not caller.has(*STAFF):
        raise NotAllowed
    return caller.subject


async def _told(
    db: AsyncConnection, one: Appointment, kind: str | None, fresh: list[Seat], by: str, moment: datetime
) -> None:
    """Seats are told to those who send messages, and until when the links of a case open; accounts are no cases."""
    await outbox.nudge(db, f"agenda:{one.expert_id}")
    if kind != "talk":
        return
    for seat in fresh:
        if seat.status == "seat":
            await outbox.tell(db, rules.seat_taken(one, seat, by))
        last = await appointments.last_end(db, seat.case_id)
        if last is not None:
            await outbox.tell(db, telling.last_appointment(seat.case_id, last, moment))
