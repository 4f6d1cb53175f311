"""News after a consultation, asked of both sides; and the listener's own list of what became of their hand-overs."""

from uuid import UUID

from litestar import Controller, get, post
from litestar.params import FromPath, JSONBody

import contracts.follow_ups as shapes
from contracts.caller import Caller
from contracts.follow_ups import FollowUpAnswer, HandedOvers
from contracts.words import Role
from kit import audit, outbox
from kit.auth import only
from kit.clock import now
from kit.db import Db, Me
from services.referral.deliver.asking_news import take_up
from services.referral.domain import follow_ups as rules
from services.referral.routes.given import AT_THE_DESK
from services.referral.store import follow_ups as store
from services.referral.store import tasks

OWNERS = (Role.EXPERT, Role.SECRETARY)


class FollowUps(Controller):
    path = "/follow-ups"

    @get(guards=[only(*OWNERS)])
    async def of_expert(self, db: Db, caller: Me) -> shapes.FollowUps:
        """What one's agenda has not answered; times only, nothing about anyone."""
        return shapes.FollowUps(await store.of_expert(db, _experts(caller)))

    @get("/mine", guards=[only(Role.PERSON)])
    async def mine(self, db: Db, caller: Me) -> shapes.FollowUps:
        """What the person behind the link was asked."""
        return shapes.FollowUps(await store.of_case(db, caller.subject, now=now()))

    @post("/{appointment_id:uuid}/person", guards=[only(Role.PERSON)], status_code=204)
    async def person_says(
        self, db: Db, caller: Me, appointment_id: FromPath[UUID], data: JSONBody[FollowUpAnswer]
    ) -> None:
        """One tap; an answer that asks for someone becomes a task at once."""
        answer, instant = rules.checked(data.answer, rules.PERSON), now()
        referral_id = await store.answer_of_person(db, appointment_id, caller.subject, answer, now=instant)
        await audit.note(db, caller, "answer", "follow_up", appointment_id)
        if answer in rules.WANTS_SOMEONE:
            await take_up(db, "follow_up_wanted", referral_id, appointment_id, instant)

    @post("/{appointment_id:uuid}/expert", guards=[only(*OWNERS)], status_code=204)
    async def expert_says(
        self, db: Db, caller: Me, appointment_id: FromPath[UUID], data: JSONBody[FollowUpAnswer]
    ) -> None:
        """A code, never a clinical note (care.md 19)."""
        answer, instant = rules.checked(data.answer, rules.EXPERT), now()
        case_id = await store.answer_of_expert(db, appointment_id, _experts(caller), answer, now=instant)
        await audit.note(db, caller, "answer", "case", case_id, why="follow-up")
        if await tasks.close_of_appointment(db, appointment_id, "follow_up_missing", now=instant):
            await outbox.nudge(db, "desk")


@get("/handed-over", guards=[only(*AT_THE_DESK)])
async def handed_over(db: Db, caller: Me) -> HandedOvers:
    """One's own hand-overs, and only: it took place, it was moved, nobody came."""
    return HandedOvers(await store.handed_over(db, caller.subject))


def _experts(caller: Caller) -> list[UUID]:
    return [*([caller.subject] if caller.has(Role.EXPERT) else []), *caller.acts_for]
