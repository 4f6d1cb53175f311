"""Experts of the network, and the memory of them that each process keeps."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.events import AvailabilityChanged
from contracts.words import ExpertProfession, Modality
from services.referral.domain.experts import Expert, Fee, Place, Standing
from services.referral.domain.matching.columns import Columns
from services.referral.domain.matching.ranking import Network
from services.referral.domain.matching.taking import WEEK, Taking
from services.referral.domain.matching.weights import STANDARD
from services.referral.store import fairness, weights
from services.referral.tables import appointment, expert, expert_standing

LOOK = text(
    """
    SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS mark,
           pg_current_xact_id_if_assigned()::text::bigint AS own,
           EXISTS (SELECT 1 FROM expert WHERE changed >= :seen) AS experts,
           EXISTS (SELECT 1 FROM expert_standing WHERE changed >= :seen) AS standings,
           coalesce((SELECT max(version) FROM weighting), 0) AS weights
    """
)


class KnownExperts:
    """The network in memory, brought up to date at each use by what changed since.

    Every row carries the transaction that last changed it. Those below the oldest transaction still running
    have all been read, so the next look asks only for rows from there on: exact, and 0.3 ms when nothing moved.
    What the asking transaction itself has changed may yet be undone: the next look reads those rows again.
    """

    def __init__(self) -> None:
        self._columns = Columns()
        self._taking = Taking()
        self._weights = STANDARD
        self._seen = 0
        self._unsure: frozenset[UUID] = frozenset()
        self._looking = asyncio.Lock()

    async def network(self, db: AsyncConnection, *, now: datetime) -> Network:
        """The network with all that is committed; the memory is one, and a later look moves it under an earlier."""
        async with self._looking:
            look = (await db.execute(LOOK, {"seen": self._seen})).one()
            unsure: set[UUID] = set()
            if look.experts or self._unsure:
                undone = set(self._unsure)
                for row in await db.execute(select(expert).where(self._moved(expert.c.changed, expert.c.id))):
                    self._columns.put(from_row(row))
                    undone.discard(row.id)
                    unsure |= {row.id} if row.changed == look.own else set()
                self._columns.forget(undone)
            if look.standings or self._unsure:
                moved = self._moved(expert_standing.c.changed, expert_standing.c.expert_id)
                turns, undone = await _turns(db, moved, now=now), set(self._unsure)
                for row in await db.execute(select(expert_standing).where(moved)):
                    undone.discard(row.expert_id)
                    self._columns.stand(_standing(row))
                    self._taking.tell(row.expert_id, turns.get(row.expert_id, ()), full_until=row.full_until)
                    unsure |= {row.expert_id} if row.changed == look.own else set()
                for expert_id in undone:
                    self._columns.stand(Standing(expert_id))
                    self._taking.tell(expert_id, (), full_until=None)
            self._unsure = frozenset(unsure)
            if look.weights != self._weights.version:
                self._weights = await weights.current(db)
            self._seen = look.mark
            return Network(self._columns, self._taking.counts(now), self._weights)

    def _moved(self, changed: Any, expert_id: Any) -> Any:
        """What may differ from the memory."""
        return or_(changed >= self._seen, expert_id.in_(self._unsure)) if self._unsure else changed >= self._seen


async def _turns(db: AsyncConnection, changed: Any, *, now: datetime) -> dict[UUID, list[datetime]]:
    """When people were taken in the last 7 days, by whoever's standing changed: each charge and refund changes it."""
    moved = select(expert_standing.c.expert_id).where(changed)
    recent = (appointment.c.charged_at > now - WEEK) & appointment.c.refunded_at.is_(None)
    query = select(appointment.c.expert_id, appointment.c.charged_at).where(recent, appointment.c.expert_id.in_(moved))
    found: dict[UUID, list[datetime]] = defaultdict(list)
    for expert_id, charged_at in await db.execute(query):
        found[expert_id].append(charged_at)
    return found


async def by_ids(db: AsyncConnection, ids: Iterable[UUID]) -> list[Expert]:
    """The experts with these ids that exist."""
    rows = (await db.execute(select(expert).where(expert.c.id.in_(list(ids))))).all()
    return [from_row(row) for row in rows]


async def met_by(db: AsyncConnection, case_id: UUID) -> frozenset[UUID]:
    """The experts whom this case has an appointment with, or met."""
    mine = (appointment.c.case_id == case_id) & (appointment.c.standing != "cancelled")
    query = select(appointment.c.expert_id).where(mine).distinct()
    return frozenset((await db.execute(query)).scalars())


