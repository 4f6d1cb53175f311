"""Many agendas at once, by COPY: how the demo and the benches are filled; rows come from the rules of the domain."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg

from contracts.words import AppointmentStatus
from services.booking.domain import holidays
from services.booking.domain.appointments import CANCELLED, Appointment
from services.booking.domain.experts import Expert
from services.booking.domain.openings import OpeningRule, occurrences
from services.booking.domain.spans import Span
from services.booking.domain.types import Shape
from services.booking.store.absences import ABSENCE
from services.booking.store.agenda import AHEAD, DAYS_SHOWN, rebuild
from services.booking.store.holidays import HOLIDAY
from services.booking.store.ids import new_id

BATCH = 50
ANALYSED = (
    "expert, opening_rule, opening_rule_type, opening_occurrence, busy_block, holiday_plan, claim, appointment, "
    "agenda_day"
)


@dataclass(frozen=True)
class WholeGroup:
    """What makes a group of one of the agenda's appointments; its seats by case and nickname, as they were taken."""

    appointment_id: UUID
    kind: str
    title: str
    seats: int
    listed: bool
    fee_cents: int | None
    access: str
    places: tuple[tuple[UUID, str], ...] = ()


@dataclass(frozen=True)
class WholeAgenda:
    """One expert with openings, absences and appointments; claims follow from the appointments.

    Public holidays left out are written by the tick that follows all agendas.
    """

    expert: Expert
    rules: tuple[OpeningRule, ...] = ()
    absences: tuple[Span, ...] = ()
    appointments: tuple[Appointment, ...] = ()
    days_off: tuple[tuple[date, Span], ...] = ()
    groups: tuple[WholeGroup, ...] = ()
    since: date | None = None
    """The first day whose openings are written; yesterday, when nothing before it matters."""


async def load(
    connection: asyncpg.Connection,
    agendas: Sequence[WholeAgenda],
    *,
    shapes: dict[UUID, Shape],
    now: datetime,
    actor: UUID,
) -> None:
    """Write `agendas` in one transaction and derive their agenda days; `shapes` by type give the claims' buffers.

    Twice the same agendas is an error of the caller: experts must be new.
    """
    today = now.date()
    async with connection.transaction():
        await _copy(connection, "expert", _EXPERT, map(_expert, agendas))
        reach = (today + DAYS_SHOWN, today + AHEAD)
        shown = ("expert_id", "shown_until", "written_until")
        await _copy(connection, "expert_agenda", shown, ((one.expert.id, *reach) for one in agendas))
        rules = [rule for one in agendas for rule in one.rules]
        await _copy(connection, "opening_rule", _RULE, map(_rule, rules))
        pairs = ((rule.id, type_id) for rule in rules for type_id in rule.type_ids)
        await _copy(connection, "opening_rule_type", ("rule_id", "type_id"), pairs)
        since = {one.expert.id: one.since or today - timedelta(days=1) for one in agendas}
        await _copy(connection, "opening_occurrence", _OCCURRENCE, _occurrences(rules, since, today))
        await _copy(connection, "busy_block", ("expert_id", "during", "source", "day"), _away(agendas))
        await _copy(connection, "holiday_plan", _PLAN, _plans(agendas, today))
        booked = [appointment for one in agendas for appointment in one.appointments]
        await _copy(connection, "appointment", _APPOINTMENT, (_appointment(one, now, actor) for one in booked))
        await _copy(
            connection, "appointment_event", _EVENT, (row for one in booked for row in _events(one, now, actor))
        )
        groups = [group for one in agendas for group in one.groups]
        await _copy(
            connection, "group_session", _GROUP, (tuple(getattr(one, name) for name in _GROUP) for one in groups)
        )
        await _copy(connection, "group_place", _PLACE, (row for one in groups for row in _places(one, now)))
        claims = (
            (one.expert_id, _range(shapes[one.type_id].claim(one.starts_at)), "appointment", one.id)
            for one in booked
            if one.status not in CANCELLED
        )
        await _copy(connection, "claim", ("expert_id", "during", "kind", "appointment_id"), claims)
        await rebuild(connection, now=now, experts=[one.expert.id for one in agendas])
    await connection.execute(f"ANALYZE {ANALYSED}")


