"""What the waiting list does when other services speak."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.events import ReferralClosed
from contracts.waiting import ReferralWaitlisted
from kit.clock import now
from services.booking.deliver import waiting_answers
from services.booking.domain.waiting import LONGEST
from services.booking.store import waiting


async def referral_waitlisted(db: AsyncConnection, event: ReferralWaitlisted) -> None:
    """Nobody is free for a need: it waits here, with its permit; heard again, what is newer counts."""
    moment = now()
    if event.until <= moment or await waiting.closed_since(db, event.referral_id, event.version):
        return
    await waiting.add(
        db,
        event.permit,
        professions=[one.value for one in event.professions],
        windows=(),
        from_hour=None,
        to_hour=None,
        until=min(event.until, moment + LONGEST),
        appointment_id=None,
        now=moment,
        heard_version=event.version,
    )


async def exclusions_changed(
    db: AsyncConnection, case_id: UUID, not_experts: tuple[UUID, ...], heard_version: int
) -> None:
    """No offer of these experts reaches the case, and open ones end."""
    changed = await waiting.exclude(db, case_id, not_experts, heard_version)
    await waiting_answers.withdraw_from(db, changed, not_experts, now())


async def referral_over(db: AsyncConnection, event: ReferralClosed) -> None:
    """Nobody waits for it any more, and an older word that it should wait, heard later, changes nothing."""
    for entry_id in sorted(await waiting.to_end(db, referral_id=event.referral_id)):
        await waiting_answers.leave(db, entry_id, now(), status="ended")
    await waiting.remember_closed(db, event.referral_id, event.case_id, event.version, now())


async def case_over(db: AsyncConnection, case_id: UUID) -> None:
    """Nothing of the case's waiting is kept."""
    for entry_id in sorted(await waiting.to_end(db, case_id=case_id)):
        await waiting_answers.leave(db, entry_id, now(), status="ended")
    await waiting.forget_case(db, case_id)
