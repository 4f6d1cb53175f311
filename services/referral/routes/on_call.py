"""Who is on call: the ladder now, the turns of the coming weeks, the hours that nobody covers, the silent test."""

from uuid import UUID, uuid4

from litestar import Controller, delete, get, post
from litestar.params import FromPath, JSONBody
from sqlalchemy.ext.asyncio import AsyncConnection

import contracts.on_call as shapes
from contracts.caller import Caller
from contracts.on_call import NewTurn, OnCall, Post
from contracts.words import Role
from kit import audit, outbox
from kit.auth import only
from kit.clock import now
from kit.db import Db, Me
from services.referral.domain import on_call, samu
from services.referral.domain.on_call import Turn, TurnNotValid
from services.referral.routes.given import ABOUT_REFERRALS
from services.referral.store import on_call as store

SETS = (Role.COORDINATOR, Role.DUTY_MANAGER)
MAY_BE_ON_CALL = (Role.DUTY_MANAGER.value, Role.PSYCHOLOGIST.value, Role.COORDINATOR.value)


class OnCallList(Controller):
    path = "/on-call"

    @get(guards=[only(*ABOUT_REFERRALS)])
    async def show(self, db: Db, caller: Me) -> OnCall:
        """Everything that the page of the post shows."""
        return await _all(db, caller)

    @post("/turns", guards=[only(*SETS)], status_code=201)
    async def add(self, db: Db, caller: Me, data: JSONBody[NewTurn]) -> OnCall:
        """Put someone on call from one moment to another."""
        number = samu.ten_digits(data.number)
        if number is None:
            raise TurnNotValid(fields={"number": "not a ten-digit number"})
        if data.starts_at.tzinfo is None or data.ends_at.tzinfo is None:
            raise TurnNotValid(fields={"starts_at": "without zone"})
        turn = Turn(
            id=uuid4(),
            name=data.name,
            number=number,
            rank=data.rank,
            starts_at=data.starts_at,
            ends_at=data.ends_at,
            push=(data.push or "").strip()[:500] or None,
            account_id=data.account_id,
        )
        await store.add_turn(db, on_call.checked(turn, now=now()), set_by=caller.subject)
        await audit.note(db, caller, "write", "duty_turn", turn.id)
        await outbox.nudge(db, "desk")
        return await _all(db, caller)

    @delete("/turns/{turn_id:uuid}", guards=[only(*SETS)], status_code=200)
    async def end(self, db: Db, caller: Me, turn_id: FromPath[UUID]) -> OnCall:
        """Take a turn away; one under way ends now."""
        await store.end_turn(db, turn_id, now=now())
        await audit.note(db, caller, "end", "duty_turn", turn_id)
        await outbox.nudge(db, "desk")
        return await _all(db, caller)

    @post("/test", guards=[only(*SETS)], status_code=202)
    async def test(self, db: Db, caller: Me) -> OnCall:
        """Try the whole ladder now, in silence."""
        instant = now()
        await store.write_tests(db, await store.ladder(db, now=instant), why="asked", now=instant)
        await audit.note(db, caller, "test", "duty", caller.subject)
        return await _all(db, caller)


async def _all(db: AsyncConnection, caller: Caller) -> OnCall:
    instant = now()
    turns = await store.turns(db, now=instant)
    ends = {turn.number: turn.ends_at for turn in turns if turn.starts_at <= instant}
    posts = on_call.ladder(turns, await store.standing(db), now=instant)
    sets = caller.has(*SETS)
    return OnCall(
        ladder=[
            Post(
                post.name,
                post.number,
                samu.shown(post.number),
                ends.get(post.number),
                post.account_id == caller.subject,
            )
            for post in posts
        ],
        turns=[_turn(turn) for turn in turns],
        gaps=[shapes.Gap(gap.starts_at, gap.ends_at) for gap in on_call.gaps(turns, now=instant)],
        tests=await store.tests(db, now=instant),
        colleagues=await store.colleagues(db, roles=MAY_BE_ON_CALL) if sets else [],
    )


def _turn(turn: Turn) -> shapes.Turn:
    return shapes.Turn(
        id=turn.id,
        name=turn.name,
        number=turn.number,
        display=samu.shown(turn.number),
        rank=turn.rank,
        starts_at=turn.starts_at,
        ends_at=turn.ends_at,
        push=turn.push,
        account_id=turn.account_id,
    )
