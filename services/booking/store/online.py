"""The hours that professionals marked « en ligne »: where their openings say so, and nowhere else."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import DateTime, Uuid

from contracts.online import OnlineHeld
from contracts.permits import BookPermit
from services.booking.domain import refusals
from services.booking.domain.spans import Span
from services.booking.store.booking import Wanted

_ONLINE = text(
    """
    SELECT o.expert_id, r.type_id, lower(o.during) AS since, upper(o.during) AS until
    FROM opening_rule u JOIN opening_occurrence o ON o.rule_id = u.id
    JOIN opening_rule_type r ON r.rule_id = u.id
    WHERE u.online AND u.expert_id = ANY(:experts) AND upper(o.during) > :since AND lower(o.during) < :until
    ORDER BY lower(o.during)
    """
).bindparams(
    bindparam("experts", type_=ARRAY(Uuid)),
    bindparam("since", type_=DateTime(True)),
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
