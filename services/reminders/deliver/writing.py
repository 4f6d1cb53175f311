"""What one message says: its words, and the fresh secret of its link, of which only the hash is told."""

import hashlib
import secrets
from datetime import datetime, timedelta
from uuid import UUID

from contracts.events import LinkMade
from contracts.words import LinkPurpose
from kit.clock import now
from kit.vault import Vault
from services.reminders.domain import texts
from services.reminders.domain.contacts import Reach
from services.reminders.domain.entries import Entry
from services.reminders.domain.texts import Notice
from services.reminders.store import contacts
from services.reminders.store.sending import Claimed

INVITATION = timedelta(days=14)
"""How long an invitation opens an account."""
OF_A_THING = {Notice.OFFER_LINK: LinkPurpose.OFFER, Notice.OPENINGS: LinkPurpose.FORM}
"""Messages whose link opens the one thing that they speak of."""
ENDS_BY_ITSELF = frozenset({Notice.NEWS})
"""The link of a past appointment is closed: the message brings one with an end of its own."""


def opened(vault: Vault, row: Claimed) -> Reach:
    """How this message reaches whoever it is for."""
    subject = row.case_id or row.recipient_id
    return contacts.opened_for(vault, subject, row.sealed, row.channel, person=row.case_id is not None)


def write(row: Claimed, public_url: str) -> tuple[str, LinkMade | None]:
    """The words, and the link that they carry when it opens without a login."""
    if row.kind in OF_A_THING and row.thing_id is not None:
        secret, link = _link(OF_A_THING[Notice(row.kind)], row.thing_id, row.expires_at)
        return texts.for_target(Notice(row.kind), texts.person_link(public_url, secret)), link
    if row.kind == Notice.INVITED:
        secret, link = _link(LinkPurpose.INVITATION, row.recipient_id, now() + INVITATION)
        return texts.for_target(Notice.INVITED, texts.invitation_link(public_url, secret)), link
    if row.case_id is None or row.starts_at is None:
        first = min([row.starts_at, *row.hours]) if row.starts_at and row.kind in texts.OF_A_DAY else row.starts_at
        return texts.for_account(Notice(row.kind), first, row.time_zone, public_url), None
    secret, link = _link(LinkPurpose.CASE, row.case_id, row.expires_at if row.kind in ENDS_BY_ITSELF else None)
    others = row.hours if row.kind in texts.OF_A_DAY else ()
    url = texts.person_link(public_url, secret)
    gone = row.kind == Notice.GONE
    return texts.for_person(row.starts_at, row.time_zone, url, others=others, gone=gone), link


def entry(row: Claimed) -> Entry | None:
    """What a mail carries into its reader's calendar."""
    if row.kind not in (Notice.ENTRY, Notice.ENTRY_GONE) or None in (row.thing_id, row.starts_at, row.entry_ends_at):
        return None
    assert row.thing_id is not None and row.starts_at is not None and row.entry_ends_at is not None
    return Entry(row.thing_id, row.version, row.starts_at, row.entry_ends_at, stands=row.kind == Notice.ENTRY)


def _link(purpose: LinkPurpose, target_id: UUID, expires_at: datetime | None) -> tuple[str, LinkMade]:
    secret = secrets.token_urlsafe(32)
    return secret, LinkMade(hashlib.sha256(secret.encode()).hexdigest(), purpose, target_id, expires_at)
