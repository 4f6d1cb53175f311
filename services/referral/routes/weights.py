"""The weights of matching, what a change would have done, and why listeners chose someone else."""

import asyncio
from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.params import FromPath, JSONBody

from contracts.matching import (
    Choice,
    ChoiceReason,
    Choices,
    Effect,
    NewChoice,
    NewWeights,
    Overrides,
    Weighting,
    Weights,
    WeightsHistory,
)
from contracts.words import Role
from kit import audit
from kit.auth import only
from kit.clock import now
from kit.db import Db, Me
from services.referral.domain.matching import choices as rules
from services.referral.domain.matching.effect import both, effect
from services.referral.domain.matching.wanted import wanted
from services.referral.domain.matching.weights import WeightsRefused, checked
from services.referral.routes.given import AT_THE_DESK, Knowing, Sealing
from services.referral.routes.versions import version_seen
from services.referral.store import choices, contacts, experts, needs
from services.referral.store import weights as store

PAST_NEEDS = 24
"""How many past needs a preview ranks: each takes some 20 ms, between which others are served."""
LONGEST_WHY = 500


class Weighing(Controller):
    path = "/weights"
    guards = (only(Role.COORDINATOR),)

    @get()
    async def history(self, db: Db) -> WeightsHistory:
        """Every version, the one that counts first."""
        return WeightsHistory(await store.history(db))

    @post()
    async def change(self, db: Db, caller: Me, data: JSONBody[NewWeights], request: Request[Any, Any, Any]) -> Weights:
        """A new version, which counts from the next list on; `weights-changed` when someone was faster."""
        seen, why = version_seen(request), " ".join(data.why.split())
        if not why or len(why) > LONGEST_WHY or not why.isprintable():
            raise WeightsRefused(fields={"why": "1 to 500 characters"})
        new = checked(data.weighting, version=seen + 1)
        await store.add(db, new, after=seen, why=why, by=caller.subject, now=now())
        await audit.note(db, caller, "change", "weights", UUID(int=new.version), why=why)
        return (await store.history(db, most=1))[0]

    @post("/preview", status_code=200)
    async def preview(self, db: Db, data: JSONBody[Weighting], known: Knowing) -> Effect:
        """What these weights would have done to the latest needs; changes nothing."""
        instant = now()
        network = await known.network(db, now=instant)
        new = checked(data, version=network.weights.version + 1)
        found = []
        for case_id, sheet in await needs.latest(db, most=PAST_NEEDS):
            one = both(network, wanted(sheet, case_id=case_id), new, now=instant)
            found += [one] if one is not None else []
            await asyncio.sleep(0)  # others are waiting for this loop
        return effect(found)


class Choosing(Controller):
    path = "/contacts/{contact_id:uuid}"
    guards = (only(*AT_THE_DESK),)

    @post("/choice")
    async def choose(
        self,
        db: Db,
        caller: Me,
        vault: Sealing,
        known: Knowing,
        contact_id: FromPath[UUID],
        data: JSONBody[NewChoice],
    ) -> Choice:
        """Keep what stood on the list when someone was booked; choosing another than the first is free."""
        instant = now()
        call = await contacts.load(db, vault, contact_id)
        network = await known.network(db, now=instant)
        asked = wanted(call.sheet, case_id=call.case_id, known=await experts.met_by(db, call.case_id))
        first, place, inputs = rules.stood(network, asked, chosen=data.expert_id, now=instant)
        await audit.note(db, caller, "choose", "contact", contact_id)
        return await choices.add(
            db,
            contact_id=contact_id,
            expert_id=data.expert_id,
            first_id=first,
            place=place,
            weights_version=network.weights.version,
            inputs=inputs,
            by=caller.subject,
            at=instant,
        )

    @get("/choices")
    async def chosen(self, db: Db, caller: Me, contact_id: FromPath[UUID]) -> Choices:
        """The choices of one call."""
        await audit.note(db, caller, "read", "contact", contact_id)
        return Choices(await choices.of_contact(db, contact_id))


class Reasons(Controller):
    path = "/choices"

    @get("/reasons", guards=[only(Role.COORDINATOR)])
    async def counted(self, db: Db) -> Overrides:
        """How often, and why, in 90 days; nobody's name."""
        return await choices.overrides(db, since=now() - rules.KEPT)

    @post("/{choice_id:uuid}/reason", guards=[only(*AT_THE_DESK)], status_code=200)
    async def say(self, db: Db, caller: Me, choice_id: FromPath[UUID], data: JSONBody[ChoiceReason]) -> Choice:
        """One tap, after the call; never required."""
        if data.reason not in rules.REASONS:
            raise rules.UnknownReason(fields={"reason": "unknown"})
        return await choices.give_reason(db, choice_id, data.reason, by=caller.subject)
