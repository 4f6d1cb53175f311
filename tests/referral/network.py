"""A network of experts around one orientation: who is asked, who answers, and the clock that moves on."""

import asyncio
from typing import Any
from uuid import UUID

from contracts.caller import Caller
from contracts.events import AccountOpened
from contracts.words import Role
from services.referral.domain.experts import Expert
from tests.referral.conftest import Desk
from tests.tokens import a_caller


class Network:
    """`ask` sends the next wave; `answer` speaks as the expert of an offer; `pass_` lets a time run out."""

    def __init__(self, desk: Desk, experts: list[Expert], referral: dict[str, Any]) -> None:
        self.desk, self.experts, self.id = desk, experts, referral["id"]

    async def ask(self, *targets: UUID, **more: Any) -> dict[str, Any]:
        answer = await self.desk.post(f"/referrals/{self.id}/offers", {"targets": list(targets), **more})
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def shown(self) -> dict[str, Any]:
        return dict((await self.desk.get(f"/referrals/{self.id}")).json())

    async def offers(self, *statuses: str) -> list[dict[str, Any]]:
        found = (await self.desk.get(f"/referrals/{self.id}/offers")).json()["offers"]
        return [one for one in found if not statuses or one["status"] in statuses]

    async def answer(self, offer: dict[str, Any], what: str, data: Any = None) -> Any:
        expert = a_caller(Role.EXPERT, subject=UUID(offer["target_id"]))
        return await self.desk.post(f"/offers/{offer['id']}/{what}", data, caller=expert)

    async def pass_(self, kind: str = "offer_expires") -> None:
        """The hour of these timers has come; waits until a tick has looked at them."""
        if kind == "offer_expires":
            await self.late()
        await self.desk.sql(
            "UPDATE timer SET due_at = now() - interval '1 second' WHERE kind = $1 AND referral_id = $2",
            kind,
            UUID(self.id),
        )
        async with asyncio.timeout(120):
            while await self.desk.sql("SELECT 1 FROM timer WHERE due_at <= now()"):
                await self.desk.tick()

    async def late(self) -> None:
        """The hour to answer has passed, and no tick has been by."""
        await self.desk.sql(
            "UPDATE offer SET sent_at = sent_at - interval '9 days', expires_at = now() - interval '1 second'"
            " WHERE referral_id = $1 AND status IN ('sent', 'seen')",
            UUID(self.id),
        )

    async def tasks(self) -> list[dict[str, Any]]:
        return list((await self.desk.get(f"/referrals/{self.id}/tasks")).json()["tasks"])


async def a_network(desk: Desk, count: int, **sheet: Any) -> Network:
    """`count` experts who may be asked, and one orientation ready to be offered."""
    experts = [await desk.expert(name=f"Expert {n}") for n in range(count)]
    return Network(desk, experts, await desk.referral(**sheet))


async def a_colleague(desk: Desk, *roles: Role, name: str = "Sacha Nguyen") -> Caller:
    """Someone of the team, with an account that referral has heard of."""
    caller = a_caller(*roles)
    await desk.hears(AccountOpened(caller.subject, 1, roles, name))
    return caller
