"""What is forgotten when its date comes: a contact 30 days after the last appointment, and the rows around it."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.reminders.domain.contacts import KEPT
from services.reminders.store.plan import DROPPED, PLANNED, SENDING
from services.reminders.tables import appointment, contact, message

BATCH = 500
GRACE = timedelta(days=1)


async def forget(db: AsyncConnection, now: datetime) -> int:
    """Forget what is due; returns how many contacts."""
    due = select(contact.c.case_id).where(contact.c.forget_at <= now).limit(BATCH).with_for_update(skip_locked=True)
    cases = list((await db.execute(due)).scalars())
    if cases:
        theirs = message.c.case_id.in_(cases) & (message.c.status == PLANNED)
        await db.execute(update(message).where(theirs).values(status=DROPPED))
        await db.execute(delete(contact).where(contact.c.case_id.in_(cases)))
    over = select(appointment.c.id).where(appointment.c.forget_at <= now).limit(BATCH)
    gone = list((await db.execute(over.with_for_update(skip_locked=True))).scalars())
    if gone:
        await db.execute(delete(message).where(message.c.appointment_id.in_(gone)))
        await db.execute(delete(appointment).where(appointment.c.id.in_(gone)))
    alone = message.c.appointment_id.is_(None) & message.c.status.not_in((PLANNED, SENDING))
    await db.execute(delete(message).where(alone, message.c.first_due_at <= now - KEPT - GRACE))
    return len(cases)
