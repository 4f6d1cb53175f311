"""Many experts and many past calls at once, by COPY: how the demo is filled; rows come from the rules of the domain."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import msgspec

from contracts.events import AvailabilityChanged, ExpertChanged
from contracts.referral import Sheet
from kit.vault import Vault
from services.referral.domain import referrals, sheets, vocabulary
from services.referral.domain.appointments import Appointment, Standing, reconciled
from services.referral.domain.decisions import decided
from services.referral.domain.experts import Expert, expert_changed
from services.referral.domain.experts import Standing as ExpertStanding
from services.referral.domain.referrals import Referral, Step
from services.referral.domain.urgent import Duty
from services.referral.store.experts import as_row

JSON = {"specialties", "places", "leave"}


@dataclass(frozen=True, slots=True)
class PastCall:
    """One call of the past. With a level and a `referral_id` it was handed over; `appointments` are what booking
    told of it, oldest first, and `decision` what a person decided in the end."""

    contact_id: UUID
    case_id: UUID
    listener_id: UUID
    started_at: datetime
    ended_at: datetime
    sheet: Sheet
    referral_id: UUID | None = None
    appointments: tuple[Appointment, ...] = ()
    decision: str | None = None


async def add_experts(
    connection: asyncpg.Connection, network: Iterable[tuple[Expert, ExpertStanding]]
) -> list[ExpertChanged]:
    """Write experts and where they stand; what booking must be told of them. They must be new."""
    pairs = list(network)
    rows = [as_row(expert) for expert, _ in pairs]
    if not rows:
        return []
    columns = tuple(rows[0])
    records = [tuple(_json(row[name]) if name in JSON else row[name] for name in columns) for row in rows]
    async with connection.transaction():
        await _copy(connection, "expert", columns, records)
        await _copy(
            connection,
            "expert_standing",
            ("expert_id", "stride_pass", "first_free", "announced"),
            (
                (one.expert_id, one.stride_pass, _json(msgspec.to_builtins(one.first_free)), one.announced)
                for _, one in pairs
            ),
        )
        await connection.execute("ANALYZE expert, expert_standing")
    return [expert_changed(expert) for expert, _ in pairs]


async def add_members(
    connection: asyncpg.Connection, came: Iterable[tuple[Any, ...]], proofs: Iterable[tuple[Any, ...]]
) -> None:
    """Write how experts came into the network, and their proofs. They must be new."""
    joined = ("expert_id", "origin", "added_at", "joined_at", "charter_version", "charter_at")
    await _copy(connection, "member", joined, came)
    said = ("id", "expert_id", "kind", "reference", "expires_on", "said_at", "checked_at")
    await _copy(connection, "proof", said, proofs)


async def announce(
    connection: asyncpg.Connection, events: Sequence[AvailabilityChanged], *, closed: Mapping[UUID, datetime]
) -> None:
    """Keep what booking has to tell of many agendas, as the listener would one by one; `closed` since when."""
    told = [
        {
            "expert_id": one.expert_id,
            "version": one.version,
            "first_free": msgspec.to_builtins(one.first_free),
            "closed_since": None if one.first_free else closed.get(one.expert_id),
        }
        for one in events
    ]
    await connection.execute(
        """
        UPDATE expert_standing s SET version = t.version, first_free = t.first_free, announced = true,
            closed_since = t.closed_since
        FROM jsonb_to_recordset($1::jsonb)
            AS t (expert_id uuid, version bigint, first_free jsonb, closed_since timestamptz)
        WHERE s.expert_id = t.expert_id AND s.version < t.version
        """,
        _json(told),
    )


async def add_calls(connection: asyncpg.Connection, calls: Sequence[PastCall], *, vault: Vault) -> None:
    """Write past calls with their cases, needs, referrals and histories. They must be new."""
    keys = {call.case_id: vault.new_data_key() for call in calls if sheets.secret(call.sheet)}
    lived = [life for call in calls if (life := _life(call)) is not None]
    async with connection.transaction():
        cases = {call.case_id: call.started_at for call in reversed(calls)}
        await _copy(
            connection,
            "care_case",
            ("id", "created_at", "data_key"),
            ((case_id, at, keys.get(case_id)) for case_id, at in cases.items()),
        )
        await _copy(connection, "contact", _CONTACT, (_contact(call, vault, keys) for call in calls))
        await _copy(connection, "need", _NEED, (_need(life, vault, keys) for life in lived))
        await _copy(connection, "referral", _REFERRAL, (_referral(life.referral) for life in lived))
        await _copy(connection, "transition_log", _STEP, (row for life in lived for row in _steps(life)))
        await _copy(connection, "appointment", _APPOINTMENT, (row for life in lived for row in _appointments(life)))
        await connection.execute("ANALYZE care_case, contact, need, referral, transition_log, appointment")


async def add_duties(connection: asyncpg.Connection, posts: Sequence[Duty]) -> None:
    """Write the rota. It must be empty."""
    await _copy(connection, "duty", ("position", "name", "number"), ((p.position, p.name, p.number) for p in posts))


@dataclass(frozen=True, slots=True)
class _Life:
    """A past call's referral, and the steps that it took."""

    call: PastCall
    referral: Referral
    steps: list[tuple[datetime, Step, str]]


