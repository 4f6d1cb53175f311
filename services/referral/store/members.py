"""Members one by one: profiles, imports, invitations, charter, proofs and their reminders."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.events import ProofExpiring
from contracts.network import NewProof, Proof
from services.referral.domain.experts import Expert, UnknownExpert
from services.referral.domain.network.imports import Line
from services.referral.domain.network.proofs import REMIND_BEFORE, UnknownProof
from services.referral.store import experts, fairness
from services.referral.tables import colleague, expert, member, proof

A_TICK = 200


async def one(db: AsyncConnection, expert_id: UUID, *, to_change: bool = False) -> Expert:
    """The expert; `unknown-expert` when there is none."""
    query = select(expert).where(expert.c.id == expert_id)
    row = (await db.execute(query.with_for_update() if to_change else query)).first()
    if row is None:
        raise UnknownExpert()
    return experts.from_row(row)


async def standing_of(db: AsyncConnection, expert_id: UUID) -> Any:
    """How they came into the network, or None for those who were there before it was kept."""
    return (await db.execute(select(member).where(member.c.expert_id == expert_id))).first()


async def by_rpps(db: AsyncConnection, numbers: Iterable[str]) -> dict[str, Expert]:
    """Those who are known by these numbers."""
    rows = await db.execute(select(expert).where(expert.c.rpps.in_(list(numbers))))
    return {row.rpps: experts.from_row(row) for row in rows}


async def write(db: AsyncConnection, lines: Sequence[Line], *, now: datetime) -> None:
    """Write what an import would change, many at once."""
    rows = [experts.as_row(line.expert) for line in lines if line.expert is not None]
    if not rows:
        return
    new = insert(expert).values(rows)
    await db.execute(
        new.on_conflict_do_update(index_elements=["id"], set_={name: new.excluded[name] for name in rows[0]})
    )
    await fairness.welcome(db, [row["id"] for row in rows])
    came = [
        {"expert_id": line.expert.id, "origin": line.origin, "added_at": now}
        for line in lines
        if line.expert is not None and line.kind == "new"
    ]
    if came:
        await db.execute(insert(member).values(came).on_conflict_do_nothing())


async def invite(db: AsyncConnection, expert_id: UUID, *, by: UUID, now: datetime) -> None:
    """Remember who invited them, and when last."""
    row = {"expert_id": expert_id, "added_at": now, "invited_at": now, "invited_by": by}
    again = {"invited_at": now, "invited_by": by}
    await db.execute(insert(member).values(row).on_conflict_do_update(index_elements=["expert_id"], set_=again))


async def joined(db: AsyncConnection, expert_id: UUID, *, now: datetime) -> Expert | None:
    """Their account is open: they may be proposed from now on; None when they were there already."""
    waiting = (expert.c.id == expert_id) & ~expert.c.active
    mine = select(member.c.expert_id).where(member.c.joined_at.is_(None))
    still = select(colleague.c.id).where(colleague.c.open)  # a close that was heard first stays
    opened = update(expert).where(waiting, expert.c.id.in_(mine), expert.c.id.in_(still))
    row = (await db.execute(opened.values(active=True, version=expert.c.version + 1).returning(expert))).first()
    await db.execute(
        update(member).where(member.c.expert_id == expert_id, member.c.joined_at.is_(None)).values(joined_at=now)
    )
    return experts.from_row(row) if row else None


async def sign_charter(db: AsyncConnection, expert_id: UUID, version: int, *, now: datetime) -> None:
    row = {"expert_id": expert_id, "added_at": now, "charter_at": now, "charter_version": version}
    signed = {"charter_at": now, "charter_version": version}
    await db.execute(insert(member).values(row).on_conflict_do_update(index_elements=["expert_id"], set_=signed))


async def proofs(db: AsyncConnection, expert_id: UUID) -> list[Proof]:
    """By kind, the latest first."""
    query = select(proof).where(proof.c.expert_id == expert_id).order_by(proof.c.kind, proof.c.said_at.desc())
    return [_proof(row) for row in await db.execute(query)]


async def add_proof(db: AsyncConnection, expert_id: UUID, told: NewProof, *, by: UUID | None, now: datetime) -> Proof:
    """Keep a proof; `by` is who checked it, None when the expert only says it."""
    row = {
        "id": uuid4(),
        "expert_id": expert_id,
        "kind": told.kind,
        "reference": told.reference,
        "obtained_on": told.obtained_on,
        "expires_on": told.expires_on,
        "said_at": now,
        "checked_at": now if by else None,
        "checked_by": by,
    }
    return _proof((await db.execute(insert(proof).values(row).returning(proof))).one())


async def check_proof(db: AsyncConnection, proof_id: UUID, *, by: UUID, now: datetime) -> tuple[UUID, Proof]:
    """Someone of the coordination has seen it; whose it is."""
    seen = update(proof).where(proof.c.id == proof_id).values(checked_at=now, checked_by=by).returning(proof)
    row = (await db.execute(seen)).first()
    if row is None:
        raise UnknownProof()
    return row.expert_id, _proof(row)


async def drop_proof(db: AsyncConnection, proof_id: UUID, *, of: UUID | None) -> None:
    """Take one away; an expert only their own that nobody has checked."""
    mine = [proof.c.id == proof_id]
    if of is not None:
        mine += [proof.c.expert_id == of, proof.c.checked_at.is_(None)]
    if not (await db.execute(delete(proof).where(*mine))).rowcount:
        raise UnknownProof()


async def to_remind(db: AsyncConnection, *, today: date) -> list[ProofExpiring]:
    """Proofs that end within thirty days; each is told once."""
    ending = (proof.c.expires_on <= today + REMIND_BEFORE) & (proof.c.expires_on > today - timedelta(days=30))
    due = select(proof.c.id).where(proof.c.reminded_on.is_(None), ending)
    due = due.limit(A_TICK).with_for_update(skip_locked=True)
    told = update(proof).where(proof.c.id.in_(due)).values(reminded_on=today)
    return [ProofExpiring(row.id, row.expert_id) for row in await db.execute(told.returning(proof))]


def _proof(row: Any) -> Proof:
    return Proof(
        id=row.id,
        kind=row.kind,
        reference=row.reference,
        obtained_on=row.obtained_on,
        expires_on=row.expires_on,
        said_at=row.said_at,
        checked_at=row.checked_at,
    )
