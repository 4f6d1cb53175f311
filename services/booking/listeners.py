"""What booking does when others speak."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.caller import Caller, Grant
from contracts.events import AccountClosed, CaseErased, CaseExclusionsChanged, ExpertChanged, ReferralClosed
from contracts.words import AppointmentStatus, Role
from kit import outbox
from kit.auth import NOBODY
from kit.clock import now
from services.booking.deliver import waiting_heard
from services.booking.domain import telling
from services.booking.domain.appointments import CANCELLED_BY, Party
from services.booking.domain.experts import Expert
from services.booking.domain.together import seat_taken
from services.booking.store import absences, appointments, calendars, experts, giving, groups

OURSELVES = Caller(subject=NOBODY, grants=(Grant(Role.SERVICE),))


async def expert_changed(db: AsyncConnection, event: ExpertChanged) -> None:
    """Know what a search needs of this expert; something older than what we know changes nothing."""
    one = Expert(
        id=event.expert_id,
        profession=event.profession,
        modalities=frozenset(event.modalities),
        time_zone=event.time_zone,
        holiday_region=event.holiday_region,
        active=event.active,
    )
    if await experts.put(db, one, event.version, now()):
        await _leave(db, event)
        await outbox.nudge(db, f"agenda:{event.expert_id}")


async def _leave(db: AsyncConnection, event: ExpertChanged) -> None:
    """Leave told in the profile is time away in the agenda; whoever was booked in it is not left without a word."""
    moment = now()
    for span in await absences.replace_leave(db, event.expert_id, event.leave, event.time_zone, moment):
        booked = await appointments.of_expert(db, event.expert_id, max(span.start, moment), span.end)
        coming = [one for one in booked if one.status is AppointmentStatus.BOOKED and one.starts_at > moment]
        await outbox.tell(db, *(told for one in coming for told in telling.uncovered(one)))


async def account_closed(db: AsyncConnection, event: AccountClosed) -> None:
    """An expert without an account is offered to nobody; standing appointments are for people to settle."""
    await experts.close(db, event.account_id, now())
    await calendars.forget(db, event.account_id)
    await giving.want_weekly(db, event.account_id, None)


async def case_exclusions_changed(db: AsyncConnection, event: CaseExclusionsChanged) -> None:
    """No later move reaches these experts."""
    await appointments.exclude(db, event.case_id, event.not_experts, event.version)
    await waiting_heard.exclusions_changed(db, event.case_id, event.not_experts, event.version)


async def referral_closed(db: AsyncConnection, event: ReferralClosed) -> None:
    """What was still to come of this referral is cancelled; one lost by no-shows keeps the hour that runs."""
    await waiting_heard.referral_over(db, event)
    await _cancel(db, referral_id=event.referral_id, begun=event.reason != "lost")


async def case_erased(db: AsyncConnection, event: CaseErased) -> None:
    """What was still to come is cancelled, and nothing leads to the case any more."""
    await waiting_heard.case_over(db, event.case_id)
    for group_id, seat in await groups.forget_case(db, event.case_id, now()):
        await outbox.tell(db, seat_taken(await appointments.find(db, group_id), seat, "group"))
    await _cancel(db, case_id=event.case_id)
    await appointments.forget_case(db, event.case_id)


async def _cancel(
    db: AsyncConnection, *, referral_id: UUID | None = None, case_id: UUID | None = None, begun: bool = True
) -> None:
    moment = now()
    for appointment_id in await appointments.to_end(db, now=moment, referral_id=referral_id, case_id=case_id):
        before = await appointments.alone_with(db, appointment_id)
        if not before.live or (before.starts_at <= moment and not begun):
            continue  # whoever comes late to an hour said missed still finds it
        status = CANCELLED_BY[Party.STAFF]
        after = await appointments.cancel(db, before, status, reason=None, caller=OURSELVES, now=moment)
        await outbox.tell(db, *telling.cancelled(after, Party.STAFF))
        await outbox.nudge(db, f"agenda:{after.expert_id}")