_EXPERT = ("id", "profession", "modalities", "time_zone", "holiday_region", "active")
_RULE = ("id", "expert_id", "first_day", "starts", "ends", "time_zone", "rrule", "online")
_OCCURRENCE = ("rule_id", "expert_id", "day", "during")
_PLAN = ("expert_id", "closed", "region", "time_zone", "written_until")
_APPOINTMENT = (
    *("id", "expert_id", "type_id", "case_id", "referral_id", "starts_at", "ends_at", "status", "modality", "visit"),
    *("nickname", "expert_zone", "person_zone", "privacy", "version", "sequence", "ical_uid", "seen_at"),
    *("arrived_at", "started_at", "created_by", "created_by_role", "created_at"),
)
_EVENT = ("appointment_id", "seq", "at", "actor", "actor_role", "kind")
_ENDED = {AppointmentStatus.FULFILLED: "fulfilled", AppointmentStatus.NO_SHOW: "noshow"}
_GROUP = ("appointment_id", "kind", "title", "seats", "listed", "fee_cents", "access")
_PLACE = ("id", "appointment_id", "case_id", "nickname", "status", "since")


def _expert(one: WholeAgenda) -> tuple[Any, ...]:
    expert = one.expert
    modalities = sorted(modality.value for modality in expert.modalities)
    return (
        expert.id,
        expert.profession.value,
        modalities,
        expert.time_zone,
        expert.holiday_region,
        expert.active,
    )


def _rule(rule: OpeningRule) -> tuple[Any, ...]:
    return (rule.id, rule.expert_id, rule.first_day, rule.starts, rule.ends, rule.time_zone, rule.rrule, rule.online)


def _occurrences(rules: Iterable[OpeningRule], since: dict[UUID, date], today: date) -> Iterable[tuple[Any, ...]]:
    for rule in rules:
        for one in occurrences(rule, first=since[rule.expert_id], last=today + AHEAD):
            yield (one.rule_id, one.expert_id, one.day, _range(one.span))


def _away(agendas: Iterable[WholeAgenda]) -> Iterable[tuple[Any, ...]]:
    for one in agendas:
        for span in one.absences:
            yield (one.expert.id, _range(span), ABSENCE, None)
        for day, span in one.days_off:
            yield (one.expert.id, _range(span), HOLIDAY, day)


def _plans(agendas: Iterable[WholeAgenda], today: date) -> Iterable[tuple[Any, ...]]:
    for one in agendas:
        if one.days_off:
            yield (one.expert.id, True, one.expert.holiday_region, one.expert.time_zone, today + holidays.AHEAD)


def _appointment(one: Appointment, now: datetime, actor: UUID) -> tuple[Any, ...]:
    return (
        *(one.id, one.expert_id, one.type_id, one.case_id, one.referral_id, one.starts_at, one.ends_at),
        *(one.status.value, one.modality.value, one.visit.value, one.nickname, one.expert_zone, one.person_zone),
        *(one.privacy.value, one.version, one.sequence, one.ical_uid, one.seen_at, one.arrived_at, one.started_at),
        *(actor, "service", min(now, one.starts_at)),
    )


def _events(one: Appointment, now: datetime, actor: UUID) -> Iterable[tuple[Any, ...]]:
    yield (one.id, 1, min(now, one.starts_at), actor, "service", "booked")
    if one.status in _ENDED:
        yield (one.id, 2, one.ends_at, one.expert_id, "expert", _ENDED[one.status])


def _places(group: WholeGroup, now: datetime) -> Iterable[tuple[Any, ...]]:
    for case_id, nickname in group.places:
        yield (new_id(), group.appointment_id, case_id, nickname, "seat", now)


def _range(span: Span) -> asyncpg.Range:
    return asyncpg.Range(span.start, span.end)


async def _copy(
    connection: asyncpg.Connection, table: str, columns: Sequence[str], rows: Iterable[tuple[Any, ...]]
) -> None:
    await connection.copy_records_to_table(table, columns=columns, records=rows)
