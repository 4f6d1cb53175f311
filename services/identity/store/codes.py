"""Spoken codes and PINs, as hashes under a key that the database does not know."""

from datetime import datetime
from itertools import count
from uuid import UUID

import msgspec
from sqlalchemy import exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.identity import SpokenCode
from services.identity.domain.refusals import CaseIsErased
from services.identity.domain.secrets import peppered
from services.identity.domain.spoken import heard, new_code, word_heard
from services.identity.tables import case_access, spoken_code


def code_hash(pepper: bytes, text: str) -> bytes:
    """The kept form of a code as it was typed; what is no code at all gets a hash that nothing has."""
    return peppered(pepper, "code", heard(text) or f"\n{text[:200]}")


def pin_hash(pepper: bytes, case_id: UUID, pin: str) -> bytes:
    """The kept form of a PIN; the case in it makes equal PINs look different."""
    return peppered(pepper, f"pin {case_id}", pin)


def word_hash(pepper: bytes, case_id: UUID, word: str) -> bytes:
    """The kept form of a code's first word; the case in it makes equal words look different."""
    return peppered(pepper, f"word {case_id}", word_heard(word) or f"\n{word[:80]}")


async def renew(
    db: AsyncConnection, pepper: bytes, case_id: UUID, *, pin: str | None, key: str | None, now: datetime
) -> SpokenCode:
    """A new code for a case, the former one ended; `case-is-erased` for an erased case.

    The same `key` (of a press that is repeated) gives the same code, though no code is kept: it follows from the
    pepper.
    """
    erased = exists().where(case_access.c.case_id == case_id, case_access.c.erased_at.is_not(None))
    if (await db.execute(select(erased))).scalar():
        raise CaseIsErased()
    code = await _unused(db, pepper, case_id, key)
    values = {
        "code_hash": code_hash(pepper, code.text),
        "word_hash": word_hash(pepper, case_id, code.words[0]),
        "pin_hash": None if pin is None else pin_hash(pepper, case_id, pin),
        "made_at": now,
    }
    keeping = insert(spoken_code).values(case_id=case_id, **values)
    await db.execute(keeping.on_conflict_do_update(index_elements=["case_id"], set_=values))
    return code


async def _unused(db: AsyncConnection, pepper: bytes, case_id: UUID, key: str | None) -> SpokenCode:
    """A code that no other case has; two drawing the same one in the same instant meet the unique constraint."""
    for draw in count():
        code = new_code(None if key is None else peppered(pepper, f"draw {draw} {case_id}", key))
        same = spoken_code.c.code_hash == code_hash(pepper, code.text)
        taken = exists().where(same, spoken_code.c.case_id != case_id)
        if not (await db.execute(select(taken))).scalar():
            break
    return code


async def first_word(db: AsyncConnection, case_id: UUID) -> bytes | None:
    """The kept form of the first word of a case's code, unless it has none or is erased."""
    asked = select(spoken_code.c.word_hash).outerjoin(case_access, case_access.c.case_id == spoken_code.c.case_id)
    mine = asked.where(spoken_code.c.case_id == case_id, case_access.c.erased_at.is_(None))
    found: bytes | None = (await db.execute(mine)).scalar()
    return found


class FoundCode(msgspec.Struct, frozen=True):
    """What a code opens."""

    case_id: UUID
    made_at: datetime
    pin_hash: bytes | None
    opens_until: datetime | None


async def find(db: AsyncConnection, kept: bytes) -> FoundCode | None:
    """The case behind a code's hash, unless it is erased."""
    row = (
        await db.execute(
            select(spoken_code.c.case_id, spoken_code.c.made_at, spoken_code.c.pin_hash, case_access.c.opens_until)
            .outerjoin(case_access, case_access.c.case_id == spoken_code.c.case_id)
            .where(spoken_code.c.code_hash == kept, case_access.c.erased_at.is_(None))
        )
    ).one_or_none()
    return None if row is None else FoundCode(row.case_id, row.made_at, row.pin_hash, row.opens_until)
