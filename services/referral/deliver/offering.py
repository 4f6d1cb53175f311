"""Putting a need to targets, wave after wave, and what follows from each answer; one transaction each."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.events import OfferClosed, ReferralOffered
from contracts.orientations import OfferStatus, TargetKind
from contracts.words import ReferralStatus
from kit import outbox
from services.referral.deliver import asking, waiting
from services.referral.domain import orienting, transitions, waves
from services.referral.domain.matching.filters import eligible
from services.referral.domain.matching.ranking import Network, ranked
from services.referral.domain.matching.wanted import Wanted, wanted
from services.referral.domain.offers import NobodyToAsk, Offer
from services.referral.domain.referrals import Referral, Step
from services.referral.domain.timers import Timer, TimerKind
from services.referral.store import experts, offers, referrals, timers

SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Chosen:
    """To whom a wave goes; `zone` is theirs, since their night suspends the time to answer."""

    id: UUID
    kind: TargetKind
    zone: str = "Europe/Paris"


async def wishes(db: AsyncConnection, network: Network, referral: Referral, *, now: datetime) -> tuple[Network, Wanted]:
    """What the orientation asks for, and the network with whom everybody else asks just now counted in."""
    sheet = await referrals.codes_of_need(db, referral.need_id)
    waiting = await offers.asked_elsewhere(db, now)
    taken = {key: network.taken.get(key, 0) + waiting.get(key, 0) for key in {*network.taken, *waiting}}
    met, unwanted = await experts.met_by(db, referral.case_id), await offers.excluded(db, referral.case_id)
    asked = wanted(sheet, case_id=referral.case_id, known=met, not_again=unwanted)
    return replace(network, taken=taken), replace(asked, level=referral.level)


async def chosen_by_hand(
    db: AsyncConnection, network: Network, referral: Referral, ids: Sequence[UUID], *, now: datetime
) -> list[Chosen]:
    """Those among `ids` who may be asked: a person chooses freely, past no hard filter."""
    busy, asked = await wishes(db, network, referral, now=now)
    return [
        Chosen(one.id, TargetKind.EXPERT, one.time_zone)
        for each in dict.fromkeys(ids)
        if (one := network.expert(each)) is not None
        and eligible(one, asked, day=now.date(), taken=busy.taken.get(one.id, 0))
    ]


async def candidates(
    db: AsyncConnection, network: Network, referral: Referral, *, most: int, now: datetime
) -> list[Chosen]:
    """Who is asked next: ranked as on the telephone, without whom this cycle asked and whom the case does not want."""
    busy, asked = await wishes(db, network, referral, now=now)
    gone = await offers.asked_in(db, referral.id, referral.cycle)
    former = await referrals.find(db, referral.follows_id) if referral.follows_id else None
    if former is not None and former.expert_id is not None:
        gone |= {former.expert_id}  # who passed it on is not asked again
    found = ranked(busy, replace(asked, not_experts=asked.not_experts | gone), now=now, limit=most)
    ids = [one.expert_id for one in found.candidates[:most]]
    return [Chosen(each, TargetKind.EXPERT, one.time_zone) for each in ids if (one := network.expert(each)) is not None]


async def send(
    db: AsyncConnection,
    referral: Referral,
    chosen: Sequence[Chosen],
    *,
    actor: str,
    now: datetime,
    note: bytes | None = None,
) -> Referral:
    """One wave to `chosen`: offers, their timers, what is told, and the orientation that now waits for answers."""
    waves.terms(referral.level)
    new = [
        Offer(
            id=uuid4(),
            referral_id=referral.id,
            case_id=referral.case_id,
            cycle=referral.cycle,
            wave=referral.wave + 1,
            target_kind=one.kind,
            target_id=one.id,
            status=OfferStatus.SENT,
            version=1,
            level=referral.level,
            created_at=now,
            sent_at=now,
            expires_at=waves.expiry(now, referral.level, zone=one.zone, kind=one.kind),
            note=note,
        )
        for one in chosen
    ]
    changed, step = orienting.offered(referral, answers_by=max(one.expires_at for one in new))
    await offers.add(db, new, actor=actor, now=now)
    await _keep(db, changed, [step], actor=actor, now=now)
    zones = {one.id: one.zone for one in chosen}
    for one in new:
        due = Timer(TimerKind.OFFER_EXPIRES, one.expires_at, referral.id, one.id, referral.cycle)
        await timers.put(db, due)
        told = ReferralOffered(
            one.id,
            one.version,
            one.target_id,
            one.expires_at,
            by_link=one.target_kind is not TargetKind.EXPERT,
            at_night=one.level >= 4,
            time_zone=zones[one.target_id],
        )
        await outbox.tell(db, told)
        await outbox.nudge(db, f"offers:{one.target_id}")
    return changed


async def go_on(db: AsyncConnection, network: Network, referral: Referral, *, actor: str, now: datetime) -> Referral:
    """The next wave by the rules of the level; when nobody is left, the waiting list, then a person."""
    most = waves.size(referral.level, referral.wave)
    chosen = await candidates(db, network, referral, most=most, now=now) if most else []
    if chosen:
        return await send(db, referral, chosen, actor=actor, now=now)
    if referral.status is ReferralStatus.ESCALATED:
        raise NobodyToAsk()
    if referral.may_wait and waves.may_wait(referral.level) and referral.status is not ReferralStatus.WAITLISTED:
        return await wait(db, referral, actor=actor, now=now)
    return await nobody_left(db, referral, actor=actor, now=now)


async def wait(db: AsyncConnection, referral: Referral, *, actor: str, now: datetime) -> Referral:
    """On the list, ranked again and again, until a person decides at the latest."""
    changed, step = orienting.waitlisted(referral, now=now)
    await _keep(db, changed, [step], actor=actor, now=now)
    await waiting.wait(db, changed, now=now)
    terms = waves.terms(referral.level)
    again = now + terms.rank_again
    at_most = max(referral.created_at + terms.at_most, again)
    await timers.put(
        db,
        Timer(TimerKind.RANK_AGAIN, again, referral.id, cycle=referral.cycle),
        Timer(TimerKind.WAITED_ENOUGH, at_most, referral.id, cycle=referral.cycle),
    )
    return changed


async def nobody_left(
    db: AsyncConnection, referral: Referral, *, actor: str, now: datetime, cause: str = "nobody_left"
) -> Referral:
    """To the coordination; from level 3 it is at the same time the task of a named person (care.md 7)."""
    changed, step = orienting.nobody_left(referral, now=now, cause=cause)
    await _keep(db, changed, [step], actor=actor, now=now)
    if referral.level >= 3:
        await asking.ask(db, "nobody_left", changed, now=now, due_at=orienting.coordination_due(referral.level, now))
    await outbox.nudge(db, "desk")
    return changed


async def won(
    db: AsyncConnection, referral: Referral, before: Offer, after: Offer, *, actor: str, now: datetime
) -> None:
    """One said yes: the others are told « pourvue » in the same instant, and an hour is to be found."""
    expert_id = after.target_id if after.target_kind is TargetKind.EXPERT else None
    changed, step = orienting.accepted(referral, expert_id, now=now)
    await offers.save(db, before, after, "accepted", actor=actor, now=now)
    await close(db, after)
    await withdraw_others(db, referral.id, actor=actor, now=now, why="taken", but=after.id)
    await _keep(db, changed, [step], actor=actor, now=now)
    by = changed.next_action_at or now
    await timers.put(db, Timer(TimerKind.NOT_BOOKED, by, referral.id, after.id, referral.cycle))
    await outbox.nudge(db, "desk")


async def lost_one(
    db: AsyncConnection,
    network: Network,
    referral: Referral,
    before: Offer,
    after: Offer,
    cause: str,
    *,
    actor: str,
    now: datetime,
) -> None:
    """A no, or a silence: once nobody of the wave can still say yes, the next are asked."""
    await offers.save(db, before, after, cause, actor=actor, now=now)
    await close(db, after)
    await outbox.nudge(db, f"referral:{referral.id}")
    if referral.status is not ReferralStatus.OFFERED or referral.cycle != after.cycle:
        return
    still = await offers.of_referral(db, referral.id, cycle=referral.cycle)
    if any(one.status in (OfferStatus.SENT, OfferStatus.SEEN) and one.expires_at > now for one in still):
        return
    await go_on(db, network, referral, actor=actor if cause == "declined" else SYSTEM, now=now)


async def withdraw_others(
    db: AsyncConnection, referral_id: UUID, *, actor: str, now: datetime, why: str, but: UUID | None = None
) -> None:
    """Whoever was asked is told that it is over, and nothing more."""
    for ended in await offers.withdraw_open(db, referral_id, actor=actor, now=now, why=why, but=but):
        await close(db, ended)


async def close(db: AsyncConnection, ended: Offer) -> None:
    """No message and no link of this offer from here on."""
    await outbox.tell(db, OfferClosed(ended.id, ended.version, ended.target_id, ended.status.value))
    await outbox.nudge(db, f"offers:{ended.target_id}")


async def settle(db: AsyncConnection, referral: Referral, *, actor: str, now: datetime, why: str) -> None:
    """It is booked, or it has ended: nobody is asked any more, and the offer's weight passes on."""
    await withdraw_others(db, referral.id, actor=actor, now=now, why=why)
    await offers.release_charge(db, referral.id)
    if referral.status in transitions.TERMINAL:
        await offers.forget_timers(db, referral.id)


async def _keep(db: AsyncConnection, changed: Referral, steps: list[Step], *, actor: str, now: datetime) -> None:
    await referrals.save(db, changed, steps, actor=actor, now=now)
    await outbox.nudge(db, f"referral:{changed.id}", "desk")
