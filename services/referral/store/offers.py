"""Offers as they are kept; each change writes its line in the log."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, case, delete, func, insert, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.orientations import DeclineReason, OfferStatus, TargetKind
from contracts.words import Modality
from services.referral.domain import offers as rules
from services.referral.domain.offers import OPEN, Offer, UnknownOffer
from services.referral.domain.referrals import Step
from services.referral.store import referrals
from services.referral.store.fairness import ONE_TURN
from services.referral.tables import case_exclusion, expert, expert_standing, offer, referral, timer

_OPEN = [status.value for status in OPEN]


async def add(db: AsyncConnection, new: Sequence[Offer], *, actor: str, now: datetime) -> None:
    """Write offers that have just been sent, and how each came to be."""
    if not new:
        return
    await db.execute(insert(offer), [_row(one) for one in new])
    for one in new:
        steps = [Step(None, "created", "created", one.id), Step("created", "sent", "sent", one.id)]
        await referrals.log(db, one.referral_id, steps, actor=actor, now=now)


async def save(db: AsyncConnection, before: Offer, after: Offer, cause: str, *, actor: str, now: datetime) -> Offer:
    """Keep an offer as it now stands, what it weighs in the expert's share, and its line in the log."""
    if after == before:
        return after
    await db.execute(update(offer).where(offer.c.id == after.id).values(_row(after)))
    step = Step(before.status.value, after.status.value, cause, after.id, after.reason)
    await referrals.log(db, after.referral_id, [step], actor=actor, now=now)
    if after.charged and not before.charged:
        await _charge(db, after)
    elif before.charged and not after.charged:
        await _refund(db, offer.c.id == after.id)
    return after


CHARGE = text(
    f"""
    UPDATE expert_standing s SET stride_pass = s.stride_pass + t.turn
    FROM (SELECT e.id, {ONE_TURN} AS turn FROM expert e WHERE e.id = :expert_id) t
    WHERE s.expert_id = t.id RETURNING t.turn
    """
)


async def _charge(db: AsyncConnection, one: Offer) -> None:
    """It counts in the expert's share from the accept on (referral.md §3.3)."""
    turn = (await db.execute(CHARGE, {"expert_id": one.target_id})).scalar()
    await db.execute(update(offer).where(offer.c.id == one.id).values(charge=turn))


async def _refund(db: AsyncConnection, mine: Any) -> None:
    """Exactly what was charged is taken back; the orientation is locked, so nobody else does."""
    rows = (await db.execute(select(offer.c.target_id, offer.c.charge).where(mine, offer.c.charge.is_not(None)))).all()
    if not rows:
        return
    await db.execute(update(offer).where(mine).values(charge=None))
    for row in rows:
        less = expert_standing.c.stride_pass - row.charge
        theirs = expert_standing.c.expert_id == row.target_id
        await db.execute(update(expert_standing).where(theirs).values(stride_pass=less))


async def find(db: AsyncConnection, offer_id: UUID) -> Offer:
    """One offer as it was last committed, or `unknown-offer`; lock its referral before changing it."""
    row = (await db.execute(select(offer).where(offer.c.id == offer_id))).first()
    if row is None:
        raise UnknownOffer()
    return offer_of(row)


async def load(db: AsyncConnection, offer_id: UUID) -> Offer:
    """One offer to change; its referral is locked already, so all take the same order."""
    row = (await db.execute(select(offer).where(offer.c.id == offer_id).with_for_update())).first()
    if row is None:
        raise UnknownOffer()
    return offer_of(row)


async def of_referral(db: AsyncConnection, referral_id: UUID, *, cycle: int | None = None) -> list[Offer]:
    """The offers of an orientation, the latest first."""
    query = select(offer).where(offer.c.referral_id == referral_id)
    if cycle is not None:
        query = query.where(offer.c.cycle == cycle)
    return [offer_of(row) for row in await db.execute(query.order_by(offer.c.wave.desc(), offer.c.created_at.desc()))]


async def of_target(db: AsyncConnection, target_id: UUID, *, since: datetime, limit: int = 100) -> list[Row[Any]]:
    """What a target was offered: what waits for an answer first, then the latest; with when it is booked, if it is."""
    waiting = offer.c.status.in_(_OPEN)
    joined = offer.join(referral, referral.c.id == offer.c.referral_id)
    theirs = referral.c.expert_id == offer.c.target_id
    booked, to_book = theirs & (referral.c.status == "booked"), theirs & (referral.c.status == "accepted")
    query = (
        select(
            offer,
            referral.c.kind.label("orientation_kind"),
            referral.c.need_id,
            case((booked, referral.c.starts_at)).label("booked_at"),
            (to_book & (offer.c.status == "accepted")).label("may_book"),
            expert.c.time_zone,
        )
        .select_from(joined.outerjoin(expert, expert.c.id == offer.c.target_id))
        .where(offer.c.target_id == target_id, or_(waiting, offer.c.sent_at > since))
        .order_by(waiting.desc(), offer.c.sent_at.desc())
        .limit(limit)
    )
    return list((await db.execute(query)).all())


async def open_of_target(db: AsyncConnection, target_id: UUID) -> list[Offer]:
    """What waits for this target's answer, in the order of the orientations."""
    waiting = (offer.c.target_id == target_id) & offer.c.status.in_(_OPEN)
    return [offer_of(row) for row in await db.execute(select(offer).where(waiting).order_by(offer.c.referral_id))]


