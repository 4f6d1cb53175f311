"""Openings of the coming weeks, and the appointments that fill half to nine tenths of them."""

from collections import deque
from datetime import date, datetime, time, timedelta
from uuid import UUID

from contracts.words import AppointmentStatus, Modality, Privacy, VisitKind
from infra.embedded.seed import demo_week
from infra.embedded.seed.accounts import EXPERT_ID
from infra.embedded.seed.calls import HandedOver
from infra.embedded.seed.chance import Chance
from infra.embedded.seed.network import Member
from services.booking.domain import holidays
from services.booking.domain.appointments import Appointment
from services.booking.domain.openings import OpeningRule, occurrences
from services.booking.domain.spans import Span
from services.booking.domain.types import STANDARD_TYPES, ConsultationType
from services.booking.store.bulk import WholeAgenda

NEXT_DAYS = 58
RECENT = timedelta(days=30)
"""Whoever called longer ago has had a first appointment before these weeks."""
EVENLY = timedelta(hours=3)
"""Short of its share by as much, an agenda takes whoever comes."""
PATIENCE = timedelta(days=14)
"""From a call to what has already taken place of it."""
HALF_DAYS = (
    (time(9), time(12)),
    (time(9), time(12, 30)),
    (time(14), time(17)),
    (time(14), time(18)),
    (time(17, 30), time(20, 30)),
    (time(8), time(11)),
)
WEEKDAYS = (("MO", 20), ("TU", 22), ("WE", 16), ("TH", 22), ("FR", 17), ("SA", 8), ("SU", 2))
SHAPES = {one.id: one.shape for one in STANDARD_TYPES}


def agenda(member: Member, cases: list[HandedOver], today: date, now: datetime, *, roomy: bool = False) -> WholeAgenda:
    """One expert's openings, leave, and appointments with the cases that were handed over to them.

    `roomy` opens whole weeks without appointments: what the booking benches fill.
    """
    chance = Chance(f"agenda {member.expert.id}")
    zone = member.expert.time_zone
    demo = member.expert.id == EXPERT_ID
    absences = demo_week.absences(today, zone) if demo else _leave(member)
    days_off = tuple(holidays.days_off(member.bookable, today=today))
    if roomy:
        return WholeAgenda(member.bookable, tuple(_whole_weeks(chance, member, today)), days_off=days_off)
    if not member.open:
        return WholeAgenda(member.bookable, absences=absences, days_off=days_off)
    rules = _rules(chance, member, today)
    away = (*absences, *(span for day, span in days_off if day <= today + timedelta(days=NEXT_DAYS)))
    if not demo:
        appointments = _appointments(chance, member, rules, away, cases, now, first=today)
        return WholeAgenda(member.bookable, tuple(rules), absences, tuple(appointments), days_off)
    people = demo_week.people(cases, now)
    hours, groups = demo_week.groups(chance, member.bookable, people, away, today)
    since = rules[0].first_day
    away = (*away, *(one.span for one in hours))
    appointments = _appointments(chance, member, rules, away, people, now, first=since, apart=timedelta(days=5))
    everything = tuple(sorted([*appointments, *hours], key=lambda one: one.starts_at))
    return WholeAgenda(member.bookable, tuple(rules), absences, everything, days_off, tuple(groups), since)


def _leave(member: Member) -> tuple[Span, ...]:
    zone = member.expert.time_zone
    return tuple(
        Span(holidays.whole_day(first, zone).start, holidays.whole_day(last, zone).end)
        for first, last in member.expert.leave
    )


def _types(member: Member) -> list[ConsultationType]:
    return [one for one in STANDARD_TYPES if one.modality in member.expert.modalities]


def _whole_weeks(chance: Chance, member: Member, today: date) -> list[OpeningRule]:
    return [
        _rule(chance, member, today, "MO,TU,WE,TH,FR", hours) for hours in ((time(9), time(12)), (time(14), time(17)))
    ]


def _rules(chance: Chance, member: Member, today: date) -> list[OpeningRule]:
    demo = member.expert.name == "Claire Morvan"
    chosen = (
        [("MO", HALF_DAYS[0]), ("TU", HALF_DAYS[2]), ("WE", HALF_DAYS[0]), ("TH", HALF_DAYS[3]), ("SU", HALF_DAYS[0])]
        if demo
        else [(chance.one(WEEKDAYS), chance.choice(HALF_DAYS)) for _ in range(chance.choice((1, 1, 1, 2, 2, 2)))]
    )
    return [_rule(chance, member, today, day, hours) for day, hours in dict(chosen).items()]


