"""Channels, contacts and plans of many at once, by COPY: how the demo is filled; rows come from the rules."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from contracts.reminders import AccountChannels, ContactDetails
from contracts.words import MessageMoment
from kit.vault import Vault
from services.reminders.domain import plan
from services.reminders.domain.contacts import KEPT, reach_of_account, reach_of_case
from services.reminders.domain.plan import Appointment, Planned
from services.reminders.store.contacts import sealed


@dataclass(frozen=True)
class KnownAccount:
    """How an account is told; `duty` when it sits at the desk as duty manager."""

    id: UUID
    channels: AccountChannels
    duty: bool = False
    version: int = 1


async def load(
    connection: asyncpg.Connection,
    vault: Vault,
    *,
    now: datetime,
    accounts: Iterable[KnownAccount] = (),
    contacts: Iterable[tuple[UUID, ContactDetails]] = (),
    appointments: Iterable[Appointment] = (),
) -> int:
    """Write all of it in one transaction; returns how many messages are planned. What is written must be new.

    A message « now » is not planned: what is loaded was booked before.
    """
    known = list(appointments)
    reaches = {case_id: reach_of_case(details) for case_id, details in contacts}
    messages = [
        row
        for appointment in known
        if appointment.case_id in reaches
        for row in plan.for_person(appointment, reaches[appointment.case_id].wishes, now=now, awake=False)
        if row.kind != MessageMoment.NOW
    ]
    last = {one.case_id: plan.forget_at(one, now) for one in sorted(known, key=lambda one: plan.forget_at(one, now))}
    async with connection.transaction():
        await _copy(connection, "account", [_account(vault, one) for one in accounts])
        await _copy(connection, "appointment", [_appointment(one, now) for one in known])
        await _copy(
            connection,
            "contact",
            [
                {
                    **sealed(vault, "contact", case_id, reach),
                    "case_id": case_id,
                    "moments": [moment.value for moment in reach.wishes.moments],
                    "from_hour": reach.wishes.from_hour,
                    "to_hour": reach.wishes.to_hour,
                    "given_at": now,
                    "forget_at": max(now + KEPT, last.get(case_id, now)),
                }
                for case_id, reach in reaches.items()
            ],
        )
        await _copy(connection, "message", [_message(row) for row in messages])
    return len(messages)


def _account(vault: Vault, one: KnownAccount) -> dict[str, Any]:
    reach = reach_of_account(one.channels)
    vaulted: dict[str, Any] = {"wrapped_key": None, "phone": None, "mail": None, "channels": []}
    if not reach.empty:
        vaulted = sealed(vault, "account", one.id, reach)
    return {"account_id": one.id, "version": one.version, "duty": one.duty, **vaulted}


def _appointment(one: Appointment, now: datetime) -> dict[str, Any]:
    plain = {"state": one.state.value, "privacy": one.privacy.value, "forget_at": plan.forget_at(one, now)}
    return {**asdict(one), **plain}


def _message(row: Planned) -> dict[str, Any]:
    return {**asdict(row), "channel": row.channel.value, "first_due_at": row.due_at}


async def _copy(connection: asyncpg.Connection, table: str, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        columns = list(rows[0])
        records = [tuple(row[name] for name in columns) for row in rows]
        await connection.copy_records_to_table(table, columns=columns, records=records)
