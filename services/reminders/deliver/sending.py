"""The job `send_due`: claims batches, looks again, marks, calls the providers, records."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.events import LinkMade, LinksMade, MessageFailed
from contracts.words import Channel, MessageMoment
from kit import outbox
from kit.clock import now
from kit.db import AfterCommit
from kit.log import log, trace_of
from kit.vault import Sealed, Vault
from kit.worker import Listening
from services.reminders.deliver.answers import Letter, NotBegun, Refused, Route, Unknown
from services.reminders.deliver.writing import entry, opened, write
from services.reminders.domain import leaving, texts
from services.reminders.domain.contacts import Reach
from services.reminders.domain.hours import Hours
from services.reminders.domain.leaving import Verdict
from services.reminders.domain.tries import PAUSES, desk_knows, next_try
from services.reminders.store import sending
from services.reminders.store.sending import Claim, Claimed

LANES = 3
"""Batches on their way at once: while one waits for its provider, the next is read and written."""
STOP_CLAIMING = 3.0
"""Seconds after which a job takes no further batch: a whole batch still fits into its task's time."""
FEW_LINKS = 8
"""More than these are told in one event: ten thousand rows of their own cost as much as the messages."""
REPEATS = 1
"""A message that may have left is tried this often again, never more."""
LAST = timedelta(seconds=30)


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
    """Send what is due, batch after batch, some at a time; returns how many messages were handed over."""
    outgoing: Outgoing = worker.things["outgoing"]
    until = time.monotonic() + STOP_CLAIMING

    async def lane() -> int:
        sent = 0
        while time.monotonic() < until:
            async with _transaction(worker) as db:
                claims = await sending.claim(db, now_is or now())
            if not claims:
                break
            sent += await _batch(worker, outgoing, claims, now_is)
            if len(claims) < sending.BATCH:
                break
        return sent

    done = sum(await asyncio.gather(*(lane() for _ in range(LANES))))
    if done:
        await worker.after(_told())
    return done


async def _batch(worker: Listening, outgoing: Outgoing, claims: Sequence[Claim], now_is: datetime | None) -> int:
    """Claimed rows, to their end or to their next try; how many were taken."""
    try:
        async with _transaction(worker) as db:
            leaving_now = await prepare(db, outgoing, claims, now_is or now())
        answers = await _handed_over(outgoing, leaving_now)
        async with _transaction(worker) as db:
            return await _record(db, leaving_now, answers, now_is or now())
    except Exception as error:  # leases run out and another worker takes them
        log().error("messages not sent", error=type(error).__name__, count=len(claims), exception=trace_of(error))
        return 0


async def _handed_over(outgoing: Outgoing, leaving_now: Sequence[Leaving]) -> list[Exception | None]:
    """What the providers answered, in the order of the letters; None is a yes."""
    answers: dict[UUID, Exception | None] = {}
    by_channel: dict[Channel, list[Letter]] = {}
    for one in leaving_now:
        by_channel.setdefault(one.row.channel, []).append(one.letter)

    async def through(channel: Channel, letters: Sequence[Letter]) -> None:
        said = await outgoing.routes[channel].send_all(letters)
        answers.update(zip((letter.id for letter in letters), said, strict=True))

    await asyncio.gather(*(through(channel, letters) for channel, letters in by_channel.items()))
    return [answers[one.row.id] for one in leaving_now]


async def _record(
    db: AsyncConnection, leaving_now: Sequence[Leaving], answers: Sequence[Exception | None], at: datetime
) -> int:
    """Write what was answered; who comes too late changes nothing."""
    pairs = list(zip(leaving_now, answers, strict=True))
    yes = [one.row.claim for one, answer in pairs if answer is None]
    taken = await sending.mark_sent(db, yes, at)
    await sending.release(db, [one.row for one, answer in pairs if isinstance(answer, NotBegun)])
    no = [(one, answer) for one, answer in pairs if isinstance(answer, (Refused, Unknown))]
    late = len(yes) - taken + len(no) - await not_taken(db, no, at)
    for _, answer in pairs:
        if answer is not None and not isinstance(answer, (NotBegun, Refused, Unknown)):
            log().error("message not sent", error=type(answer).__name__)  # of ours: another takes it after the lease
    if late:
        log().warning("came too late", state="fenced", count=late)
    return taken