def _rule(chance: Chance, member: Member, today: date, days: str, hours: tuple[time, time]) -> OpeningRule:
    return OpeningRule(
        id=chance.case_id(),
        expert_id=member.expert.id,
        first_day=today - timedelta(days=today.weekday() + 7),
        starts=hours[0],
        ends=hours[1],
        time_zone=member.expert.time_zone,
        type_ids=frozenset(one.id for one in _types(member)),
        rrule=f"FREQ=WEEKLY;BYDAY={days}",
    )


def _appointments(
    chance: Chance,
    member: Member,
    rules: list[OpeningRule],
    away: tuple[Span, ...],
    cases: list[HandedOver],
    now: datetime,
    *,
    first: date,
    apart: timedelta = timedelta(0),
) -> list[Appointment]:
    """The expert's own share of the minutes opened is taken; what stays free has room for a first visit.

    Whoever was met longest ago comes next. Hours before today took place; the half hour to come stays free.
    """
    if not cases:
        return []
    share = chance.uniform(0.5, 0.9)
    last = now.date() + timedelta(days=NEXT_DAYS)
    spans = sorted(
        (one.span for rule in rules for one in occurrences(rule, first=first, last=last)), key=lambda span: span.start
    )
    found: list[Appointment] = []
    waiting = deque(cases)
    met: dict[UUID, datetime] = {}
    soonest = now + timedelta(minutes=30)
    short = timedelta(0)  # of the share, so far: luck is corrected, or an agenda of few hours would be all or nothing
    for span in spans:
        start = span.start
        while start + timedelta(minutes=30) <= span.end:
            past = start.date() < now.date()
            case = _next(waiting, start - PATIENCE if past else start, met, start - apart)
            free = past or start >= soonest
            if case is not None and free and chance.random() < share + short / EVENLY:
                fits = start + timedelta(minutes=45) <= span.end
                kind = _kind(chance, member, first=fits and case.case_id not in met and case.since > now - RECENT)
                session = Span(start, kind.shape.ends_at(start))
                if any(session.start < one.end and one.start < session.end for one in away):
                    start += timedelta(minutes=15)
                    continue
                one = _appointment(chance, member, kind, session, case, now)
                found.append(demo_week.ended(chance, one) if past else one)
                met[case.case_id] = start
                waiting.remove(case)
                waiting.append(case)
                short -= (session.end - start) * (1 - share)
                start = session.end
            else:
                passed = min(timedelta(minutes=45), span.end - start)
                short += passed * share if free else timedelta(0)
                start += passed
        short += max(timedelta(0), span.end - start) * share
    return found


def _next(waiting: deque[HandedOver], called: datetime, met: dict[UUID, datetime], seen: datetime) -> HandedOver | None:
    """Whoever was met longest ago, among those who had called and were met last by then."""
    return next((one for one in waiting if one.since < called and met.get(one.case_id, seen) <= seen), None)


def _kind(chance: Chance, member: Member, *, first: bool) -> ConsultationType:
    wanted = VisitKind.FIRST if first and chance.random() < 0.8 else VisitKind.FOLLOW_UP
    modality = chance.choice([one for one in Modality if one in member.expert.modalities])
    return next(one for one in STANDARD_TYPES if one.visit is wanted and one.modality is modality)


def _appointment(
    chance: Chance, member: Member, kind: ConsultationType, session: Span, case: HandedOver, now: datetime
) -> Appointment:
    appointment_id: UUID = chance.case_id()
    return Appointment(
        id=appointment_id,
        expert_id=member.expert.id,
        type_id=kind.id,
        case_id=case.case_id,
        referral_id=case.referral_id,
        starts_at=session.start,
        ends_at=session.end,
        status=AppointmentStatus.BOOKED,
        modality=kind.modality,
        visit=kind.visit,
        nickname=case.nickname,
        expert_zone=member.expert.time_zone,
        person_zone=case.zone,
        privacy=Privacy.NEUTRAL,
        version=1,
        sequence=0,
        ical_uid=f"{appointment_id}@veilleuse",
        seen_at=now if session.start > now + timedelta(hours=12) or chance.random() < 0.9 else None,
    )