def _life(call: PastCall) -> _Life | None:
    """The referral of a past call, led through its events by the same rules as a living one."""
    level = call.sheet.level
    if call.referral_id is None or level is None:
        return None
    referral, made = referrals.submitted(
        referral_id=call.referral_id,
        case_id=call.case_id,
        contact_id=call.contact_id,
        need_id=uuid4(),
        level=level,
        owner_id=call.listener_id,
        now=call.ended_at,
    )
    steps = [(call.ended_at, step, str(call.listener_id)) for step in made]
    known: dict[UUID, Appointment] = {}
    for heard in call.appointments:
        known[heard.id] = heard
        at = call.ended_at if heard.standing is Standing.BOOKED else heard.starts_at or call.ended_at
        referral, made = reconciled(referral, list(known.values()), heard=heard.id, now=at)
        steps += [(at, step, "booking") for step in made]
    if call.decision is not None:
        at = steps[-1][0]
        referral, step = decided(referral, call.decision, now=at)
        steps.append((at, step, str(call.listener_id)))
    return _Life(call, referral, steps)


_CONTACT = (
    "id",
    "case_id",
    "referral_id",
    "listener_id",
    "started_at",
    "ended_at",
    "final",
    "codes",
    "typed",
    "saved_at",
    "vocabulary",
)


def _contact(call: PastCall, vault: Vault, keys: dict[UUID, bytes]) -> tuple[Any, ...]:
    return (
        call.contact_id,
        call.case_id,
        call.referral_id if call.sheet.level is not None else None,
        call.listener_id,
        call.started_at,
        call.ended_at,
        True,
        _json(sheets.coded(call.sheet)),
        _typed(call, vault, keys, f"contact.typed:{call.contact_id}"),
        call.ended_at,
        vocabulary.VERSION,
    )


_NEED = ("id", "case_id", "contact_id", "contact_version", "at", "level", "codes", "typed")


def _need(life: _Life, vault: Vault, keys: dict[UUID, bytes]) -> tuple[Any, ...]:
    call, referral = life.call, life.referral
    return (
        referral.need_id,
        call.case_id,
        call.contact_id,
        1,
        call.ended_at,
        referral.level,
        _json(sheets.coded(call.sheet)),
        _typed(call, vault, keys, f"need.typed:{referral.need_id}"),
    )


_REFERRAL = tuple(field for field in Referral.__dataclass_fields__)


def _referral(referral: Referral) -> tuple[Any, ...]:
    return tuple(getattr(referral, field) for field in _REFERRAL)


_STEP = ("referral_id", "at", "from_status", "to_status", "cause", "actor")


def _steps(life: _Life) -> Iterator[tuple[Any, ...]]:
    for at, step, actor in life.steps:
        yield life.referral.id, at, step.from_status, step.to_status, step.cause, actor


STANDS = (Standing.BOOKED, Standing.ATTENDED)
_APPOINTMENT = (
    "id",
    "referral_id",
    "case_id",
    "expert_id",
    "version",
    "standing",
    "starts_at",
    "modality",
    "cancelled_by",
    "charged_at",
    "refunded_at",
)


def _appointments(life: _Life) -> Iterator[tuple[Any, ...]]:
    latest = {one.id: one for one in life.call.appointments}
    taken: dict[UUID, UUID] = {}  # by expert: the one appointment that is their turn
    for one in sorted(latest.values(), key=lambda one: one.standing not in STANDS):
        taken.setdefault(one.expert_id, one.id)
    for one in latest.values():
        turn = taken[one.expert_id] == one.id
        yield (
            one.id,
            life.referral.id,
            life.referral.case_id,
            one.expert_id,
            one.version,
            one.standing,
            one.starts_at,
            one.modality,
            one.cancelled_by,
            life.call.ended_at if turn else None,
            (one.starts_at or life.call.ended_at) if turn and one.standing not in STANDS else None,
        )


def _typed(call: PastCall, vault: Vault, keys: dict[UUID, bytes], place: str) -> bytes | None:
    typed = sheets.secret(call.sheet)
    return vault.seal(keys[call.case_id], _json(typed), aad=place) if typed else None


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


async def _copy(
    connection: asyncpg.Connection, table: str, columns: Sequence[str], records: Iterable[tuple[Any, ...]]
) -> None:
    await connection.copy_records_to_table(table, columns=list(columns), records=records)
