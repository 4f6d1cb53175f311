"""What the clock brings: offers run out, waves go on, waiting ends, tasks nobody took; and the seals of the log."""

import dataclasses
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.orientations import OfferStatus
from contracts.words import ReferralStatus
from kit.clock import now
from kit.log import log, trace_of
from services.referral.deliver import asking, offering
from services.referral.domain import offers as rules
from services.referral.domain import orienting, waves
from services.referral.domain import tasks as rules_of_tasks
from services.referral.domain.referrals import Referral
from services.referral.domain.timers import Timer, TimerKind
from services.referral.store import colleagues, offers, queue, referrals, seals, tasks, timers
from services.referral.store.experts import KnownExperts

SYSTEM = offering.SYSTEM
LATE: Final = timedelta(minutes=30)
"""A call may well last that long: whoever is on it is not chased."""


class Clock:
    """Claims timers that are due; each looks at how things stand before it does anything."""

    def __init__(self, known: KnownExperts) -> None:
        self._known = known

    async def __call__(self, db: AsyncConnection) -> None:
        """One beat: a batch, in the order of its referrals, each in a savepoint of its own."""
        for timer in await timers.claim(db, now=now()):
            try:
                async with db.begin_nested():
                    await _ACTIONS[timer.kind](self, db, timer)
            except Exception as error:  # the others go on; this one is looked at again
                where = trace_of(error)
                log().error("timer failed", kind=timer.kind.value, error=type(error).__name__, exception=where)
                later = now() + timers.PATIENCE
                await timers.put(db, dataclasses.replace(timer, due_at=later, tries=timer.tries + 1))

    async def offer_expires(self, db: AsyncConnection, timer: Timer) -> None:
        """Nobody answered in time."""
        referral, instant = await _referral(db, timer), now()
        if referral is None or timer.thing_id is None:
            return
        before = await offers.load(db, timer.thing_id)
        if before.status not in rules.OPEN:
            return
        network = await self._known.network(db, now=instant)
        after = rules.expired(before, now=instant)
        await offering.lost_one(db, network, referral, before, after, "expired", actor=SYSTEM, now=instant)

    async def next_wave(self, db: AsyncConnection, timer: Timer) -> None:
        """The next are asked."""
        referral = await _referral(db, timer)
        if referral is not None and referral.status in (ReferralStatus.READY, ReferralStatus.OFFERED):
            instant = now()
            network = await self._known.network(db, now=instant)
            await offering.go_on(db, network, referral, actor=SYSTEM, now=instant)

    async def not_booked(self, db: AsyncConnection, timer: Timer) -> None:
        """Accepted, and no hour found: charged back, and the next are asked."""
        referral, instant = await _referral(db, timer), now()
        if referral is None or referral.status is not ReferralStatus.ACCEPTED or timer.thing_id is None:
            return
        before = await offers.load(db, timer.thing_id)
        if before.status is not OfferStatus.ACCEPTED:
            return
        after = rules.not_booked(before, now=instant)
        await offers.save(db, before, after, "not_booked_in_time", actor=SYSTEM, now=instant)
        await offering.close(db, after)
        changed, step = orienting.not_booked(referral, now=instant)
        await referrals.save(db, changed, [step], actor=SYSTEM, now=instant)
        network = await self._known.network(db, now=instant)
        await offering.go_on(db, network, changed, actor=SYSTEM, now=instant)

    async def rank_again(self, db: AsyncConnection, timer: Timer) -> None:
        """Somebody may have room by now: whoever waits longest at the highest level is looked at like any other."""
        referral, instant = await _referral(db, timer), now()
        if referral is None or referral.status is not ReferralStatus.WAITLISTED:
            return
        network = await self._known.network(db, now=instant)
        chosen = await offering.candidates(db, network, referral, most=1, now=instant)
        if chosen:
            await offering.send(db, referral, chosen, actor=SYSTEM, now=instant)
            return
        due = instant + waves.terms(referral.level).rank_again
        await referrals.save(db, dataclasses.replace(referral, next_action_at=due), [], actor=SYSTEM, now=instant)
        await timers.put(db, dataclasses.replace(timer, due_at=due))

    async def waited_enough(self, db: AsyncConnection, timer: Timer) -> None:
        """The target of the level is past: a person decides."""
        referral = await _referral(db, timer)
        if referral is not None and referral.status is ReferralStatus.WAITLISTED:
            await offering.nobody_left(db, referral, actor=SYSTEM, now=now())

    async def task_untaken(self, db: AsyncConnection, timer: Timer) -> None:
        """A task from level 3 whose hour has come."""
        found = await tasks.find(db, timer.thing_id) if timer.thing_id else None
        if found is not None and found.done_at is None and found.taken_at is None:
            await asking.untaken(db, found, now=now())


async def _referral(db: AsyncConnection, timer: Timer) -> Referral | None:
    """The timer's orientation, locked, if it is still in the cycle for which it was set."""
    if timer.referral_id is None:
        return None
    found = await referrals.find(db, timer.referral_id, to_change=True)
    return found if found is not None and found.cycle == timer.cycle else None


_ACTIONS: Final[dict[TimerKind, Callable[[Clock, AsyncConnection, Timer], Awaitable[None]]]] = {
    TimerKind.OFFER_EXPIRES: Clock.offer_expires,
    TimerKind.NEXT_WAVE: Clock.next_wave,
    TimerKind.NOT_BOOKED: Clock.not_booked,
    TimerKind.RANK_AGAIN: Clock.rank_again,
    TimerKind.WAITED_ENOUGH: Clock.waited_enough,
    TimerKind.TASK_UNTAKEN: Clock.task_untaken,
}


async def seal(db: AsyncConnection) -> None:
    """Seal what was logged since the last beat."""
    await seals.seal(db, now=now())


async def overdue(db: AsyncConnection) -> None:
    """From level 3 a step that nobody took becomes the task of a named person (care.md 7)."""
    instant = now()
    if not await colleagues.team(db, now=instant):
        return  # identity has not yet said who there is
    for referral_id in await queue.overdue(db, before=instant - LATE):
        referral = await referrals.load(db, referral_id)
        await asking.ask(db, "overdue", referral, now=instant, due_at=instant + rules_of_tasks.within(referral.level))
