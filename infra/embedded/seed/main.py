"""Fills a fresh house: accounts, experts, directory, past calls, agendas; two processes at once, at most 20 s."""

import argparse
import asyncio
import os
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from uuid import UUID

from contracts.events import AvailabilityChanged
from infra.embedded.seed.agendas import agenda
from infra.embedded.seed.booking import load_agendas
from infra.embedded.seed.calls import handed_over, past_calls
from infra.embedded.seed.demo_week import asked, followed
from infra.embedded.seed.identity import load_accounts
from infra.embedded.seed.network import EXPERTS, network
from infra.embedded.seed.progress import Progress
from infra.embedded.seed.referral import announce, load_referral
from kit.clock import now
from services.booking.domain.appointments import Appointment

FILLED, ROOMY = "filled", "roomy"


class Drawn:
    """The whole demo in memory, drawn once, before the writers are forked: they share these pages."""

    def __init__(self, experts: int, manner: str, moment: datetime) -> None:
        today = moment.date()
        self.moment = moment
        self.members = network(today, experts)
        self.calls = followed(past_calls(self.members, today), today) if manner == FILLED else []
        waiting = asked(self.calls, moment)
        cases = handed_over([one for one in self.calls if one is not waiting])
        self.agendas = [
            agenda(one, cases.get(one.expert.id, []), today, moment, roomy=manner == ROOMY) for one in self.members
        ]
        self.by_case: dict[UUID, list[Appointment]] = {}
        for one in self.agendas:
            for appointment in one.appointments:
                if appointment.case_id is not None:
                    self.by_case.setdefault(appointment.case_id, []).append(appointment)


drawn: Drawn


def write_agendas() -> list[AvailabilityChanged]:
    """Booking's share, and what it then has to tell."""
    return asyncio.run(load_agendas(drawn.agendas, drawn.moment))


def write_referral() -> None:
    """Referral's share."""
    asyncio.run(load_referral(drawn.members, drawn.calls, drawn.by_case, drawn.moment))


def write_accounts(data: Path) -> None:
    """Identity's share, and the channels of the team."""
    asyncio.run(load_accounts(data, drawn.moment))


def main(arguments: list[str]) -> int:
    global drawn
    parser = argparse.ArgumentParser(prog="veilleuse seed")
    parser.add_argument("--data", type=Path, required=True)
    data = parser.parse_args(arguments).data
    experts = int(os.environ.get("VEILLEUSE_DEMO_EXPERTS", EXPERTS))
    progress = Progress(4)
    drawn = Drawn(experts, os.environ.get("VEILLEUSE_DEMO_AGENDAS", FILLED), now())
    progress.step("tirage")
    announced: list[AvailabilityChanged] = []
    with ProcessPoolExecutor(2, mp_context=get_context("fork")) as pool:
        shares: dict[Future[Any], str] = {
            pool.submit(write_agendas): "agendas",
            pool.submit(write_referral): "professionnels et appels",
            pool.submit(write_accounts, data): "comptes",
        }
        for done in as_completed(shares):
            announced = done.result() or announced
            progress.step(shares[done])
    asyncio.run(announce(announced, drawn.moment))
    progress.done()
    return 0
