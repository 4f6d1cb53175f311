"""Programmes that let people book without a call, who may be booked so, and the case that such a booking makes."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.referral import Sheet
from kit.auth import NOBODY
from kit.errors import Changed
from services.referral.domain import online, referrals, sheets, vocabulary
from services.referral.domain.experts import CREDENTIALS_LIVE, Expert
from services.referral.domain.online import Programme
from services.referral.store import referrals as kept
from services.referral.store.experts import from_row
from services.referral.tables import care_case, contact, expert, need, online_programme

MOST = 100
KIND = "online"
ACTOR = "person"


async def programmes(db: AsyncConnection) -> list[Programme]:
    """All of them, by name."""
    rows = await db.execute(select(online_programme).order_by(online_programme.c.label))
    return [Programme(row.code, row.label, row.open, tuple(row.departments), row.version) for row in rows]


async def keep(db: AsyncConnection, one: Programme, *, by: UUID, now: datetime) -> None:
    """Write a programme as it is from now on; `changed` when someone else was faster."""
    if not 0 <= one.version < 2**31:  # no programme has ever had that one
        raise Changed(version=one.version)
    said = {
        "label": one.label,
        "open": one.open,
        "departments": list(one.departments),
        "changed_at": now,
        "changed_by": by,
    }
    if one.version == 0:
        new = upsert(online_programme).values(code=one.code, version=1, **said)
        if (await db.execute(new.on_conflict_do_nothing().returning(online_programme.c.code))).first() is not None:
            return
    seen = (online_programme.c.code == one.code) & (online_programme.c.version == one.version)
    changed = update(online_programme).where(seen).values(**said, version=online_programme.c.version + 1)
    if (await db.execute(changed.returning(online_programme.c.code))).first() is None:
        raise Changed(version=one.version)


async def bookable(
    db: AsyncConnection, *, department: str, profession: str, modality: str, today: date
) -> list[Expert]:
    """Who may be booked there without a call: of the network, checked within the year, not full by their own word."""
    query = (
        select(expert)
        .where(
            expert.c.active,
            expert.c.offered,
            expert.c.capacity > 0,
            expert.c.profession == profession,
            expert.c.modalities.contains([modality]),
            expert.c.checked_at >= today - CREDENTIALS_LIVE,
            expert.c.places.contains([{"department": department}]),
        )
        .order_by(expert.c.id)
        .limit(MOST)
    )
    return [from_row(row) for row in await db.execute(query)]


async def open_case(db: AsyncConnection, sheet: Sheet, *, case_id: UUID, referral_id: UUID, now: datetime) -> bool:
    """A case, a contact that nobody answered, its need and its orientation, as a call makes them; False when it is."""
    contact_id, need_id = uuid4(), uuid4()
    codes = sheets.coded(sheet)
    new = upsert(care_case).values(id=case_id, created_at=now).on_conflict_do_nothing()
    if (await db.execute(new.returning(care_case.c.id))).first() is None:
        return False
    await db.execute(
        insert(contact).values(
            id=contact_id,
            case_id=case_id,
            listener_id=NOBODY,
            started_at=now,
            ended_at=now,
            final=True,
            codes=codes,
            saved_at=now,
            kind=KIND,
            vocabulary=vocabulary.VERSION,
        )
    )
    await db.execute(
        insert(need).values(
            id=need_id,
            case_id=case_id,
            contact_id=contact_id,
            contact_version=1,
            at=now,
            level=online.PACE_UNGRADED,
            codes=codes,
        )
    )
    referral, steps = referrals.submitted(
        referral_id=referral_id,
        case_id=case_id,
        contact_id=contact_id,
        need_id=need_id,
        level=online.PACE_UNGRADED,
        owner_id=None,
        now=now,
        queue="desk",
    )
    await kept.add(db, referral, steps, actor=ACTOR, now=now)
    await db.execute(update(contact).where(contact.c.id == contact_id).values(referral_id=referral.id))
    return True


async def open_bare_case(db: AsyncConnection, *, case_id: UUID, now: datetime) -> None:
    """A case of nothing but its date, for a seat in a group."""
    await db.execute(upsert(care_case).values(id=case_id, created_at=now).on_conflict_do_nothing())


def checked(code: str, label: str, departments: Sequence[str], known: frozenset[str]) -> None:
    """What a programme must be."""
    wrong = {}
    if not code.replace("-", "").isalnum() or len(code) > 40:
        wrong["code"] = "letters, figures and hyphens"
    if not 1 <= len(label.strip()) <= 80:
        wrong["label"] = "1 to 80 characters"
    if not set(departments) <= known:
        wrong["departments"] = "unknown"
    if wrong:
        raise online.ProgrammeRefused(fields=wrong)
