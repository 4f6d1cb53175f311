"""Absences of an expert: whom they touch is told before anything is kept; nobody is cancelled by one."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Response, delete, patch, post
from litestar.params import FromPath, JSONBody, QueryParameter
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts import booking as shapes
from contracts.caller import Caller
from contracts.words import AppointmentStatus
from kit import outbox
from kit.auth import only
from kit.clock import now
from kit.db import Db, Me
from services.booking.domain import absences as rules
from services.booking.domain import refusals, telling, zones
from services.booking.domain.absences import AbsenceNotValid
from services.booking.domain.appointments import Appointment
from services.booking.domain.moments import known_id, span
from services.booking.domain.spans import Span, union
from services.booking.routes.rights import OWNERS, check_agenda, shown
from services.booking.store import absences, agenda, appointments, experts, handing_back, openings, types
from services.booking.store.ids import new_id

Scope = Annotated[str, QueryParameter(name="scope", pattern="^(one|all)$")]
DryRun = Annotated[bool, QueryParameter(name="dry_run")]
MOST_AT_ONCE = 200
Touched = list[Appointment]


class Absences(Controller):
    path = "/experts/{expert_id:uuid}"

    @post("/absences", guards=[only(*OWNERS)])
    async def away(
        self, expert_id: FromPath[UUID], data: JSONBody[shapes.NewAbsence], db: Db, caller: Me, dry_run: DryRun = False
    ) -> Response[shapes.Absence]:
        """An absence, once or by a rule, and the appointments in it; with `dry_run` nothing is kept (200)."""
        check_agenda(caller, expert_id, to_change=True)
        one = await experts.find(db, expert_id)
        wanted = span(data.starts_at, data.ends_at, rules.LONGEST).outwards()
        rule = rules.recurring(new_id(), expert_id, wanted, one.time_zone, data.rrule) if data.rrule.strip() else None
        spans = [wanted]
        if rule is not None:
            spans = [each for _, each in rule.spans(first=rule.first_day, last=now().date() + rules.AHEAD)]
            if not spans:
                raise AbsenceNotValid(fields={"starts_at": "within thirteen months"})
        if dry_run:
            touched = await _touched(db, expert_id, spans)
            return Response(await _shown(db, caller, 0, spans, touched, recurring=rule is not None), status_code=200)
        await agenda.lock(db, expert_id)
        if rule is not None:
            absence_id = (await absences.add_rule(db, rule, now()))[0]
        else:
            absence_id = await absences.add(db, expert_id, wanted)
        return Response(await _kept(db, caller, expert_id, absence_id, spans, recurring=rule is not None))

    @patch("/absences/{absence_id:int}", guards=[only(*OWNERS)])
    async def change(
        self,
        expert_id: FromPath[UUID],
        absence_id: FromPath[int],
        data: JSONBody[shapes.NewAbsence],
        db: Db,
        caller: Me,
        which: Scope = "one",
    ) -> shapes.Absence:
        """Other hours: for this one, or (`scope=all`, the same day of its zone) for it and those that follow."""
        check_agenda(caller, expert_id, to_change=True)
        wanted = span(data.starts_at, data.ends_at, rules.LONGEST).outwards()
        await agenda.lock(db, expert_id)
        row = await absences.find(db, expert_id, known_id(absence_id))
        if row.rule_id is None:
            await absences.change(db, row.id, wanted)
            return await _kept(db, caller, expert_id, row.id, [wanted])
        rule = await absences.rule(db, row.rule_id)
        if which == "one":
            await absences.change(db, row.id, wanted)
            await absences.change_rule(db, rule.without(row.day), since=row.day)
            return await _kept(db, caller, expert_id, row.id, [wanted])
        if zones.local_day(wanted.start, rule.time_zone) != row.day:
            raise AbsenceNotValid(fields={"starts_at": "the same day, when those that follow change with it"})
        await _end(db, rule, row.day)
        following = rules.recurring(new_id(), expert_id, wanted, rule.time_zone, rule.rrule)
        for day in rule.not_days:
            following = following.without(day)
        (first, *_) = await absences.add_rule(db, following, now())
        spans = [each for _, each in following.spans(first=following.first_day, last=now().date() + rules.AHEAD)]
        return await _kept(db, caller, expert_id, first, spans, recurring=True)

    @delete("/absences/{absence_id:int}", guards=[only(*OWNERS)])
    async def back(
        self, expert_id: FromPath[UUID], absence_id: FromPath[int], db: Db, caller: Me, which: Scope = "one"
    ) -> None:
        """It is over, or was none (`scope=all`: with those that follow): its openings are offered again."""
        check_agenda(caller, expert_id, to_change=True)
        await agenda.lock(db, expert_id)
        row = await absences.find(db, expert_id, known_id(absence_id))
        rule = None if row.rule_id is None else await absences.rule(db, row.rule_id)
        if rule is not None and which == "all":
            await _end(db, rule, row.day)
        else:
            await absences.remove(db, row.id)
            if rule is not None:
                await absences.change_rule(db, rule.without(row.day), since=row.day)
        await edited(db, expert_id)

    @post("/handed-back", guards=[only(*OWNERS)], status_code=200)
    async def hand_back(
        self, expert_id: FromPath[UUID], data: JSONBody[shapes.HandBack], db: Db, caller: Me
    ) -> shapes.HandBack:
        """« Je ne peux pas assurer »: each is placed again at the pace of its level; said twice changes nothing."""
        check_agenda(caller, expert_id, to_change=True)
        if len(data.appointment_ids) > MOST_AT_ONCE:
            raise refusals.UnclearTime(fields={"appointment_ids": f"at most {MOST_AT_ONCE}"})
        back = await handing_back.hand_back(db, expert_id, data.appointment_ids, caller=caller, now=now())
        await outbox.tell(db, *(event for row in back for event in telling.handed_back(row)))
        await outbox.nudge(db, f"agenda:{expert_id}", *(f"appointment:{row.id}" for row in back))
        return shapes.HandBack([row.id for row in back])

    @post("/handed-back/undo", guards=[only(*OWNERS)], status_code=200)
    async def take_back(
        self, expert_id: FromPath[UUID], data: JSONBody[shapes.HandBack], db: Db, caller: Me
    ) -> shapes.HandBack:
        """« Finalement, je peux »: while nothing was placed anew; what was is left as it is."""
        check_agenda(caller, expert_id, to_change=True)
        if len(data.appointment_ids) > MOST_AT_ONCE:
            raise refusals.UnclearTime(fields={"appointment_ids": f"at most {MOST_AT_ONCE}"})
        kept = await handing_back.take_back(db, expert_id, data.appointment_ids, caller=caller, now=now())
        await outbox.tell(db, *(event for row in kept for event in telling.kept(row)))
        await outbox.nudge(db, f"agenda:{expert_id}", *(f"appointment:{row.id}" for row in kept))
        return shapes.HandBack([row.id for row in kept])


async def edited(db: AsyncConnection, expert_id: UUID) -> None:
    """Derive what is shown of the agenda again; under its lock."""
    moment = now()
    await openings.edited(db, expert_id, [moment.date(), moment.date() + agenda.DAYS_SHOWN], moment)
    await outbox.nudge(db, f"agenda:{expert_id}")


async def _end(db: AsyncConnection, rule: Any, day: date) -> None:
    await absences.change_rule(db, rule.before(day), since=day)


async def _touched(db: AsyncConnection, expert_id: UUID, spans: list[Span]) -> Touched:
    """Live appointments still to come that lie in one of `spans`."""
    moment = now()
    first, last = max(moment, spans[0].start), spans[-1].end
    if last <= first:
        return []
    booked = await appointments.of_expert(db, expert_id, first, last)
    away = union(spans)
    return [
        each
        for each in booked
        if each.live and each.starts_at > moment and any(each.span.overlaps(one) for one in away)
    ]


async def _kept(
    db: AsyncConnection,
    caller: Caller,
    expert_id: UUID,
    absence_id: int,
    spans: list[Span],
    *,
    recurring: bool = False,
) -> shapes.Absence:
    """Derived, and told of every appointment that it leaves without its professional."""
    await edited(db, expert_id)
    touched = await _touched(db, expert_id, spans)
    booked = [each for each in touched if each.status is AppointmentStatus.BOOKED]
    await outbox.tell(db, *(event for each in booked for event in telling.uncovered(each)))
    return await _shown(db, caller, absence_id, spans, touched, recurring=recurring)


async def _shown(
    db: AsyncConnection, caller: Caller, absence_id: int, spans: list[Span], touched: Touched, *, recurring: bool
) -> shapes.Absence:
    kinds = await types.every(db) if touched else {}
    moment = now()
    return shapes.Absence(
        id=absence_id,
        starts_at=spans[0].start,
        ends_at=spans[0].end,
        source="absence",
        touched=len(touched),
        appointments=[shown(each, kinds[each.type_id], caller, moment) for each in touched],
        recurring=recurring,
        occurrences=len(spans),
    )


def as_shape(row: Any) -> shapes.Absence:
    """A busy block as the grid shows it."""
    return shapes.Absence(
        id=row.id,
        starts_at=row.during.lower,
        ends_at=row.during.upper,
        source=row.source,
        recurring=row.rule_id is not None,
    )
