"""Offers of an hour to those who wait: made, answered, ended; and the freed time that leads to them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import DateTime, Uuid

from contracts.words import Modality, VisitKind
from services.booking.domain import waiting as rules
from services.booking.domain.spans import Span
from services.booking.domain.types import Shape
from services.booking.domain.waiting import Entry, Mode, Offering
from services.booking.store.ids import new_id
from services.booking.tables import claim, consultation_type, slot_freed, waiting_entry
from services.booking.tables import waiting_offer as table


@dataclass(frozen=True)
class Offer:
    """One hour put to one who waits."""

    id: UUID
    entry_id: UUID
    expert_id: UUID
    type_id: UUID
    starts_at: datetime
    ends_at: datetime
    mode: Mode
    claim_id: int | None
    depth: int
    expires_at: datetime
    answer: str | None
    modality: Modality
    case_id: UUID


@dataclass(frozen=True)
class FreeTime:
    """What is free for one type in the openings of one day."""

    type_id: UUID
    modality: Modality
    visit: VisitKind
    shape: Shape
    minimum_notice: int
    free: list[Span]


_FREED = text(
    """
    SELECT f.expert_id, x.profession FROM (
        SELECT expert_id FROM slot_freed GROUP BY expert_id HAVING min(at) <= :before ORDER BY expert_id LIMIT 10
    ) f JOIN expert x ON x.id = f.expert_id AND x.active
    """
).bindparams(bindparam("before", type_=DateTime(True)))
_TAKE_FREED = text(
    """
    DELETE FROM slot_freed WHERE id IN (
        SELECT id FROM slot_freed WHERE expert_id = :expert ORDER BY id LIMIT 500 FOR UPDATE SKIP LOCKED)
    RETURNING lower(during) AS since, upper(during) AS until, depth
    """
).bindparams(bindparam("expert", type_=Uuid))
_FREE = text(
    """
    SELECT d.type_id, d.modality, d.visit, d.duration, d.step, d.buffer_before, d.buffer_after, d.minimum_notice, d.free
    FROM agenda_day d WHERE d.expert_id = :expert AND d.first_free IS NOT NULL
      AND d.free && tstzrange(:since, :until)
    ORDER BY d.day, d.type_id
    """
).bindparams(
    bindparam("expert", type_=Uuid), bindparam("since", type_=DateTime(True)), bindparam("until", type_=DateTime(True))
)
_HOLD = text(
    """
    SELECT code, id FROM hold_slot(:now, :holder, 'service', :expert, :type, :starts, :visit, :modalities, :experts,
        :not_experts, :expires, 1)
    """
).bindparams(
    *(bindparam(name, type_=DateTime(True)) for name in ("now", "starts", "expires")),
    *(bindparam(name, type_=Uuid) for name in ("holder", "expert", "type")),
)
_COLUMNS = [
    *(table.c[name] for name in ("id", "entry_id", "expert_id", "type_id", "starts_at", "ends_at", "mode")),
    *(table.c[name] for name in ("claim_id", "depth", "expires_at", "answer")),
    consultation_type.c.modality,
    waiting_entry.c.case_id,
]


def _asked() -> Select[Any]:
    kinds = select(*_COLUMNS).join(consultation_type, consultation_type.c.id == table.c.type_id)
    return kinds.join(waiting_entry, waiting_entry.c.id == table.c.entry_id)


def _offer(row: Any) -> Offer:
    known = dict(row._mapping)
    return Offer(**{**known, "mode": Mode(row.mode), "modality": Modality(row.modality)})


async def freed(db: AsyncConnection, before: datetime) -> list[tuple[UUID, str]]:
    """The experts whose agendas gave time back before then, in the order in which agendas are locked."""
    return [(row.expert_id, row.profession) for row in (await db.execute(_FREED, {"before": before})).all()]


async def take_freed(db: AsyncConnection, expert_id: UUID) -> list[tuple[Span, int]]:
    """The time that came free, no longer written down once this transaction ends; whom another has is left out."""
    rows = (await db.execute(_TAKE_FREED, {"expert": expert_id})).all()
    return [(Span(row.since, row.until), row.depth) for row in rows if row.depth < rules.MOST_CHAINED]


async def forget_freed_of_nobody(db: AsyncConnection) -> None:
    """Time of experts who are not active any more is offered to nobody."""
    gone = text("DELETE FROM slot_freed f USING expert x WHERE x.id = f.expert_id AND NOT x.active")
    await db.execute(gone)


async def free_again(db: AsyncConnection, expert_id: UUID, span: Span, depth: int) -> None:
    """Look at this time once more: those who were asked together all let it pass."""
    row = {"expert_id": expert_id, "during": func.tstzrange(span.start, span.end), "depth": depth}
    await db.execute(slot_freed.insert().values(row | {"at": func.clock_timestamp()}))


async def free_time(db: AsyncConnection, expert_id: UUID, span: Span) -> list[FreeTime]:
    """What is free in this stretch by the projection, for each type."""
    rows = await db.execute(_FREE, {"expert": expert_id, "since": span.start, "until": span.end})
    return [
        FreeTime(
            row.type_id,
            Modality(row.modality),
            VisitKind(row.visit),
            Shape(row.duration, row.step, row.buffer_before, row.buffer_after),
            row.minimum_notice,
            [Span(part.lower, part.upper) for part in row.free],
        )
        for row in rows.all()
    ]


async def make(
    db: AsyncConnection,
    entry: Entry,
    offering: Offering,
    *,
    expert_id: UUID,
    type_id: UUID,
    span: Span,
    depth: int,
    now: datetime,
) -> UUID | None:
    """Put an hour to someone, held for them when it is theirs alone; None when it was put to them before or is gone."""
    before = (table.c.entry_id == entry.id) & (table.c.expert_id == expert_id) & (table.c.starts_at == span.start)
    if (await db.execute(select(table.c.id).where(before))).first() is not None:
        return None
    offer_id, claim_id = new_id(), None
    if offering.mode is Mode.EXCLUSIVE:
        held = await db.execute(
            _HOLD,
            {
                "now": now,
                "holder": offer_id,
                "expert": expert_id,
                "type": type_id,
                "starts": span.start,
                "visit": entry.visit.value,
                "modalities": [one.value for one in entry.modalities],
                "experts": list(entry.experts),
                "not_experts": list(entry.not_experts),
                "expires": offering.expires_at,
            },
        )
        row = held.one()
        if row.code != "held":
            return None
        claim_id = row.id
    new = {
        "id": offer_id,
        "entry_id": entry.id,
        "expert_id": expert_id,
        "type_id": type_id,
        "starts_at": span.start,
        "ends_at": span.end,
        "mode": offering.mode.value,
        "claim_id": claim_id,
        "depth": depth,
        "sent_at": offering.sent_at,
        "expires_at": offering.expires_at,
    }
    await db.execute(insert(table).values(new))
    return offer_id


async def find(db: AsyncConnection, offer_id: UUID, *, to_change: bool = False) -> Offer:
    """One offer; `unknown-offered-hour` when there is none."""
    asked = _asked().where(table.c.id == offer_id)
    row = (await db.execute(asked.with_for_update(of=table) if to_change else asked)).first()
    if row is None:
        raise rules.UnknownOfferedHour
    return _offer(row)


async def open_of(db: AsyncConnection, entries: Iterable[UUID], now: datetime) -> list[Offer]:
    """The open offers of these entries, the earliest hour first."""
    mine = table.c.entry_id.in_(list(entries)) & table.c.answer.is_(None) & (table.c.expires_at > now)
    return [_offer(row) for row in (await db.execute(_asked().where(mine).order_by(table.c.starts_at))).all()]


async def answer(db: AsyncConnection, offer_ids: Sequence[UUID], said: str, now: datetime) -> list[UUID]:
    """Say how these open offers ended; those that this call ended."""
    still = table.c.id.in_(list(offer_ids)) & table.c.answer.is_(None)
    closed = update(table).where(still).values(answer=said, answered_at=now).returning(table.c.id)
    return list((await db.execute(closed)).scalars())


async def others_of_slot(db: AsyncConnection, offer: Offer) -> list[Offer]:
    """Who else was asked for the same time and may still answer, locked."""
    same = (table.c.expert_id == offer.expert_id) & (table.c.starts_at < offer.ends_at)
    same &= (table.c.ends_at > offer.starts_at) & table.c.answer.is_(None) & (table.c.id != offer.id)
    rows = await db.execute(_asked().where(same).order_by(table.c.id).with_for_update(of=table))
    return [_offer(row) for row in rows.all()]


async def due(db: AsyncConnection, now: datetime, most: int = 100) -> list[Offer]:
    """Open offers whose time is over."""
    over = table.c.answer.is_(None) & (table.c.expires_at <= now)
    rows = await db.execute(_asked().where(over).order_by(table.c.expires_at).limit(most))
    return [_offer(row) for row in rows.all()]


async def acceptance(db: AsyncConnection, since: datetime) -> tuple[int, int]:
    """How many hours were put to several since then, and how many of those offers were taken."""
    mine = (table.c.mode == Mode.BATCH.value) & (table.c.sent_at > since)
    counts = select(func.count(), func.count().filter(table.c.answer == "accepted")).where(mine)
    sent, accepted = (await db.execute(counts)).one()
    return int(sent), int(accepted)


async def gone(db: AsyncConnection, now: datetime, most: int = 100) -> list[Offer]:
    """Open offers that were never held and whose hour somebody else has, locked."""
    mine = table.c.answer.is_(None) & table.c.claim_id.is_(None) & (table.c.expires_at > now)
    taken = select(claim.c.id).where(
        claim.c.active,
        claim.c.expert_id == table.c.expert_id,
        claim.c.during.op("&&")(func.tstzrange(table.c.starts_at, table.c.ends_at)),
    )
    locked = _asked().where(mine, taken.exists()).order_by(table.c.id).limit(most)
    rows = await db.execute(locked.with_for_update(of=table, skip_locked=True))
    return [_offer(row) for row in rows.all()]


async def let_go(db: AsyncConnection, claim_ids: Iterable[int]) -> None:
    """Holds end; their agendas are locked and derived again by the caller."""
    await db.execute(delete(claim).where(claim.c.id.in_(list(claim_ids)), claim.c.kind == "hold"))


async def end_holds(db: AsyncConnection, claim_ids: Iterable[int], now: datetime) -> None:
    """Their time is over now: the next sweep gives it back, without a lock of their agendas here."""
    mine = claim.c.id.in_(list(claim_ids)) & (claim.c.kind == "hold")
    await db.execute(update(claim).where(mine).values(expires_at=now))
