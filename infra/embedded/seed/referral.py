"""Referral's share of the demo: experts, directory, duty list, and past calls with what booking told of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg

from contracts.events import AvailabilityChanged
from contracts.words import AppointmentStatus
from infra.embedded.seed import demo_week
from infra.embedded.seed.accounts import DUTY
from infra.embedded.seed.calls import Call
from infra.embedded.seed.chance import Chance
from infra.embedded.seed.network import Member
from kit.db import Database
from kit.settings import load
from kit.vault import Vault
from services.booking.domain.appointments import Appointment
from services.referral.domain.appointments import Appointment as HeardOf
from services.referral.domain.appointments import Standing
from services.referral.domain.experts import Standing as ExpertStanding
from services.referral.domain.urgent import Duty
from services.referral.importer import bring_in
from services.referral.settings import Settings
from services.referral.store import bulk

PARTNERS = ("", "Association Les Relais", "Réseau régional", "Candidature")
STANDINGS = {
    AppointmentStatus.BOOKED: Standing.BOOKED,
    AppointmentStatus.FULFILLED: Standing.ATTENDED,
    AppointmentStatus.NO_SHOW: Standing.MISSED,
}
DIRECTORY = Path(__file__).with_name("resources_seed.json")


async def load_referral(
    members: Sequence[Member],
    calls: Sequence[Call],
    appointments: Mapping[UUID, Sequence[Appointment]],
    now: datetime,
) -> None:
    """Everything through the importer and the bulk writers; `appointments` by case, oldest first."""
    settings = load(Settings, "referral")
    chance = Chance("standings")
    connection = await asyncpg.connect(settings.database_url)
    await bulk.add_experts(
        connection, ((one.expert, ExpertStanding(one.expert.id, round(chance.uniform(0, 2), 3))) for one in members)
    )
    await bulk.add_members(connection, *_network(members, now))
    await bulk.add_duties(connection, [Duty(place, name, number) for place, (name, number) in enumerate(DUTY, 1)])
    vault = Vault(settings.vault_key)
    await bulk.add_calls(connection, [_past(call, appointments, now) for call in calls], vault=vault)
    await connection.close()
    database = Database(settings.database_url, size=1)
    async with database.transaction() as db:
        await bring_in(db, DIRECTORY.read_bytes(), now=now)
        if (waiting := demo_week.asked(calls, now)) is not None:
            await demo_week.ask(db, waiting, now)
    await database.stop()


async def announce(events: Sequence[AvailabilityChanged], now: datetime) -> None:
    """The first free slots of everyone, known from the first minute: a thousand events would take a while."""
    chance = Chance("closed")
    closed = {one.expert_id: now - timedelta(days=chance.randint(1, 70)) for one in events if not one.first_free}
    connection = await asyncpg.connect(load(Settings, "referral").database_url)
    await bulk.announce(connection, events, closed=closed)
    await connection.close()


def _network(members: Sequence[Member], now: datetime) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """Most came through a partner, signed the charter and showed their insurance; some of it will soon end."""
    chance = Chance("members")
    came, proofs = [], []
    for one in members:
        joined = now - timedelta(days=chance.randint(20, 900))
        signed = chance.random() < 0.9
        charter = (1, joined) if signed else (None, None)
        came.append((one.expert.id, chance.choice(PARTNERS), joined, joined, *charter))
        if chance.random() < 0.7:
            ends = now.date() + timedelta(days=chance.randint(-10, 360))
            seen = joined if chance.random() < 0.92 else None
            proofs.append((chance.case_id(), one.expert.id, "insurance", "Responsabilité civile", ends, joined, seen))
    return came, proofs


def _past(call: Call, appointments: Mapping[UUID, Sequence[Appointment]], now: datetime) -> bulk.PastCall:
    """What was handed over and never booked was closed since, but for the last two days: nobody is left waiting."""
    booked = appointments.get(call.case_id, ())
    left = call.handed is not None and not booked and now - call.ended_at > timedelta(days=2)
    return bulk.PastCall(
        contact_id=call.contact_id,
        case_id=call.case_id,
        listener_id=call.listener_id,
        started_at=call.started_at,
        ended_at=call.ended_at,
        sheet=call.sheet,
        referral_id=call.handed.referral_id if call.handed else None,
        appointments=tuple(
            HeardOf(
                id=one.id,
                version=one.version,
                expert_id=one.expert_id,
                standing=STANDINGS[one.status],
                starts_at=one.starts_at,
                modality=one.modality,
            )
            for one in booked
        ),
        decision="withdrawn_by_caller" if left else None,
    )