async def save(db: AsyncConnection, changed: Expert) -> None:
    """Write one expert; a newcomer starts level with the least served (no burst)."""
    row = as_row(changed)
    await db.execute(insert(expert).values(row).on_conflict_do_update(index_elements=["id"], set_=row))
    await fairness.welcome(db, [changed.id])


async def close(db: AsyncConnection, expert_id: UUID) -> Expert | None:
    """The account is closed: no longer proposed; None when it was no active expert."""
    mine = (expert.c.id == expert_id) & expert.c.active
    closed = update(expert).where(mine).values(active=False, version=expert.c.version + 1).returning(expert)
    row = (await db.execute(closed)).first()
    return from_row(row) if row else None


ANNOUNCED = text(
    """
    INSERT INTO expert_standing AS known (expert_id, version, first_free, announced, closed_since)
    SELECT expert_id, version, CAST(first_free AS jsonb), true,
        CASE WHEN first_free = '{}' THEN CAST(:now AS timestamptz) END
    FROM unnest(CAST(:expert_id AS uuid[]), CAST(:version AS bigint[]), CAST(:first_free AS text[]))
        AS told(expert_id, version, first_free)
    ON CONFLICT (expert_id) DO UPDATE
    SET version = excluded.version, first_free = excluded.first_free, announced = true,
        closed_since = CASE WHEN excluded.closed_since IS NOT NULL
            THEN coalesce(known.closed_since, excluded.closed_since) END
    WHERE known.version < excluded.version
    """
)


async def announce(db: AsyncConnection, *events: AvailabilityChanged, now: datetime) -> None:
    """Keep the first free slots that booking announced; an older version changes nothing."""
    latest: dict[UUID, AvailabilityChanged] = {}
    for event in events:
        if event.expert_id not in latest or latest[event.expert_id].version < event.version:
            latest[event.expert_id] = event
    told = [latest[expert_id] for expert_id in sorted(latest)]  # one order for all who lock several
    row = {
        "expert_id": [one.expert_id for one in told],
        "version": [one.version for one in told],
        "first_free": [msgspec.json.encode(one.first_free).decode() for one in told],
    }
    await db.execute(ANNOUNCED, {**row, "now": now})


def as_row(one: Expert) -> dict[str, Any]:
    """The columns of an expert."""
    return {
        "id": one.id,
        "version": one.version,
        "active": one.active,
        "name": one.name,
        "title": one.title,
        "profession": one.profession.value,
        "rpps": one.rpps,
        "checked_at": one.checked_at,
        "modalities": [each.value for each in Modality if each in one.modalities],
        "specialties": one.specialties,
        "audiences": sorted(one.audiences),
        "places": msgspec.to_builtins(one.places),
        "languages": sorted(one.languages),
        "fee_cents": one.fee.cents,
        "fee_covered": one.fee.covered,
        "gender": one.gender,
        "crisis": one.crisis,
        "capacity": one.capacity,
        "leave": [[first.isoformat(), last.isoformat()] for first, last in one.leave],
        "exclusions": sorted(one.exclusions),
        "employer": one.employer,
        "time_zone": one.time_zone,
        "holiday_region": one.holiday_region,
        "offered": one.offered,
        "listed": one.listed,
        "accessibility": sorted(one.accessibility),
        "coverage": one.coverage,
    }


def from_row(row: Any) -> Expert:
    """An expert from a row of the table."""
    return Expert(
        id=row.id,
        name=row.name,
        title=row.title,
        profession=ExpertProfession(row.profession),
        checked_at=row.checked_at,
        modalities=frozenset(map(Modality, row.modalities)),
        specialties=row.specialties,
        audiences=frozenset(row.audiences),
        places=tuple(Place(**place) for place in row.places),
        languages=frozenset(row.languages),
        fee=Fee(row.fee_cents, row.fee_covered),
        gender=row.gender,
        crisis=row.crisis,
        capacity=row.capacity,
        leave=tuple((date.fromisoformat(first), date.fromisoformat(last)) for first, last in row.leave),
        exclusions=frozenset(row.exclusions),
        employer=row.employer,
        time_zone=row.time_zone,
        holiday_region=row.holiday_region,
        rpps=row.rpps,
        active=row.active,
        version=row.version,
        offered=row.offered,
        listed=row.listed,
        accessibility=frozenset(row.accessibility),
        coverage=row.coverage,
    )


def _standing(row: Any) -> Standing:
    free = {Modality(way): _instant(at) for way, at in row.first_free.items()}
    return Standing(row.expert_id, row.stride_pass, free, row.announced)


def _instant(written: str) -> datetime:
    return datetime.fromisoformat(written).astimezone(UTC)
