"""The work queue: open orientations by their next action, one page after another by key, and those of a case."""

import base64
import binascii
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.orientations import CaseOrientation, OrientationKind, Queue, QueueRow
from contracts.words import ReferralStatus
from kit.errors import Invalid
from kit.vault import Vault
from services.referral.domain.contacts import reference
from services.referral.store import offers, sealed
from services.referral.tables import care_case, colleague, contact, offer, referral

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
LINE: Final = "805232336"
"""The last nine figures of the line's own number."""
WHOSE: Final = ("all", "mine", "desk", "coordination")
MICROSECOND: Final = timedelta(microseconds=1)


class UnknownPage(Invalid):
    """This page of the list does not exist."""


def key_of(at: datetime, row_id: UUID) -> str:
    """The key of a row: pages follow one another even while the list changes."""
    return base64.urlsafe_b64encode(f"{(at - EPOCH) // MICROSECOND}.{row_id.hex}".encode()).decode().rstrip("=")


def place_of(key: str) -> tuple[datetime, UUID]:
    """The row behind a key; `unknown-page` for anything else."""
    try:
        text_ = base64.urlsafe_b64decode(key + "=" * (-len(key) % 4)).decode("ascii")
        micros, _, row_id = text_.partition(".")
        return EPOCH + timedelta(microseconds=int(micros)), UUID(hex=row_id)
    except (ValueError, binascii.Error, OverflowError) as error:
        raise UnknownPage(fields={"after": "not a key"}) from error


async def page(
    db: AsyncConnection,
    *,
    me: UUID,
    whose: str = "all",
    status: ReferralStatus | None = None,
    after: str | None = None,
    limit: int = 50,
) -> Queue:
    """One page, the most pressing first; two queries whatever the number of orientations."""
    r = referral.c
    query = (
        select(
            r.id,
            r.case_id,
            r.contact_id,
            r.kind,
            r.status,
            r.level,
            r.cycle,
            r.next_action,
            r.next_action_at,
            r.owner_id,
            r.queue,
            r.version,
            r.starts_at,
            contact.c.number,
            colleague.c.display_name.label("owner"),
        )
        .select_from(
            referral.outerjoin(contact, contact.c.id == r.contact_id).outerjoin(colleague, colleague.c.id == r.owner_id)
        )
        .where(r.next_action_at.is_not(None))
        .order_by(r.next_action_at, r.id)
        .limit(limit + 1)
    )
    if whose == "mine":
        query = query.where(r.owner_id == me)
    elif whose in ("desk", "coordination"):
        query = query.where(r.queue == whose)
    if status is not None:
        query = query.where(r.status == status.value)
    if after:
        at, row_id = place_of(after)
        query = query.where(tuple_(r.next_action_at, r.id) > tuple_(at, row_id))
    rows = (await db.execute(query)).all()
    shown = rows[:limit]
    waiting = await _open_offers(db, [row.id for row in shown])
    last = shown[-1] if len(rows) > limit else None
    return Queue(
        [_row(row, waiting.get(row.id, 0)) for row in shown], key_of(last.next_action_at, last.id) if last else None
    )


async def of_case(db: AsyncConnection, vault: Vault, case_id: UUID) -> list[CaseOrientation]:
    """Every orientation of a case side by side, the latest first, with what was handed over."""
    r = referral.c
    query = (
        select(referral, colleague.c.display_name.label("owner"), care_case.c.data_key)
        .select_from(referral.join(care_case, care_case.c.id == r.case_id))
        .outerjoin(colleague, colleague.c.id == r.owner_id)
        .where(r.case_id == case_id)
        .order_by(r.created_at.desc(), r.id)
        .limit(100)
    )
    rows = (await db.execute(query)).all()
    names = await offers.names(db, [each for row in rows for each in (row.target_id, row.expert_id) if each])
    return [
        CaseOrientation(
            id=row.id,
            kind=OrientationKind(row.kind),
            status=ReferralStatus(row.status),
            created_at=row.created_at,
            level=row.level,
            cycle=row.cycle,
            version=row.version,
            label=sealed.opened(vault, row.data_key, row.typed, place=f"referral.label:{row.id}").get("label"),
            target_name=names.get(row.target_id or row.expert_id),
            owner=row.owner,
            next_action=row.next_action,
            next_action_at=row.next_action_at,
            starts_at=row.starts_at,
            outcome=row.outcome,
            follows_id=row.follows_id,
        )
        for row in rows
    ]


async def _open_offers(db: AsyncConnection, ids: list[UUID]) -> dict[UUID, int]:
    if not ids:
        return {}
    waiting = offer.c.status.in_(("created", "sent", "seen"))
    query = select(offer.c.referral_id, func.count()).where(offer.c.referral_id.in_(ids), waiting)
    return {row[0]: row[1] for row in await db.execute(query.group_by(offer.c.referral_id))}


def _row(row: Any, waiting: int) -> QueueRow:
    return QueueRow(
        id=row.id,
        case_id=row.case_id,
        contact_id=row.contact_id,
        reference=reference(row.number) if row.number else None,
        kind=OrientationKind(row.kind),
        status=ReferralStatus(row.status),
        level=row.level,
        cycle=row.cycle,
        next_action=row.next_action or "book",
        next_action_at=row.next_action_at,
        owner_id=row.owner_id,
        owner=row.owner,
        queue=row.queue,
        version=row.version,
        offers_open=waiting,
        starts_at=row.starts_at,
    )


OVERDUE = text(
    """
    SELECT r.id FROM referral r
    WHERE r.next_action_at < :before AND r.level >= 3
      AND r.status IN ('ready', 'offered', 'waitlisted', 'escalated', 'accepted')
      AND NOT EXISTS (SELECT 1 FROM task t WHERE t.referral_id = r.id
                      AND (t.done_at IS NULL OR t.created_at > r.next_action_at))
    ORDER BY r.next_action_at LIMIT :most FOR UPDATE OF r SKIP LOCKED
    """
)


async def overdue(db: AsyncConnection, *, before: datetime, most: int = 20) -> list[UUID]:
    """Orientations from level 3 whose next step nobody took, and about which nobody was asked since; locked."""
    return list((await db.execute(OVERDUE, {"before": before, "most": most})).scalars())


TARGETS = text(
    """
    WITH ours AS (
        SELECT structure_id AS id FROM service WHERE right(regexp_replace(phone, '[^0-9]', '', 'g'), 9) = :line
    )
    SELECT * FROM (
        SELECT id, 'service' AS kind, name, department, phone, details->>'courriel' AS mail FROM service
        WHERE status = 'active' AND NOT coalesce(phone ~ '^[0-9]{2,6}$', false)
          AND structure_id NOT IN (SELECT id FROM ours)
        UNION ALL
        SELECT id, 'structure', name, department, details->>'telephone', details->>'courriel' FROM structure
        WHERE id NOT IN (SELECT id FROM ours)
    ) found
    WHERE name ILIKE :like
      AND (CAST(:department AS text) IS NULL OR department IS NULL OR department = :department)
    ORDER BY department IS NULL, name LIMIT :most
    """
)


async def targets(db: AsyncConnection, words: str, department: str | None, *, most: int = 30) -> list[Any]:
    """Structures and living services whose name holds `words`, of the département or of no one.

    A short number (15, 3114) is dialled, nobody is oriented to it; nor back to the line itself. Those of the
    département stand first.
    """
    safe = words.replace("\\", "").replace("%", "").replace("_", " ").strip()[:80]
    found = await db.execute(TARGETS, {"like": f"%{safe}%", "department": department, "most": most, "line": LINE})
    return list(found.all())
