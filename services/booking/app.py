"""How booking starts."""

import asyncio
from typing import Any

from litestar import Litestar
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.events import AppointmentMissed, AppointmentUnseen, PersonWaitingAlone
from kit import outbox
from kit.clock import now
from kit.joined import Joined
from kit.ticks import Tick
from kit.vault import Vault
from kit.web import House, service
from services.booking.deliver import waiting_rounds
from services.booking.deliver.calendars import Looker
from services.booking.domain import appointments
from services.booking.domain import holidays as rules
from services.booking.domain.giving import next_weekly
from services.booking.routes import CONTROLLERS, HOT
from services.booking.routes.giving import ask_for
from services.booking.settings import Settings, read
from services.booking.store import absences, experts, giving, holds, holidays, types, watch
from services.booking.store.batches import Batches
from services.booking.store.lines import Lines


def create(settings: Settings | None = None) -> Litestar:
    """The app, with the settings of this process unless others are given."""
    chosen = settings or read()
    notice = Notice()
    return service(
        "booking",
        chosen,
        controllers=CONTROLLERS,
        hot=HOT,
        ticks=[
            Tick("sweep-holds", 30, sweep_holds),
            Tick("read-notice", 10, notice.read),
            Tick("tell-the-desk", 15, tell_the_desk),
            Tick("tell-availability", 5, tell_availability),
            Tick("advance-first-free", 10, advance),
            Tick("extend-agendas", 2, extend),
            Tick("write-holidays", 2, write_holidays),
            Tick("extend-absences", 600, extend_absences),
            Tick("weekly-links", 60, weekly_links),
            Tick("offer-freed", 5, offer_freed),
            Tick("pass-offers-on", 15, pass_offers_on),
        ],
        issuers={"referral": chosen.referral_url, "identity": chosen.identity_url},
        starts=[begin, notice.begin],
        stops=[end],
    )


async def begin(house: House) -> None:
    """The raw connections."""
    assert house.database is not None
    house.things["nearby"] = {}
    house.things["reads"] = Joined()
    house.things["vault"] = Vault(house.settings.vault_key)
    house.things["calendar_hosts"] = frozenset(house.settings.calendar_hosts.replace(",", " ").split())
    if house.relay is not None:
        hosts = house.things["calendar_hosts"]
        looker = Looker(house.database, house.things["vault"], house.after, allowed=hosts)
        house.things["looking"] = asyncio.create_task(looker.run(), name="calendars")
    today = now().date()  # read now: a second of one core, which later would keep everybody waiting, in a thread too
    rules.between(rules.MAINLAND, first=today, last=today + rules.AHEAD)
    house.things["lines"] = Lines(house.database.url, size=house.settings.lines)
    house.things["batches"] = Batches(house.things["lines"])
    # Searches have their own: whoever has an agenda alone may search, while all that write wait for that agenda.
    house.things["reading"] = Lines(house.database.url, size=house.settings.lines)


class Notice:
    """What a search must know of the types (the longest notice, what only the line books), read again and again:
    another process may have changed one."""

    _things: dict[str, Any]

    async def begin(self, house: House) -> None:
        """Known before the first search."""
        assert house.database is not None
        self._things = house.things
        async with house.database.transaction() as db:
            await self.read(db)

    async def read(self, db: AsyncConnection) -> None:
        """As it stands now."""
        self._things["longest_notice"] = await types.longest_notice(db)
        self._things["line_only"] = await types.line_only(db)


async def end(house: House) -> None:
    """Close the raw connections."""
    looking = house.things.get("looking")
    if looking is not None:
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)
    await house.things["lines"].close()
    await house.things["reading"].close()


async def sweep_holds(db: AsyncConnection) -> None:
    """Give back the time of holds that are over."""
    for expert_id in await holds.sweep(db, now()):
        await outbox.nudge(db, f"agenda:{expert_id}")


async def tell_the_desk(db: AsyncConnection) -> None:
    """Unseen appointments, people who wait alone, people who did not come (care.md 8 and 9)."""
    moment = now()
    unseen = await watch.unseen(db, moment, appointments.UNSEEN_BEFORE)
    alone = await watch.alone(db, moment, appointments.WAITING_ALONE_AFTER)
    missed = await watch.missed(db, moment, appointments.MISSED_AFTER)
    await outbox.tell(  # in one go: their rows are locked until then, and experts open doors at the same hour
        db,
        *(AppointmentUnseen(**_about(row), starts_at=row.starts_at) for row in unseen),
        *(PersonWaitingAlone(**_about(row), starts_at=row.starts_at) for row in alone),
        *(AppointmentMissed(**_about(row)) for row in missed),
    )


async def tell_availability(db: AsyncConnection) -> None:
    """What changed in agendas, or was overtaken by time, since the house was last told."""
    await outbox.tell(db, *await experts.availability_changes(db, now()))


async def advance(db: AsyncConnection) -> None:
    await watch.advance(db, now())


async def offer_freed(db: AsyncConnection) -> None:
    await waiting_rounds.offer_freed(db, now())


async def pass_offers_on(db: AsyncConnection) -> None:
    await waiting_rounds.pass_on(db, now())


async def extend(db: AsyncConnection) -> None:
    await watch.extend(db, now())


async def write_holidays(db: AsyncConnection) -> None:
    """Agendas that have none yet, moved to another region, or no longer reach a year ahead."""
    for expert_id in await holidays.fill(db, now()):
        await outbox.nudge(db, f"agenda:{expert_id}")


async def extend_absences(db: AsyncConnection) -> None:
    await absences.extend(db, now())


async def weekly_links(db: AsyncConnection) -> None:
    """Whoever wants one is sent a link with hours that they could give."""
    moment = now()
    due = {row.expert_id: row.time_zone for row in await giving.due_weekly(db, moment)}
    for expert_id, zone in due.items():
        await giving.put_off_weekly(db, expert_id, next_weekly(moment, zone))
    await ask_for(db, due, round_id=None, moment=moment)


def _about(row: Any) -> dict[str, Any]:
    """What every event of an appointment says first."""
    return {
        "appointment_id": row.id,
        "version": row.version,
        "case_id": row.case_id,
        "referral_id": row.referral_id,
        "expert_id": row.expert_id,
    }
