"""What identity does when others speak: keep what a link opens and until when, and forget an erased case."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.events import CaseErased, CaseLastAppointment, LinkMade, LinksMade
from kit.clock import now
from services.identity.store import links, sessions


async def link_made(db: AsyncConnection, event: LinkMade) -> None:
    """Reminders made a secret for a message: keep its hash."""
    await links.add(
        db,
        link_hash=bytes.fromhex(event.link_hash),
        purpose=event.purpose,
        target_id=event.target_id,
        expires_at=event.expires_at,
        now=now(),
    )


async def links_made(db: AsyncConnection, event: LinksMade) -> None:
    """The same for a whole batch of messages."""
    await links.add_all(db, event.links, now())


async def case_last_appointment(db: AsyncConnection, event: CaseLastAppointment) -> None:
    """The case's links open until 2 h after its last appointment, which booking knows."""
    await links.follow_case(db, event.case_id, version=event.version, opens_until=event.opens_until)


async def case_last_appointments(
    db: AsyncConnection, events: Sequence[CaseLastAppointment]
) -> Sequence[CaseLastAppointment]:
    """The same for many."""
    await links.follow_cases(db, events)
    return ()


async def case_erased(db: AsyncConnection, event: CaseErased) -> None:
    """Links, devices, code and PIN are deleted, open sessions end."""
    await links.erase(db, event.case_id, now())
    await sessions.end_of_target(db, now(), event.case_id)
