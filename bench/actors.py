"""What all who act in a crisis day have in common: the day's clock, their ways to ask the house, and what they met."""

import asyncio
from collections import Counter
from collections.abc import Coroutine
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

import aiohttp

from bench.crisis import Call
from bench.houses import BenchHouse
from contracts.caller import Caller, Grant
from contracts.words import Role
from kit.auth import sign_token
from kit.clock import machine, now
from kit.keys import KeyRing

EXPECTED: Final = frozenset({401, 403, 404, 409, 410, 412, 422})
"""A refusal is part of the day; anything else is told at its end."""
BUSY: Final = 503


class Refused(Exception):
    """The house said no: the status and the code of its problem."""

    def __init__(self, asked: str, status: int, problem: dict[str, Any]) -> None:
        super().__init__(f"{asked}: {status} {problem}")
        self.status, self.problem = status, problem

    @property
    def code(self) -> str:
        return str(self.problem.get("code"))


class Play:
    """One day: who is there, what was met, and the work under way."""

    def __init__(self, running: BenchHouse, *, speed: float) -> None:
        self.running, self.speed = running, speed
        self.began = self.ends = self.horizon = now()
        self.ring = KeyRing(running.data / "keys" / "identity")
        self.ports = {name: int(line["port"]) for name, line in running.run["processes"].items() if line.get("port")}
        self.met: Counter[str] = Counter()
        self.refusals: Counter[str] = Counter()
        self.broken: Counter[str] = Counter()  # what nobody should ever meet
        self.by_contact: dict[str, Call] = {}
        self.by_case: dict[str, Call] = {}
        self._under_way: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> "Play":
        connector = aiohttp.TCPConnector(limit=200)
        self.http = aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=60))
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)
        await self.http.close()

    def opens(self, planned: datetime, length: timedelta, *, beyond: timedelta) -> datetime:
        """The day begins as planned, or now when the machine took longer to get there; its whole length follows."""
        self.began = max(planned, now())
        self.ends = self.began + length
        self.horizon = self.ends + beyond
        return self.began

    async def until(self, instant: datetime) -> None:
        """Sleep until this instant of the day."""
        left = (instant - now()).total_seconds() / self.speed
        if left > 0:
            await asyncio.sleep(left)

    async def pause(self, minutes: float) -> None:
        """Let these minutes of the day pass."""
        await asyncio.sleep(minutes * 60 / self.speed)

    def begin(self, work: Coroutine[Any, Any, None], what: str) -> None:
        """Let someone go about their day beside the others; what stops them unforeseen is told at the end."""
        task = asyncio.create_task(self._watched(work, what))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _watched(self, work: Coroutine[Any, Any, None], what: str) -> None:
        try:
            await work
        except Refused as refused:
            self.met[f"{what} gave up: {refused.code}"] += 1
        except asyncio.CancelledError:
            raise
        except Exception as error:
            self.broken[f"{what}: {type(error).__name__}: {error}"[:300]] += 1

    async def ask(self, url: str, method: str, data: Any = None, *, name: str, headers: dict[str, str]) -> Any:
        """One request; a refusal is raised and counted, an answer of 500 or none at all is what nobody should meet."""
        given = {**headers, **({"Idempotency-Key": uuid4().hex} if method == "POST" else {})}
        status, body = await self._answer(url, method, data, name, given)
        if status == BUSY:  # « recommencez dans un instant »
            self.met["asked again, the house was busy"] += 1
            await asyncio.sleep(1)
            status, body = await self._answer(url, method, data, name, given)
        if status < 400:
            return body
        problem = body if isinstance(body, dict) else {}
        refused = Refused(f"{method} {name}", status, problem)
        (self.refusals if status in EXPECTED else self.broken)[f"{method} {name} {status} {refused.code}"] += 1
        raise refused

    async def _answer(self, url: str, method: str, data: Any, name: str, headers: dict[str, str]) -> tuple[int, Any]:
        try:
            async with self.http.request(method, url, json=data, headers=headers) as answer:
                return answer.status, await answer.json(content_type=None) if answer.content_length else None
        except (aiohttp.ClientError, TimeoutError) as error:
            self.broken[f"{method} {name}: {type(error).__name__}"] += 1
            raise Refused(f"{method} {name}", 0, {"code": "no-answer"}) from error


class Colleague:
    """Someone of the team behind the gateway, with a key of their own."""

    def __init__(self, play: Play, key: str, account_id: UUID, name: str) -> None:
        self.play, self.account_id, self.name = play, account_id, name
        self._headers = {"Authorization": f"Bearer {key}"}

    async def ask(self, method: str, path: str, data: Any = None) -> Any:
        """One request of /api/v1."""
        url = f"http://127.0.0.1:{self.play.running.port}/api/v1{path}"
        return await self.play.ask(url, method, data, name=named(path), headers=self._headers)


class Outside:
    """An expert or a soignant: a token of a minute, signed as identity would once they had opened their link."""

    def __init__(self, play: Play, subject: UUID, role: Role) -> None:
        self.play, self.subject = play, subject
        self._caller = Caller(subject, (Grant(role),))

    async def ask(self, service: str, method: str, path: str, data: Any = None) -> Any:
        """One request of a service, as the gateway would carry it."""
        token = sign_token(self.play.ring, self._caller, audience=service, now=machine())
        url = f"http://127.0.0.1:{self.play.ports[service]}{path}"
        headers = {"Authorization": f"Bearer {token}"}
        return await self.play.ask(url, method, data, name=f"/{service}{named(path)}", headers=headers)


def named(path: str) -> str:
    """A path without its ids, to count it by."""
    plain = path.partition("?")[0]
    return "/".join("{}" if len(part) == 36 or part.isdecimal() else part for part in plain.split("/"))


def instant(text: str) -> datetime:
    """An instant as the house writes it."""
    return datetime.fromisoformat(text)


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)
