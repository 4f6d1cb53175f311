"""Referral's web process: the wiring, the ringer, and its ticks."""

import asyncio
from typing import Any

from litestar import Litestar, Request
from litestar.di import Provide
from sqlalchemy.ext.asyncio import AsyncConnection

from kit import outbox
from kit.clock import now
from kit.db import Database
from kit.limits import Limiter
from kit.ticks import Tick
from kit.vault import Vault
from kit.web import House, service
from services.referral.deliver import asking_news, changing_hands, falling_due, late
from services.referral.deliver.ports import Port, Providers
from services.referral.deliver.ringing import Ringer
from services.referral.routes import CONTROLLERS
from services.referral.settings import Settings, read
from services.referral.store import call_backs, choices, desk, fairness, members
from services.referral.store.experts import KnownExperts


def create(settings: Settings | None = None, *, port: Port | None = None) -> Litestar:
    """The app; `port` is where rings go (the settings' providers when None)."""
    told = settings or read()
    vault, known = Vault(told.vault_key), KnownExperts()
    urls = {"voice": told.voice_url, "sms": told.sms_url, "push": told.push_url}
    providers = Providers(urls, timeout=told.ring_timeout)
    running: list[asyncio.Task[None]] = []

    async def start(house: House) -> None:
        database = Database(told.database_url, size=2, application="referral-ringing")  # never waits for a page
        ringer = Ringer(database, port or providers, vault=vault, public_url=told.public_url, after=house.after)
        house.things["ringer"], house.things["known"] = ringer, known
        house.things["limiter"] = Limiter(told.redis_url)
        running.append(asyncio.create_task(ringer.run(), name="ringer"))
        running.append(asyncio.create_task(providers.warm(), name="warm"))

    async def stop(house: House) -> None:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        ringer: Ringer = house.things["ringer"]
        await ringer.settled()
        await ringer.database.stop()
        await house.things["limiter"].stop()
        providers.close()

    return service(
        "referral",
        told,
        controllers=CONTROLLERS,
        issuers={"identity": told.identity_url},
        ticks=[
            Tick("desk", seconds=30, run=desk.tidy),
            Tick("clamp", seconds=60, run=fairness.clamp),
            Tick("proofs", seconds=1800, run=remind_of_proofs),
            Tick("forget-choices", seconds=3600, run=choices.forget),
            Tick("timers", seconds=5, run=falling_due.Clock(known)),
            Tick("overdue", seconds=60, run=falling_due.overdue),
            Tick("seal", seconds=1, run=falling_due.seal),
            Tick("news", seconds=asking_news.SECONDS, run=asking_news.ask_for_news),
            Tick("forget-call-backs", seconds=3600, run=call_backs.forget),
            Tick("late", seconds=late.SECONDS, run=late.look),
            Tick("duty", seconds=changing_hands.SECONDS, run=changing_hands.try_the_ladder),
        ],
        starts=[start],
        stops=[stop],
        reserved=("/urgent-actions",),  # a gesture never waits for a page (care.md 3)
        lists=frozenset({"/network/imports", "/telephone/imports"}),
        dependencies={
            "vault": Provide(lambda: vault, sync_to_thread=False),
            "known": Provide(lambda: known, sync_to_thread=False),
            "ringer": Provide(provide_ringer, sync_to_thread=False),
        },
    )


async def remind_of_proofs(db: AsyncConnection) -> None:
    """Proofs that will end soon; each is told once."""
    await outbox.tell(db, *await members.to_remind(db, today=now().date()))


def provide_ringer(request: Request[Any, Any, Any]) -> Ringer:
    """The process's ringer."""
    ringer: Ringer = request.app.state.house.things["ringer"]
    return ringer
