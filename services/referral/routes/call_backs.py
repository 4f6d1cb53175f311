"""Call-backs: asked for by voice, alone or by code; claimed by one person, tried three times, closed by a person."""

from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, delete, get, patch, post
from litestar.params import FromPath, JSONBody
from sqlalchemy.ext.asyncio import AsyncConnection

import contracts.call_backs as shapes
from contracts.call_backs import AttemptMade, CallBackBegun, CallBackChange, CallBackStart, NewCallBack
from contracts.caller import Caller
from contracts.events import CallBackCancelled
from contracts.permits import CodePermit, KeepNumberPermit, RevealPermit
from contracts.words import Role
from kit import audit, outbox
from kit.auth import PUBLIC, caller_of, only
from kit.clock import now
from kit.db import Db, Me
from kit.limits import Limiter
from kit.web import HousePermits, NamedHouse
from services.referral.domain import call_backs as rules
from services.referral.domain import tasks
from services.referral.domain.call_backs import CallBack
from services.referral.domain.contacts import UnknownContact
from services.referral.routes.call_backs_shown import all_shown, shown
from services.referral.routes.given import AT_THE_DESK
from services.referral.store import call_backs as store
from services.referral.store import tasks as task_store

ALONE = (("call-back-origin", "6/hour"), ("call-back-all", "120/hour"))
"""How many may be asked from one place, and from everywhere, by people without a code."""


class CallBacks(Controller):
    path = "/call-backs"

    @post("/begin", opt=PUBLIC, status_code=200)
    async def begin(
        self,
        db: Db,
        request: Request[Any, Any, Any],
        house: NamedHouse,
        permits: HousePermits,
        data: JSONBody[CallBackStart],
    ) -> CallBackBegun:
        """Permits to keep the number first; for someone alone, for a case that does not exist yet, and its code."""
        caller = caller_of(request.scope)
        if caller is None:
            await _count(house, data.origin)
            case_id = uuid4()
            return CallBackBegun(case_id, permits.sign(KeepNumberPermit(case_id)), permits.sign(CodePermit(case_id)))
        case_id, _ = await _theirs(db, caller, data.contact_id)
        return CallBackBegun(case_id, permits.sign(KeepNumberPermit(case_id)))

    @post(opt=PUBLIC, status_code=201)
    async def ask(
        self,
        db: Db,
        request: Request[Any, Any, Any],
        house: NamedHouse,
        permits: HousePermits,
        data: JSONBody[NewCallBack],
    ) -> shapes.CallBack:
        """Ask to be rung in a window; `already-waiting` when one waits for this case.

        Someone alone shows the permit that `begin` gave: no other case can be named.
        """
        instant = now()
        window = rules.checked_window(data.window_from, data.window_to, now=instant)
        caller, level = caller_of(request.scope), None
        if caller is None:
            await _count(house, data.origin)
            case_id, asked_by = (await permits.read(data.permit, CodePermit)).case_id, "page"
            await store.open_case(db, case_id, now=instant)
        else:
            case_id, level = await _theirs(db, caller, data.contact_id)
            asked_by = "code" if caller.has(Role.PERSON) else "voice"
        asked = CallBack(
            id=uuid4(),
            case_id=case_id,
            contact_id=data.contact_id if caller is not None else None,
            asked_at=instant,
            asked_by=asked_by,
            window_from=window[0],
            window_to=window[1],
            time_zone=data.time_zone[:40],
            discreet=data.discreet,
            voicemail=data.voicemail,
            level=level,
            status="waiting",
            attempts=0,
            next_at=window[0],
            claimed_by=None,
            claimed_until=None,
            ended_at=None,
            version=1,
        )
        if not await store.add(db, asked):
            raise rules.AlreadyWaiting()
        await outbox.nudge(db, "desk")
        return shown(asked, [], caller, instant)

    @get(guards=[only(*AT_THE_DESK)])
    async def queue(self, db: Db, caller: Me) -> shapes.CallBacks:
        """The most pressing first: overdue ones rise."""
        return await all_shown(db, await store.open_ones(db), caller, now())

    @get("/mine", guards=[only(Role.PERSON)])
    async def mine(self, db: Db, caller: Me) -> shapes.CallBacks:
        """The latest one of the person behind the code."""
        found = await store.of_case(db, caller.subject)
        return await all_shown(db, [found] if found else [], caller, now())

    @patch("/mine", guards=[only(Role.PERSON)])
    async def change_mine(self, db: Db, caller: Me, data: JSONBody[CallBackChange]) -> shapes.CallBack:
        """Another moment, more or less discreet."""
        return await _changed(db, caller, await _own(db, caller), data)

    @delete("/mine", guards=[only(Role.PERSON)], status_code=204)
    async def cancel_mine(self, db: Db, caller: Me) -> None:
        """Nobody rings, and the number is forgotten unless an appointment needs it."""
        asked, instant = await _own(db, caller), now()
        after = await store.save(db, rules.closed(asked, now=instant, by_person=True))
        await outbox.tell(db, CallBackCancelled(after.id, after.version, after.case_id, instant))
        await audit.note(db, caller, "cancel", "call_back", after.id)
        await outbox.nudge(db, "desk")

    @patch("/{call_back_id:uuid}", guards=[only(*AT_THE_DESK)])
    async def change(
        self, db: Db, caller: Me, call_back_id: FromPath[UUID], data: JSONBody[CallBackChange]
    ) -> shapes.CallBack:
        """Changed by voice; a person who answers may also take it back, with `close`."""
        return await _changed(db, caller, await store.load(db, call_back_id, to_change=True), data)

    @post("/{call_back_id:uuid}/claim", guards=[only(*AT_THE_DESK)], status_code=200)
    async def claim(
        self, db: Db, caller: Me, permits: HousePermits, call_back_id: FromPath[UUID]
    ) -> shapes.ClaimedCallBack:
        """I ring; nobody else does. The permit shows the number to me alone."""
        instant = now()
        asked = await store.load(db, call_back_id, to_change=True)
        after = await store.save(db, rules.claimed(asked, caller.subject, now=instant))
        await audit.note(db, caller, "claim", "call_back", after.id)
        await outbox.nudge(db, "desk")
        permit = RevealPermit(case_id=after.case_id, purpose="call_back", seen_by=caller.subject)
        made = await store.attempts_of(db, [after.id])
        return shapes.ClaimedCallBack(shown(after, made.get(after.id, []), caller, instant), permits.sign(permit))

    @post("/{call_back_id:uuid}/release", guards=[only(*AT_THE_DESK)], status_code=200)
    async def release(self, db: Db, caller: Me, call_back_id: FromPath[UUID]) -> shapes.CallBack:
        """I do not ring after all."""
        asked = await store.load(db, call_back_id, to_change=True)
        return await _saved(db, caller, rules.released(asked, caller.subject), "release")

    @post("/{call_back_id:uuid}/attempts", guards=[only(*AT_THE_DESK)], status_code=200)
    async def attempt(
        self, db: Db, caller: Me, call_back_id: FromPath[UUID], data: JSONBody[AttemptMade]
    ) -> shapes.CallBack:
        """One call was made; the third without an answer, from level 3, becomes somebody's task by name."""
        instant = now()
        asked = await store.load(db, call_back_id, to_change=True)
        after = rules.attempted(asked, caller.subject, data.outcome, now=instant)
        await store.add_attempt(db, asked.id, data.outcome, by=caller.subject, now=instant)
        due_at = tasks.follow_up_due("call_back_unreached", level=after.level or 0, by=None, now=instant)
        if after.status == "unreached" and due_at is not None:
            new = tasks.NewTask(
                kind="call_back_unreached",
                case_id=after.case_id,
                due_at=due_at,
                created_at=instant,
                contact_id=after.contact_id,
                owner_id=caller.subject,
                level=after.level or 0,
            )
            await task_store.add(db, new)
        return await _saved(db, caller, after, f"attempt {data.outcome}")

    @post("/{call_back_id:uuid}/close", guards=[only(*AT_THE_DESK)], status_code=200)
    async def close(self, db: Db, caller: Me, call_back_id: FromPath[UUID]) -> shapes.CallBack:
        """A person at the desk says that it is over; no timer ever does."""
        asked = await store.load(db, call_back_id, to_change=True)
        return await _saved(db, caller, rules.closed(asked, now=now(), by_person=False), "close")


