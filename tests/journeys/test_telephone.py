"""The telephone system speaks through the front door: signed, without a key, and the desk follows."""

import hmac
import json
import time
from hashlib import sha256
from typing import Any
from uuid import uuid4

import aiohttp

from kit.clock import now
from tests.house import TELEPHONE_SECRET, RunningHouse
from tests.journeys.desk import Desk


async def tell(house: RunningHouse, kind: str, call: str, *, secret: str = TELEPHONE_SECRET, **more: Any) -> int:
    """Send one signed word; the status of the answer."""
    event = {"kind": kind, "line": "Essai", "call": call, "at": now().isoformat(), **more}
    body, told = json.dumps(event).encode(), str(int(time.time()))
    signature = hmac.new(secret.encode(), f"{told}.".encode() + body, sha256).hexdigest()
    headers = {"X-Veilleuse-Signature": f"t={told},v1={signature}", "Content-Type": "application/json"}
    url = f"{house.url}/api/v1/referral/telephone/events"
    async with aiohttp.ClientSession() as http, http.post(url, data=body, headers=headers) as answer:
        return answer.status


async def opened(desk: Desk) -> list[str]:
    """The calls that are open with whoever is at the desk; other tests may have left some."""
    return [one["id"] for one in (await desk.ask("GET", "/referral/contacts?open=true"))["contacts"]]


async def test_a_call_answered_at_a_post_opens_its_sheet_there_and_once_dropped_is_on_everyones_desk(
    house: RunningHouse,
) -> None:
    post, call = f"J{uuid4().hex[:6]}x", uuid4().hex
    async with Desk(house) as desk:
        await desk.ask("PUT", "/referral/presence/me", {"state": "available", "post": post})
        assert await tell(house, "answered", call, secret="un autre", post=post) == 403
        while left := await opened(desk):  # an open sheet without a call would be taken for this one
            for one in left:
                await desk.ask("POST", f"/referral/contacts/{one}/close")
        assert await tell(house, "ringing", call) == 200
        assert await tell(house, "answered", call, post=post) == 200
        (contact,) = await opened(desk)
        assert await tell(house, "ended", call, dropped=True) == 200
        cut = [one["id"] for one in (await desk.ask("GET", "/referral/desk"))["cut"]]
        assert contact in cut
        taken = await desk.ask("POST", f"/referral/contacts/{contact}/reopen")
        assert taken["cut_at"] is None
        await desk.ask("POST", f"/referral/contacts/{contact}/finalize")
