"""A psychologist's desk as a program sees it: the steps of a hand-over, each one call through the gateway."""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import aiohttp

from contracts.words import Role
from infra.embedded.token import make
from tests.house import RunningHouse

NURSE = {
    "profession": "nurse_hospital",
    "department": "29",
    "level": 2,
    "motives": ["anxiety", "exhaustion"],
    "modalities": ["video"],
    "help": ["psychologist"],
    "first_name": "Alix",
}
FIRST_BY_VIDEO = "profession=psychologist&modality=video&limit=20"


class Answered(Exception):
    """The house refused: status and problem."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        super().__init__(f"{status} {problem}")
        self.status, self.problem = status, problem

    @property
    def code(self) -> str:
        return str(self.problem.get("code"))


class Desk:
    """`async with Desk(house) as desk`: calls carry an API key of the role."""

    def __init__(self, house: RunningHouse, role: Role = Role.PSYCHOLOGIST) -> None:
        self.house = house
        self.role = role

    async def __aenter__(self) -> "Desk":
        key = await make(self.house.database("identity"), self.role)
        self.http = aiohttp.ClientSession(headers={"Authorization": f"Bearer {key}"})
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.http.close()

    async def ask(self, method: str, path: str, data: Any = None, *, key: str | None = None, **headers: str) -> Any:
        """One call of /api/v1; POSTs carry a fresh Idempotency-Key unless one is given."""
        if method == "POST":
            headers["Idempotency-Key"] = key or uuid4().hex
        url = f"{self.house.url}/api/v1{path}"
        async with self.http.request(method, url, json=data, headers=headers) as answer:
            body = await answer.json(content_type=None) if answer.content_length else None
            if answer.status >= 400:
                raise Answered(answer.status, body or {})
            return body

    async def call(self, **sheet: Any) -> Any:
        """Take a call and type its sheet."""
        contact = await self.ask("POST", "/referral/contacts")
        return await self.ask("PATCH", f"/referral/contacts/{contact['id']}/sheet", {"changes": {**NURSE, **sheet}})

    async def slots(self, query: str = FIRST_BY_VIDEO) -> Sequence[Any]:
        """Free slots, the first first."""
        found: Sequence[Any] = (await self.ask("GET", f"/booking/slots?{query}"))["slots"]
        return found

    async def permit(self, contact: Any) -> Any:
        """The permit to book for this call."""
        return await self.ask("POST", f"/referral/contacts/{contact['id']}/permit")

    async def hold(self, permit: Any, slot: Any) -> Any:
        """Keep a slot."""
        return await self.ask("POST", "/booking/holds", {"permit": permit["permit"], **_of(slot)})

    async def book(self, permit: Any, slot: Any, hold: Any = None, *, key: str | None = None) -> Any:
        """Book it, from a hold when there is one."""
        wanted = {"permit": permit["permit"], **_of(slot), "hold_id": hold["id"] if hold else None}
        return await self.ask("POST", "/booking/appointments", wanted, key=key)

    async def tell_me(self, case_id: str, **choices: Any) -> Any:
        """How the person may be reached."""
        told = {"phone": "06 12 34 56 78", "channels": ["sms"], "moments": ["now", "hour_before"], **choices}
        return await self.ask("PUT", f"/reminders/cases/{case_id}/contact", told)

    async def handed_over(
        self, *, phone: str = "06 12 34 56 78", among: str = FIRST_BY_VIDEO, **sheet: Any
    ) -> tuple[Any, Any]:
        """A whole hand-over, to one of the slots that `among` asks for: (permit, appointment)."""
        contact = await self.call(**sheet)
        permit = await self.permit(contact)
        while True:
            for slot in (await self.slots(among))[3:]:
                try:
                    hold = await self.hold(permit, slot)
                except Answered as refused:
                    if refused.code != "slot-taken":
                        raise
                    continue
                await self.tell_me(permit["case_id"], phone=phone)
                return permit, await self.book(permit, slot, hold)

    async def referral(self, permit: Any) -> Any:
        """How the referral stands."""
        return await self.ask("GET", f"/referral/referrals/{permit['referral_id']}")

    async def until(self, permit: Any, status: str, within: float = 120) -> Any:
        """Wait until the referral has this status."""
        async with asyncio.timeout(within):
            while (found := await self.referral(permit))["status"] != status:
                await asyncio.sleep(0.1)
        return found


async def give_holds_back(house: RunningHouse) -> None:
    """Every slot that a test left held runs out: a caller keeps three at most."""
    await house.ask("booking", "UPDATE claim SET expires_at = now() - interval '1 second' WHERE kind = 'hold'")


def _of(slot: Any) -> dict[str, Any]:
    return {name: slot[name] for name in ("expert_id", "type_id", "starts_at")}
