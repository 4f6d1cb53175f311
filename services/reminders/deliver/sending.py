"""The job `send_due`: claims a batch, looks again, marks, calls the provider, records."""

import asyncio
import hashlib
import secrets
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.events import LinkMade, MessageFailed
from contracts.words import Channel, LinkPurpose, MessageMoment
from kit import outbox
from kit.clock import now
from kit.db import AfterCommit
from kit.log import log
from kit.vault import Sealed, Vault
from kit.worker import Listening
from services.reminders.deliver.answers import Letter, Refused, Route, Unknown
from services.reminders.domain import leaving, texts
from services.reminders.domain.contacts import Reach
from services.reminders.domain.hours import Hours
from services.reminders.domain.leaving import Verdict
from services.reminders.domain.texts import Notice
from services.reminders.domain.tries import PAUSES, next_try
from services.reminders.store import contacts, sending
from services.reminders.store.sending import Claim, Claimed

STOP_CLAIMING = 3.0
"""Seconds after which a job takes no further batch: a whole batch still fits into its task's time."""
REPEATS = 1
"""A message that may have left is tried this often again, never more."""
LAST = timedelta(seconds=30)
INVITATION = timedelta(days=14)
"""How long an invitation opens an account."""


@dataclass
class Outgoing:
    """What a worker needs to send: the vault, the ways out, and what links begin with."""

    vault: Vault
    routes: Mapping[Channel, Route]
    public_url: str


@dataclass(frozen=True)
class Leaving:
    """A message that is marked and may now be handed over."""

    row: Claimed
    letter: Letter
    hours: Hours | None


async def send_due(worker: Listening, now_is: datetime | None = None) -> int:
    """Send what is due, batch after batch; returns how many messages were handed over."""
    outgoing: Outgoing = worker.things["outgoing"]
    started, sent = time.monotonic(), 0
    while time.monotonic() - started < STOP_CLAIMING:
        async with _transaction(worker) as db:
            claims = await sending.claim(db, now_is or now())
        if not claims:
            break
        done = await asyncio.gather(*(_one(worker, outgoing, claim, now_is) for claim in claims))
        sent += sum(done)
        await worker.after(_told())
    return sent


async def _one(worker: Listening, outgoing: Outgoing, claim: Claim, now_is: datetime | None) -> bool:
    """One claimed row, to its end or to its next try."""
    try:
        async with _transaction(worker) as db:
            leaving_now = await prepare(db, outgoing, claim, now_is or now())
        if leaving_now is None:
            return False
        try:
            await outgoing.routes[leaving_now.row.channel].send(leaving_now.letter)
        except (Refused, Unknown) as answer:
            async with _transaction(worker) as db:
                ours = await not_taken(db, leaving_now, answer, now_is or now())
            taken = False
        else:
            async with _transaction(worker) as db:
                ours = await sending.mark_sent(db, claim, now_is or now())
            taken = ours
        if not ours:
            log().warning("came too late", channel=leaving_now.row.channel.value, state="fenced")
        return taken
    except Exception as error:  # the row's lease runs out and another worker takes it; the batch goes on
        log().error("message not sent", error=type(error).__name__)
        return False


async def prepare(db: AsyncConnection, outgoing: Outgoing, claim: Claim, at: datetime) -> Leaving | None:
    """Look again, make the link's secret, tell its hash, and mark the row; None when it does not leave now."""
    row = await sending.look(db, claim)
    if row is None:
        return None
    if row.possible_repeat > REPEATS:
        await _fail(db, row)
        return None
    try:
        reach = await _reach(db, outgoing.vault, row)
    except Sealed:  # sealed under another key: nobody can be reached, and a person must know
        await _fail(db, row)
        return None
    verdict, later = _verdict(row, reach, at)
    address = reach.address(row.channel) if reach else None
    if verdict is Verdict.LATER and later is not None:
        await sending.put_off(db, claim, later)
        return None
    if verdict is Verdict.DROP or address is None or (row.case_id and await sending.overtaken(db, row, at)):
        await sending.give_up(db, claim, failed=False)
        return None
    letter = Letter(row.id, address, await _text(db, outgoing, row))
    await sending.mark_sending(db, row)
    hours = reach.wishes.hours(row.time_zone) if reach and row.case_id else None
    return Leaving(row, letter, None if row.kind == MessageMoment.NOW else hours)


