"""Bringing a directory in: every row checked, its source kept, and first a look at what would change."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from kit.errors import Invalid
from services.referral.domain.directory import Refused, Row, checked
from services.referral.store import directory


class NotADirectory(Invalid):
    """The document is not a directory in the shape that we read."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What an import changes. `gone` are rows that we have and the document has not: kept, for a person to judge."""

    new: int
    changed: int
    unchanged: int
    gone: int
    refused: tuple[Refused, ...]
    import_id: UUID | None = None  # None: a dry run


async def bring_in(db: AsyncConnection, document: bytes, *, now: datetime, dry_run: bool = False) -> Difference:
    """Read a directory in; with `dry_run` only say what would change. The same document twice changes nothing."""
    rows, refused = checked(_read(document))
    known = await directory.hashes(db)
    changed = [row for row in rows if known.get(row.id) != row.raw_hash]
    import_id = None if dry_run else uuid4()
    if import_id is not None:
        await directory.save(db, changed, import_id=import_id, now=now)
    new = sum(row.id not in known for row in changed)
    return Difference(
        new=new,
        changed=len(changed) - new,
        unchanged=len(rows) - len(changed),
        gone=len(set(known) - {row.id for row in rows}),
        refused=tuple(refused),
        import_id=import_id,
    )


def _read(document: bytes) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(document)
    except msgspec.DecodeError as error:
        raise NotADirectory("not JSON") from error
    if not isinstance(found, dict) or not all(
        isinstance(found.get(section, []), list) for section in ("structures", "services", "chiffres")
    ):
        raise NotADirectory("no structures, services or figures")
    return found


__all__ = ["Difference", "NotADirectory", "Row", "bring_in"]