async def prepare(db: AsyncConnection, outgoing: Outgoing, claims: Sequence[Claim], at: datetime) -> list[Leaving]:
    """Look again, make the links' secrets, tell their hashes, and mark the rows; only those that leave now."""
    found: list[Leaving] = []
    links: list[LinkMade] = []
    waiting: list[sending.Later] = []
    days: set[tuple[UUID, str, Channel, date]] = set()
    for row in await sending.look(db, claims, at):
        reach = None
        try:
            if row.sealed is not None:
                reach = opened(outgoing.vault, row)
            broken = row.possible_repeat > REPEATS
        except Sealed:  # sealed under another key: nobody can be reached, and a person must know
            broken = True
        if broken:
            await _fail(db, row)
            continue
        verdict, later = _verdict(row, reach, at)
        address = reach.address(row.channel) if reach else None
        if verdict is Verdict.LATER and later is not None:
            waiting.append(sending.Later(row, later))
            continue
        day = _day(row)
        if verdict is Verdict.DROP or address is None or row.overtaken or day in days:
            await sending.give_up(db, row.claim, failed=False)
            continue
        if day is not None:
            days.add(day)
        text, link = write(row, outgoing.public_url)
        if link is not None:
            links.append(link)
        hours = reach.wishes.hours(row.time_zone) if reach and row.case_id else None
        letter = Letter(row.id, address, text, entry(row))
        found.append(Leaving(row, letter, None if row.kind == MessageMoment.NOW else hours))
    await outbox.tell(db, *([LinksMade(tuple(links))] if len(links) > FEW_LINKS else links))
    await sending.put_off(db, waiting)
    await sending.mark_sending(db, [one.row for one in found])
    await sending.spoken_for(db, [one.row for one in found if one.row.kind in texts.OF_A_DAY])
    return found


def _day(row: Claimed) -> tuple[UUID, str, Channel, date] | None:
    """Whose day one message speaks of, when it speaks of a day."""
    if row.kind not in texts.OF_A_DAY or row.starts_at is None:
        return None
    return row.recipient_id, row.kind, row.channel, row.starts_at.astimezone(ZoneInfo(row.time_zone)).date()


async def not_taken(db: AsyncConnection, no: Sequence[tuple[Leaving, Refused | Unknown]], at: datetime) -> int:
    """Plan the next tries, or say that no provider would take it; how many were still this worker's to decide on."""
    later, ours = [], 0
    for sent, answer in no:
        row = sent.row
        repeat = int(isinstance(answer, Unknown))
        again = None
        if not (isinstance(answer, Refused) and answer.for_good) and row.possible_repeat + repeat <= REPEATS:
            last = row.expires_at - LAST if row.expires_at else None
            again = next_try(row.tries + 1, now=at, before=last, hours=sent.hours)
        if again is None:
            ours += await _fail(db, row, told=row.tries > len(PAUSES))
        else:
            later.append(sending.Later(row, again, repeat))
    put_off = await sending.put_off(db, later)
    for one in later:
        if one.row.id in put_off and desk_knows(one.row.tries + 1):
            await _tell_the_desk(db, one.row)
    return ours + len(put_off)


async def _fail(db: AsyncConnection, row: Claimed, *, told: bool = False) -> bool:
    ours = await sending.give_up(db, row.claim, failed=True)
    if ours and not told:
        await _tell_the_desk(db, row)
    return ours


async def _tell_the_desk(db: AsyncConnection, row: Claimed) -> None:
    moment = MessageMoment(row.kind) if row.kind in list(MessageMoment) else None
    await outbox.tell(db, MessageFailed(row.case_id, row.appointment_id, row.channel, moment))


def _verdict(row: Claimed, reach: Reach | None, at: datetime) -> tuple[Verdict, datetime | None]:
    if row.case_id is None:
        verdict = leaving.accounts(
            kind=row.kind,
            version=row.version,
            expires_at=row.expires_at,
            known_version=row.known_version,
            known_state=row.known_state,
            now=at,
            starts_at=row.starts_at,
            hours=row.hours,
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
