"""What must hold on whatever data is loaded (booking.md §1.12), told in sentences that name what breaks it."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg

from kit.clock import now as clock
from services.booking.domain.agenda import agenda_days
from services.booking.domain.openings import Occurrence
from services.booking.domain.slots import first_start
from services.booking.domain.spans import Span
from services.booking.domain.types import Shape
from services.booking.domain.zones import local_day

AT_ONCE = 100
MOST_SHOWN = 20

QUESTIONS = {
    "I1: two active claims of one expert overlap": """
        SELECT a.expert_id, a.id, b.id FROM claim a JOIN claim b
        ON a.expert_id = b.expert_id AND a.id < b.id AND a.during && b.during WHERE a.active AND b.active""",
    "I2: a live appointment has no claim of its own that covers it, or more than one": """
        SELECT a.id FROM appointment a LEFT JOIN claim c ON c.appointment_id = a.id AND c.active
            AND c.expert_id = a.expert_id AND c.during @> tstzrange(a.starts_at, a.ends_at)
        WHERE a.status IN ('booked', 'arrived', 'started') GROUP BY a.id HAVING count(c.id) <> 1""",
    "an appointment is of a consultation type that there is not": """
        SELECT a.id FROM appointment a LEFT JOIN consultation_type t ON t.id = a.type_id WHERE t.id IS NULL""",
    "I3: a cancelled appointment still has a claim": """
        SELECT a.id FROM appointment a JOIN claim c ON c.appointment_id = a.id AND c.active
        WHERE a.status LIKE 'cancelled%'""",
    "a third person's agenda does not hold the hour of a live appointment": """
        SELECT g.appointment_id, g.expert_id FROM appointment_guest g JOIN appointment a ON a.id = g.appointment_id
        LEFT JOIN claim c ON c.appointment_id = a.id AND c.active AND c.expert_id = g.expert_id
            AND c.during @> tstzrange(a.starts_at, a.ends_at)
        WHERE a.status IN ('booked', 'arrived', 'started') AND a.ends_at > now()
        GROUP BY 1, 2 HAVING count(c.id) <> 1""",
    "an hour was offered to a case that does not want this expert": """
        SELECT o.id FROM waiting_offer o JOIN waiting_entry e ON e.id = o.entry_id
        WHERE o.answer IS NULL AND (o.expert_id = ANY(e.not_experts)
            OR (cardinality(e.experts) > 0 AND NOT o.expert_id = ANY(e.experts)))""",
    "an hour is promised to one person and its hold is gone": """
        SELECT o.id FROM waiting_offer o LEFT JOIN claim c ON c.id = o.claim_id AND c.active AND c.kind = 'hold'
        WHERE o.mode = 'exclusive' AND o.answer IS NULL AND o.expires_at > now() AND c.id IS NULL""",
    "more than one accepted the same freed hour": """
        SELECT a.id, b.id FROM waiting_offer a JOIN waiting_offer b ON a.expert_id = b.expert_id AND a.id < b.id
        AND a.starts_at = b.starts_at AND a.answer = 'accepted' AND b.answer = 'accepted'
        AND a.answered_at > b.sent_at AND b.answered_at > a.sent_at""",
    "someone has more open offers than they can answer": """
        SELECT entry_id FROM waiting_offer WHERE answer IS NULL AND expires_at > now()
        GROUP BY entry_id HAVING count(*) > 3""",
    "an orientation waits twice": """
        SELECT referral_id FROM waiting_entry WHERE status IN ('waiting', 'worked')
        GROUP BY referral_id HAVING count(*) > 1""",
    "an offer is open for someone who no longer waits": """
        SELECT o.id FROM waiting_offer o JOIN waiting_entry e ON e.id = o.entry_id
        WHERE o.answer IS NULL AND o.expires_at > now() AND e.status NOT IN ('waiting', 'worked')""",
    "a group has more people than seats": """
        SELECT g.appointment_id FROM group_session g JOIN group_place p USING (appointment_id)
        WHERE p.status = 'seat' GROUP BY g.appointment_id, g.seats HAVING count(*) > g.seats""",
    "someone waits for a group in which a seat is free": """
        SELECT g.appointment_id FROM group_session g JOIN group_place p USING (appointment_id)
        GROUP BY g.appointment_id, g.seats
        HAVING count(*) FILTER (WHERE p.status = 'waiting') > 0
            AND count(*) FILTER (WHERE p.status = 'seat') < g.seats""",
    "I6: free time lies inside an absence": """
        SELECT d.expert_id, d.day FROM busy_block b JOIN agenda_day d ON d.expert_id = b.expert_id
        AND d.day BETWEEN lower(b.during)::date - 2 AND upper(b.during)::date + 1 WHERE d.free && b.during""",
    "I8: the events of an appointment have a gap": """
        SELECT appointment_id FROM appointment_event GROUP BY appointment_id
        HAVING max(seq) <> count(*) OR min(seq) <> 1""",
}


async def check(
    connection: asyncpg.Connection, now: datetime | None = None, *, agendas: Collection[UUID] | None = None
) -> list[str]:
    """The sentences of what is broken; empty when all holds. With `agendas`, only these are derived by hand (I5)."""
    moment = now or clock()
    broken = []
    for sentence, sql in QUESTIONS.items():
        rows = await connection.fetch(f"{sql} LIMIT {MOST_SHOWN}")
        broken += [f"{sentence}: {', '.join(str(value) for value in row.values())}" for row in rows]
    return broken + await _projection(connection, moment, agendas)


async def _projection(connection: asyncpg.Connection, now: datetime, agendas: Collection[UUID] | None) -> list[str]:
    """I5: every agenda day is what openings, absences and claims come to, by the rules in Python."""
    broken: list[str] = []
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        known = [row[0] for row in await connection.fetch("SELECT id FROM expert ORDER BY id")]
        experts = known if agendas is None else [one for one in known if one in agendas]
        for at in range(0, len(experts), AT_ONCE):
            broken += await _agendas(connection, experts[at : at + AT_ONCE], now)
            if len(broken) > MOST_SHOWN:
                break
    return broken


_TYPES = """
    SELECT e.id AS expert_id, t.id AS type_id, e.time_zone, e.daily_limit, t.horizon_days,
        coalesce(x.minimum_notice, t.minimum_notice) AS minimum_notice,
        coalesce(x.duration, t.duration) AS duration, coalesce(x.step, t.step) AS step,
        coalesce(x.buffer_before, t.buffer_before) AS buffer_before,
        coalesce(x.buffer_after, t.buffer_after) AS buffer_after
    FROM expert e JOIN consultation_type t ON t.modality = ANY(e.modalities) AND t.active
    LEFT JOIN expert_consultation_type x ON x.expert_id = e.id AND x.type_id = t.id
    WHERE e.active AND e.id = ANY($1)"""
_OPENINGS = """
    SELECT o.expert_id, o.rule_id, o.day, lower(o.during) AS opens, upper(o.during) AS closes,
        array_agg(r.type_id) AS types
    FROM opening_occurrence o JOIN opening_rule_type r USING (rule_id)
    WHERE o.expert_id = ANY($1) AND o.day >= $2 GROUP BY o.id"""
_TAKEN = """
    SELECT expert_id, lower(during) AS since, upper(during) AS until, false AS claimed FROM busy_block
    WHERE expert_id = ANY($1) AND upper(during) > $2
    UNION ALL
    SELECT expert_id, lower(during), upper(during), true FROM claim
    WHERE active AND expert_id = ANY($1) AND upper(during) > $2"""
_DAYS = "SELECT expert_id, type_id, day, free, first_free FROM agenda_day WHERE expert_id = ANY($1) AND day >= $2"


async def _agendas(connection: asyncpg.Connection, experts: list[UUID], now: datetime) -> list[str]:
    today = now.date()
    kinds: dict[UUID, list[Any]] = defaultdict(list)
    for row in await connection.fetch(_TYPES, experts):
        kinds[row["expert_id"]].append(row)
    opened: dict[UUID, list[tuple[Occurrence, frozenset[UUID]]]] = defaultdict(list)
    for row in await connection.fetch(_OPENINGS, experts, today):
        span = Span(row["opens"], row["closes"])
        one = Occurrence(row["rule_id"], row["expert_id"], row["day"], span)
        opened[row["expert_id"]].append((one, frozenset(row["types"])))
    taken: dict[UUID, list[Span]] = defaultdict(list)
    claimed: dict[UUID, list[Span]] = defaultdict(list)
    for row in await connection.fetch(_TAKEN, experts, now - timedelta(days=3)):
        (claimed if row["claimed"] else taken)[row["expert_id"]].append(Span(row["since"], row["until"]))
    told: dict[UUID, dict[Any, Any]] = defaultdict(dict)
    for row in await connection.fetch(_DAYS, experts, today):
        told[row["expert_id"]][row["day"], row["type_id"]] = row
    return [
        sentence
        for expert_id in experts
        for sentence in _compare(
            expert_id,
            kinds[expert_id],
            opened[expert_id],
            (taken[expert_id], claimed[expert_id]),
            told[expert_id],
            now,
        )
    ]


def _compare(
    expert_id: UUID,
    kinds: list[Any],
    opened: list[tuple[Occurrence, frozenset[UUID]]],
    taken: tuple[list[Span], list[Span]],
    told: dict[Any, Any],
    now: datetime,
) -> list[str]:
    shapes = {k["type_id"]: Shape(k["duration"], k["step"], k["buffer_before"], k["buffer_after"]) for k in kinds}
    by_type = {k["type_id"]: k for k in kinds}
    broken = []
    zone, limit = (kinds[0]["time_zone"], kinds[0]["daily_limit"]) if kinds else ("Europe/Paris", None)
    busy, claims = taken
    for day in agenda_days(
        expert_id, openings=opened, busy=busy, claims=claims, shapes=shapes, zone=zone, daily_limit=limit
    ):
        kind = by_type[day.type_id]
        row = told.pop((day.day, day.type_id), None)
        within = (day.day - local_day(now, kind["time_zone"])).days <= kind["horizon_days"]
        free = [] if row is None else [Span(part.lower, part.upper) for part in row["free"]]
        # A day that has only just come within reach may still wait for its tick.
        wanted = list(day.free) if within or row is not None else []
        if row is None and (day.day - now.date()).days >= kind["horizon_days"] - 1:
            continue
        if free != wanted:
            broken.append(
                f"I5: free time of expert {expert_id}, type {day.type_id}, {day.day} is not what its agenda says"
            )
        elif row is not None and not _first_is_right(
            day.free, row["first_free"], shapes[day.type_id], now + timedelta(minutes=kind["minimum_notice"])
        ):
            broken.append(f"I5: the first slot of expert {expert_id}, type {day.type_id}, {day.day} is not the first")
    broken += [
        f"I5: expert {expert_id} has a day without opening: {key[0]}" for key, row in told.items() if row["free"]
    ]
    return broken


def _first_is_right(free: tuple[Span, ...], first: datetime | None, shape: Shape, cut: datetime) -> bool:
    """It may lag behind the clock, since the search looks again; it may not skip a start that is still to come."""
    coming = first_start(free, shape, cut)
    if first is None or (coming is not None and first > coming):
        return coming is None and first is None
    return first_start(free, shape, first) == first
