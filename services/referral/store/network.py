"""The network as the coordination sees it: a list with what stands out, and who is missing where."""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.network import Member, Missing, Overview, Standing
from contracts.words import ExpertProfession
from services.referral.domain.departments import DEPARTMENTS
from services.referral.domain.experts import CREDENTIALS_LIVE

PAGE: Final = 50
_PRESENT = "(e.active OR (m.joined_at IS NULL AND m.expert_id IS NOT NULL))"
STATES: Final = {
    Standing.TO_INVITE: "NOT e.active AND m.expert_id IS NOT NULL AND m.invited_at IS NULL AND m.joined_at IS NULL",
    Standing.INVITED: "NOT e.active AND m.invited_at IS NOT NULL AND m.joined_at IS NULL",
    Standing.CLOSED: f"NOT {_PRESENT}",
    Standing.UNVERIFIED: f"{_PRESENT} AND e.checked_at < CAST(:valid AS date)",
    Standing.EXPIRING: f"""{_PRESENT} AND EXISTS (
        SELECT 1 FROM proof p WHERE p.expert_id = e.id AND p.expires_on < CAST(:soon AS date))""",
    Standing.TO_CHECK: f"""{_PRESENT} AND EXISTS (
        SELECT 1 FROM proof p WHERE p.expert_id = e.id AND p.checked_at IS NULL)""",
    Standing.AWAY: """e.active AND EXISTS (SELECT 1 FROM jsonb_array_elements(e.leave) l
        WHERE CAST(:today AS date) BETWEEN (l->>0)::date AND (l->>1)::date)""",
    Standing.DORMANT: "e.active AND s.closed_since < CAST(:dormant AS timestamptz)",
    Standing.FULL: "e.active AND (e.capacity = 0 OR coalesce(t.taken, 0) >= e.capacity)",
    Standing.NOT_OFFERED: "e.active AND NOT e.offered",
    Standing.NO_CHARTER: "e.active AND m.charter_at IS NULL",
    Standing.LISTED: "e.active AND e.listed",
}
"""What may stand out in a member, as the list filters and counts it."""
DORMANT: Final = timedelta(days=30)
SOON: Final = timedelta(days=30)

_FROM = """
    FROM expert e
    LEFT JOIN expert_standing s ON s.expert_id = e.id
    LEFT JOIN member m ON m.expert_id = e.id
    LEFT JOIN (
        SELECT expert_id, count(*) AS taken FROM appointment
        WHERE charged_at > CAST(:week AS timestamptz) AND refunded_at IS NULL GROUP BY expert_id
    ) t ON t.expert_id = e.id
"""
_FILTERS = {
    "q": "lower(e.name || ' ' || e.title || ' ' || coalesce(e.places->0->>'city', '')) LIKE :q",
    "profession": "e.profession = :profession",
    "department": "e.places @> CAST(:department AS jsonb)",
}


class Filters(msgspec.Struct, frozen=True):
    """What a list of members is narrowed to; empty is everyone."""

    q: str = ""
    profession: str = ""
    department: str = ""
    standing: Standing = Standing.IN_THE_NETWORK

    def where(self) -> str:
        parts = [clause for name, clause in _FILTERS.items() if getattr(self, name)]
        parts.append(STATES.get(self.standing, _PRESENT))
        return " AND ".join(f"({part})" for part in parts)

    def values(self, now: datetime) -> dict[str, Any]:
        escaped = self.q.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        given: dict[str, Any] = {"week": now - timedelta(days=7)}
        if self.q:
            given["q"] = f"%{escaped}%"
        if self.profession:
            given["profession"] = self.profession
        if self.department:
            given["department"] = msgspec.json.encode([{"department": self.department}]).decode()
        return given


def _days(now: datetime) -> dict[str, Any]:
    return {
        "today": now.date(),
        "valid": now.date() - CREDENTIALS_LIVE,
        "soon": now.date() + SOON,
        "dormant": now - DORMANT,
    }


