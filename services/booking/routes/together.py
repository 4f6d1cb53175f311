"""Series and a third person: several hours or another agenda, each said plainly and claimed in one transaction."""

from uuid import UUID

from litestar import Controller, post
from litestar.params import FromPath, JSONBody
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.events import ProfessionalBeside
from contracts.permits import BookPermit
from contracts.together import Beside, NewGuest, NewSeries, NotInSeries, Series
from contracts.words import Role, VisitKind
from kit import audit, outbox
from kit.auth import NotAllowed, only
from kit.clock import now
from kit.db import Db, Me
from kit.errors import Refusal
from kit.web import NamedHouse
from services.booking.domain import refusals, telling, telling_made
from services.booking.domain import together as rules
from services.booking.domain.appointments import Appointment, Party
from services.booking.domain.types import ConsultationType
from services.booking.routes.nearby import nearest_slots
from services.booking.routes.rights import DESK, party, shown
from services.booking.store import appointments, experts, guests, placing, types
from services.booking.store import permits as kept_permits
from services.booking.store.booking import Wanted
from services.booking.store.ids import new_id

EITHER = (*DESK, Role.EXPERT)


class Several(Controller):
    path = "/appointments/{appointment_id:uuid}"

    @post("/series", guards=[only(*EITHER)], status_code=200)
    async def series(
        self, appointment_id: FromPath[UUID], data: JSONBody[NewSeries], db: Db, caller: Me, house: NamedHouse
    ) -> Series:
        """The same hour in the weeks that follow: all of them, or as many as are free, and which are not."""
        moment = now()
        first = await appointments.find(db, appointment_id)
        who = party(caller, first)
        _of_the_two(who, first, caller.subject)
        await placing.agendas_alone(db, [first.expert_id], moment)
        starts = rules.weeks(first.starts_at, first.expert_zone, times=data.times, every=data.every_weeks)
        permit, kind = await _follow_up(db, first)
        series_id = first.series_id or new_id()
        booked: list[Appointment] = []
        missing: list[NotInSeries] = []
        for starts_at in starts:
            wanted = Wanted(first.expert_id, kind.id, starts_at)
            new = placing.Placing(permit, new_id(), privacy=first.privacy, series_id=series_id)
            try:
                booked.append(await placing.place(db, wanted, new, caller=caller, now=moment))
            except Refusal as refusal:
                missing.append(NotInSeries(starts_at, refusal.code))
        if data.all_or_none and missing:
            away = [{"starts_at": one.starts_at, "code": one.code} for one in missing]
            near = await nearest_slots(house, Wanted(first.expert_id, kind.id, missing[0].starts_at), moment)
            raise rules.SeriesNotWhole(missing=away, alternatives=near)
        await outbox.tell(db, *telling_made.series(booked, who))
        if booked and first.case_id is not None:
            last = await appointments.last_end(db, first.case_id)
            if last is not None:
                await outbox.tell(db, telling.last_appointment(first.case_id, last, moment))
            await audit.note(db, caller, "book", "case", first.case_id, why="series")
        await outbox.nudge(db, f"agenda:{first.expert_id}")
        kinds = await types.every(db)
        made = [shown(one, kinds[one.type_id], caller, moment) for one in booked]
        return Series(series_id if booked else None, made, missing)

    @post("/professionals", guards=[only(*EITHER)], status_code=200)
    async def third(self, appointment_id: FromPath[UUID], data: JSONBody[NewGuest], db: Db, caller: Me) -> Beside:
        """Another professional at the same hour: both agendas have it, or neither."""
        moment = now()
        seen = await appointments.find(db, appointment_id)
        _of_the_two(party(caller, seen), seen, caller.subject)
        if data.part not in rules.PARTS or data.expert_id == seen.expert_id:
            raise rules.GuestNotValid(fields={"expert_id": "another professional"})
        await experts.find(db, data.expert_id)
        beside = await guests.guests_of(db, seen.id)
        await placing.agendas_alone(db, [seen.expert_id, data.expert_id, *beside], moment)
        one = await appointments.find(db, appointment_id, to_change=True)
        if not one.live or one.starts_at <= moment:
            raise refusals.NotInThisState
        beside = await guests.guests_of(db, one.id)
        if data.expert_id in beside:
            return Beside(beside)
        if beside:
            raise rules.ThirdThere
        if data.expert_id in (await kept_permits.kept_by(db, one.id)).not_experts:
            raise refusals.ExpertNotAllowed
        await guests.add(db, one.id, data.expert_id, data.part)
        await guests.claim_one(db, one.id, data.expert_id, one.starts_at, one.ends_at)
        await placing.refresh_around(db, data.expert_id, [one.starts_at], one.expert_zone, moment)
        await appointments.note(
            db, one.id, what="third", caller=caller, now=moment, after={"expert_id": str(data.expert_id)}
        )
        if one.case_id is not None:
            await audit.note(db, caller, "write", "case", one.case_id, why="third person")
        await outbox.tell(db, ProfessionalBeside(one.id, one.version, data.expert_id, one.starts_at))
        await outbox.nudge(db, f"agenda:{data.expert_id}", f"agenda:{one.expert_id}")
        return Beside(await guests.guests_of(db, one.id))

    @post("/professionals/leave", guards=[only(Role.EXPERT)], status_code=200)
    async def leave(self, appointment_id: FromPath[UUID], db: Db, caller: Me) -> Beside:
        """Whoever stands beside cannot: their agenda has its hour back, the appointment stands."""
        moment = now()
        one = await appointments.alone_with(db, appointment_id)
        if caller.subject not in await guests.guests_of(db, one.id):
            raise refusals.UnknownAppointment
        if not one.live or one.starts_at <= moment:
            raise refusals.NotInThisState
        await guests.leave(db, one.id, caller.subject)
        await placing.refresh_around(db, caller.subject, [one.starts_at], one.expert_zone, moment)
        told = {"expert_id": str(caller.subject)}
        await appointments.note(db, one.id, what="third_left", caller=caller, now=moment, after=told)
        await outbox.nudge(db, f"agenda:{caller.subject}", f"agenda:{one.expert_id}")
        return Beside(await guests.guests_of(db, one.id))


def _of_the_two(who: Party, one: Appointment, subject: UUID) -> None:
    """The professional of the appointment, or the desk; a secretary sees to hours, not to who else comes."""
    if who is Party.PERSON or (who is Party.EXPERT and one.expert_id != subject):
        raise NotAllowed


async def _follow_up(db: AsyncConnection, first: Appointment) -> tuple[BookPermit, ConsultationType]:
    """The permit that the first appointment keeps, for visits that follow it in the same way."""
    if first.case_id is None or first.referral_id is None or not first.live:
        raise refusals.NotInThisState
    kinds = (await types.of_expert(db, first.expert_id)).values()
    same = [one for one in kinds if one.visit is VisitKind.FOLLOW_UP and one.modality is first.modality]
    if not same:
        raise refusals.UnknownType
    kept = await kept_permits.kept_by(db, first.id)
    permit = BookPermit(
        case_id=first.case_id,
        referral_id=first.referral_id,
        visit=VisitKind.FOLLOW_UP,
        experts=kept.experts,
        not_experts=kept.not_experts,
        priority=kept.level,
        nickname=first.nickname,
        person_zone=first.person_zone,
    )
    return permit, min(same, key=lambda one: one.id)
