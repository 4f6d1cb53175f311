"""What reminders does when others speak: plan, replace, drop, forget."""

from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.events import (
    AccountClosed,
    AccountOpened,
    AppointmentBooked,
    AppointmentCancelled,
    AppointmentMissed,
    AppointmentMoved,
    AppointmentUnseen,
    CaseErased,
    ExpertInvited,
    ManagerNeeded,
    NoticePosted,
    OfferClosed,
    PersonWaitingAlone,
    ProofExpiring,
    ReferralClosed,
    ReferralOffered,
    UrgentActionTriggered,
)
from contracts.words import MessageMoment, Role
from kit.clock import now
from services.reminders.domain import plan as rules
from services.reminders.domain.plan import Appointment, State
from services.reminders.domain.texts import Notice
from services.reminders.store import appointments, contacts, plan


async def appointment_booked(db: AsyncConnection, event: AppointmentBooked) -> None:
    """The person's rows as chosen, and the expert is told."""
    await contacts.lock(db, event.case_id)
    if await appointments.is_over(db, event.case_id, event.appointment_id):
        return
    fresh = appointments.told(event)
    if not await appointments.keep(db, fresh, now=now()):
        return
    await _replace(db, event.replaces_id, event.expert_id)
    await contacts.keep_until(db, event.case_id)
    instant = now()
    await plan.follow(db, fresh, now=instant, awake=await contacts.on_the_line(db, event.case_id, instant))
    if event.told_with is not None:
        await plan.drop_kind(db, event.appointment_id, MessageMoment.NOW)
    elif event.by != "expert":
        await _tell(db, Notice.BOOKED, [event.expert_id], fresh)


async def appointment_moved(db: AsyncConnection, event: AppointmentMoved) -> None:
    """The rows of the former time are replaced; whoever moved it is not told."""
    await contacts.lock(db, event.case_id)
    if await appointments.is_over(db, event.case_id, event.appointment_id):
        return
    known = await appointments.find(db, event.appointment_id)
    fresh = appointments.told(event)
    if not await appointments.keep(db, fresh, now=now()):
        return
    await _replace(db, event.replaces_id, event.expert_id)
    await contacts.keep_until(db, event.case_id)
    untold = await plan.drop(db, appointment_ids=[event.appointment_id], below=event.version)
    await plan.follow(db, fresh, now=now(), awake=event.by != "expert")
    if known is not None and known.expert_id != event.expert_id and Notice.BOOKED not in untold:
        await _tell(db, Notice.CANCELLED, [known.expert_id], replace(known, version=event.version))
    if event.by != "expert":
        new = known is None or known.expert_id != event.expert_id or Notice.BOOKED in untold
        await _tell(db, Notice.BOOKED if new else Notice.MOVED, [event.expert_id], fresh)


async def appointment_cancelled(db: AsyncConnection, event: AppointmentCancelled) -> None:
    """Nothing is sent of it any more; the expert is told, unless they did it or never heard of it."""
    await contacts.lock(db, event.case_id)
    known = await appointments.find(db, event.appointment_id)
    over = Appointment(
        id=event.appointment_id,
        version=event.version,
        case_id=event.case_id,
        referral_id=event.referral_id,
        expert_id=event.expert_id,
        state=State.CANCELLED,
        starts_at=event.starts_at,
        ends_at=known.ends_at if known else None,
    )
    if known is not None:
        over = replace(over, expert_zone=known.expert_zone, person_zone=known.person_zone, privacy=known.privacy)
    if await appointments.is_over(db, event.case_id) or not await appointments.keep(db, over, now=now()):
        return
    await contacts.keep_until(db, event.case_id)
    untold = await plan.drop(db, appointment_ids=[event.appointment_id])
    if known is not None and event.by != "expert" and Notice.BOOKED not in untold:
        await _tell(db, Notice.CANCELLED, [event.expert_id], over)
    if event.by == "expert":
        await plan.put(db, rules.of_the_end(over, await contacts.wishes(db, event.case_id), now=now()))


async def appointment_missed(db: AsyncConnection, event: AppointmentMissed) -> None:
    """What had not left is of no use any more."""
    await contacts.lock(db, event.case_id)
    known = await appointments.find(db, event.appointment_id)
    if known is None or await appointments.is_over(db, event.case_id):
        return
    await appointments.keep(db, replace(known, version=event.version, state=State.MISSED), now=now())
    await plan.drop(db, appointment_ids=[event.appointment_id], below=event.version + 1)


async def appointment_unseen(db: AsyncConnection, event: AppointmentUnseen) -> None:
    """The expert is reminded at once that an appointment is near (care.md 9)."""
    await _about(db, Notice.UNSEEN, event)


async def person_waiting_alone(db: AsyncConnection, event: PersonWaitingAlone) -> None:
    """The expert and the duty managers who chose to be told hear that someone waits (care.md 8)."""
    await _about(db, Notice.WAITING, event, also=await contacts.on_duty(db))


async def referral_closed(db: AsyncConnection, event: ReferralClosed) -> None:
    """No message leaves for an appointment of a referral that has ended."""
    await contacts.lock(db, event.case_id)
    await appointments.end(db, "referral", event.referral_id)
    theirs = await appointments.ids_of(db, event.referral_id)
    await plan.drop(db, appointment_ids=theirs, notices_too=False)


async def urgent_action_triggered(db: AsyncConnection, event: UrgentActionTriggered) -> None:
    """The second path: referral has already rung (care.md 3)."""
    for account_id, channels in (await contacts.on_duty(db)).items():
        rows = rules.for_account(
            Notice.URGENT,
            account_id,
            channels,
            now=now(),
            urgent_action_id=event.urgent_action_id,
            version=event.version,
        )
        await plan.put(db, rows, again=())