def _asked(sql: str, values: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """The statement with only the values that it names."""
    return text(sql), {name: value for name, value in values.items() if f":{name}" in sql}


async def members(
    db: AsyncConnection, filters: Filters, *, after: tuple[str, UUID] | None, now: datetime
) -> tuple[list[Member], int, tuple[str, UUID] | None]:
    """One page by name, how many there are in all, and where the next page begins."""
    flags = ", ".join(f"({clause}) AS {name}" for name, clause in STATES.items())
    values = {**filters.values(now), **_days(now), "now": now, "most": PAGE + 1}
    where, beyond = filters.where(), ""
    if after is not None:
        beyond = "AND (e.name, e.id) > (:after_name, CAST(:after_id AS uuid))"
        values |= {"after_name": after[0], "after_id": str(after[1])}
    sql = f"""
        SELECT e.id, e.name, e.title, e.profession, e.places, e.capacity, coalesce(t.taken, 0) AS taken,
            (SELECT min(value::timestamptz) FROM jsonb_each_text(s.first_free)
             WHERE value::timestamptz >= CAST(:now AS timestamptz)) AS first_free, {flags}
        {_FROM} WHERE {where} {beyond} ORDER BY e.name, e.id LIMIT :most"""
    rows = (await db.execute(*_asked(sql, values))).all()
    counted = await db.execute(*_asked(f"SELECT count(*) {_FROM} WHERE {where}", values))
    shown = rows[:PAGE]
    further = (shown[-1].name, shown[-1].id) if len(rows) > PAGE else None
    return [_member(row) for row in shown], counted.scalar_one(), further


async def ids(db: AsyncConnection, filters: Filters, *, now: datetime) -> list[UUID]:
    """Everyone whom these filters show and who has an account."""
    sql = f"SELECT e.id {_FROM} WHERE e.active AND {filters.where()} ORDER BY e.id"
    return list((await db.execute(*_asked(sql, {**filters.values(now), **_days(now)}))).scalars())


async def overview(db: AsyncConnection, *, now: datetime) -> Overview:
    """How many stand in each state, and the professions that a département lacks."""
    counts = ", ".join(f"count(*) FILTER (WHERE {clause}) AS {name}" for name, clause in STATES.items())
    values = {"week": now - timedelta(days=7), **_days(now)}
    asked = _asked(f"SELECT count(*) FILTER (WHERE {_PRESENT}) AS everyone, {counts} {_FROM}", values)
    row = (await db.execute(*asked)).one()._mapping
    return Overview(row["everyone"], {name: row[name] for name in STATES}, await _missing(db, now=now))


_THERE = text(
    """
    SELECT e.places->0->>'department' AS department, e.profession, count(*) AS members,
           count(*) FILTER (WHERE e.offered AND e.capacity > 0 AND s.first_free <> '{}') AS open
    FROM expert e LEFT JOIN expert_standing s ON s.expert_id = e.id
    WHERE e.active GROUP BY 1, 2
    """
)
_ASKED = text(
    """
    SELECT codes->>'department' AS department, help AS profession, count(*) AS asked
    FROM need, jsonb_array_elements_text(codes->'help') help WHERE at > CAST(:since AS timestamptz) GROUP BY 1, 2
    """
)


async def _missing(db: AsyncConnection, *, now: datetime) -> list[Missing]:
    there = {(row.department, row.profession): row for row in await db.execute(_THERE)}
    since = {"since": now - timedelta(days=90)}
    asked = {(row.department, row.profession): row.asked for row in await db.execute(_ASKED, since)}
    found = []
    for code in DEPARTMENTS:
        for profession in ExpertProfession:
            row = there.get((code, profession.value))
            if row is None or row.open == 0:
                times = asked.get((code, profession.value), 0)
                found.append(Missing(code, profession, row.members if row else 0, row.open if row else 0, times))
    return sorted(found, key=lambda one: (-one.asked, one.open, one.members, one.department))


def _member(row: Any) -> Member:
    home = row.places[0] if row.places else {}
    return Member(
        id=row.id,
        name=row.name,
        title=row.title,
        profession=ExpertProfession(row.profession),
        city=home.get("city", ""),
        department=home.get("department", ""),
        capacity=row.capacity,
        taken=row.taken,
        first_free=row.first_free,
        states=[name for name in STATES if row._mapping[name]],
    )
