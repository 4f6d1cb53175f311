"""« Je ne peux pas assurer », and « finalement, je peux »: marks on what stands, each with its line of history."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import DateTime, Uuid

from contracts.caller import Caller
from kit.auth import role_name

_STANDING = """
    SELECT id FROM appointment WHERE id = ANY(:ids) AND expert_id = :expert AND status = 'booked'
      AND starts_at > :now AND handed_back_at IS {mark} AND case_id IS NOT NULL ORDER BY id FOR UPDATE
    """
_MARK = """
    WITH back AS (
        UPDATE appointment SET handed_back_at = {mark}, version = version + 1 WHERE id = ANY(:ids)
        RETURNING id, version, case_id, referral_id, expert_id, starts_at
    ), noted AS (
        INSERT INTO appointment_event (appointment_id, seq, at, actor, actor_role, kind)
        SELECT id, (SELECT coalesce(max(seq), 0) + 1 FROM appointment_event e WHERE e.appointment_id = back.id),
            :now, :actor, :role, '{kind}' FROM back
    )
    SELECT * FROM back ORDER BY starts_at
    """
_WHOSE = (bindparam("expert", type_=Uuid), bindparam("now", type_=DateTime(True)))
_WHO = (bindparam("actor", type_=Uuid), bindparam("now", type_=DateTime(True)))
_TO_HAND_BACK = text(_STANDING.format(mark="NULL")).bindparams(*_WHOSE)
_TO_TAKE_BACK = text(_STANDING.format(mark="NOT NULL")).bindparams(*_WHOSE)
_HAND_BACK = text(_MARK.format(mark=":now", kind="handed_back")).bindparams(*_WHO)
_TAKE_BACK = text(_MARK.format(mark="NULL", kind="kept")).bindparams(*_WHO)


async def hand_back(
    db: AsyncConnection, expert_id: UUID, appointment_ids: list[UUID], *, caller: Caller, now: datetime
) -> list[Any]:
    """The professional cannot hold these: each that still stands is marked once; the rows that were."""
    return await _mark(db, (_TO_HAND_BACK, _HAND_BACK), expert_id, appointment_ids, caller, now)


async def take_back(
    db: AsyncConnection, expert_id: UUID, appointment_ids: list[UUID], *, caller: Caller, now: datetime
) -> list[Any]:
    """After all they can: those that nobody has moved or cancelled meanwhile stand as before; the rows that do."""
    return await _mark(db, (_TO_TAKE_BACK, _TAKE_BACK), expert_id, appointment_ids, caller, now)


async def _mark(
    db: AsyncConnection,
    two: tuple[Any, Any],
    expert_id: UUID,
    appointment_ids: list[UUID],
    caller: Caller,
    now: datetime,
) -> list[Any]:
    which, how = two
    ids = list((await db.execute(which, {"ids": appointment_ids, "expert": expert_id, "now": now})).scalars())
    if not ids:
        return []
    told = {"ids": ids, "now": now, "actor": caller.subject, "role": role_name(caller)}
    return list((await db.execute(how, told)).all())
