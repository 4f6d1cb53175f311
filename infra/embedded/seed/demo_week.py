"""The weeks of the demo's own professional: people of their own, what took place, an absence, groups, a request."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.orientations import TargetKind
from contracts.words import AppointmentStatus, ExpertProfession, Modality, Privacy, Subject, VisitKind
from infra.embedded.seed.accounts import EXPERT_ID
from infra.embedded.seed.calls import Call, HandedOver
from infra.embedded.seed.chance import Chance
from services.booking.domain.appointments import Appointment
from services.booking.domain.experts import Expert
from services.booking.domain.spans import Span
from services.booking.domain.types import STANDARD_TYPES
from services.booking.domain.zones import instant
from services.booking.store.bulk import WholeGroup
from services.referral.deliver import offering
from services.referral.store import referrals

PEOPLE = 20
KNOWN_FOR = timedelta(days=9)
"""Whoever came later is new to the professional of the week: their capacity is for those who call now."""
KNOWN_AT_MOST = timedelta(days=32)
GROUPS = (
    ("talk", "Tenir la nuit", 3, time(17), 8, True, 5),
    ("supervision", "Supervision : les appels qui restent", 1, time(16), 6, False, 0),
)
"""Kind, title, day of the week, hour, seats, listed, taken: both in the week that follows."""
ACCESS = "Porte du fond, premier étage : sonnez à « Salle bleue »."


def followed(calls: Sequence[Call], today: date) -> list[Call]:
    """The same calls, some of them handed over to the demo's professional: people of as many first names."""
    chance = Chance("demo people")
    own = {one.handed.nickname for one in calls if one.handed and one.handed.expert_id == EXPERT_ID}
    known = [one for one in calls if _suits(one) and KNOWN_FOR < today - one.started_at.date() < KNOWN_AT_MOST]
    chosen: dict[UUID, Call] = {}
    for one in chance.sample(known, len(known)):
        name = one.handed.nickname if one.handed else ""
        if name and name not in own and len(own) < PEOPLE:
            own.add(name)
            chosen[one.case_id] = one
    return [_handed_to_the_demo(one) if one.case_id in chosen else one for one in calls]


def people(cases: Sequence[HandedOver], now: datetime) -> list[HandedOver]:
    """Whom the professional meets in these weeks: each under a name of their own."""
    found: dict[str, HandedOver] = {}
    for one in cases:
        if one.since < now - KNOWN_FOR:
            found.setdefault(one.nickname or str(one.case_id), one)
    return list(found.values())[:PEOPLE]


def absences(today: date, zone: str) -> tuple[Span, ...]:
    """A whole day of this week without openings, and two hours of the week that follows."""
    monday = today - timedelta(days=today.weekday())
    friday, wednesday = monday + timedelta(days=4), monday + timedelta(days=9)
    return (
        Span(instant(friday, time(0), zone), instant(friday + timedelta(days=1), time(0), zone)),
        Span(instant(wednesday, time(10), zone), instant(wednesday, time(12), zone)),
    )


def groups(
    chance: Chance, expert: Expert, cases: Sequence[HandedOver], away: Sequence[Span], today: date
) -> tuple[list[Appointment], list[WholeGroup]]:
    """The hours that many attend, where nothing else stands yet."""
    kind = next(one for one in STANDARD_TYPES if one.visit is VisitKind.FIRST and one.modality is Modality.IN_PERSON)
    monday = today - timedelta(days=today.weekday()) + timedelta(weeks=1)
    hours, made = [], []
    for sort, title, weekday, hour, seats, listed, taken in GROUPS:
        start = instant(monday + timedelta(days=weekday), hour, expert.time_zone)
        span = Span(start, kind.shape.ends_at(start))
        if any(span.start < one.end and one.start < span.end for one in away):
            continue
        group_id = chance.case_id()
        hours.append(
            Appointment(
                id=group_id,
                expert_id=expert.id,
                type_id=kind.id,
                case_id=None,
                referral_id=None,
                starts_at=span.start,
                ends_at=span.end,
                status=AppointmentStatus.BOOKED,
                modality=kind.modality,
                visit=kind.visit,
                nickname="Groupe",
                expert_zone=expert.time_zone,
                person_zone=expert.time_zone,
                privacy=Privacy.SILENT,
                version=1,
                sequence=0,
                ical_uid=f"{group_id}@veilleuse",
                seen_at=start - timedelta(days=10),
            )
        )
        places = tuple((one.case_id, one.nickname) for one in cases[-taken:]) if taken else ()
        made.append(WholeGroup(group_id, sort, title, seats, listed, 0, ACCESS, places))
    return hours, made


def ended(chance: Chance, one: Appointment) -> Appointment:
    """A past hour as it ended: nearly all took place."""
    status = AppointmentStatus.NO_SHOW if chance.random() < 0.08 else AppointmentStatus.FULFILLED
    return replace(one, status=status, version=2, seen_at=one.starts_at - timedelta(days=2))


def asked(calls: Sequence[Call], now: datetime) -> Call | None:
    """The call whose request waits for the professional's answer: the latest that suits, without any appointment."""
    recent = (one for one in reversed(calls) if now - timedelta(days=2) < one.started_at)
    return next((one for one in recent if _suits(one)), None)


async def ask(db: AsyncConnection, call: Call, now: datetime) -> None:
    """Put it to the professional, as the desk would."""
    assert call.handed is not None
    found = await referrals.load(db, call.handed.referral_id, to_change=True)
    target = offering.Chosen(EXPERT_ID, TargetKind.EXPERT)
    await offering.send(db, found, [target], actor=str(call.listener_id), now=now)


def _suits(call: Call) -> bool:
    """What a psychologist of the network is asked for."""
    sheet = call.sheet
    own = sheet.subject is Subject.SELF and ExpertProfession.PSYCHOLOGIST in sheet.help
    return call.handed is not None and own and sheet.level is not None and sheet.level <= 2


def _handed_to_the_demo(call: Call) -> Call:
    assert call.handed is not None
    return replace(call, handed=replace(call.handed, expert_id=EXPERT_ID, zone="Europe/Paris"))
