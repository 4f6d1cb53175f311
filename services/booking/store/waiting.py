"""Entries of the waiting list: added, changed, ended; each is locked before its offers are touched."""

from collections.abc import Sequence
from datetime import datetime, time
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import bindparam, delete, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import DateTime, Text, Uuid

from contracts.permits import BookPermit
from contracts.waiting import Window
from contracts.words import Modality, VisitKind
from services.booking.domain import waiting as rules
from services.booking.domain.waiting import Entry
from services.booking.store.ids import new_id
from services.booking.tables import waiting_entry as table

LIVE = ("waiting", "worked")
MOST_LOOKED_AT = 200
_NAMES = (
    *("id", "case_id", "referral_id", "priority", "nickname", "person_zone", "from_hour", "to_hour", "since", "until"),
    *("appointment_id", "status", "ignored", "offers", "last_offer_at", "version", "created_at"),
)
_WITH_THEIRS = """
    SELECT e.*, a.starts_at AS stands_at,
        (SELECT count(*) FROM waiting_offer o WHERE o.entry_id = e.id AND o.answer IS NULL) AS open_offers
    FROM waiting_entry e
    LEFT JOIN appointment a ON a.id = e.appointment_id AND a.status = 'booked'
    WHERE {which}"""
_FOR_EXPERT = text(
    _WITH_THEIRS.format(
        which="""e.status = 'waiting' AND e.until > :now
      AND (e.last_offer_at IS NULL OR e.last_offer_at < CAST(:now AS timestamptz) - interval '2 hours')
      AND (e.professions = '{}' OR :profession = ANY(e.professions))
      AND (e.modalities = '{}' OR e.modalities && :modalities)
      AND (e.experts = '{}' OR :expert = ANY(e.experts)) AND NOT :expert = ANY(e.not_experts)
    ORDER BY e.priority DESC, e.created_at, e.offers LIMIT :most FOR UPDATE OF e SKIP LOCKED"""
    )
).bindparams(
    bindparam("now", type_=DateTime(True)),
    bindparam("expert", type_=Uuid),
    bindparam("profession", type_=Text),
    bindparam("modalities", type_=ARRAY(Text)),
)
_ONE = text(_WITH_THEIRS.format(which="e.id = :id FOR UPDATE OF e")).bindparams(bindparam("id", type_=Uuid))
_OF_CASE = text(
    _WITH_THEIRS.format(which="e.case_id = :case AND e.status IN ('waiting', 'worked') ORDER BY e.created_at")
).bindparams(bindparam("case", type_=Uuid))
_OPEN = text(
    _WITH_THEIRS.format(
        which="""e.status IN ('waiting', 'worked')
    ORDER BY e.priority DESC, e.created_at, e.offers LIMIT :most"""
    )
)
_SETTLE = text(
    """
    UPDATE waiting_entry e SET ended_at = :now, version = e.version + 1, status = CASE
            WHEN e.until <= :now THEN 'ended'
            WHEN e.appointment_id IS NULL THEN 'served'
            ELSE 'ended' END
    WHERE e.id IN (
        SELECT w.id FROM waiting_entry w
        LEFT JOIN appointment mine ON mine.id = w.appointment_id
        WHERE w.status IN ('waiting', 'worked') AND (w.until <= :now
            OR (w.appointment_id IS NULL AND EXISTS (SELECT FROM appointment a WHERE a.referral_id = w.referral_id
                AND a.created_at >= w.created_at AND a.status IN ('booked', 'arrived', 'started', 'fulfilled')))
            OR mine.status IN ('cancelled_by_person', 'arrived', 'started', 'fulfilled', 'noshow')
            OR mine.starts_at <= :now)
        ORDER BY w.id LIMIT 200 FOR UPDATE OF w SKIP LOCKED)
    RETURNING e.id
    """
).bindparams(bindparam("now", type_=DateTime(True)))


def _entry(row: Any) -> Entry:
    return Entry(
        **{name: getattr(row, name) for name in _NAMES},
        visit=VisitKind(row.visit),
        modalities=tuple(Modality(one) for one in row.modalities),
        professions=tuple(row.professions),
        experts=tuple(row.experts),
        not_experts=tuple(row.not_experts),
        windows=tuple(msgspec.convert(row.windows, list[Window])),
        open_offers=row.open_offers,
        stands_at=row.stands_at,
    )


async def load(db: AsyncConnection, entry_id: UUID) -> Entry:
    """One entry, locked; `unknown-waiting` when there is none."""
    row = (await db.execute(_ONE, {"id": entry_id})).first()
    if row is None:
        raise rules.UnknownWaiting
    return _entry(row)


async def of_case(db: AsyncConnection, case_id: UUID) -> list[Entry]:
    """The entries of a case that still wait."""
    return [_entry(row) for row in (await db.execute(_OF_CASE, {"case": case_id})).all()]


async def open_ones(db: AsyncConnection, most: int = 200) -> list[Entry]:
    """Everyone who waits, in the order in which hours are offered."""
    return [_entry(row) for row in (await db.execute(_OPEN, {"most": most})).all()]


async def for_expert(
    db: AsyncConnection, expert_id: UUID, profession: str, modalities: Sequence[str], now: datetime
) -> list[Entry]:
    """Whom an hour of this expert may be offered to, the most urgent first; locked, whom another looks at left out."""
    asked = {"now": now, "expert": expert_id, "profession": profession, "modalities": list(modalities)}
    rows = await db.execute(_FOR_EXPERT, {**asked, "most": MOST_LOOKED_AT})
    return [_entry(row) for row in rows.all()]