async def withdraw_open(
    db: AsyncConnection, referral_id: UUID, *, actor: str, now: datetime, why: str, but: UUID | None = None
) -> list[Offer]:
    """Everyone else is told « pourvue »: the open offers of an orientation end; those that did."""
    ended = []
    query = select(offer).where(offer.c.referral_id == referral_id, offer.c.status.in_(_OPEN), offer.c.id != but)
    for row in (await db.execute(query.order_by(offer.c.id).with_for_update())).all():
        before = offer_of(row)
        after = rules.withdrawn(before, now=now, why=why)
        ended.append(await save(db, before, after, "withdrawn", actor=actor, now=now))
    return ended


async def release_charge(db: AsyncConnection, referral_id: UUID) -> None:
    """An appointment carries the share from here on, or nothing came of it: the offer weighs no more."""
    await _refund(db, offer.c.referral_id == referral_id)


async def accepted_of(db: AsyncConnection, referral_id: UUID, cycle: int) -> Offer | None:
    """The one that won in this cycle."""
    won = (offer.c.referral_id == referral_id) & (offer.c.cycle == cycle) & (offer.c.status == "accepted")
    row = (await db.execute(select(offer).where(won).with_for_update())).first()
    return offer_of(row) if row else None


async def asked_in(db: AsyncConnection, referral_id: UUID, cycle: int) -> frozenset[UUID]:
    """Whom this cycle has asked already."""
    query = select(offer.c.target_id).where(offer.c.referral_id == referral_id, offer.c.cycle == cycle)
    return frozenset((await db.execute(query)).scalars())


async def asked_elsewhere(db: AsyncConnection, now: datetime) -> dict[UUID, int]:
    """How many offers wait on each expert now: nobody is asked for more than they can take."""
    waiting = select(offer.c.target_id).where(
        offer.c.status.in_(_OPEN), offer.c.expires_at > now, offer.c.target_kind == TargetKind.EXPERT
    )
    won = select(offer.c.target_id).where(offer.c.charge.is_not(None))
    return dict(Counter((await db.execute(waiting.union_all(won))).scalars()))


async def declined_for(db: AsyncConnection, expert_id: UUID, motive: str) -> int:
    """How often an expert said that a motive is not their competence."""
    query = select(func.count()).where(
        offer.c.target_id == expert_id, offer.c.reason == DeclineReason.COMPETENCE, offer.c.motive == motive
    )
    return int(await db.scalar(query) or 0)


async def exclude(db: AsyncConnection, case_id: UUID, expert_id: UUID, *, why: str, now: datetime) -> bool:
    """This expert is never proposed to this case again; True when that is new."""
    row = {"case_id": case_id, "expert_id": expert_id, "why": why, "at": now}
    added = upsert(case_exclusion).values(row).on_conflict_do_nothing().returning(case_exclusion.c.expert_id)
    return (await db.execute(added)).first() is not None


async def excluded(db: AsyncConnection, case_id: UUID) -> frozenset[UUID]:
    """Whom this case does not meet, whatever its sheet says."""
    query = select(case_exclusion.c.expert_id).where(case_exclusion.c.case_id == case_id)
    return frozenset((await db.execute(query)).scalars())


async def full_until(db: AsyncConnection, expert_id: UUID, until: Any) -> None:
    """A capacity of 0 until that day, without any penalty."""
    mine = expert_standing.c.expert_id == expert_id
    await db.execute(update(expert_standing).where(mine).values(full_until=until))


async def stop_motive(db: AsyncConnection, expert_id: UUID, motive: str) -> int | None:
    """No more of this motive, at the expert's word; the new version, or None when it was so already."""
    mine = (expert.c.id == expert_id) & ~expert.c.exclusions.contains([motive])
    exclusions = func.array_append(expert.c.exclusions, motive)
    changed = update(expert).where(mine).values(exclusions=exclusions, version=expert.c.version + 1)
    version: int | None = (await db.execute(changed.returning(expert.c.version))).scalar()
    return version


async def forget_timers(db: AsyncConnection, referral_id: UUID) -> None:
    """Nothing more falls due for it; those that a tick holds look again by themselves."""
    mine = select(timer.c.id).where(timer.c.referral_id == referral_id).with_for_update(skip_locked=True)
    await db.execute(delete(timer).where(timer.c.id.in_(mine)))


TITLES = text(
    """
    SELECT id, name FROM expert WHERE id = ANY(:ids)
    UNION ALL SELECT id, name FROM structure WHERE id = ANY(:ids)
    UNION ALL SELECT id, name FROM service WHERE id = ANY(:ids)
    """
)


async def names(db: AsyncConnection, ids: Iterable[UUID]) -> dict[UUID, str]:
    """The names of targets, whatever they are."""
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        return {}
    return {row.id: row.name for row in await db.execute(TITLES, {"ids": wanted})}


def _row(one: Offer) -> dict[str, Any]:
    row = asdict(one)
    row.pop("charged")
    row["status"], row["target_kind"] = one.status.value, one.target_kind.value
    row["counter_modality"] = one.counter_modality.value if one.counter_modality else None
    return row


def offer_of(row: Any) -> Offer:
    """The value of a row."""
    values = {name: getattr(row, name) for name in Offer.__dataclass_fields__ if name != "charged"}
    modality = values["counter_modality"]
    return replace(
        Offer(**values, charged=row.charge is not None),
        status=OfferStatus(row.status),
        target_kind=TargetKind(row.target_kind),
        counter_modality=Modality(modality) if modality else None,
    )