async def _count(house: Any, origin: str) -> None:
    """Without Redis it stays open: better a call-back too many than nobody to ring."""
    limiter: Limiter = house.things["limiter"]
    for (rule, limit), subject in zip(ALONE, (origin or "nowhere", "all"), strict=True):
        await limiter.hit(rule, subject, limit=limit)


async def _theirs(db: AsyncConnection, caller: Caller, contact_id: UUID | None) -> tuple[UUID, int | None]:
    """The case that `caller` may ask for: their own, or that of a call at the desk."""
    if caller.has(Role.PERSON):
        return caller.subject, None
    if not caller.has(*AT_THE_DESK) or contact_id is None:
        raise UnknownContact()
    found = await store.case_of(db, contact_id)
    if found is None:
        raise UnknownContact()
    await audit.note(db, caller, "ask", "call_back", contact_id)
    return found


async def _own(db: AsyncConnection, caller: Caller) -> CallBack:
    found = await store.of_case(db, caller.subject, to_change=True)
    if found is None:
        raise rules.UnknownCallBack()
    return found


async def _changed(db: AsyncConnection, caller: Caller, asked: CallBack, data: CallBackChange) -> shapes.CallBack:
    window = None
    if data.window_from is not None and data.window_to is not None:
        window = rules.checked_window(data.window_from, data.window_to, now=now())
    after = rules.changed(asked, window=window, discreet=data.discreet, voicemail=data.voicemail)
    return await _saved(db, caller, after, "change")


async def _saved(db: AsyncConnection, caller: Caller, after: CallBack, what: str) -> shapes.CallBack:
    kept = await store.save(db, after)
    await audit.note(db, caller, what, "call_back", kept.id)
    await outbox.nudge(db, "desk")
    made = await store.attempts_of(db, [kept.id])
    return shown(kept, made.get(kept.id, []), caller, now())
