"""What referral does when booking, reminders and identity speak; each keeps the highest version it heard."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.events import (
    AccountClosed,
    AccountOpened,
    AppointmentAttended,
    AppointmentBooked,
    AppointmentCancelled,
    AppointmentHandedBack,
    AppointmentKept,
    AppointmentMissed,
    AppointmentMoved,
    AppointmentSeen,
    AppointmentUncovered,
    AppointmentUnseen,
    AvailabilityChanged,
    MessageFailed,
    OtherHourWanted,
    PersonWaitingAlone,
    ReferralClosed,
)
from contracts.words import ReferralStatus
from kit import outbox
from kit.clock import now
from services.referral.deliver import asking, leaving, offering
from services.referral.domain import tasks, transitions
from services.referral.domain.appointments import Appointment, Standing, must_be_followed, reconciled
from services.referral.domain.experts import expert_changed
from services.referral.domain.referrals import Referral
from services.referral.store import colleagues, experts, fairness, follow_ups, members, referrals
from services.referral.store import tasks as task_store

ACTOR = "booking"


async def appointment_booked(db: AsyncConnection, event: AppointmentBooked) -> None:
    heard = Appointment(
        id=event.appointment_id,
        version=event.version,
        expert_id=event.expert_id,
        standing=Standing.BOOKED,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        modality=event.modality,
    )
    await _heard(db, heard, event.referral_id, event.case_id, replaces=event.replaces_id)


async def appointments_booked(db: AsyncConnection, events: Sequence[AppointmentBooked]) -> Sequence[AppointmentBooked]:
    """Bookings of orientations that are not known here are only learnt, all at once; the others are left."""
    known = await referrals.known(db, [event.referral_id for event in events])
    learnt = {
        event.appointment_id: event for event in events if event.referral_id not in known and event.replaces_id is None
    }
    await referrals.learn_all(db, list(learnt.values()))
    return [event for event in events if learnt.get(event.appointment_id) is not event]


async def appointment_moved(db: AsyncConnection, event: AppointmentMoved) -> None:
    heard = Appointment(
        id=event.appointment_id,
        version=event.version,
        expert_id=event.expert_id,
        standing=Standing.BOOKED,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        modality=event.modality,
    )
    await _heard(db, heard, event.referral_id, event.case_id, replaces=event.replaces_id)


async def appointment_cancelled(db: AsyncConnection, event: AppointmentCancelled) -> None:
    heard = Appointment(
        id=event.appointment_id,
        version=event.version,
        expert_id=event.expert_id,
        standing=Standing.CANCELLED,
        starts_at=event.starts_at,
        cancelled_by=event.by,
    )
    await _heard(db, heard, event.referral_id, event.case_id)


async def appointment_attended(db: AsyncConnection, event: AppointmentAttended) -> None:
    heard = Appointment(event.appointment_id, event.version, event.expert_id, Standing.ATTENDED)
    await _heard(db, heard, event.referral_id, event.case_id)
    await follow_ups.plan(db, event, now=now())


async def appointment_missed(db: AsyncConnection, event: AppointmentMissed) -> None:
    heard = Appointment(event.appointment_id, event.version, event.expert_id, Standing.MISSED)
    await _heard(db, heard, event.referral_id, event.case_id)


async def appointment_unseen(db: AsyncConnection, event: AppointmentUnseen) -> None:
    known = await referrals.appointment_heard(db, event.appointment_id)
    if known is not None and (
        known.version > event.version or known.standing != Standing.BOOKED or (known.seen_version or 0) >= event.version
    ):
        return
    await _task(db, "unseen", event.case_id, event.referral_id, event.appointment_id, now())


async def appointment_seen(db: AsyncConnection, event: AppointmentSeen) -> None:
    await referrals.seen(
        db,
        event.appointment_id,
        version=event.version,
        expert_id=event.expert_id,
        referral_id=event.referral_id,
        case_id=event.case_id,
    )
    if await task_store.close_of_appointment(db, event.appointment_id, "unseen", now=now()):
        await outbox.nudge(db, "desk")
    await outbox.nudge(db, f"referral:{event.referral_id}")


async def person_waiting_alone(db: AsyncConnection, event: PersonWaitingAlone) -> None:
    known = await referrals.appointment_heard(db, event.appointment_id)
    if known is not None and (known.version > event.version or known.standing != Standing.BOOKED):
        return
    await _task(db, "waiting_alone", event.case_id, event.referral_id, event.appointment_id, now())


async def availability_changed(db: AsyncConnection, event: AvailabilityChanged) -> None:
    await experts.announce(db, event, now=now())


async def availabilities_changed(
    db: AsyncConnection, events: Sequence[AvailabilityChanged]
) -> Sequence[AvailabilityChanged]:
    """After a busy minute a thousand agendas have another first hour: kept by one statement."""
    await experts.announce(db, *events, now=now())
    return ()


async def message_failed(db: AsyncConnection, event: MessageFailed) -> None:
    known = None
    if event.appointment_id is not None:
        known = await referrals.appointment_heard(db, event.appointment_id)
    case_id = event.case_id or (known.case_id if known is not None else None)
    if case_id is None:
        return  # a message to an account: reminders shows it to the admin
    referral_id = known.referral_id if known is not None else None
    await _task(db, "message_failed", case_id, referral_id, event.appointment_id, now())


async def account_opened(db: AsyncConnection, event: AccountOpened) -> None:
    await colleagues.opened(db, event)
    expert = await members.joined(db, event.account_id, now=now())
    if expert is not None:
        await outbox.tell(db, expert_changed(expert))


async def account_closed(db: AsyncConnection, event: AccountClosed) -> None:
    await colleagues.closed(db, event)
    expert = await experts.close(db, event.account_id)
    if expert is not None:
        await outbox.tell(db, expert_changed(expert))
        await leaving.left(db, event.account_id, now=now())


async def appointment_uncovered(db: AsyncConnection, event: AppointmentUncovered) -> None:
    known = await referrals.appointment_heard(db, event.appointment_id)
    if known is not None and (known.version > event.version or known.standing != Standing.BOOKED):
        return
    referral, instant = await referrals.find(db, event.referral_id), now()
    if referral is None:
        return
    due = tasks.follow_up_due("expert_away", level=referral.level, by="expert", now=instant)
    await asking.ask(db, "expert_away", referral, now=instant, appointment_id=event.appointment_id, due_at=due)


async def appointment_handed_back(db: AsyncConnection, event: AppointmentHandedBack) -> None:
    """From level 3 a person calls; below, the person is also sent the link under which they choose another hour."""
    known = await referrals.appointment_heard(db, event.appointment_id)
    if known is not None and (known.version > event.version or known.standing != Standing.BOOKED):
        return
    referral, instant = await referrals.find(db, event.referral_id), now()
    if referral is None:
        return
    due = tasks.follow_up_due("expert_away", level=referral.level, by="expert", now=instant)
    await asking.ask(db, "expert_away", referral, now=instant, appointment_id=event.appointment_id, due_at=due)
    if referral.level < tasks.TO_FOLLOW:
        told = OtherHourWanted(event.appointment_id, event.version, event.case_id, event.starts_at)
        await outbox.tell(db, told)


async def appointment_kept(db: AsyncConnection, event: AppointmentKept) -> None:
    """It stands after all, given back or said missed: what was asked of the desk for that is over."""
    heard = Appointment(event.appointment_id, event.version, event.expert_id, Standing.BOOKED, event.starts_at)
    if not await _heard(db, heard, event.referral_id, event.case_id, kept=True):
        return
    if await task_store.close_of_appointment(db, event.appointment_id, "expert_away", "no_show", now=now()):
        await outbox.nudge(db, "desk")
    await outbox.nudge(db, f"referral:{event.referral_id}")


async def _heard(
    db: AsyncConnection,
    heard: Appointment,
    referral_id: UUID,
    case_id: UUID,
    *,
    replaces: UUID | None = None,
    kept: bool = False,
) -> bool:
    """Learn of an appointment, and let its referral follow; False when this was known."""
    referral = await referrals.find(db, referral_id, to_change=True)  # first: one order of locks for all
    if replaces is not None and replaces != heard.id:
        await referrals.replaced(db, replaces, by=heard, referral_id=referral_id, case_id=case_id)
    if not await referrals.learn(db, heard, referral_id=referral_id, case_id=case_id):
        return False
    if referral is None:
        return True
    instant = now()
    if referral.status in transitions.TERMINAL and heard.standing is Standing.BOOKED and not kept:
        closed = ReferralClosed(referral.id, referral.version, referral.case_id, referral.status.value)
        await outbox.tell(db, closed)
        return True
    known = await referrals.appointments_of(db, referral_id)
    found_again = referral.status is ReferralStatus.LOST and (kept or heard.standing is Standing.ATTENDED)
    put_right = found_again and await referrals.lost_by(db, referral_id) == ACTOR
    changed, steps = reconciled(referral, known, heard=heard.id, now=instant, put_right=put_right)
    await fairness.settle(db, referral_id, now=instant)
    if changed != referral:
        await referrals.save(db, changed, steps, actor=ACTOR, now=instant)
        if changed.status is ReferralStatus.LOST:
            lost = ReferralClosed(changed.id, changed.version, changed.case_id, changed.status.value)
            await outbox.tell(db, lost)
    causes = {step.cause for step in steps}
    if "booked" in causes:
        await offering.settle(db, changed, actor=ACTOR, now=instant, why="booked")
    await outbox.nudge(db, f"referral:{referral_id}")
    await _follow(db, changed, causes, heard, instant)
    return True


async def _follow(
    db: AsyncConnection, referral: Referral, causes: set[str], heard: Appointment, instant: datetime
) -> None:
    """The tasks that a change opens and closes."""
    closed = False
    if heard.standing is not Standing.BOOKED or "moved" in causes:
        closed |= await task_store.close_of_appointment(db, heard.id, "unseen", "waiting_alone", now=instant)
    if causes & {"booked", "booked_again", "attended"}:
        closed |= await task_store.close_of_referral(
            db, referral.id, "cancelled", "no_show", "expert_away", "counter_offer", now=instant
        )
    if closed:
        await outbox.nudge(db, "desk")
    kinds = {"cancelled" for cause in causes if cause.startswith("cancelled_by_")}
    lost = must_be_followed(referral, heard)
    for kind in kinds | ({lost} if lost else set()):
        due = tasks.follow_up_due(kind, level=referral.level, by=heard.cancelled_by, now=instant)
        if due is not None:
            await asking.ask(db, kind, referral, now=instant, appointment_id=heard.id, due_at=due)


async def _task(
    db: AsyncConnection,
    kind: str,
    case_id: UUID,
    referral_id: UUID | None,
    appointment_id: UUID | None,
    instant: datetime,
) -> None:
    """A task at the desk, due now."""
    referral = await referrals.find(db, referral_id) if referral_id is not None else None
    await asking.ask(db, kind, referral, now=instant, case_id=case_id, appointment_id=appointment_id)
