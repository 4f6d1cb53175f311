"""Follow-ups as rows with dates, and the listener's own list of what became of their hand-overs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import exists, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.events import AppointmentAttended
from contracts.follow_ups import FollowUp, HandedOver
from services.referral.domain import follow_ups as rules
from services.referral.domain.contacts import reference
from services.referral.tables import appointment, consent, contact, follow_up, referral, transition_log

BATCH = 100
SHOWN_TO_PERSON = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Due:
    """One follow-up that a tick took up."""

    appointment_id: UUID
    referral_id: UUID
    case_id: UUID
    expert_id: UUID
    may_ask: bool


async def plan(db: AsyncConnection, event: AppointmentAttended, *, now: datetime) -> None:
    """It took place: both sides will be asked, once."""
    started = select(appointment.c.starts_at).where(appointment.c.id == event.appointment_id)
    due_at, missing_at = rules.dates((await db.execute(started)).scalar() or now)
    row = {
        "appointment_id": event.appointment_id,
        "referral_id": event.referral_id,
        "case_id": event.case_id,
        "expert_id": event.expert_id,
        "due_at": due_at,
        "missing_at": missing_at,
    }
    await db.execute(insert(follow_up).values(row).on_conflict_do_nothing())


async def take_due(db: AsyncConnection, *, now: datetime) -> list[Due]:
    """Those to ask now; a person who did not allow it is not asked."""
    column = follow_up.c
    due = select(column.appointment_id).where(column.asked_at.is_(None), column.due_at <= now)
    batch = due.order_by(column.due_at).limit(BATCH).with_for_update(skip_locked=True)
    asked = update(follow_up).where(column.appointment_id.in_(batch.scalar_subquery())).values(asked_at=now)
    allowed = exists().where(
        consent.c.case_id == column.case_id, consent.c.scope == "follow_up", consent.c.withdrawn_at.is_(None)
    )
    told = asked.returning(
        column.appointment_id, column.referral_id, column.case_id, column.expert_id, allowed.label("may_ask")
    )
    found = [Due(*row) for row in (await db.execute(told)).all()]
    silent = [one.appointment_id for one in found if not one.may_ask]
    if silent:
        mine = column.appointment_id.in_(silent) & column.person_answer.is_(None)
        await db.execute(update(follow_up).where(mine).values(person_answer=rules.NOT_ASKED))
    return found


async def take_missing(db: AsyncConnection, *, now: datetime) -> list[Due]:
    """Those whose answer should be there and is not."""
    column = follow_up.c
    nothing = or_(column.person_answer.is_(None), column.expert_answer.is_(None))
    late = select(column.appointment_id).where(column.raised_at.is_(None), column.missing_at <= now, nothing)
    batch = late.order_by(column.missing_at).limit(BATCH).with_for_update(skip_locked=True)
    raised = update(follow_up).where(column.appointment_id.in_(batch.scalar_subquery())).values(raised_at=now)
    told = raised.returning(column.appointment_id, column.referral_id, column.case_id, column.expert_id)
    rows = (await db.execute(told)).all()
    return [Due(row[0], row[1], row[2], row[3], may_ask=False) for row in rows]


async def of_expert(db: AsyncConnection, experts: Sequence[UUID]) -> list[FollowUp]:
    """What a professional has not answered."""
    mine = follow_up.c.expert_id.in_(experts) & follow_up.c.expert_answer.is_(None) & follow_up.c.asked_at.is_not(None)
    query = (
        select(follow_up.c.appointment_id, appointment.c.starts_at, appointment.c.modality)
        .outerjoin(appointment, appointment.c.id == follow_up.c.appointment_id)
        .where(mine)
        .order_by(follow_up.c.due_at)
        .limit(100)
    )
    return [FollowUp(row.appointment_id, row.starts_at, row.modality) for row in await db.execute(query)]


async def of_case(db: AsyncConnection, case_id: UUID, *, now: datetime) -> list[FollowUp]:
    """What a person was asked, answered or not; never what the other side said."""
    asked = follow_up.c.asked_at.is_not(None) & (follow_up.c.asked_at > now - SHOWN_TO_PERSON)
    allowed = or_(follow_up.c.person_answer.is_(None), follow_up.c.person_answer != rules.NOT_ASKED)
    query = (
        select(follow_up.c.appointment_id, appointment.c.starts_at, appointment.c.modality, follow_up.c.person_answer)
        .outerjoin(appointment, appointment.c.id == follow_up.c.appointment_id)
        .where(follow_up.c.case_id == case_id, asked, allowed)
        .order_by(follow_up.c.due_at.desc())
        .limit(20)
    )
    rows = await db.execute(query)
    return [FollowUp(row.appointment_id, row.starts_at, row.modality, row.person_answer) for row in rows]


async def answer_of_person(
    db: AsyncConnection, appointment_id: UUID, case_id: UUID, answer: str, *, now: datetime
) -> UUID:
    """Keep the person's code; the referral that it is about."""
    mine = (follow_up.c.appointment_id == appointment_id) & (follow_up.c.case_id == case_id)
    said = update(follow_up).where(mine).values(person_answer=answer, person_answered_at=now)
    found: UUID | None = (await db.execute(said.returning(follow_up.c.referral_id))).scalar()
    if found is None:
        raise rules.UnknownFollowUp()
    return found


async def answer_of_expert(
    db: AsyncConnection, appointment_id: UUID, experts: Sequence[UUID], answer: str, *, now: datetime
) -> UUID:
    """Keep the professional's code; the case that it is about."""
    mine = (follow_up.c.appointment_id == appointment_id) & follow_up.c.expert_id.in_(experts)
    said = update(follow_up).where(mine).values(expert_answer=answer, expert_answered_at=now)
    found: UUID | None = (await db.execute(said.returning(follow_up.c.case_id))).scalar()
    if found is None:
        raise rules.UnknownFollowUp()
    return found


async def handed_over(db: AsyncConnection, listener_id: UUID, *, limit: int = 100) -> list[HandedOver]:
    """A listener's own hand-overs, the latest first, with the one word that is theirs to know."""
    log = transition_log.c
    moved = exists().where(log.referral_id == referral.c.id, log.cause.in_(("moved", "booked_again")))
    query = (
        select(contact.c.number, referral.c.created_at, appointment.c.standing, moved.label("moved"))
        .join(contact, contact.c.id == referral.c.contact_id)
        .join(appointment, appointment.c.id == referral.c.appointment_id)
        .where(contact.c.listener_id == listener_id)
        .order_by(referral.c.created_at.desc())
        .limit(limit)
    )
    return [
        HandedOver(reference(row.number), row.created_at, rules.learnt(row.standing, moved=row.moved))
        for row in await db.execute(query)
    ]
