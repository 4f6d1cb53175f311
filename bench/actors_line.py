"""The line: people who ring and may hang up or be cut off, and listeners who answer one at a time."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bench.actors import Colleague, Play, Refused, minutes
from bench.actors_hours import Hours
from bench.actors_urgent import Post
from bench.crisis import Call, Path
from kit.clock import now


@dataclass
class Ringing:
    """Someone in the queue; `contact` when it is a call that was cut, `tried` how often."""

    call: Call
    since: datetime
    contact: str | None = None
    gone: bool = False
    answered: bool = False


class Line:
    """The queue of those who ring, and everyone who answers."""

    def __init__(self, play: Play, listeners: list[Colleague], hours: Hours, post: Post) -> None:
        self.play, self.listeners, self.hours, self.post = play, listeners, hours, post
        self.waiting: asyncio.Queue[Ringing] = asyncio.Queue()

    def open(self, calls: list[Call]) -> None:
        """Everyone takes their place, and the day's calls come in at their hour."""
        for one in self.listeners:
            self.play.begin(self._listen(one), "a listener")
        for call in calls:
            self.play.begin(self._ring(call), "a call")

    async def _ring(self, call: Call, contact: str | None = None) -> None:
        if contact is None:
            await self.play.until(self.play.began + call.after)
            self.play.met["calls"] += 1
        ringing = Ringing(call, now(), contact)
        self.waiting.put_nowait(ringing)
        await self.play.pause(call.patience)
        if not ringing.answered:
            ringing.gone = True
            self.play.met["hung up in the queue"] += 1

    async def _listen(self, listener: Colleague) -> None:
        await listener.ask("PUT", "/referral/presence/me", {"state": "available", "post": None})
        while True:
            ringing = await self.waiting.get()
            if ringing.gone:
                continue
            ringing.answered = True
            try:
                await self._answer(listener, ringing)
            except Refused as refused:
                self.play.broken[f"a call could not go on: {refused}"[:300]] += 1

    async def _answer(self, listener: Colleague, ringing: Ringing) -> None:
        play, call = self.play, ringing.call
        contact = await self._taken_up(listener, ringing) if ringing.contact else None
        if contact is None:
            contact = await listener.ask("POST", "/referral/contacts")
            play.met["answered"] += 1
        path = f"/referral/contacts/{contact['id']}"
        play.by_contact[contact["id"]] = play.by_case[contact["case_id"]] = call
        if call.no_data is not None:
            await play.pause(call.minutes)
            await listener.ask("POST", f"{path}/non-data", {"kind": call.no_data})
            return
        await listener.ask("POST", f"{path}/notice")
        typed = dict(call.sheet)
        first = {name: typed.pop(name) for name in ("subject", "profession", "level")}
        await listener.ask("PATCH", f"{path}/sheet", {"changes": first})
        if call.level == 5:
            await self.post.alert(listener, call, contact)
        if call.cut_at is not None and not ringing.contact:
            await play.pause(call.minutes * call.cut_at)
            await listener.ask("PATCH", f"{path}/sheet", {"changes": typed})
            await self._cut(listener, call, contact)
            return
        await play.pause(call.minutes * 0.7)
        await listener.ask("PATCH", f"{path}/sheet", {"changes": typed})
        await self._consents(listener, call, contact)
        await self._hand_over(listener, call, contact)
        await play.pause(call.minutes * 0.3)
        if call.person.asks_call_back:
            await self._asks_call_back(listener, contact)
        await listener.ask("POST", f"{path}/finalize")

    async def _cut(self, listener: Colleague, call: Call, contact: Any) -> None:
        """The line drops; most people ring again, a few never do."""
        await listener.ask("POST", f"/referral/contacts/{contact['id']}/cut")
        self.play.met["cut"] += 1
        if call.back is not None:
            self.play.begin(self._back(call, contact["id"]), "a call that was cut")

    async def _back(self, call: Call, contact_id: str) -> None:
        await self.play.pause(call.back or 0)
        await self._ring(call, contact_id)

    async def _taken_up(self, listener: Colleague, ringing: Ringing) -> Any:
        """Whoever answers finds it on the desk for two hours, without a code; after that it is a call like another."""
        desk = await listener.ask("GET", "/referral/desk")
        self.play.met["found again at the desk"] += any(each["id"] == ringing.contact for each in desk["cut"])
        try:
            found = await listener.ask("POST", f"/referral/contacts/{ringing.contact}/reopen")
        except Refused as refused:
            self.play.met[f"cut call not taken up: {refused.code}"] += 1
            return None
        self.play.met["taken up"] += 1
        return found

    async def _consents(self, listener: Colleague, call: Call, contact: Any) -> None:
        scopes = ["share_sheet"]
        if call.person.may_reach == "call":
            scopes.append("be_called")
        for scope in scopes:
            await listener.ask("POST", f"/referral/cases/{contact['case_id']}/consents", {"scope": scope})

    async def _asks_call_back(self, listener: Colleague, contact: Any) -> None:
        start = now() + minutes(60)
        window = {"window_from": start.isoformat(), "window_to": (start + minutes(120)).isoformat()}
        await listener.ask("POST", "/referral/call-backs", {"contact_id": contact["id"], **window})
        self.play.met["call-backs asked"] += 1

    async def _hand_over(self, listener: Colleague, call: Call, contact: Any) -> None:
        path = call.path
        if path is Path.BOOK and await self.hours.book(listener, call, contact["id"]) is None:
            self.play.met["nobody free in the call"] += 1
            path = Path.OFFER
        if path is Path.SHEET:
            given = {"contact_id": contact["id"], "kind": "advice_sheet", "given": True, "label": "Mieux dormir"}
            await listener.ask("POST", "/referral/referrals", given)
        if path is Path.OFFER:
            await self._offer(listener, call, contact)

    async def _offer(self, listener: Colleague, call: Call, contact: Any) -> None:
        person = call.person
        shown = await listener.ask("GET", f"/referral/contacts/{contact['id']}")
        referral_id = shown["referral_id"]
        if referral_id is None:
            asked = {"contact_id": contact["id"], "may_wait": person.may_wait, "may_reach": person.may_reach}
            referral_id = (await listener.ask("POST", "/referral/referrals", asked))["id"]
        await listener.ask("POST", f"/referral/referrals/{referral_id}/offers", {})
        self.play.met["put to the network"] += 1
