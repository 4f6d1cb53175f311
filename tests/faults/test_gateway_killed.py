"""The gateway dies between any two writes of « Confirmer »; the same press again books once and loses nothing."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest

from infra.embedded.environment import place_of_run
from infra.embedded.ports import free_port
from tests.faults.cut import Hop
from tests.house import RunningHouse
from tests.journeys.desk import Desk
from tests.journeys.visitor import Visitor

pytestmark = pytest.mark.faults
HOPS = ("identity", "referral", "booking", "reminders")


class SecondGateway:
    """A gateway of this test's own, whose every call passes a hop; killed and started again at will."""

    def __init__(self, house: RunningHouse) -> None:
        self.house = house
        self.port = free_port()
        self.hops = {name: Hop(house.port_of(name)) for name in HOPS}
        self.process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        if self.process is None:
            self.urls = {
                f"VEILLEUSE_{name.upper()}_URL": f"http://127.0.0.1:{await hop.start()}"
                for name, hop in self.hops.items()
            }
        told = place_of_run(self.house.data, self.house.port).environment("gateway")
        command = [sys.executable, "-m", "uvicorn", "gateway.app:create", "--factory", "--port", str(self.port)]
        self.process = subprocess.Popen(
            [*command, "--log-level", "error", "--no-access-log"],
            env={**told, **self.urls, "VEILLEUSE_PUBLIC_URL": self.url},
        )
        async with asyncio.timeout(120):
            while True:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", self.port)
                    writer.close()
                    return
                except OSError:
                    await asyncio.sleep(0.1)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def kill(self) -> None:
        assert self.process is not None
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait(5)

    async def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.kill()
        for hop in self.hops.values():
            await hop.stop()


@pytest.fixture(scope="module")
async def second(house: RunningHouse) -> AsyncIterator[SecondGateway]:
    """Each test leaves it alive again for the next."""
    gateway = SecondGateway(house)
    await gateway.start()
    yield gateway
    await gateway.stop()


@pytest.mark.parametrize(
    ("service", "request_line"),
    [
        ("reminders", "PUT /cases/"),
        ("identity", "POST /codes"),
        ("referral", "POST /contacts/"),
        ("booking", "POST /appointments"),
    ],
)
async def test_killed_after_a_write_the_same_press_books_once(
    house: RunningHouse, second: SecondGateway, service: str, request_line: str
) -> None:
    async with Desk(house) as desk, Visitor(second.url) as visitor:
        account = house.account("psychologist")
        await visitor.sign_in(account["login"], account["password"])
        contact, permit, form = await _held(desk)
        await visitor.get(f"/appels/{contact['id']}")

        second.hops[service].arm(request_line, second.kill)
        with pytest.raises(Exception, match=r".*"):
            await visitor.post(f"/appels/{contact['id']}/confirmer", form)
        assert second.hops[service].fired == 1, "the fault was not applied"
        assert second.process is not None and second.process.returncode == -signal.SIGKILL

        await second.start()
        answer = await visitor.post(f"/appels/{contact['id']}/confirmer", form, **{"HX-Request": "true"})
        assert answer.status == 200, answer.text

    await house.settle()
    case = permit["case_id"]
    booked = await house.ask("booking", "SELECT id FROM appointment WHERE case_id = $1::uuid", case)
    assert len(booked) == 1
    heard = await house.ask("referral", "SELECT status FROM referral WHERE case_id = $1::uuid", case)
    assert [row["status"] for row in heard] == ["booked"]
    planned = await house.ask(
        "reminders", "SELECT count(*) FROM message WHERE appointment_id = $1 AND kind = 'now'", booked[0]["id"]
    )
    assert planned[0][0] == 1


async def _held(desk: Desk) -> tuple[Any, Any, dict[str, str]]:
    """A call with a held slot, and the form of its dark card."""
    contact = await desk.call()
    permit = await desk.permit(contact)
    slot = (await desk.slots())[4]
    hold = await desk.hold(permit, slot)
    fields = {
        name: str(hold[name])
        for name in ("expert_id", "type_id", "starts_at", "ends_at", "expires_at", "renewable_until")
    }
    form = {
        **fields,
        "hold_id": str(hold["id"]),
        "modality": slot["modality"],
        "idempotency_key": uuid4().hex,
        "way": "sms",
        "phone": "06 12 34 56 78",
        "moments": "now",
        "read_by_others": "no",
    }
    return contact, permit, form
