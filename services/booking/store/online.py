"""The hours that professionals marked « en ligne »: where their openings and the types say so, and nowhere else."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import DateTime, Uuid

from contracts.online import OnlineHeld
from contracts.permits import BookPermit
from contracts.words import Modality
from services.booking.domain import refusals
from services.booking.domain.slots import starts
from services.booking.domain.spans import Span
from services.booking.domain.types import Shape
from services.booking.store.booking import Wanted
from services.booking.store.slots import Found

_ONLINE = text(
    """
    SELECT o.expert_id, r.type_id, lower(o.during) AS since, upper(o.during) AS until
    FROM opening_rule u JOIN opening_occurrence o ON o.rule_id = u.id
    JOIN opening_rule_type r ON r.rule_id = u.id
    JOIN consultation_type t ON t.id = r.type_id AND t.bookable_by = 'online'
    WHERE u.online AND u.expert_id = ANY(:experts) AND upper(o.during) > :since AND lower(o.during) < :until
    ORDER BY lower(o.during)
    """
).bindparams(
    bindparam("experts", type_=ARRAY(Uuid)),
    bindparam("since", type_=DateTime(True)),
    bindparam("until", type_=DateTime(True)),
)


_DAYS = text(
    """
    SELECT d.expert_id, d.type_id, d.modality, d.duration, d.step, d.buffer_before, d.buffer_after, d.free,
        :now + d.minimum_notice * interval '1 minute' AS soonest
    FROM agenda_day d
    WHERE d.expert_id = ANY(:experts) AND d.modality = :modality AND d.visit = 'first' AND d.first_free < :until
        AND EXISTS (
            SELECT FROM opening_occurrence o JOIN opening_rule u ON u.id = o.rule_id
            JOIN opening_rule_type r ON r.rule_id = u.id AND r.type_id = d.type_id
            WHERE u.online AND o.expert_id = d.expert_id AND o.day = d.day AND upper(o.during) > :now)
    ORDER BY d.expert_id, d.day
    """
).bindparams(
    bindparam("experts", type_=ARRAY(Uuid)),
    bindparam("now", type_=DateTime(True)),
    bindparam("until", type_=DateTime(True)),
)

_HOLD = text(
    """
    SELECT code, id, ends_at, expires_at FROM hold_slot(:now, :holder, 'person', :expert, :type, :starts, :visit,
        :modalities, :experts, :not_experts, :expires, 1)
    """
).bindparams(
    *(bindparam(name, type_=DateTime(True)) for name in ("now", "starts", "expires")),
    *(bindparam(name, type_=Uuid) for name in ("holder", "expert", "type")),
)


async def hours(
    db: AsyncConnection,
    opened: Mapping[tuple[UUID, UUID], Sequence[Span]],
    modality: Modality,
    *,
    per_expert: int,
    now: datetime,
    until: datetime,
) -> list[Found]:
    """The first free starts inside what is marked, as many as `per_expert` of each, in the order of the clock.

    Only the days that are marked are read: an agenda that is wide open may mark its first hour weeks from now.
    """
    experts = list({expert_id for expert_id, _ in opened})
    asked = {"experts": experts, "modality": modality.value, "now": now, "until": until}
    found: dict[UUID, set[Found]] = {}
    for row in (await db.execute(_DAYS, asked)).all():
        kept = found.setdefault(row.expert_id, set())
        shape = Shape(row.duration, row.step, row.buffer_before, row.buffer_after)
        if len(kept) < per_expert:
            free = [Span(part.lower, part.upper) for part in row.free]
            for start in starts(free, shape, row.soonest):
                whole = Span(start, shape.ends_at(start))
                if any(span.covers(whole) for span in opened.get((row.expert_id, row.type_id), ())):
                    kept.add((start, row.expert_id, row.type_id, row.modality, row.duration))
    return sorted(one for kept in found.values() for one in sorted(kept)[:per_expert])


async def hold(
    db: AsyncConnection, wanted: Wanted, permit: BookPermit, *, expires_at: datetime, now: datetime
) -> OnlineHeld:
    """Keep one hour for a case; the agenda is locked."""
    asked = {
        "now": now,
        "holder": permit.case_id,
        "expert": wanted.expert_id,
        "type": wanted.type_id,
        "starts": wanted.starts_at,
        "visit": permit.visit.value,
        "modalities": [one.value for one in permit.modalities],
        "experts": list(permit.experts),
        "not_experts": list(permit.not_experts),
        "expires": expires_at,
    }
    row = (await db.execute(_HOLD, asked)).one()
    if row.code != "held":
        raise refusals.by_code(row.code)
    return OnlineHeld(row.id, wanted.starts_at, row.ends_at, row.expires_at)


async def openings(
    db: AsyncConnection, experts: Sequence[UUID], since: datetime, until: datetime
) -> dict[tuple[UUID, UUID], list[Span]]:
    """By expert and type, when anyone may book them without a call."""
    found: dict[tuple[UUID, UUID], list[Span]] = {}
    for row in (await db.execute(_ONLINE, {"experts": list(experts), "since": since, "until": until})).all():
        found.setdefault((row.expert_id, row.type_id), []).append(Span(row.since, row.until))
    return found
