"""The agenda of an expert: openings and absences as the grid shows and changes them."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, delete, get, patch, post
from litestar.params import FromPath, JSONBody, QueryParameter
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts import booking as shapes
from kit.auth import only
from kit.clock import now
from kit.db import Db, Me
from services.booking.domain import edits, recurrence, refusals, zones
from services.booking.domain.moments import known_id, span
from services.booking.domain.openings import OpeningRule, Override
from services.booking.domain.spans import Span
from services.booking.routes.absences import as_shape, edited
from services.booking.routes.rights import DESK, OWNERS, check_agenda, shown
from services.booking.routes.types import shown as type_shown
from services.booking.store import agenda, appointments, clashes, experts, guests, openings, types
from services.booking.store.ids import new_id

LONGEST_WINDOW = timedelta(days=62)
Scope = Annotated[str, QueryParameter(name="scope", pattern="^(one|following|all)$")]


class Agendas(Controller):
    path = "/experts/{expert_id:uuid}"

    @get("/agenda", guards=[only(*DESK, *OWNERS)])
    async def show(
        self,
        expert_id: FromPath[UUID],
        db: Db,
        caller: Me,
        since: Annotated[datetime, QueryParameter(name="from")],
        until: Annotated[datetime, QueryParameter(name="to")],
    ) -> shapes.Agenda:
        """What the grid shows between two instants, at most 62 days apart."""
        check_agenda(caller, expert_id)
        window, moment = span(since, until, LONGEST_WINDOW), now()
        one = await experts.find(db, expert_id)
        kinds = await types.of_expert(db, expert_id)
        booked = await appointments.of_expert(db, expert_id, window.start, window.end)
        return shapes.Agenda(
            expert_id=expert_id,
            time_zone=one.time_zone,
            version=await experts.version(db, expert_id),
            openings=[_opening(row) for row in await openings.occurrences(db, expert_id, window)],
            absences=[as_shape(row) for row in await openings.absences(db, expert_id, window)],
            appointments=[shown(each, kinds[each.type_id], caller, moment) for each in booked],
            types=[type_shown(kind) for kind in kinds.values() if kind.active and kind.modality in one.modalities],
            beside=await guests.of_guest(db, expert_id, window.start, window.end),
            settled=await clashes.settled(db, expert_id, window),
        )

    @post("/openings", guards=[only(*OWNERS)])
    async def open(
        self, expert_id: FromPath[UUID], data: JSONBody[shapes.NewOpening], db: Db, caller: Me
    ) -> shapes.Opening:
        """A new opening, once or by a rule, in local times; its first occurrence."""
        check_agenda(caller, expert_id, to_change=True)
        one = await experts.find(db, expert_id)
        kinds = await types.every(db)
        if not set(data.type_ids) <= kinds.keys():
            raise refusals.UnknownType
        rule = edits.check_rule(
            OpeningRule(
                id=new_id(),
                expert_id=expert_id,
                first_day=data.first_day,
                starts=data.starts,
                ends=data.ends,
                time_zone=one.time_zone,
                type_ids=frozenset(data.type_ids or (kind.id for kind in kinds.values() if kind.active)),
                rrule=data.rrule,
                online=data.online,
            )
        )
        await agenda.lock(db, expert_id)
        await openings.add(db, rule)
        written = await openings.write_coming(db, rule, now())
        if not written:
            raise refusals.OpeningNotValid(fields={"first_day": "no opening within thirteen months from today"})
        await edited(db, expert_id)
        return await _shown(db, expert_id, written[0])

    @patch("/openings/{occurrence_id:int}", guards=[only(*OWNERS)])
    async def change(
        self,
        expert_id: FromPath[UUID],
        occurrence_id: FromPath[int],
        data: JSONBody[shapes.OpeningChange],
        db: Db,
        caller: Me,
    ) -> shapes.Opening:
        """Move or stretch one occurrence, this one and those that follow, or all that are still to come."""
        check_agenda(caller, expert_id, to_change=True)
        await agenda.lock(db, expert_id)
        row = await openings.occurrence(db, expert_id, known_id(occurrence_id))
        rule = await openings.rule(db, row.rule_id)
        wanted = span(data.starts_at, data.ends_at, edits.LONGEST)
        if data.scope == "one":
            written = await _change_one(db, rule, row.day, wanted)
        else:
            written = await _change_all(db, rule, row.day, wanted, following=data.scope == "following")
        if not written:
            raise refusals.OpeningNotValid(fields={"starts_at": "no opening comes of it"})
        await edited(db, expert_id)
        return await _shown(db, expert_id, written[0])

    @delete("/openings/{occurrence_id:int}", guards=[only(*OWNERS)])
    async def close(
        self, expert_id: FromPath[UUID], occurrence_id: FromPath[int], db: Db, caller: Me, which: Scope = "one"
    ) -> None:
        """Take one occurrence away, those that follow with it, or all still to come; appointments in them stay."""
        check_agenda(caller, expert_id, to_change=True)
        await agenda.lock(db, expert_id)
        row = await openings.occurrence(db, expert_id, known_id(occurrence_id))
        rule = await openings.rule(db, row.rule_id)
        if which == "one" and rule.rrule:
            await openings.override(db, rule.id, Override(row.day, cancelled=True))
            await openings.write_coming(db, rule, now())
        else:
            first = zones.local_day(now(), rule.time_zone) if which == "all" else row.day
            await openings.end(db, rule, first - recurrence.ONE_DAY)
        await edited(db, expert_id)


async def _change_one(db: AsyncConnection, rule: OpeningRule, day: date, wanted: Span) -> list[int]:
    told = edits.told_differently(rule, day, wanted)
    if told is not None:
        await openings.override(db, rule.id, told)
        return (await openings.write_out(db, rule, since=day, until=day))[:1]
    await openings.override(db, rule.id, Override(day, cancelled=True))
    await openings.write_coming(db, rule, now())
    new_day, starts, ends = edits.local_times(wanted, rule.time_zone)
    alone = replace(rule, id=new_id(), first_day=new_day, starts=starts, ends=ends, rrule="")
    await openings.add(db, alone)
    return await openings.write_coming(db, alone, now())


async def _change_all(db: AsyncConnection, rule: OpeningRule, day: date, wanted: Span, *, following: bool) -> list[int]:
    """Days that were taken away or told differently go with the rule; the one that was moved is as it was moved."""
    parts = edits.split(rule, day, new_id())
    if following and parts.ended is not None:
        changed = edits.check_rule(edits.shifted(parts.going_on, day, wanted))
        await openings.end(db, rule, day - recurrence.ONE_DAY)
        await openings.add(db, changed)
        since = day
    else:
        changed = edits.check_rule(edits.shifted(rule, day, wanted))
        await openings.change(db, changed)
        since = zones.local_day(now(), rule.time_zone)
    await openings.forget_override(db, rule.id, day)
    by = (edits.local_times(wanted, rule.time_zone)[0] - day).days
    if by or changed.id != rule.id:
        await openings.carry(db, rule.id, changed.id, since=since, by=by)
    return await openings.write_coming(db, changed, now())


async def _shown(db: AsyncConnection, expert_id: UUID, occurrence_id: int) -> shapes.Opening:
    row = await openings.occurrence(db, expert_id, occurrence_id)
    window = Span(row.during.lower, row.during.upper)
    (found,) = (each for each in await openings.occurrences(db, expert_id, window) if each.id == occurrence_id)
    return _opening(found)


def _opening(row: Any) -> shapes.Opening:
    return shapes.Opening(
        id=row.id,
        rule_id=row.rule_id,
        starts_at=row.during.lower,
        ends_at=row.during.upper,
        type_ids=sorted(row.type_ids),
        recurring=bool(row.rrule),
    )
