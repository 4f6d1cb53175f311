"""What one shift tells the next: whom to watch over, what happened, what is left open; read and signed."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Integer, and_, func, insert, lateral, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.desk import Handover, Incident, Watch
from kit.vault import Vault
from services.referral.domain import shift
from services.referral.domain.contacts import reference
from services.referral.domain.shift import HandoverSigned, OwnHandover, UnknownHandover, UnknownWatch
from services.referral.store import sealed
from services.referral.store.desk import NAME
from services.referral.tables import care_case, colleague, contact, handover, incident, watch

RECENT = timedelta(hours=24)


async def add_watch(
    db: AsyncConnection,
    vault: Vault,
    case_id: UUID,
    words: str,
    *,
    contact_id: UUID | None,
    written_by: UUID,
    now: datetime,
) -> UUID:
    """Someone to watch over tonight, and what to do; sealed under their own key."""
    watch_id = uuid4()
    row = {
        "id": watch_id,
        "case_id": case_id,
        "contact_id": contact_id,
        "at": now,
        "until": now + shift.WATCHED,
        "written_by": written_by,
        "typed": await sealed.seal(db, vault, case_id, {"words": words}, place=f"watch.typed:{watch_id}"),
    }
    await db.execute(insert(watch).values(row))
    return watch_id


async def end_watch(db: AsyncConnection, watch_id: UUID, *, now: datetime) -> UUID:
    """There is no need any more; the case it was for."""
    over = update(watch).where(watch.c.id == watch_id)
    ended = over.values(ended_at=func.coalesce(watch.c.ended_at, now)).returning(watch.c.case_id)
    found: UUID | None = (await db.execute(ended)).scalar_one_or_none()
    if found is None:
        raise UnknownWatch()
    return found


async def watched(db: AsyncConnection, vault: Vault, *, now: datetime, case_id: UUID | None = None) -> list[Watch]:
    """Whom to watch over now, the latest first, each with the last call of their case."""
    latest = select(contact.c.number, contact.c.codes["level"].as_string().cast(Integer).label("level"))
    latest = latest.where(contact.c.case_id == watch.c.case_id).order_by(contact.c.started_at.desc()).limit(1)
    last = lateral(latest).alias("last")
    query = select(watch, care_case.c.data_key, NAME.label("writer"), last.c.number, last.c.level)
    query = query.join(care_case, care_case.c.id == watch.c.case_id).outerjoin(last, true())
    query = query.outerjoin(colleague, colleague.c.id == watch.c.written_by)
    standing = and_(watch.c.ended_at.is_(None), watch.c.until > now)
    if case_id is not None:
        standing = and_(standing, watch.c.case_id == case_id)
    rows = await db.execute(query.where(standing).order_by(watch.c.at.desc()).limit(100))
    return [
        Watch(
            id=row.id,
            case_id=row.case_id,
            contact_id=row.contact_id,
            reference=reference(row.number) if row.number else "",
            level=row.level,
            at=row.at,
            until=row.until,
            written_by=row.written_by,
            writer=row.writer,
            words=sealed.opened(vault, row.data_key, row.typed, place=f"watch.typed:{row.id}").get("words", ""),
        )
        for row in rows
    ]


async def add_incident(db: AsyncConnection, vault: Vault, words: str, *, written_by: UUID, now: datetime) -> None:
    """Something that the next shift must know."""
    incident_id, key = uuid4(), vault.new_data_key()
    row = {
        "id": incident_id,
        "at": now,
        "written_by": written_by,
        "data_key": key,
        "typed": vault.seal(key, words, aad=f"incident.typed:{incident_id}"),
    }
    await db.execute(insert(incident).values(row))


async def incidents(db: AsyncConnection, vault: Vault, *, now: datetime) -> list[Incident]:
    """Those of the last day, the latest first."""
    query = select(incident, NAME.label("writer")).outerjoin(colleague, colleague.c.id == incident.c.written_by)
    recent = query.where(incident.c.at > now - RECENT).order_by(incident.c.at.desc()).limit(50)
    return [
        Incident(row.id, row.at, row.writer, vault.open(row.data_key, row.typed, aad=f"incident.typed:{row.id}"))
        for row in await db.execute(recent)
    ]


async def hand_over(
    db: AsyncConnection, vault: Vault, words: str, *, left_open: dict[str, int], written_by: UUID, now: datetime
) -> UUID:
    """One's last word, and how much was open when it was written."""
    handover_id, key = uuid4(), vault.new_data_key()
    row = {
        "id": handover_id,
        "at": now,
        "written_by": written_by,
        "left_open": left_open,
        "data_key": key,
        "typed": vault.seal(key, words, aad=f"handover.typed:{handover_id}") if words else None,
    }
    await db.execute(insert(handover).values(row))
    return handover_id


async def sign(db: AsyncConnection, handover_id: UUID, *, signed_by: UUID, now: datetime) -> None:
    """Read, and signed by whoever comes in; once."""
    row = (await db.execute(select(handover).where(handover.c.id == handover_id).with_for_update())).first()
    if row is None:
        raise UnknownHandover()
    if row.written_by == signed_by:
        raise OwnHandover()
    if row.signed_by == signed_by:
        return
    if row.signed_at is not None:
        raise HandoverSigned()
    await db.execute(update(handover).where(handover.c.id == handover_id).values(signed_at=now, signed_by=signed_by))


async def handovers(db: AsyncConnection, vault: Vault, *, now: datetime, limit: int = 6) -> list[Handover]:
    """Those that nobody has signed yet, and the latest others; the latest first."""
    signer = colleague.alias("signer")
    query = select(handover, NAME.label("writer"), func.coalesce(signer.c.display_name, "").label("signer"))
    query = query.outerjoin(colleague, colleague.c.id == handover.c.written_by)
    query = query.outerjoin(signer, signer.c.id == handover.c.signed_by)
    recent = query.where(handover.c.at > now - 3 * RECENT).order_by(handover.c.at.desc()).limit(limit)
    return [_handover(row, vault) for row in await db.execute(recent)]


def _handover(row: Any, vault: Vault) -> Handover:
    words = vault.open(row.data_key, row.typed, aad=f"handover.typed:{row.id}") if row.typed else ""
    return Handover(
        id=row.id,
        at=row.at,
        written_by=row.written_by,
        writer=row.writer,
        words=words,
        left_open=row.left_open,
        signed_at=row.signed_at,
        signed_by=row.signed_by,
        signer=row.signer,
    )
