"""The network: experts who answer what they are asked or stay silent, and appointments that take place or do not."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import redis.asyncio as redis

from bench import crisis
from bench.actors import Outside, Play, Refused, instant
from bench.crisis import Call
from contracts.words import Role
from infra.embedded.seed.chance import Chance
from kit.clock import now

WAKES, SLEEPS = 7, 22
ANSWERS: Final = (("accept", 46.0), ("decline", 30.0), ("silent", 18.0), ("late", 6.0))
REASONS: Final = (
    ("capacity", 30.0),
    ("competence", 20.0),
    ("conflict", 8.0),
    ("delay", 16.0),
    ("modality", 8.0),
    ("fee", 4.0),
    ("other", 14.0),
)
PLANNED = """
    SELECT id, expert_id, case_id, starts_at, ends_at FROM appointment
    WHERE status = 'booked' AND case_id IS NOT NULL AND starts_at > $1 AND starts_at < $2 ORDER BY starts_at
"""
"""What was in the agendas before the day began."""


class Network:
    """Every expert, and every soignant once they have an hour."""

    def __init__(self, play: Play) -> None:
        self.play = play
        self._asked: Counter[str] = Counter()
        self._answering: set[str] = set()
        self._listening: Any = None

    async def open(self) -> None:
        """The experts are told of offers as their pages are; what was in their agendas takes place."""
        client: Any = redis.from_url(f"redis://127.0.0.1:{self.play.ports['valkey']}/0")
        self._listening = client.pubsub()
        await self._listening.psubscribe("offers:*")
        self.play.begin(self._told(), "the experts")
        db = await asyncpg.connect(self.play.running.database("booking"))
        rows = await db.fetch(PLANNED, crisis.BEGINS, self.play.horizon)
        await db.close()
        for row in rows:
            self.play.begin(self._as_planned(dict(row)), "an appointment planned before")
        self.play.met["appointments planned before"] = len(rows)

    async def _as_planned(self, one: dict[str, Any]) -> None:
        """An appointment of somebody else's day: the expert says in one word whether they came."""
        chance = Chance(f"planned {one['expert_id']} {one['starts_at']}")
        await self.play.until(one["starts_at"] + timedelta(minutes=chance.uniform(0, 9)))
        expert = Outside(self.play, one["expert_id"], Role.EXPERT)
        word = "fulfil" if chance.random() < 0.95 else "no-show"
        await expert.ask("booking", "POST", f"/appointments/{one['id']}/{word}")
        self.play.met[f"planned before: {word}"] += 1

    async def _told(self) -> None:
        async for message in self._listening.listen():
            if message["type"] == "pmessage":
                expert_id = message["channel"].decode().partition(":")[2]
                self.play.begin(self._look(UUID(expert_id)), "an expert")

    async def _look(self, expert_id: UUID) -> None:
        """What waits for this expert's answer and is not being thought over already."""
        expert = Outside(self.play, expert_id, Role.EXPERT)
        for offer in (await expert.ask("referral", "GET", "/offers"))["offers"]:
            if offer["status"] not in ("sent", "seen") or offer["id"] in self._answering:
                continue
            self._answering.add(offer["id"])
            self.play.begin(self._answer(expert, offer), "an expert's answer")

    async def _answer(self, expert: Outside, offer: Any) -> None:
        self._asked[str(expert.subject)] += 1
        chance = Chance(f"answer {expert.subject} {self._asked[str(expert.subject)]}")
        kind = chance.one(ANSWERS)
        expires = instant(offer["expires_at"])
        if kind == "silent":
            self.play.met["offers left silent"] += 1
            return
        if kind == "late":
            await self.play.until(expires + timedelta(minutes=1))
        else:
            left = (expires - now()).total_seconds() / 60
            await self.play.pause(min(chance.expovariate(1 / min(35, max(left / 4, 1))), max(left * 0.7, 0)))
            await self._awake(chance, level=offer["level"], expires=expires)
            await expert.ask("referral", "POST", f"/offers/{offer['id']}/seen")
        try:
            if kind == "decline":
                await expert.ask("referral", "POST", f"/offers/{offer['id']}/decline", self._reason(chance, offer))
            else:
                await expert.ask("referral", "POST", f"/offers/{offer['id']}/accept")
        except Refused as refused:
            self.play.met[f"answer refused: {refused.code}"] += 1
            return
        self.play.met[f"offers: {kind}"] += 1
        if kind == "late":
            self.play.broken["an offer was accepted after its hour"] += 1

    async def _awake(self, chance: Chance, *, level: int, expires: datetime) -> None:
        """At night an expert sleeps, unless they are on duty and it is grave."""
        local = now().astimezone(ZoneInfo("Europe/Paris"))
        if level < 4 and not WAKES <= local.hour < SLEEPS:
            day = local.date() + timedelta(days=local.hour >= SLEEPS)
            morning = datetime(day.year, day.month, day.day, WAKES, chance.randrange(60), tzinfo=local.tzinfo)
            await self.play.until(min(morning, expires - timedelta(minutes=20)))

    def _reason(self, chance: Chance, offer: Any) -> dict[str, Any]:
        reason = chance.one(REASONS)
        answer: dict[str, Any] = {"reason": reason}
        if reason == "capacity":
            answer["until"] = (now() + timedelta(days=chance.randint(3, 20))).date().isoformat()
        if reason == "competence":
            answer["motive"] = (offer["asked"] or ["anxiety"])[0]
        if reason == "delay":
            answer["counter_at"] = (now() + timedelta(days=chance.randint(2, 6))).isoformat()
        return answer

    def live(self, appointment: Any, call: Call) -> None:
        """From the booking on: seen or not, cancelled or not, met or not."""
        told: dict[str, Any] = {name: UUID(appointment[name]) for name in ("id", "expert_id", "case_id")}
        told |= {name: instant(appointment[name]) for name in ("starts_at", "ends_at")}
        self.play.begin(self._sees(told), "an expert who looks at their agenda")
        if call.person.cancels:
            self.play.begin(self._cancels(told, call), "a soignant who cancels")
        elif told["starts_at"] < self.play.horizon:
            self.play.begin(self._takes_place(told, call), "an appointment")

    async def _sees(self, one: dict[str, Any]) -> None:
        chance = Chance(f"sees {one['expert_id']} {one['starts_at']}")
        if chance.random() < 0.15:
            self.play.met["experts who do not look"] += 1
            return
        await self.play.pause(chance.expovariate(1 / 25))
        await self._awake(chance, level=0, expires=one["starts_at"])
        await self.reached(one["id"], one["expert_id"])

    async def reached(self, appointment_id: UUID | str, expert_id: UUID | str) -> None:
        """The expert has seen it, of themselves or because the desk rang."""
        expert = Outside(self.play, UUID(str(expert_id)), Role.EXPERT)
        await expert.ask("booking", "POST", f"/appointments/{appointment_id}/seen")

    async def opens_the_door(self, appointment_id: UUID | str, expert_id: UUID | str) -> None:
        """The expert, rung by the desk, comes to the person who waits."""
        expert = Outside(self.play, UUID(str(expert_id)), Role.EXPERT)
        await expert.ask("booking", "POST", f"/appointments/{appointment_id}/start")

    async def ended(self, appointment_id: UUID | str, expert_id: UUID | str) -> None:
        """It took place after all."""
        expert = Outside(self.play, UUID(str(expert_id)), Role.EXPERT)
        await expert.ask("booking", "POST", f"/appointments/{appointment_id}/fulfil")
        self.play.met["met"] += 1

    async def _cancels(self, one: dict[str, Any], call: Call) -> None:
        left = (one["starts_at"] - now()).total_seconds() / 60
        await self.play.pause(max(left * 0.3, 5))
        person = Outside(self.play, one["case_id"], Role.PERSON)
        try:
            await person.ask("booking", "POST", f"/appointments/{one['id']}/cancel", {})
            self.play.met["cancelled by the person"] += 1
        except Refused as refused:
            self.play.met[f"cancel refused: {refused.code}"] += 1
            if one["starts_at"] < self.play.horizon:
                await self._takes_place(one, call)

    async def _takes_place(self, one: dict[str, Any], call: Call) -> None:
        """The hour comes: both, one of them, or nobody."""
        chance = Chance(f"hour {one['expert_id']} {one['starts_at']}")
        comes, forgets = call.person.comes, chance.random() < 0.12
        expert = Outside(self.play, one["expert_id"], Role.EXPERT)
        path = f"/appointments/{one['id']}"
        if not forgets and chance.random() < 0.03:
            await self.play.until(one["starts_at"] - timedelta(hours=3))
            await expert.ask("booking", "POST", f"{path}/cancel", {})
            self.play.met["cancelled by the expert"] += 1
            return
        if comes:
            await self.play.until(one["starts_at"] + timedelta(minutes=chance.uniform(-10, 3)))
            await Outside(self.play, one["case_id"], Role.PERSON).ask("booking", "POST", f"{path}/arrive")
            self.play.met["arrived"] += 1
        if forgets:
            self.play.met["experts who forget"] += 1
            return
        await self.play.until(one["starts_at"] + timedelta(minutes=chance.uniform(0, 4)))
        if comes:
            await expert.ask("booking", "POST", f"{path}/start")
            await self.play.until(one["ends_at"])
            await expert.ask("booking", "POST", f"{path}/fulfil")
            self.play.met["met"] += 1
        else:
            await self.play.until(one["starts_at"] + timedelta(minutes=15))
            await expert.ask("booking", "POST", f"{path}/no-show")
            self.play.met["did not come"] += 1
