"""Looking at calendars kept elsewhere: asked, read in a process of its own, and swapped in, each outside the other.

In the service's own process and not in the Celery worker: a server that drips keeps a worker from everything else
that it has to deliver, while here it only keeps its own place among the few looks that run at once.
"""

import asyncio
import hashlib
import random
import sys
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.words import AppointmentStatus
from kit import outbox
from kit.clock import lasts, now
from kit.db import AfterCommit, Database
from kit.log import log
from kit.vault import Vault
from services.booking.deliver import caldav
from services.booking.deliver.fetching import NotFetched, Wanted, fetch
from services.booking.domain import telling
from services.booking.domain.calendar_addresses import AddressForbidden, AddressNotValid, address
from services.booking.domain.spans import Span
from services.booking.store import appointments, calendars
from services.booking.store.calendars import Due, Looked

AHEAD: Final = timedelta(days=400)
AT_ONCE: Final = 4
BEAT: Final = 5.0
TOLD_AT_ONCE: Final = 5
"""A calendar just joined may fall on many: the soonest are told, the agenda shows them all."""
READING: Final = 40.0
"""Seconds for reading one file; the process bounds its own work to less."""
ROOT: Final = Path(__file__).resolve().parents[3]


class Found(msgspec.Struct, frozen=True):
    """What the reading process answers."""

    error: str = ""
    spans: list[tuple[datetime, datetime]] = []
    left_out: int = 0


class Looker:
    """Looks at what is due, a few at once; any number of processes may, each calendar is looked at by one."""

    def __init__(self, database: Database, vault: Vault, after: Any, *, allowed: Collection[str] = ()) -> None:
        self._database, self._vault, self._after, self._allowed = database, vault, after, allowed

    async def run(self) -> None:
        """Until cancelled."""
        await asyncio.gather(*(self._keep_looking() for _ in range(AT_ONCE)))

    async def _keep_looking(self) -> None:
        """One at a time, so that a slow server keeps one place and no more; after a failure the next beat tries."""
        while True:
            try:
                while await self.once():
                    pass
            except asyncio.CancelledError:
                raise
            except Exception as error:
                log().error("calendars not looked at", error=type(error).__name__)
            await asyncio.sleep(lasts(BEAT * random.uniform(0.8, 1.2)))

    async def once(self, now_is: datetime | None = None, *, most: int = 1) -> int:
        """What is due, as many as `most`; how many were looked at."""
        async with self._database.transaction() as db:
            due = await calendars.claim(db, self._vault, now_is or now(), most=most)
            known = {one.id: await calendars.uids(db, one.expert_id, now_is or now()) for one in due}
        await asyncio.gather(*(self._one(one, known[one.id], now_is or now()) for one in due))
        return len(due)

    async def _one(self, due: Due, ours: list[str], moment: datetime) -> None:
        try:
            looked = await look(due, ours, moment, allowed=self._allowed)
            async with self._database.transaction() as db:
                await self._keep(db, due, looked, moment)
                done = db.info.pop("after_commit", None)
            if isinstance(done, AfterCommit):
                self._after(done)
        except Exception as error:  # its lease runs out, and it is looked at again
            log().error("calendar not kept", error=type(error).__name__)

    async def _keep(self, db: AsyncConnection, due: Due, looked: Looked, moment: datetime) -> None:
        new = await calendars.swap(db, due, looked, moment)
        if new is not None:
            await outbox.nudge(db, f"agenda:{due.expert_id}")
            await _tell_clashes(db, due.expert_id, new, moment)


async def _tell_clashes(db: AsyncConnection, expert_id: UUID, new: Sequence[Span], moment: datetime) -> None:
    """The professional hears of what falls on an appointment; it stays, and what to do is theirs to say."""
    ahead = [span for span in new if span.end > moment]
    if not ahead:
        return
    first, last = min(span.start for span in ahead), max(span.end for span in ahead)
    booked = await appointments.of_expert(db, expert_id, max(first, moment), last)
    standing = [one for one in booked if one.status is AppointmentStatus.BOOKED and one.starts_at > moment]
    touched = [one for one in standing if any(span.overlaps(one.span) for span in ahead)]
    await outbox.tell(db, *(telling.clashes(one) for one in touched[:TOLD_AT_ONCE]))


async def look(due: Due, ours: list[str], moment: datetime, *, allowed: Collection[str] = ()) -> Looked:
    """One look at one calendar, without any transaction: its busy time, nothing new, or the code of what went wrong."""
    today = moment.date()
    first, last = moment - timedelta(days=1), moment + AHEAD
    fresh = due.expanded_for == today  # a new day reaches further ahead: then the file is read again
    try:
        asked = Wanted(address(due.url, allowed=allowed), username=due.username, password=due.password)
        if due.kind == "caldav":
            answer = await caldav.ask(asked, first, last, allowed=allowed)
        else:
            conditions = {"if-none-match": due.etag, "if-modified-since": due.last_modified} if fresh else {}
            headers = {"accept": "text/calendar, */*;q=0.1"} | {name: told for name, told in conditions.items() if told}
            answer = await fetch(replace(asked, headers=headers), allowed=allowed)
    except (AddressForbidden, AddressNotValid):
        return Looked(error="address-forbidden")
    except NotFetched as why:
        return Looked(error=why.code)
    if answer.content is None:
        return Looked()
    fingerprint = hashlib.sha256(answer.content).digest()
    if fresh and fingerprint == due.content_hash:
        return Looked()
    found = await read(due.kind, answer.content, first, last, due.zone, ours)
    if found.error:
        return Looked(error=found.error)
    return Looked(
        spans=[Span(start, end) for start, end in found.spans],
        left_out=found.left_out,
        etag=answer.etag,
        last_modified=answer.last_modified,
        content_hash=fingerprint,
        expanded_for=today,
    )


async def read(kind: str, content: bytes, first: datetime, last: datetime, zone: str, ours: list[str]) -> Found:
    """Read a file in a process that knows nothing of us, and that ends whatever the file holds."""
    task = {"kind": kind, "first": first, "last": last, "zone": zone, "ours": ours}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services.booking.importer"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        cwd=ROOT,
        env={"LANG": "C.UTF-8"},
    )
    try:
        async with asyncio.timeout(READING):
            told, _ = await process.communicate(msgspec.json.encode(task) + b"\n" + content)
    except TimeoutError:
        return Found(error="too-heavy")
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    try:
        return msgspec.json.decode(told, type=Found) if process.returncode == 0 else Found(error="too-heavy")
    except msgspec.DecodeError:
        return Found(error="too-heavy")
