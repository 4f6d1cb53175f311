"""Calls and their sheets: codes in clear columns, words sealed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.desk import Revision
from contracts.referral import Sheet
from kit.vault import Vault
from services.referral.domain import sheets, vocabulary
from services.referral.domain.contacts import UnknownContact
from services.referral.store import sealed
from services.referral.tables import care_case, contact, contact_revision, need, telephone_call

EMPTY = sheets.coded(Sheet())


@dataclass(frozen=True, slots=True)
class Call:
    """A call as it is kept, its sheet opened."""

    id: UUID
    number: int
    case_id: UUID
    referral_id: UUID | None
    listener_id: UUID
    started_at: datetime
    ended_at: datetime | None
    final: bool
    sheet: Sheet
    saved_at: datetime
    version: int
    kind: str | None = None
    cut_at: datetime | None = None
    notice_at: datetime | None = None
    offered_to: UUID | None = None
    revision: int = 0


async def start(
    db: AsyncConnection, *, contact_id: UUID, case_id: UUID, listener_id: UUID, now: datetime, known: bool = False
) -> int:
    """Open a case and its first call, or one more call of a `known` case; the number that makes its reference."""
    if not known:
        await db.execute(insert(care_case).values(id=case_id, created_at=now))
    row = {
        "id": contact_id,
        "case_id": case_id,
        "listener_id": listener_id,
        "started_at": now,
        "saved_at": now,
        "codes": EMPTY,
        "vocabulary": vocabulary.VERSION,
    }
    number: int = (await db.execute(insert(contact).values(row).returning(contact.c.number))).scalar_one()
    return number


def _calls() -> Select[Any]:
    return select(contact, care_case.c.data_key).join(care_case, care_case.c.id == contact.c.case_id)


async def load(db: AsyncConnection, vault: Vault, contact_id: UUID, *, to_change: bool = False) -> Call:
    """One call; `to_change` keeps other writers waiting until this transaction ends."""
    query = _calls().where(contact.c.id == contact_id)
    if to_change:
        query = query.with_for_update(of=contact)
    row = (await db.execute(query)).first()
    if row is None:
        raise UnknownContact()
    return _call(row, vault)


async def open_of(db: AsyncConnection, vault: Vault, listener_id: UUID) -> list[Call]:
    """The calls that `listener_id` has open, the latest first."""
    query = _calls().where(contact.c.listener_id == listener_id, contact.c.ended_at.is_(None))
    rows = (await db.execute(query.order_by(contact.c.started_at.desc()).limit(50))).all()
    return [_call(row, vault) for row in rows]


async def recent(db: AsyncConnection, vault: Vault, listener_id: UUID, *, limit: int = 50) -> list[Call]:
    """The latest calls of `listener_id`, open or not."""
    query = _calls().where(contact.c.listener_id == listener_id).order_by(contact.c.started_at.desc())
    return [_call(row, vault) for row in (await db.execute(query.limit(limit))).all()]


async def save_sheet(db: AsyncConnection, vault: Vault, call: Call, sheet: Sheet, *, now: datetime) -> int:
    """Keep `sheet` as it now stands; the new version."""
    place = f"contact.typed:{call.id}"
    typed = await sealed.seal(db, vault, call.case_id, sheets.secret(sheet), place=place)
    values = {
        "codes": sheets.coded(sheet),
        "typed": typed,
        "saved_at": now,
        "version": contact.c.version + 1,
    }
    saved = update(contact).where(contact.c.id == call.id).values(values).returning(contact.c.version)
    version: int = (await db.execute(saved)).scalar_one()
    return version


async def opened_by_hand(db: AsyncConnection, listener_id: UUID, *, after: datetime) -> UUID | None:
    """The open call that `listener_id` began since `after` and of which the telephone has not spoken yet."""
    spoken_of = select(telephone_call.c.id).where(telephone_call.c.contact_id == contact.c.id).exists()
    mine = (contact.c.listener_id == listener_id) & contact.c.ended_at.is_(None) & (contact.c.started_at > after)
    latest = select(contact.c.id).where(mine, ~spoken_of).order_by(contact.c.started_at.desc()).limit(1)
    found: UUID | None = await db.scalar(latest)
    return found


async def change(db: AsyncConnection, contact_id: UUID, **values: Any) -> None:
    """The call with `values`, one version later."""
    await db.execute(update(contact).where(contact.c.id == contact_id).values(**values, version=contact.c.version + 1))


async def end(db: AsyncConnection, contact_id: UUID, *, final: bool, now: datetime) -> None:
    """The call is over; once final its sheet no longer changes."""
    await change(db, contact_id, ended_at=now, final=final, cut_at=None, offered_to=None, offered_at=None)


async def reopen(db: AsyncConnection, contact_id: UUID, *, listener_id: UUID) -> None:
    """A cut call is taken up again, by whoever has the person on the line."""
    again = {"ended_at": None, "cut_at": None, "kind": None, "offered_to": None, "offered_at": None}
    await change(db, contact_id, **again, listener_id=listener_id)


async def end_long_cut(db: AsyncConnection, *, before: datetime) -> None:
    """Calls that were cut before `before` and that nobody took up are over: they ended when they were cut."""
    long_cut = (contact.c.cut_at < before) & contact.c.ended_at.is_(None)
    claimed = select(contact.c.id).where(long_cut).limit(100).with_for_update(skip_locked=True)
    over = update(contact).where(contact.c.id.in_(claimed))
    await db.execute(over.values(ended_at=contact.c.cut_at, version=contact.c.version + 1))


async def keep_revision(db: AsyncConnection, call: Call, *, written_by: UUID, vault: Vault, now: datetime) -> None:
    """The sheet as it is made final, beside those before it."""
    number = call.revision + 1
    place = f"contact_revision.typed:{call.id}:{number}"
    row = {
        "contact_id": call.id,
        "revision": number,
        "at": now,
        "written_by": written_by,
        "vocabulary": vocabulary.VERSION,
        "codes": sheets.coded(call.sheet),
        "typed": await sealed.seal(db, vault, call.case_id, sheets.secret(call.sheet), place=place),
    }
    await db.execute(insert(contact_revision).values(row))
    await db.execute(update(contact).where(contact.c.id == call.id).values(revision=number))


async def revisions(db: AsyncConnection, vault: Vault, call: Call) -> list[Revision]:
    """Every final state of a sheet, the first first."""
    query = select(contact_revision, care_case.c.data_key).where(contact_revision.c.contact_id == call.id)
    query = query.join(care_case, care_case.c.id == call.case_id).order_by(contact_revision.c.revision)
    return [
        Revision(
            row.revision,
            row.at,
            row.written_by,
            row.vocabulary,
            sheets.whole(
                row.codes,
                sealed.opened(vault, row.data_key, row.typed, place=f"contact_revision.typed:{call.id}:{row.revision}"),
            ),
        )
        for row in await db.execute(query)
    ]


async def add_need(db: AsyncConnection, vault: Vault, call: Call, *, need_id: UUID, level: int, now: datetime) -> None:
    """Write what is asked now, for good."""
    place = f"need.typed:{need_id}"
    row = {
        "id": need_id,
        "case_id": call.case_id,
        "contact_id": call.id,
        "contact_version": call.version,
        "at": now,
        "level": level,
        "codes": sheets.coded(call.sheet),
        "typed": await sealed.seal(db, vault, call.case_id, sheets.secret(call.sheet), place=place),
    }
    await db.execute(insert(need).values(row))


async def need_of(db: AsyncConnection, vault: Vault, need_id: UUID) -> Sheet:
    """The sheet as it was when the need was written."""
    query = select(need, care_case.c.data_key).join(care_case, care_case.c.id == need.c.case_id)
    row = (await db.execute(query.where(need.c.id == need_id))).one()
    return sheets.whole(row.codes, sealed.opened(vault, row.data_key, row.typed, place=f"need.typed:{row.id}"))


async def attach(db: AsyncConnection, contact_id: UUID, referral_id: UUID) -> None:
    """Join a call and its referral."""
    await db.execute(update(contact).where(contact.c.id == contact_id).values(referral_id=referral_id))


async def exclusions_changed(db: AsyncConnection, case_id: UUID) -> int:
    """The next version of a case's exclusions."""
    changed = update(care_case).where(care_case.c.id == case_id)
    changed = changed.values(exclusions_version=care_case.c.exclusions_version + 1)
    version: int = (await db.execute(changed.returning(care_case.c.exclusions_version))).scalar_one()
    return version


def _call(row: Any, vault: Vault) -> Call:
    typed = sealed.opened(vault, row.data_key, row.typed, place=f"contact.typed:{row.id}")
    return Call(
        id=row.id,
        number=row.number,
        case_id=row.case_id,
        referral_id=row.referral_id,
        listener_id=row.listener_id,
        started_at=row.started_at,
        ended_at=row.ended_at,
        final=row.final,
        sheet=sheets.whole(row.codes, typed),
        saved_at=row.saved_at,
        version=row.version,
        kind=row.kind,
        cut_at=row.cut_at,
        notice_at=row.notice_at,
        offered_to=row.offered_to,
        revision=row.revision,
    )
