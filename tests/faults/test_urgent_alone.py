"""With everything else paused, one gesture still rings; and it is the direct ring that does it."""

import asyncio
import os
import re
import signal
import time
from typing import Any

import asyncpg
import pytest

from tests.house import RunningHouse
from tests.journeys.visitor import Visitor

pytestmark = pytest.mark.faults
AWAY = ("booking", "video", "reminders", "worker", "valkey")
"""Booking, video, reminders, Celery's worker and Redis: none of them may stand between a gesture and a ring."""


def rung(house: RunningHouse, since: int) -> list[dict[str, Any]]:
    return [one for one in house.messages()[since:] if "/alerte#" in str(one) or one["channel"] == "voice"]


async def first_ring(house: RunningHouse, since: int, within: float) -> float:
    """Seconds until the sink has a ring; `TimeoutError` when none comes."""
    started = time.monotonic()
    async with asyncio.timeout(within):
        while not rung(house, since):
            await asyncio.sleep(0.05)
    return time.monotonic() - started


async def test_one_gesture_rings_with_booking_video_reminders_redis_and_celery_paused(house: RunningHouse) -> None:
    paused = [house.pid(name) for name in AWAY]
    posts = await house.ask("referral", "SELECT * FROM duty")
    second_path = "SELECT id FROM message WHERE urgent_action_id IS NOT NULL"
    async with Visitor(house.url) as visitor:
        account = house.account("psychologist")
        await visitor.sign_in(account.get("login") or account["identifier"], account["password"])
        await visitor.get("/urgence")
        await house.settle()
        before = await house.ask("reminders", second_path)
        since = len(house.messages())
        for pid in paused:
            os.kill(pid, signal.SIGSTOP)
        try:
            gesture = asyncio.create_task(visitor.post("/urgence", {"place": "Brest", "department": "29"}))
            seconds = await first_ring(house, since, within=60)
            followed = await gesture
            print(f"gesture to first ring with everything else paused: {seconds:.2f} s")
            assert followed.status == 200 and "alerte est partie" in followed.text
            assert "SAMU du 29" in followed.text, "whose line to dial stands there too"

            # The rule taken away: nobody to ring directly. What is left is the event, and it reaches nobody.
            await house.ask("referral", "DELETE FROM duty")
            since = len(house.messages())
            await visitor.get("/urgence")
            alone = await visitor.post("/urgence", {})
            assert alone.status == 200 and 'href="tel:15"' in alone.text
            with pytest.raises(TimeoutError):
                await first_ring(house, since, within=3)
            assert await house.ask("reminders", second_path) == before
        finally:
            for pid in paused:
                os.kill(pid, signal.SIGCONT)
            for post in posts:
                row = (post["position"], post["name"], post["number"], post["push"])
                await house.ask("referral", "INSERT INTO duty VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING", *row)
        for shown in (followed, alone):
            found = re.search(r'action="(/urgence/[0-9a-f-]+/lever)"', shown.text)
            assert found is not None
            await visitor.post(found[1], {})
        await house.settle()


async def test_one_gesture_rings_while_everything_else_is_killed_and_the_directory_is_shut(
    house: RunningHouse,
) -> None:
    """Among the last in the shared house: what a killed worker had in hand comes back a minute later."""
    async with Visitor(house.url) as visitor:
        account = house.account("psychologist")
        await visitor.sign_in(account.get("login") or account["identifier"], account["password"])
        await visitor.get("/urgence")
        shut = await asyncpg.connect(house.database("referral", "owner"))
        killed = {}
        try:
            await shut.execute("BEGIN; LOCK TABLE expert, expert_standing, structure, service IN ACCESS EXCLUSIVE MODE")
            killed = {name: house.kill(name) for name in AWAY}
            since = len(house.messages())
            gesture = asyncio.create_task(visitor.post("/urgence", {"place": "Brest", "department": "29"}))
            seconds = await first_ring(house, since, within=60)
            followed = await gesture
            print(f"gesture to first ring with everything else killed: {seconds:.2f} s")
            assert followed.status == 200 and "alerte est partie" in followed.text and "SAMU du 29" in followed.text
        finally:
            await shut.close()
            for name, pid in killed.items():
                await house.back(name, pid, within=120)
        found = re.search(r'action="(/urgence/[0-9a-f-]+/lever)"', followed.text)
        assert found is not None
        await visitor.post(found[1], {})
