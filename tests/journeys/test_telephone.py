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
from tests.journeys.walker import Found, Walker


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


async def test_a_list_of_past_calls_is_looked_at_then_added_once_and_never_holds_a_number(house: RunningHouse) -> None:
    line = f"Liste {uuid4().hex[:3]}x"
    times = "2026-11-20T02:14:00+01:00,2026-11-20T02:43:00+01:00"
    text = f"line,start,end,answered\n{line},{times},oui\n0612345678,{times},non\n"
    async with Walker(house.url) as coordinator:
        account = house.account("coordinator")
        await coordinator.sign_in(account["login"], account["password"])
        page = await coordinator.get("/plateau/appels")
        form = next(one for one in Found(page).forms if one.action.endswith("/plateau/appels"))
        looked = await coordinator.press(form, form.buttons[0], text=text)
        assert "à ajouter" in looked.text and "ressemble à un numéro" in looked.text
        assert not await house.ask("referral", "SELECT 1 FROM telephone_call WHERE line = $1", line)
        add = next(one for one in Found(looked).forms if any(button[1] == "ajouter" for button in one.buttons))
        added = await coordinator.press(add, add.buttons[0])
        assert "1 appel ajouté" in added.text.replace("\u00a0", " ")
        again = await coordinator.press(form, form.buttons[0], text=text, idempotency_key="once-more")
        assert "<b>0</b> à ajouter" in again.text.replace("\u00a0", " ")
        assert (await coordinator.press(form, form.buttons[0], text="bonjour", idempotency_key="other")).status == 422
    await house.ask("referral", "DELETE FROM telephone_call WHERE line = $1", line)
