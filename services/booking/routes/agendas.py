"""The agenda of an expert: openings and absences as the grid shows and changes them."""

from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, delete, get, patch, post
from litestar.params import FromPath, JSONBody, QueryParameter
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts import booking as shapes
from kit.auth import only
from kit.clock import now
from kit.db import Db, Me
from services.booking.domain import edits, refusals, zones
from services.booking.domain.moments import known_id, span
from services.booking.domain.openings import OpeningRule, Override
from services.booking.domain.spans import Span
from services.booking.routes.absences import as_shape, edited
from services.booking.routes.rights import DESK, OWNERS, check_agenda, shown
from services.booking.routes.types import shown as type_shown
from services.booking.store import agenda, appointments, experts, openings, types
from services.booking.store.ids import new_id

LONGEST_WINDOW = timedelta(days=62)
Scope = Annotated[str, QueryParameter(name="scope", pattern="^(one|all)$")]


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
            types=[type_shown(kind) for kind in kinds.values() if kind.modality in one.modalities],
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
                type_ids=frozenset(data.type_ids or kinds),
                rrule=data.rrule.strip().upper(),
            )
        )
        await agenda.lock(db, expert_id)
        written = await _add(db, rule)
        if not written:
            raise refusals.OpeningNotValid(fields={"first_day": "no opening within half a year from today"})
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
        """Move or stretch one occurrence, or the whole rule with it."""
        check_agenda(caller, expert_id, to_change=True)
        await agenda.lock(db, expert_id)
        row = await openings.occurrence(db, expert_id, known_id(occurrence_id))
        rule = await openings.rule(db, row.rule_id)
        wanted = span(data.starts_at, data.ends_at, edits.LONGEST)
        if data.scope == "all":
            changed = edits.check_rule(edits.shifted(rule, row.day, wanted))
            await openings.change(db, changed)
            written = await _write(db, changed)
        else:
            written = await _change_one(db, rule, row.day, wanted)
        if not written:
            raise refusals.OpeningNotValid(fields={"starts_at": "no opening comes of it"})
        await edited(db, expert_id)
        return await _shown(db, expert_id, written[0])

    @delete("/openings/{occurrence_id:int}", guards=[only(*OWNERS)])
    async def close(
        self, expert_id: FromPath[UUID], occurrence_id: FromPath[int], db: Db, caller: Me, which: Scope = "one"
    ) -> None:
        """Take one occurrence away, or the rule from this day on; appointments that stand in it stay."""
        check_agenda(caller, expert_id, to_change=True)
        await agenda.lock(db, expert_id)
        row = await openings.occurrence(db, expert_id, known_id(occurrence_id))
        rule = await openings.rule(db, row.rule_id)
        if which == "all" and rule.rrule:
            ended = rule.until(row.day - timedelta(days=1))
            await openings.change(db, ended)
            await _write(db, ended)
        else:
            await openings.override(db, rule.id, Override(row.day, cancelled=True))
            await _write(db, rule)
        await edited(db, expert_id)


async def _change_one(db: AsyncConnection, rule: OpeningRule, day: Any, wanted: Span) -> list[int]:
    told = edits.told_differently(rule, day, wanted)
    if told is not None:
        await openings.override(db, rule.id, told)
        return (await openings.write_out(db, rule, since=day, until=day))[:1]
    await openings.override(db, rule.id, Override(day, cancelled=True))
    await _write(db, rule)
    new_day, starts, ends = edits.local_times(wanted, rule.time_zone)
    return await _add(
        db,
        OpeningRule(
            id=new_id(),
            expert_id=rule.expert_id,
            first_day=new_day,
            starts=starts,
            ends=ends,
            time_zone=rule.time_zone,
            type_ids=rule.type_ids,
        ),
    )


async def _add(db: AsyncConnection, rule: OpeningRule) -> list[int]:
    await openings.add(db, rule)
    return await _write(db, rule)


async def _write(db: AsyncConnection, rule: OpeningRule) -> list[int]:
    """Write out what is still to come; the past stays as it was."""
    today = zones.local_day(now(), rule.time_zone)
    return await openings.write_out(db, rule, since=today, until=today + agenda.AHEAD)


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