async def add(
    db: AsyncConnection,
    permit: BookPermit,
    *,
    professions: Sequence[str],
    windows: Sequence[Window],
    from_hour: time | None,
    to_hour: time | None,
    until: datetime,
    appointment_id: UUID | None,
    now: datetime,
    heard_version: int = 0,
) -> UUID:
    """Write an entry, or change the one that waits for the same orientation; its id."""
    said = {
        "visit": permit.visit.value,
        "modalities": [one.value for one in permit.modalities],
        "professions": list(professions),
        "experts": list(permit.experts),
        "not_experts": list(permit.not_experts),
        "priority": permit.priority,
        "nickname": permit.nickname,
        "person_zone": permit.person_zone,
        "windows": msgspec.to_builtins(list(windows)),
        "from_hour": from_hour,
        "to_hour": to_hour,
        "until": until,
        "appointment_id": appointment_id,
        "heard_version": heard_version,
    }
    fresh = {
        "id": new_id(),
        "case_id": permit.case_id,
        "referral_id": permit.referral_id,
        "exclusions_version": 0,
        "status": "waiting",
        "ignored": 0,
        "offers": 0,
        "version": 1,
        "created_at": now,
    }
    again = insert(table).values({**said, **fresh})
    again = again.on_conflict_do_update(
        index_elements=["referral_id"],
        index_where=text("status IN ('waiting', 'worked')"),
        set_={**said, "status": "waiting", "ignored": 0, "version": table.c.version + 1},
        where=table.c.heard_version <= heard_version,
    )
    found = (await db.execute(again.returning(table.c.id))).scalar()
    if found is None:  # an older word than the one that is kept
        mine = (table.c.referral_id == permit.referral_id) & table.c.status.in_(LIVE)
        found = (await db.execute(select(table.c.id).where(mine))).scalar_one()
    entry_id: UUID = found
    return entry_id


async def offered(db: AsyncConnection, entry_id: UUID, now: datetime) -> None:
    """One more hour was put to them."""
    told = {"last_offer_at": now, "offers": table.c.offers + 1}
    await db.execute(update(table).where(table.c.id == entry_id).values(told))


async def ignored(db: AsyncConnection, entry_id: UUID) -> Entry:
    """An offer passed without a word; after three a person sees to it."""
    entry = await load(db, entry_id)
    count = entry.ignored + 1
    worked = count >= rules.MOST_IGNORED and entry.status == "waiting"
    status = "worked" if worked else entry.status
    await db.execute(
        update(table).where(table.c.id == entry_id).values(ignored=count, status=status, version=table.c.version + 1)
    )
    return await load(db, entry_id)


async def end(db: AsyncConnection, entry_id: UUID, status: str, now: datetime) -> None:
    """Served, left or ended."""
    mine = (table.c.id == entry_id) & table.c.status.in_(LIVE)
    await db.execute(update(table).where(mine).values(status=status, ended_at=now, version=table.c.version + 1))


async def settle(db: AsyncConnection, now: datetime) -> list[UUID]:
    """End the entries that time, or an appointment made elsewhere, has answered."""
    return list((await db.execute(_SETTLE, {"now": now})).scalars())


async def to_end(db: AsyncConnection, *, referral_id: UUID | None = None, case_id: UUID | None = None) -> list[UUID]:
    """The live entries of an orientation or a case."""
    whose = table.c.referral_id == referral_id if referral_id else table.c.case_id == case_id
    return list((await db.execute(select(table.c.id).where(whose, table.c.status.in_(LIVE)))).scalars())


async def exclude(db: AsyncConnection, case_id: UUID, not_experts: tuple[UUID, ...], heard_version: int) -> list[UUID]:
    """No later offer comes from these experts; the live entries that changed."""
    newer = (table.c.case_id == case_id) & (table.c.exclusions_version < heard_version) & table.c.status.in_(LIVE)
    told = {"not_experts": list(not_experts), "exclusions_version": heard_version, "version": table.c.version + 1}
    return list((await db.execute(update(table).where(newer).values(told).returning(table.c.id))).scalars())


async def forget_case(db: AsyncConnection, case_id: UUID) -> None:
    """Nothing of a case's waiting is kept."""
    await db.execute(delete(table).where(table.c.case_id == case_id))


async def remember_closed(db: AsyncConnection, referral_id: UUID, case_id: UUID, version: int, now: datetime) -> None:
    """The orientation ended at this version: an entry that ended says so, made if there never was one."""
    row = {
        "id": new_id(),
        "case_id": case_id,
        "referral_id": referral_id,
        "visit": VisitKind.FIRST.value,
        "modalities": [],
        "professions": [],
        "experts": [],
        "not_experts": [],
        "exclusions_version": 0,
        "priority": 0,
        "nickname": "",
        "person_zone": "UTC",
        "windows": [],
        "until": now,
        "status": "ended",
        "ignored": 0,
        "offers": 0,
        "version": 1,
        "heard_version": version,
        "created_at": now,
        "ended_at": now,
    }
    await db.execute(insert(table).values(row))


async def closed_since(db: AsyncConnection, referral_id: UUID, version: int) -> bool:
    """Whether the orientation ended after it said, at `version`, that it waits."""
    ended = (table.c.referral_id == referral_id) & (table.c.status == "ended") & (table.c.heard_version >= version)
    return (await db.execute(select(table.c.id).where(ended))).first() is not None


async def forget_ended(db: AsyncConnection, before: datetime) -> None:
    """Entries that ended before then are of no use to anyone."""
    await db.execute(delete(table).where(table.c.ended_at < before))
