"""Reminders: ten thousand due at eight, half SMS half mail, through the house's own tick, queue, worker and sinks."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from datetime import time as hour
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import msgspec

from bench.houses import BenchHouse, house
from contracts.events import AppointmentCancelled
from contracts.reminders import ContactDetails
from contracts.words import Channel, MessageMoment
from infra.embedded import secrets
from kit.broker import Broker
from kit.clock import now
from kit.vault import Vault
from services.reminders.domain.plan import Appointment, State
from services.reminders.store.bulk import load

MESSAGES = 10_000
GIVEN_UP_BEFORE = 200
GIVEN_UP_MEANWHILE = 200
LOADED_WITHIN = timedelta(minutes=3)
SOON = timedelta(seconds=4)
TOLD_AT_ONCE = 50
PATIENCE = 120.0
DAY_AND_NIGHT = hour(8)


def run(*, quick: bool) -> dict[str, float]:
    """Seconds from the due date to the last provider's yes; what left twice; what left of a cancelled appointment."""
    with house("1000") as running:
        told = asyncio.run(_eight_o_clock(running))
    for name, figure in told.items():
        print(f"{name}: {figure}")
    return told


async def _eight_o_clock(running: BenchHouse) -> dict[str, float]:
    db = await asyncpg.connect(running.database("reminders"))
    vault = Vault(bytes.fromhex(secrets.vault_key_file(running.data, "reminders").read_text().strip()))
    await db.execute("UPDATE message SET status = 'dropped' WHERE status = 'planned'")
    count = MESSAGES + GIVEN_UP_BEFORE + GIVEN_UP_MEANWHILE
    due = now().replace(microsecond=0) + LOADED_WITHIN
    appointments = [_appointment(due + timedelta(days=1)) for _ in range(count)]
    contacts = [(one.case_id, _contact(number)) for number, one in enumerate(appointments)]
    planned = await load(db, vault, now=now(), contacts=contacts, appointments=appointments)
    assert planned == count and now() < due, f"{planned} messages were planned by {now()}, for {due}"
    before, meanwhile = appointments[-GIVEN_UP_BEFORE:], appointments[:GIVEN_UP_MEANWHILE]
    ours = [one.id for one in appointments]
    await db.execute("ANALYZE")
    broker = Broker(f"redis://127.0.0.1:{running.process_of('valkey')['port']}/0")
    await _cancel(broker, before)
    await _until(db, "status = 'dropped' AND appointment_id = ANY($1)", [one.id for one in before])
    due = now() + SOON  # eight o'clock comes
    eight = "UPDATE message SET due_at = $2, first_due_at = $2 WHERE appointment_id = ANY($1) AND status = 'planned'"
    await db.execute(eight, ours, due)
    await asyncio.sleep((due - now()).total_seconds())
    await _cancel(broker, meanwhile)
    await _until(db, "status IN ('sent', 'dropped') AND appointment_id = ANY($1)", ours)
    rows = await db.fetch("SELECT id, status, sent_at FROM message WHERE appointment_id = ANY($1)", ours)
    await db.close()
    left = Counter(_left(running.data / "messages" / "messages.jsonl"))
    mine = {row["id"]: row["status"] for row in rows}
    last = max(row["sent_at"] for row in rows if row["sent_at"])
    return {
        "sent": sum(1 for one in left if mine.get(one) == "sent"),
        "seconds": round((last - due).total_seconds(), 2),
        "duplicates": sum(times - 1 for one, times in left.items() if one in mine),
        "after_cancel": sum(1 for one in left if mine.get(one) == "dropped"),
    }


def _appointment(starts_at: datetime) -> Appointment:
    return Appointment(
        id=uuid4(),
        version=1,
        case_id=uuid4(),
        referral_id=uuid4(),
        expert_id=uuid4(),
        state=State.BOOKED,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=45),
    )


def _contact(number: int) -> ContactDetails:
    channel = Channel.SMS if number % 2 else Channel.MAIL
    return ContactDetails(
        phone=f"+336{number + 10_000_000:08d}",
        mail=f"soignant.{number}@exemple.fr",
        channels=[channel],
        moments=[MessageMoment.DAY_BEFORE],
        from_hour=DAY_AND_NIGHT,
        to_hour=DAY_AND_NIGHT,
    )


async def _cancel(broker: Broker, appointments: Iterable[Appointment]) -> None:
    """As booking tells it."""
    events = [
        AppointmentCancelled(
            appointment_id=one.id,
            version=2,
            case_id=one.case_id,
            referral_id=one.referral_id,
            expert_id=one.expert_id,
            starts_at=one.starts_at or now(),
            by="person",
        )
        for one in appointments
    ]
    letters = [
        {
            "event_id": str(uuid4()),
            "kind": type(event).__name__,
            "payload": msgspec.to_builtins(event, str_keys=True),
            "request_id": None,
        }
        for event in events
    ]
    for first in range(0, len(letters), TOLD_AT_ONCE):
        await broker.deliver({"reminders": letters[first : first + TOLD_AT_ONCE]})


async def _until(db: asyncpg.Connection, condition: str, appointment_ids: list[UUID]) -> None:
    """Until all of their rows are so."""
    deadline = time.monotonic() + PATIENCE
    while await db.fetchval(f"SELECT count(*) FROM message WHERE {condition}", appointment_ids) < len(appointment_ids):
        if time.monotonic() > deadline:
            raise RuntimeError("the messages did not leave")
        await asyncio.sleep(0.25)


def _left(messages: Path) -> Iterable[UUID]:
    """The ids of what the sinks were given: an SMS's own, a mail's Message-ID."""
    for line in messages.read_bytes().splitlines():
        raw = json.loads(line)["raw"]
        found = raw.get("id") or raw.get("Message-ID", "").strip("<>").partition("@")[0]
        if found:
            yield UUID(found)
