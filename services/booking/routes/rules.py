"""Opening rules as a list, told anew as a whole, and what hours not yet saved would come to."""

from dataclasses import replace
from datetime import date, time, timedelta
from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Request, Response, delete, get, put
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from contracts import openings as shapes
from kit.auth import only
from kit.clock import now
from kit.db import Db, Me
from kit.errors import Changed
from services.booking.domain import edits, openings, preview, refusals, zones
from services.booking.domain.openings import OpeningRule
from services.booking.domain.recurrence import ONE_DAY
from services.booking.domain.spans import Span
from services.booking.routes.absences import edited
from services.booking.routes.rights import DESK, OWNERS, check_agenda
from services.booking.routes.types import seen_version
from services.booking.store import agenda, experts, taken, types
from services.booking.store import openings as store
from services.booking.store.ids import new_id

Asked = Request[Any, Any, Any]
Since = Annotated[date | None, QueryParameter(name="since")]
Types = Annotated[list[UUID] | None, QueryParameter(name="type")]
Replaced = Annotated[UUID | None, QueryParameter(name="rule")]
PREVIEWED = timedelta(days=90)


class OpeningRules(Controller):
    path = "/experts/{expert_id:uuid}"

    @get("/opening-rules", guards=[only(*DESK, *OWNERS)])
    async def rules(self, expert_id: FromPath[UUID], db: Db, caller: Me) -> Response[shapes.OpeningRules]:
        """The rules that still have an opening to come, the next first."""
        check_agenda(caller, expert_id)
        one = await experts.find(db, expert_id)
        return await _answer(db, expert_id, one.time_zone)

    @put("/opening-rules/{rule_id:uuid}", guards=[only(*OWNERS)])
    async def tell_anew(
        self,
        request: Asked,
        expert_id: FromPath[UUID],
        rule_id: FromPath[UUID],
        data: JSONBody[shapes.RuleEdit],
        db: Db,
        caller: Me,
    ) -> Response[shapes.OpeningRules]:
        """Other hours, days or types: for all that is to come, or from a day on; appointments stay as they are."""
        check_agenda(caller, expert_id, to_change=True)
        await agenda.lock(db, expert_id)
        rule = await store.rule_of(db, expert_id, rule_id)
        await _check_version(request, db, expert_id)
        told = edits.check_rule(await _told(db, rule, data))
        if data.since is not None and not 2000 <= data.since.year <= 2199:
            raise refusals.OpeningNotValid(fields={"since": "a day of this century"})
        today = zones.local_day(now(), rule.time_zone)
        if data.since is not None and openings.days(rule, first=rule.first_day, last=data.since - ONE_DAY):
            changed = replace(told, id=new_id(), first_day=max(told.first_day, data.since))
            await store.end(db, rule, data.since - ONE_DAY)
            await store.add(db, changed)
            await store.carry(db, rule.id, changed.id, since=data.since)
        else:
            changed = told
            await store.change(db, changed)
        if not await store.write_coming(db, changed, now()):
            raise refusals.OpeningNotValid(fields={"first_day": f"no opening from {today} on"})
        await edited(db, expert_id)
        return await _answer(db, expert_id, rule.time_zone)

    @delete("/opening-rules/{rule_id:uuid}", guards=[only(*OWNERS)])
    async def end(
        self,
        request: Asked,
        expert_id: FromPath[UUID],
        rule_id: FromPath[UUID],
        db: Db,
        caller: Me,
        since: Since = None,
    ) -> None:
        """The rule ends: from today, or from a later day on; what was booked in it stays."""
        check_agenda(caller, expert_id, to_change=True)
        await agenda.lock(db, expert_id)
        rule = await store.rule_of(db, expert_id, rule_id)
        await _check_version(request, db, expert_id)
        today = zones.local_day(now(), rule.time_zone)
        await store.end(db, rule, max(today, since or today) - ONE_DAY)
        await edited(db, expert_id)

    @get("/opening-preview", guards=[only(*OWNERS)])
    async def preview(
        self,
        expert_id: FromPath[UUID],
        db: Db,
        caller: Me,
        first_day: FromQuery[date],
        starts: FromQuery[time],
        ends: FromQuery[time],
        rrule: FromQuery[str] = "",
        named: Types = None,
        rule_id: Replaced = None,
    ) -> shapes.Preview:
        """The first days of hours that are not saved yet, with what remains of each for the type; nothing changes."""
        check_agenda(caller, expert_id)
        type_ids = named or []
        one = await experts.find(db, expert_id)
        kinds = await types.of_expert(db, expert_id)
        offered = [each for each in kinds.values() if each.active and each.modality in one.modalities]
        if not set(type_ids) <= kinds.keys():
            raise refusals.UnknownType
        chosen = next((each for each in offered if not type_ids or each.id in type_ids), None)
        rule = edits.check_rule(
            OpeningRule(
                id=rule_id or new_id(),
                expert_id=expert_id,
                first_day=first_day,
                starts=starts,
                ends=ends,
                time_zone=one.time_zone,
                type_ids=frozenset(type_ids or kinds),
                rrule=rrule,
            )
        )
        moment = now()
        today = zones.local_day(moment, one.time_zone)
        window = Span(moment - timedelta(days=1), moment + PREVIEWED + timedelta(days=2))
        busy, claims = await taken.spans(db, expert_id, window)
        limit = await types.daily_limit(db, expert_id)
        told = await store.overrides(db, rule.id, today) if rule_id is not None else []
        found = list(openings.occurrences(rule, first=today, last=today + agenda.AHEAD, overrides=told))
        days = preview.days(
            [each for each in found if each.day <= today + PREVIEWED],
            chosen,
            busy=busy,
            claims=claims,
            zone=one.time_zone,
            daily_limit=limit,
            now=moment,
        )
        return shapes.Preview(
            time_zone=one.time_zone,
            type_id=chosen.id if chosen else None,
            days=[shapes.PreviewDay(d.day, d.span.start, d.span.end, list(d.starts), d.taken, d.far) for d in days],
            occurrences=len(found),
            last_day=_last(rule, found[-1].day if found else None, today),
        )


