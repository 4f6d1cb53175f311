"""Where experts stand in fairness: charges, refunds, newcomers, and whoever is away (referral.md §3.3)."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from kit.clock import now

ONE_TURN = """
    CASE WHEN coalesce((SELECT (weights->>'by_capacity')::boolean FROM weighting ORDER BY version DESC LIMIT 1), true)
    THEN 1.0 / greatest(e.capacity, 1) ELSE 1.0 END
"""
_AWAY = """
    (NOT e.active OR NOT e.offered OR e.capacity = 0 OR EXISTS (
        SELECT 1 FROM jsonb_array_elements(e.leave) l
        WHERE CAST(:today AS date) BETWEEN (l->>0)::date AND (l->>1)::date))
"""

SETTLE = text(
    f"""
    WITH held AS (
        SELECT id, expert_id, starts_at, standing IN ('booked', 'attended') AS stands,
            charged_at IS NOT NULL AND refunded_at IS NULL AS charged, charged_at
        FROM appointment WHERE referral_id = :referral_id
    ), turn AS (
        SELECT id, expert_id, charged,
            stands AND row_number() OVER (PARTITION BY expert_id, stands ORDER BY charged DESC, starts_at, id) = 1
                AS due,
            max(charged_at) FILTER (WHERE charged) OVER (PARTITION BY expert_id) AS since
        FROM held
    ), counted AS (
        UPDATE appointment a SET charged_at = coalesce(a.charged_at, t.since, :now),
            refunded_at = CASE WHEN t.due THEN NULL ELSE CAST(:now AS timestamptz) END,
            charge = CASE WHEN t.due THEN {ONE_TURN} ELSE coalesce(a.charge, {ONE_TURN}) END
        FROM turn t JOIN expert e ON e.id = t.expert_id
        WHERE a.id = t.id AND t.due <> t.charged AND (t.due OR a.charged_at IS NOT NULL)
        RETURNING a.expert_id, CASE WHEN a.refunded_at IS NULL THEN a.charge ELSE -a.charge END AS step
    )
    UPDATE expert_standing s SET stride_pass = s.stride_pass + c.steps
    FROM (SELECT expert_id, sum(step) AS steps FROM counted GROUP BY expert_id) c
    WHERE s.expert_id = c.expert_id
    """
)

CLAMP = text(
    f"""
    WITH low AS (
        SELECT s.expert_id, m.median - 2.0 * ({ONE_TURN}) AS least
        FROM expert_standing s JOIN expert e ON e.id = s.expert_id,
             (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY stride_pass) AS median
              FROM expert_standing JOIN expert ON expert.id = expert_id AND expert.active) m
        WHERE s.stride_pass < m.median - 2.0 * ({ONE_TURN})
        FOR UPDATE OF s SKIP LOCKED
    )
    UPDATE expert_standing s SET stride_pass = low.least FROM low WHERE s.expert_id = low.expert_id
    """
)
"""Whoever is being charged just now is left to the next beat: waiting for them while holding others is a deadlock."""

_LEAST = f"""
    SELECT min(s.stride_pass) AS least FROM expert_standing s JOIN expert e ON e.id = s.expert_id WHERE NOT {_AWAY}
"""
WAIT = text(
    f"""
    WITH away AS (
        SELECT s.expert_id, m.least FROM expert_standing s JOIN expert e ON e.id = s.expert_id, ({_LEAST}) m
        WHERE s.stride_pass < m.least AND {_AWAY}
        FOR UPDATE OF s SKIP LOCKED
    )
    UPDATE expert_standing s SET stride_pass = away.least FROM away WHERE s.expert_id = away.expert_id
    """
)
WELCOME = text(
    f"""
    INSERT INTO expert_standing (expert_id, stride_pass)
    SELECT unnest(CAST(:experts AS uuid[])), coalesce((SELECT least FROM ({_LEAST}) m), 0)
    ON CONFLICT DO NOTHING
    """
)


async def settle(db: AsyncConnection, referral_id: UUID, *, now: datetime) -> None:
    """Charge each expert for who they take, and refund whoever did not come: exactly what was charged.

    Someone is taken once: the weeks that follow with the same expert are no further turns (referral.md §3.3).
    """
    await db.execute(SETTLE, {"referral_id": referral_id, "now": now})


async def welcome(db: AsyncConnection, experts: Iterable[UUID]) -> None:
    """Newcomers start level with the least served of those who are there: no burst."""
    await db.execute(WELCOME, {"experts": list(experts), "today": now().date()})


async def clamp(db: AsyncConnection) -> None:
    """Nobody hoards credit: passes are lifted to the median less two turns; whoever is away follows the least."""
    await db.execute(CLAMP)
    await db.execute(WAIT, {"today": now().date()})