async def referral_offered(db: AsyncConnection, event: ReferralOffered) -> None:
    """Whoever is asked hears that something waits, unless it is over already."""
    if await appointments.is_over(db, event.offer_id):
        return
    notice = Notice.OFFER_LINK if event.by_link else Notice.OFFER
    chosen = await contacts.account_wishes(db, event.target_id)
    rows = rules.about_a_thing(
        notice,
        event.target_id,
        chosen.channels,
        wishes=chosen,
        thing_id=event.offer_id,
        version=event.version,
        now=now(),
        expires_at=event.expires_at,
        zone=event.time_zone,
        at_once=event.at_night or event.by_link,
    )
    await plan.put(db, rows, again=())


async def offer_closed(db: AsyncConnection, event: OfferClosed) -> None:
    """Nothing more is sent of it, in whatever order this is heard."""
    await appointments.end(db, "offer", event.offer_id)
    await plan.drop_thing(db, event.offer_id)


async def manager_needed(db: AsyncConnection, event: ManagerNeeded) -> None:
    """From level 3 somebody must act and nobody has said so: the duty managers are told at once (care.md 7)."""
    for account_id in event.account_ids:
        await _about_a_thing(db, Notice.DESK, account_id, event.task_id, version=event.version)
    if event.account_ids:
        return
    for account_id, channels in (await contacts.on_duty(db)).items():
        rows = rules.about_a_thing(
            Notice.DESK,
            account_id,
            channels,
            thing_id=event.task_id,
            version=event.version,
            now=now(),
            at_once=True,
        )
        await plan.put(db, rows, again=())


async def expert_invited(db: AsyncConnection, event: ExpertInvited) -> None:
    """A link to open their account, at once: somebody of the coordination has just spoken with them."""
    await _about_a_thing(db, Notice.INVITED, event.expert_id, event.expert_id, version=event.version, at_once=True)


async def proof_expiring(db: AsyncConnection, event: ProofExpiring) -> None:
    await _about_a_thing(db, Notice.PROOF, event.expert_id, event.proof_id)


async def notice_posted(db: AsyncConnection, event: NoticePosted) -> None:
    """That something waits behind their login, in the hours of the day."""
    for expert_id in event.expert_ids:
        await _about_a_thing(db, Notice.NETWORK, expert_id, event.notice_id)


async def case_erased(db: AsyncConnection, event: CaseErased) -> None:
    """The data key is destroyed with all that is known of the case; later events bring nothing back."""
    await contacts.lock(db, event.case_id)
    await appointments.end(db, "case", event.case_id)
    await plan.forget_case(db, event.case_id)
    await contacts.erase(db, event.case_id)
    await appointments.forget_case(db, event.case_id)


async def account_opened(db: AsyncConnection, event: AccountOpened) -> None:
    """Who sits at the desk may be told of what the desk must know."""
    if not await appointments.is_over(db, event.account_id):
        await contacts.set_duty(db, event.account_id, event.version, Role.DUTY_MANAGER in event.roles)


async def account_closed(db: AsyncConnection, event: AccountClosed) -> None:
    """The account is told nothing any more, and how to reach it is forgotten."""
    await appointments.end(db, "account", event.account_id)
    await plan.drop(db, recipient_id=event.account_id)
    await contacts.erase_account(db, event.account_id)


async def _replace(db: AsyncConnection, former_id: UUID | None, expert_id: UUID) -> None:
    """The appointment that this one replaces is over; its expert is told when it is another."""
    if former_id is None or await appointments.is_over(db, former_id):
        return
    await appointments.end(db, "appointment", former_id)
    former = await appointments.find(db, former_id)
    untold = await plan.drop(db, appointment_ids=[former_id])
    if former is not None and former.state is State.BOOKED:
        over = replace(former, state=State.CANCELLED)
        await appointments.keep(db, replace(over, version=former.version + 1), now=now())
        if former.expert_id != expert_id and Notice.BOOKED not in untold:
            await _tell(db, Notice.CANCELLED, [former.expert_id], over)


async def _about(
    db: AsyncConnection,
    notice: Notice,
    event: AppointmentUnseen | PersonWaitingAlone,
    also: Iterable[UUID] = (),
) -> None:
    known = await appointments.find(db, event.appointment_id)
    if known is not None and (known.state is not State.BOOKED or known.starts_at != event.starts_at):
        return
    about = known or Appointment(
        id=event.appointment_id,
        version=event.version,
        case_id=event.case_id,
        referral_id=event.referral_id,
        expert_id=event.expert_id,
        state=State.BOOKED,
        starts_at=event.starts_at,
        ends_at=None,
    )
    await _tell(db, notice, [event.expert_id, *also], replace(about, version=event.version))


async def _tell(db: AsyncConnection, notice: Notice, account_ids: Iterable[UUID], about: Appointment) -> None:
    """One row per account and channel; accounts that chose no channel are told nothing."""
    for account_id in dict.fromkeys(account_ids):
        chosen = await contacts.account_wishes(db, account_id)
        rows = rules.for_account(notice, account_id, chosen.channels, now=now(), about=about, wishes=chosen)
        await plan.put(db, rows, again=())


async def _about_a_thing(
    db: AsyncConnection, notice: Notice, account_id: UUID, thing_id: UUID, *, version: int = 1, at_once: bool = False
) -> None:
    """One row per channel that the account chose."""
    if await appointments.is_over(db, account_id):
        return
    chosen = await contacts.account_wishes(db, account_id)
    rows = rules.about_a_thing(
        notice,
        account_id,
        chosen.channels,
        wishes=chosen,
        thing_id=thing_id,
        version=version,
        now=now(),
        at_once=at_once,
    )
    await plan.put(db, rows, again=())
