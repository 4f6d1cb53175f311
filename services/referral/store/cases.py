"""A case as the desk reads it: its calls, consents and referrals; and how it is forgotten."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import delete, insert, null, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.desk import CaseContact, Consent
from services.referral.domain import cases
from services.referral.domain.cases import CaseErased, UnknownCase, UnknownConsent
from services.referral.domain.contacts import reference
from services.referral.store.desk import LEVEL, NAME
from services.referral.tables import call_back, care_case, case_exclusion, colleague, consent, contact, task, watch

FORGET = text("SELECT forget_case(:case_id)")


async def load(db: AsyncConnection, case_id: UUID, *, to_change: bool = False) -> Any:
    """The row of a case; to change it, one that was not erased."""
    query = select(care_case).where(care_case.c.id == case_id)
    row = (await db.execute(query.with_for_update() if to_change else query)).first()
    if row is None:
        raise UnknownCase()
    if to_change and row.erased_at is not None:
        raise CaseErased()
    return row


async def contacts(db: AsyncConnection, case_id: UUID) -> list[CaseContact]:
    """Every call of a case, the latest first."""
    query = select(contact, NAME.label("listener"), LEVEL.label("level"))
    query = query.outerjoin(colleague, colleague.c.id == contact.c.listener_id).where(contact.c.case_id == case_id)
    rows = await db.execute(query.order_by(contact.c.started_at.desc()).limit(200))
    return [
        CaseContact(
            id=row.id,
            reference=reference(row.number),
            started_at=row.started_at,
            ended_at=row.ended_at,
            cut_at=row.cut_at,
            kind=row.kind,
            final=row.final,
            revision=row.revision,
            level=row.level,
            listener_id=row.listener_id,
            listener=row.listener,
            referral_id=row.referral_id,
        )
        for row in rows
    ]


async def consents(db: AsyncConnection, case_id: UUID) -> list[Consent]:
    """What was allowed and what was withdrawn, in order."""
    query = select(consent).where(consent.c.case_id == case_id).order_by(consent.c.given_at)
    return [_consent(row) for row in await db.execute(query)]


async def give(
    db: AsyncConnection, case_id: UUID, scope: str, *, contact_id: UUID, recorded_by: UUID, now: datetime
) -> None:
    """One scope is allowed; saying so twice changes nothing."""
    standing = (consent.c.case_id == case_id) & (consent.c.scope == scope) & consent.c.withdrawn_at.is_(None)
    if await db.scalar(select(consent.c.id).where(standing)) is not None:
        return
    row = {
        "id": uuid4(),
        "case_id": case_id,
        "contact_id": contact_id,
        "scope": scope,
        "wording": cases.WORDING,
        "given_at": now,
        "recorded_by": recorded_by,
    }
    await db.execute(insert(consent).values(row))


async def case_of_consent(db: AsyncConnection, consent_id: UUID) -> UUID:
    """The case in which a consent was given."""
    found: UUID | None = await db.scalar(select(consent.c.case_id).where(consent.c.id == consent_id))
    if found is None:
        raise UnknownConsent()
    return found


async def withdraw(
    db: AsyncConnection, case_id: UUID, *, by: str, now: datetime, consent_id: UUID | None = None
) -> int:
    """One consent, or all of a case, is withdrawn; how many stood."""
    which = (consent.c.case_id == case_id) & consent.c.withdrawn_at.is_(None)
    if consent_id is not None:
        which &= consent.c.id == consent_id
    return (await db.execute(update(consent).where(which).values(withdrawn_at=now, withdrawn_by=by))).rowcount


async def on_the_line(db: AsyncConnection, case_id: UUID, listener_id: UUID) -> UUID | None:
    """The call by which `listener_id` speaks with this person now."""
    live = (contact.c.case_id == case_id) & (contact.c.listener_id == listener_id) & contact.c.ended_at.is_(None)
    found: UUID | None = await db.scalar(select(contact.c.id).where(live).limit(1))
    return found


async def erase(db: AsyncConnection, case_id: UUID, *, by: str, now: datetime) -> None:
    """What was said and how it was coded goes, and the key with it: nothing that a backup holds can be read again."""
    await withdraw(db, case_id, by=by, now=now)
    mine = contact.c.case_id == case_id
    emptied = {"codes": {}, "typed": null(), "final": True, "cut_at": null(), "offered_to": null()}
    await db.execute(update(contact).where(mine).values(**emptied, version=contact.c.version + 1))
    await db.execute(update(contact).where(mine, contact.c.ended_at.is_(None)).values(ended_at=now))
    await db.execute(update(watch).where(watch.c.case_id == case_id).values(typed=null(), ended_at=now))
    open_tasks = (task.c.case_id == case_id) & task.c.done_at.is_(None)
    await db.execute(update(task).where(open_tasks).values(done_at=now, version=task.c.version + 1))
    waiting = (call_back.c.case_id == case_id) & call_back.c.ended_at.is_(None)
    over = {"status": "cancelled", "ended_at": now, "claimed_by": null(), "claimed_until": null()}
    await db.execute(update(call_back).where(waiting).values(**over, version=call_back.c.version + 1))
    await db.execute(delete(case_exclusion).where(case_exclusion.c.case_id == case_id))
    await db.execute(FORGET, {"case_id": case_id})
    gone = {"data_key": null(), "erased_at": now}
    await db.execute(update(care_case).where(care_case.c.id == case_id).values(gone))


def _consent(row: Any) -> Consent:
    return Consent(row.id, row.scope, row.given_at, row.wording, row.withdrawn_at)
