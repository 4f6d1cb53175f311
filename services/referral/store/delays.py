"""From the call to the first meeting, by level, as it really was in the last four weeks."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.delays import Delay

SPAN: Final = timedelta(days=28)
ENOUGH: Final = 11
"""Fewer would promise by chance, and could be somebody (referral.md §5)."""

WAITED = text(
    """
    SELECT level, count(*) AS met,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY hours) AS half,
        percentile_cont(0.9) WITHIN GROUP (ORDER BY hours) AS nine_of_ten
    FROM (
        SELECT r.level, greatest(extract(epoch FROM min(a.starts_at) - r.created_at) / 3600, 0) AS hours
        FROM referral r JOIN appointment a ON a.referral_id = r.id
        WHERE r.created_at > :since AND a.standing IN ('booked', 'attended', 'missed') AND a.starts_at IS NOT NULL
        GROUP BY r.id
    ) waited GROUP BY level HAVING count(*) >= :enough ORDER BY level
    """
)


async def measured(db: AsyncConnection, *, now: datetime) -> list[Delay]:
    """By level, the lowest first."""
    rows = await db.execute(WAITED, {"since": now - SPAN, "enough": ENOUGH})
    return [Delay(row.level, row.met, round(row.half, 1), round(row.nine_of_ten, 1)) for row in rows]
