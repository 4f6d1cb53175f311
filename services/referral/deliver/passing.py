"""What a person does to an orientation that has found somebody: the caller's refusal, and « réorientation »."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.caller import Caller
from contracts.events import CaseExclusionsChanged
from contracts.orientations import CallerRefusal, Decline, DeclineReason
from contracts.words import LISTENING, ExpertProfession, Role
from kit import outbox
from kit.vault import Vault
from services.referral.deliver import asking, offering
from services.referral.domain import offers as rules
from services.referral.domain import orienting, tasks
from services.referral.domain.experts import expert_changed
from services.referral.domain.matching.ranking import Network
from services.referral.domain.offers import COMPETENCE_LIMIT, Offer
from services.referral.domain.referrals import Referral, UnknownReferral, submitted
from services.referral.store import contacts, experts, offers, referrals


def agreed_to_wait(referral: Referral) -> Referral:
    """The caller has just said that they will wait."""
    return replace(referral, may_wait=True)


def of_this_target(caller: Caller, referral: Referral) -> None:
    """A professional passes on only whom they have met; for anyone else it is not there."""
    if not caller.roles & (LISTENING | {Role.COORDINATOR}) and referral.expert_id != caller.subject:
        raise UnknownReferral()


async def refuse(
    db: AsyncConnection, referral: Referral, reason: CallerRefusal, *, actor: str, now: datetime
) -> Referral:
    """The caller does not want who accepted: charged back, excluded when it is about the person, and on again."""
    changed, step = orienting.refused_by_caller(referral, reason.value, now=now)
    won = await offers.accepted_of(db, referral.id, referral.cycle)
    if won is not None:
        after = rules.refused_by_caller(won, reason, now=now)
        await offers.save(db, won, after, "refused_by_caller", actor=actor, now=now)
        await offering.close(db, after)
        if reason is CallerRefusal.PERSON:
            await exclude(db, referral, won.target_id, why="caller", now=now)
    await referrals.save(db, changed, [step], actor=actor, now=now)
    await outbox.nudge(db, f"referral:{referral.id}", "desk")
    return changed


async def exclude(db: AsyncConnection, referral: Referral, expert_id: UUID, *, why: str, now: datetime) -> None:
    """Never again for this one case; booking hears of it for what it moves and re-offers."""
    if await offers.exclude(db, referral.case_id, expert_id, why=why, now=now):
        sheet = await referrals.codes_of_need(db, referral.need_id)
        everyone = frozenset(sheet.not_experts) | await offers.excluded(db, referral.case_id)
        version = await contacts.exclusions_changed(db, referral.case_id)
        await outbox.tell(db, CaseExclusionsChanged(referral.case_id, version, tuple(sorted(everyone))))


async def effects(
    db: AsyncConnection, referral: Referral, offer: Offer, answer: Decline, *, now: datetime
) -> str | None:
    """What a coded no changes beyond this offer; a motive declined three times is named, for the expert to confirm."""
    match answer.reason:
        case DeclineReason.CAPACITY if offer.until is not None:
            await offers.full_until(db, offer.target_id, offer.until)
        case DeclineReason.CONFLICT:
            await exclude(db, referral, offer.target_id, why="conflict", now=now)
        case _:
            pass
    if answer.counter_at is not None or answer.counter_modality is not None:
        due = tasks.follow_up_due("counter_offer", level=referral.level, by="expert", now=now)
        await asking.ask(db, "counter_offer", referral, now=now, due_at=due)
    if offer.motive is None:
        return None
    often = await offers.declined_for(db, offer.target_id, offer.motive)
    return offer.motive if often >= COMPETENCE_LIMIT else None


async def stop_motive(db: AsyncConnection, expert_id: UUID, motive: str) -> bool:
    """No more of this motive, at the expert's own word, once it was declined three times."""
    if await offers.declined_for(db, expert_id, motive) < COMPETENCE_LIMIT:
        return False
    if await offers.stop_motive(db, expert_id, motive) is not None:
        for expert in await experts.by_ids(db, [expert_id]):
            await outbox.tell(db, expert_changed(expert))
    return True


async def on(
    db: AsyncConnection,
    vault: Vault,
    network: Network,
    referral: Referral,
    *,
    new_id: UUID,
    professions: Sequence[ExpertProfession],
    actor: str,
    now: datetime,
) -> tuple[Referral, Referral]:
    """« Réorientation »: the former ends and the one that follows it is offered, in the same instant."""
    ended, step = orienting.passed_on(referral)
    need_id = uuid4()
    await referrals.need_again(db, vault, referral.need_id, need_id=need_id, professions=professions, now=now)
    follows, steps = submitted(
        referral_id=new_id,
        case_id=referral.case_id,
        contact_id=referral.contact_id,
        need_id=need_id,
        level=referral.level,
        owner_id=referral.owner_id,
        now=now,
        follows_id=referral.id,
        kind=referral.kind,
        may_wait=referral.may_wait,
        may_reach=referral.may_reach,
        queue=None if referral.owner_id else "desk",
    )
    await referrals.save(db, ended, [step], actor=actor, now=now)
    await referrals.add(db, follows, steps, actor=actor, now=now)
    await offering.settle(db, ended, actor=actor, now=now, why="passed_on")
    return ended, await offering.go_on(db, network, follows, actor=actor, now=now)