async def _answer(db: Db, expert_id: UUID, zone: str) -> Response[shapes.OpeningRules]:
    version = await experts.version(db, expert_id)
    moment = now()
    coming = await store.coming(db, expert_id, zones.local_day(moment, zone), moment)
    found = [_shown(rule, row) for rule, row in coming]
    return Response(shapes.OpeningRules(zone, version, found), headers={"ETag": f'"{version}"'})


async def _check_version(request: Asked, db: Db, expert_id: UUID) -> None:
    seen, present = seen_version(request), await experts.version(db, expert_id)
    if seen is not None and seen != present:
        raise Changed(version=present)


async def _told(db: Db, rule: OpeningRule, data: shapes.RuleEdit) -> OpeningRule:
    kinds = await types.every(db)
    if not set(data.type_ids) <= kinds.keys():
        raise refusals.UnknownType
    return replace(
        rule,
        first_day=data.first_day,
        starts=data.starts,
        ends=data.ends,
        rrule=data.rrule,
        type_ids=frozenset(data.type_ids or (kind.id for kind in kinds.values() if kind.active)),
        online=rule.online if data.online is None else data.online,
    )


def _last(rule: OpeningRule, last_day: date | None, today: date) -> date | None:
    """The last day, None where the rule goes on without end."""
    recurring = rule.recurring
    endless = recurring is not None and recurring.until is None and recurring.count is None
    return None if endless or last_day is None or last_day > today + agenda.AHEAD - timedelta(days=1) else last_day


def _shown(rule: OpeningRule, row: Any) -> shapes.OpeningRule:
    return shapes.OpeningRule(
        id=rule.id,
        first_day=rule.first_day,
        starts=rule.starts,
        ends=rule.ends,
        rrule=rule.rrule,
        type_ids=sorted(rule.type_ids),
        online=rule.online,
        next_day=row.next_day,
        next_id=row.next_id,
        next_starts_at=row.during.lower,
        next_ends_at=row.during.upper,
        cancelled=list(row.cancelled),
        last_day=_last(rule, row.last_day, row.next_day),
    )