async def not_taken(db: AsyncConnection, sent: Leaving, answer: Refused | Unknown, at: datetime) -> bool:
    """Plan the next try, or say that no provider would take it; False when this worker is too late to do either."""
    row = sent.row
    claim = Claim(row.id, row.fence)
    repeat = int(isinstance(answer, Unknown))
    again = None
    if not (isinstance(answer, Refused) and answer.for_good) and row.possible_repeat + repeat <= REPEATS:
        last = row.expires_at - LAST if row.expires_at else None
        again = next_try(min(row.tries + 1, len(PAUSES) + 1), now=at, before=last, hours=sent.hours)
    if again is not None:
        return await sending.put_off(db, claim, again, repeat=repeat)
    return await _fail(db, row)


async def _fail(db: AsyncConnection, row: Claimed) -> bool:
    ours = await sending.give_up(db, Claim(row.id, row.fence), failed=True)
    if ours:
        moment = MessageMoment(row.kind) if row.kind in list(MessageMoment) else None
        await outbox.tell(db, MessageFailed(row.case_id, row.appointment_id, row.channel, moment))
    return ours


async def _reach(db: AsyncConnection, vault: Vault, row: Claimed) -> Reach | None:
    if row.case_id is not None:
        return await contacts.find(db, vault, row.case_id)
    return await contacts.find_account(db, vault, row.recipient_id)


def _verdict(row: Claimed, reach: Reach | None, at: datetime) -> tuple[Verdict, datetime | None]:
    if row.case_id is None:
        verdict = leaving.accounts(
            kind=row.kind,
            version=row.version,
            expires_at=row.expires_at,
            known_version=row.known_version,
            known_state=row.known_state,
            now=at,
        )
        return verdict, None
    return leaving.persons(
        kind=row.kind,
        version=row.version,
        due_at=row.first_due_at,
        expires_at=row.expires_at,
        time_zone=row.time_zone,
        known_version=row.known_version,
        known_state=row.known_state,
        known_privacy=row.known_privacy,
        wishes=reach.wishes if reach else None,
        now=at,
    )


async def _text(db: AsyncConnection, outgoing: Outgoing, row: Claimed) -> str:
    if row.kind == Notice.OFFER_LINK and row.thing_id is not None:
        secret = secrets.token_urlsafe(32)
        fingerprint = hashlib.sha256(secret.encode()).hexdigest()
        await outbox.tell(db, LinkMade(fingerprint, LinkPurpose.OFFER, row.thing_id, row.expires_at))
        return texts.for_target(Notice.OFFER_LINK, texts.person_link(outgoing.public_url, secret))
    if row.kind == Notice.INVITED:
        secret = secrets.token_urlsafe(32)
        fingerprint = hashlib.sha256(secret.encode()).hexdigest()
        ends = now() + INVITATION
        await outbox.tell(db, LinkMade(fingerprint, LinkPurpose.INVITATION, row.recipient_id, ends))
        return texts.for_target(Notice.INVITED, texts.invitation_link(outgoing.public_url, secret))
    if row.case_id is None or row.starts_at is None:
        return texts.for_account(Notice(row.kind), row.starts_at, row.time_zone, outgoing.public_url)
    secret = secrets.token_urlsafe(32)
    fingerprint = hashlib.sha256(secret.encode()).hexdigest()
    ends_at = row.expires_at if row.kind == Notice.NEWS else None  # the link of a past appointment is closed
    await outbox.tell(db, LinkMade(fingerprint, LinkPurpose.CASE, row.case_id, ends_at))
    return texts.for_person(row.starts_at, row.time_zone, texts.person_link(outgoing.public_url, secret))


@asynccontextmanager
async def _transaction(worker: Listening) -> AsyncIterator[AsyncConnection]:
    """What is told is handed over once per batch, not once per message."""
    async with worker.database.transaction() as db:
        yield db
        db.info.pop("after_commit", None)


def _told() -> AfterCommit:
    done = AfterCommit()
    done.told = True
    return done
