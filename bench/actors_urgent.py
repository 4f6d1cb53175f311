"""Level 5: the gesture on the line, the telephones of the post that are answered or not, and how it ends."""

import re
from collections import Counter
from typing import Any, Final

from bench.actors import Colleague, Play, Refused
from bench.crisis import Call
from infra.embedded.seed.chance import Chance

LINK: Final = re.compile(r"#([A-Za-z0-9_-]+)")
ANSWERED: Final = (0.6, 0.8, 1.0)
"""How often a telephone of the post is answered at its first, second and later ring."""


class Post:
    """The post on call: what its telephones receive, and whoever signs in afterwards."""

    def __init__(self, play: Play, manager: Colleague, reviewer: Colleague) -> None:
        self.play, self.manager, self.reviewer = play, manager, reviewer
        self._rung: Counter[str] = Counter()
        self._chance = Chance("post")

    async def watch(self) -> None:
        """Every message that leaves the house for a telephone of the post: the link of an alert is pressed, or not."""
        inbox = f"http://127.0.0.1:{self.play.ports['inbox']}/messages.json"
        last = max((each["id"] for each in await self._messages(inbox, 0)), default=0)
        while True:
            for message in await self._messages(inbox, last):
                last = max(last, message["id"])
                found = LINK.search(message["text"])
                if message["channel"] == "sms" and found and "/alerte" in message["text"]:
                    self.play.begin(self._rings(message["to"], found.group(1)), "a telephone of the post")
            await self.play.pause(0.5)

    async def _messages(self, inbox: str, since: int) -> list[Any]:
        found: list[Any] = await self.play.ask(
            f"{inbox}?since={since}", "GET", name="the post's telephones", headers={}
        )
        return found

    async def _rings(self, telephone: str, secret: str) -> None:
        turn = min(self._rung[telephone], len(ANSWERED) - 1)
        self._rung[telephone] += 1
        if self._chance.random() >= ANSWERED[turn]:
            self.play.met["rings of the post left unanswered"] += 1
            return
        await self.play.pause(self._chance.uniform(0.3, 1.5))
        url = f"http://127.0.0.1:{self.play.ports['referral']}/urgent-actions/ack"
        try:
            await self.play.ask(url, "POST", {"secret": secret}, name="/urgent-actions/ack", headers={})
            self.play.met["alerts acknowledged by link"] += 1
        except Refused as refused:
            self.play.met[f"alert already had: {refused.code}"] += 1

    async def alert(self, listener: Colleague, call: Call, contact: Any) -> None:
        """One gesture, while the person is on the line; a slip is taken back, and then it is meant."""
        told = {"contact_id": contact["id"], "place": "Parking du CHU, niveau −2", "means": "médicaments"}
        if call.mistaken:
            slip = await listener.ask("POST", "/referral/urgent-actions", {"contact_id": contact["id"]})
            await listener.ask("POST", f"/referral/urgent-actions/{slip['id']}/call-back")
            self.play.met["alerts taken back"] += 1
        raised = await listener.ask("POST", "/referral/urgent-actions", told)
        self.play.met["alerts"] += 1
        self.play.begin(self._goes_on(listener, f"/referral/urgent-actions/{raised['id']}"), "an urgent action")

    async def _goes_on(self, listener: Colleague, path: str) -> None:
        while (await listener.ask("GET", path))["acknowledged_at"] is None:
            await self.play.pause(2)
        await self.manager.ask("POST", f"{path}/take")
        await self.play.pause(3)
        await listener.ask("POST", f"{path}/hand-over", {"to": "15"})
        await self.play.pause(15)
        await listener.ask("POST", f"{path}/confirm")
        await self.play.pause(20)
        await self.manager.ask("POST", f"{path}/end")
        await self.play.pause(60)
        await self.reviewer.ask("POST", f"{path}/review")
        self.play.met["urgent actions closed by two"] += 1
