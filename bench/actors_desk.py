"""What the desk does between calls: tasks, hours for those who were accepted, call-backs, and the coordination."""

from collections.abc import Awaitable, Callable
from itertools import cycle
from typing import Any, Final

from bench.actors import Colleague, Play, Refused, instant
from bench.actors_hours import Hours
from bench.actors_network import Network
from bench.crisis import PARIS, Call
from infra.embedded.seed.chance import Chance
from kit.clock import now

ENDED: Final = ("completed", "lost", "cancelled_by_caller", "cancelled_by_line", "entered_in_error")
LOOKS_EVERY: Final = 6.0
"""Minutes between two looks at the lists; a page of the desk would show them sooner."""


class Desk:
    """The people of the desk, in turn; whoever is named in a task does it when they are there."""

    def __init__(
        self, play: Play, team: list[Colleague], coordinator: Colleague, hours: Hours, network: Network
    ) -> None:
        self.play, self.coordinator, self.hours, self.network = play, coordinator, hours, network
        self._by_account = {str(one.account_id): one for one in team}
        self._turn = cycle(team)
        self._in_hand: set[str] = set()
        self._tries: dict[str, int] = {}

    def open(self) -> None:
        """Four lists, looked at again and again."""
        for look in (self._tasks, self._accepted, self._ready, self._coordination, self._call_backs):
            self.play.begin(self._again(look), f"the desk{look.__name__.replace('_', ' ')}")

    async def _again(self, look: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await look()
            except Refused as refused:
                self.play.met[f"the desk met {refused.code}"] += 1
            await self.play.pause(LOOKS_EVERY)

    def _take(self, key: str) -> bool:
        """Nobody does the same thing twice at once."""
        if key in self._in_hand:
            return False
        self._in_hand.add(key)
        return True

    async def _tasks(self) -> None:
        for task in (await next(self._turn).ask("GET", "/referral/tasks?open=true"))["tasks"]:
            if self._take(task["id"]):
                self.play.begin(self._task(task), f"task {task['kind']}")

    async def _task(self, task: Any) -> None:
        """Taken by name, done, and how it went."""
        who = self._by_account.get(task["owner_id"] or "") or next(self._turn)
        path = f"/referral/tasks/{task['id']}"
        self.play.met[f"task: {task['kind']}"] += 1
        try:
            await self.play.pause(Chance(f"takes {task['id']}").uniform(0, LOOKS_EVERY))  # nobody looks at once
            await who.ask("POST", f"{path}/take")
            await self.play.pause(4 if task["kind"] in ("waiting_alone", "unseen") else 12)
            outcome = await self._act(who, task)
            await who.ask("POST", f"{path}/done?outcome={outcome}")
        finally:
            self._in_hand.discard(task["id"])

    async def _act(self, who: Colleague, task: Any) -> str:
        """What the task asks for; the outcome's code."""
        kind = task["kind"]
        if kind in ("unseen", "waiting_alone"):
            return await self._rings_the_expert(who, task)
        call = self.play.by_case.get(task["case_id"])
        if kind == "message_failed" or call is None or task["referral_id"] is None:
            return "message" if task["may_reach"] == "message" else "reached"
        if task["may_reach"] == "nothing":
            return "not_needed"
        if not call.person.answers:
            await self._gives_up(who, task)
            return "unreachable"
        await self._finds(who, call, task["referral_id"])
        return "reached"

    async def _rings_the_expert(self, who: Colleague, task: Any) -> str:
        one = await who.ask("GET", f"/booking/appointments/{task['appointment_id']}")
        try:
            if task["kind"] == "unseen":
                await self.network.reached(one["id"], one["expert_id"])
            elif Chance(f"rung {one['expert_id']} {one['starts_at']}").random() < 0.8:
                await self.network.opens_the_door(one["id"], one["expert_id"])
                self.play.begin(self._ends(one), "an appointment that began late")
            else:  # nobody there: the person is told at once, and somebody else is looked for
                await who.ask("POST", f"/booking/appointments/{one['id']}/cancel", {"reason": "expert away"})
                self.play.met["experts who could not be reached"] += 1
        except Refused:
            return "not_needed"
        return "reached"

    async def _ends(self, one: Any) -> None:
        await self.play.until(instant(one["ends_at"]))
        await self.network.ended(one["id"], one["expert_id"])

    async def _gives_up(self, who: Colleague, task: Any) -> None:
        """Nobody answers, and a person decides what that means: from level 3 nothing else ever does."""
        found = await who.ask("GET", f"/referral/referrals/{task['referral_id']}")
        if task["kind"] == "no_show" and found["status"] == "booked":
            await self._decide(who, task["referral_id"], "lost", "unreachable")

    async def _finds(self, who: Colleague, call: Call, referral_id: str) -> None:
        """Another hour with the person on the line, or they would rather not."""
        found = await who.ask("GET", f"/referral/referrals/{referral_id}")
        if found["status"] in ("booked", "engaged", "completed") and found["next_action"] != "book":
            return
        if found["contact_id"] is None or found["status"] in ENDED or await self._has_an_hour(who, found):
            return
        tries = self._tries[referral_id] = self._tries.get(referral_id, 0) + 1
        if tries > 2 and Chance(f"enough {referral_id}").random() < 0.6:
            await self._decide(who, referral_id, "withdrawn_by_caller", "later")
            return
        only = found["expert_id"] if found["status"] == "accepted" else None
        if await self.hours.book(who, call, found["contact_id"], only=only) is not None:
            self.play.met["another hour found by the desk"] += 1
        elif only is not None:
            await who.ask("POST", f"/referral/referrals/{referral_id}/refuse", {"reason": "delay"})
        elif found["status"] in ("ready", "escalated"):
            await who.ask("POST", f"/referral/referrals/{referral_id}/offers", {})

    async def _has_an_hour(self, who: Colleague, referral: Any) -> bool:
        """Booked a moment ago: the agenda knows before the orientation has heard."""
        found = await who.ask("GET", f"/booking/appointments?case_id={referral['case_id']}")
        return any(
            one["referral_id"] == referral["id"] and one["status"] == "booked" and instant(one["starts_at"]) > now()
            for one in found["appointments"]
        )

    async def _decide(self, who: Colleague, referral_id: str, cause: str, reason: str) -> None:
        await who.ask("POST", f"/referral/referrals/{referral_id}/decide?cause={cause}&reason={reason}")
        self.play.met[f"decided: {cause}"] += 1

    async def _accepted(self) -> None:
        """Somebody said yes: the person is rung, and an hour agreed."""
        await self._rows("accepted", self._agree)

    async def _agree(self, row: Any, call: Call) -> None:
        await self.play.pause(Chance(f"agree {row['id']}").uniform(5, 45))
        if call.person.answers or row["level"] >= 3:
            await self._finds(next(self._turn), call, row["id"])
        else:
            await self.play.pause(180)

    async def _ready(self) -> None:
        """Nobody has an hour, and the next step is due."""
        await self._rows("ready", self._follow, due=True)

    async def _follow(self, row: Any, call: Call) -> None:
        who = self._by_account.get(row["owner_id"] or "") or next(self._turn)
        await self.play.pause(10)
        if call.person.answers or row["level"] >= 3:
            await self._finds(who, call, row["id"])
        else:
            await self.play.pause(240)

    async def _coordination(self) -> None:
        """By day; at night what is grave has a name on it already, and a task."""
        if 8 <= now().astimezone(PARIS).hour < 20:
            await self._rows("escalated", self._coordinate)

    async def _coordinate(self, row: Any, call: Call) -> None:
        await self.coordinator.ask("POST", f"/referral/referrals/{row['id']}/own", {})
        await self.play.pause(20)
        await self._finds(next(self._turn), call, row["id"])

    async def _rows(self, status: str, act: Callable[[Any, Call], Awaitable[None]], *, due: bool = False) -> None:
        found = await next(self._turn).ask("GET", f"/referral/referrals?status={status}&limit=200")
        for row in found["rows"]:
            call = self.play.by_case.get(row["case_id"])
            late = instant(row["next_action_at"]) <= now() or row["level"] >= 3
            if call is not None and (late or not due) and self._take(row["id"]):
                self.play.begin(self._row(row, call, act), f"an orientation that is {status}")

    async def _row(self, row: Any, call: Call, act: Callable[[Any, Call], Awaitable[None]]) -> None:
        try:
            await act(row, call)
        finally:
            self._in_hand.discard(row["id"])

    async def _call_backs(self) -> None:
        for one in (await next(self._turn).ask("GET", "/referral/call-backs"))["call_backs"]:
            if one["standing"] in ("now", "overdue") and self._take(one["id"]):
                self.play.begin(self._calls_back(one), "a call-back")

    async def _calls_back(self, one: Any) -> None:
        who, path = next(self._turn), f"/referral/call-backs/{one['id']}"
        call = self.play.by_case.get(one["case_id"])
        try:
            await who.ask("POST", f"{path}/claim")
            await self.play.pause(3)
            answers = call is not None and Chance(f"back {call.number} {len(one['attempts'])}").random() < 0.5
            await who.ask("POST", f"{path}/attempts", {"outcome": "reached" if answers else "no_answer"})
            self.play.met["call-backs reached" if answers else "call-backs without an answer"] += 1
        finally:
            self._in_hand.discard(one["id"])
