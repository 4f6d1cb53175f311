"""« Donner un créneau »: proposed hours, one tap each; the same behind a link; and the coordination's askings."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from litestar import Controller, get, post, put
from litestar.params import FromPath, JSONBody
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts import giving as shapes
from contracts.caller import Caller
from contracts.giving import OpeningsAsked
from contracts.words import Modality, Role, VisitKind
from kit import outbox
from kit.auth import only
from kit.clock import now
from kit.db import Db, Me
from services.booking.domain import edits, giving, refusals, zones
from services.booking.domain.experts import Expert
from services.booking.domain.moments import instant
from services.booking.domain.openings import OpeningRule
from services.booking.domain.spans import Span
from services.booking.domain.types import ConsultationType
from services.booking.routes.rights import OWNERS, check_agenda, owns
from services.booking.store import agenda, experts, openings, types
from services.booking.store import giving as store
from services.booking.store.ids import new_id

USED_TO = timedelta(days=60)
LABEL = 80
MOST_ASKED = 500
MOST_GIVEN = 20


class Gifts(Controller):
    path = "/experts/{expert_id:uuid}"

    @get("/proposals", guards=[only(*OWNERS)])
    async def proposals(self, expert_id: FromPath[UUID], db: Db, caller: Me) -> shapes.Proposals:
        """Hours that this expert could give, by what they are used to; nothing stands there yet."""
        check_agenda(caller, expert_id, to_change=True)
        one = await experts.find(db, expert_id)
        return shapes.Proposals(
            expert_id=expert_id,
            time_zone=one.time_zone,
            proposals=await proposed(db, one, now()),
            weekly=await store.weekly(db, expert_id),
        )

    @post("/gifts", guards=[only(*OWNERS)])
    async def give(self, expert_id: FromPath[UUID], data: JSONBody[shapes.NewGift], db: Db, caller: Me) -> shapes.Gift:
        """One opening of one slot; `hour-not-free` when something stands there."""
        check_agenda(caller, expert_id, to_change=True)
        return await give_one(db, await experts.find(db, expert_id), data, ask_id=None, moment=now())

    @put("/weekly-link", guards=[only(*OWNERS)], status_code=200)
    async def weekly(
        self, expert_id: FromPath[UUID], data: JSONBody[shapes.WeeklyLink], db: Db, caller: Me
    ) -> shapes.WeeklyLink:
        """A link with such hours each Sunday, or no link any more."""
        check_agenda(caller, expert_id, to_change=True)
        one = await experts.find(db, expert_id)
        await store.want_weekly(db, expert_id, giving.next_weekly(now(), one.time_zone) if data.wanted else None)
        return data


class Asks(Controller):
    path = "/asks/{ask_id:uuid}"

    @get(guards=[only(*OWNERS, Role.PERSON)])
    async def one(self, ask_id: FromPath[UUID], db: Db, caller: Me) -> shapes.Ask:
        """Hours to touch, and what was given already; for the bearer of its link, and the expert themself."""
        return await _shown(db, await _mine(db, caller, ask_id))

    @post("/answer", guards=[only(*OWNERS, Role.PERSON)], status_code=200)
    async def answer(self, ask_id: FromPath[UUID], data: JSONBody[shapes.AskAnswer], db: Db, caller: Me) -> shapes.Ask:
        """Give these hours; none says « pas cette fois ». May be done again while the asking lasts."""
        row = await _mine(db, caller, ask_id, to_change=True)
        moment = now()
        if moment >= row.expires_at:
            raise giving.AskIsOver
        if len(data.gifts) > MOST_GIVEN:
            raise giving.GiftNotValid(fields={"gifts": f"at most {MOST_GIVEN}"})
        one = await experts.find(db, row.expert_id)
        for gift in data.gifts:
            await give_one(db, one, gift, ask_id=ask_id, moment=moment)
        await store.answered(db, ask_id, moment)
        await outbox.nudge(db, "openings")
        return await _shown(db, await store.ask(db, ask_id))


class Rounds(Controller):
    path = "/opening-rounds"

    @get(guards=[only(Role.COORDINATOR)])
    async def several(self, db: Db) -> shapes.Rounds:
        """What was asked of late, and what came of it."""
        return shapes.Rounds(
            [
                shapes.Round(row.id, row.label, row.asked_at, row.asked, row.answered, row.given, row.taken)
                for row in await store.rounds(db)
            ]
        )

    @post(guards=[only(Role.COORDINATOR)])
    async def ask(self, data: JSONBody[shapes.NewRound], db: Db, caller: Me) -> shapes.Round:
        """Ask these experts for openings, each by a link of their own; those who are away are left in peace."""
        moment, label = now(), data.label.strip()[:LABEL]
        chosen = await store.active(db, list(dict.fromkeys(data.experts))[:MOST_ASKED])
        if not label or not chosen:
            raise giving.GiftNotValid(fields={"experts": "at least one who may be offered", "label": "a few words"})
        round_id = await store.add_round(db, label, caller.subject, moment)
        await ask_for(db, chosen, round_id=round_id, moment=moment)
        return shapes.Round(round_id, label, moment, len(chosen), 0, 0, 0)


async def ask_for(db: AsyncConnection, chosen: dict[UUID, str], *, round_id: UUID | None, moment: datetime) -> None:
    """One asking and one event for each of these experts (with their zones)."""
    rows = await store.add_asks(db, list(chosen), round_id=round_id, now=moment, lasts=giving.ANSWER_WITHIN)
    told = [OpeningsAsked(row["id"], 1, row["expert_id"], row["expires_at"], chosen[row["expert_id"]]) for row in rows]
    await outbox.tell(db, *told)


async def proposed(db: AsyncConnection, one: Expert, moment: datetime) -> list[shapes.Proposal]:
    """Hours with the ways of meeting that the expert offers, the commonest first."""
    kinds = _kinds(await types.of_expert(db, one.id), one)
    if not kinds:
        return []
    before = Span(moment - USED_TO, moment)
    ahead = Span(moment, moment + timedelta(days=giving.DAYS + 1))
    known = giving.habits(await store.openings(db, one.id, before), one.time_zone)
    stands = [*await store.taken(db, one.id, ahead), *await store.openings(db, one.id, ahead)]
    length = max(kind.shape.whole for kind in kinds.values())
    starts = giving.proposed(known, stands, zone=one.time_zone, length=length, now=moment)
    return [shapes.Proposal(start, list(kinds)) for start in starts]


async def give_one(
    db: AsyncConnection, one: Expert, gift: shapes.NewGift, *, ask_id: UUID | None, moment: datetime
) -> shapes.Gift:
    """An opening just long enough for a first visit, for every type of this modality."""
    starts_at = instant(gift.starts_at.replace(second=0, microsecond=0))
    every = await types.of_expert(db, one.id)
    kind = _kinds(every, one).get(gift.modality)
    if kind is None or kind.too_soon(starts_at, moment) or kind.beyond_horizon(starts_at, moment, one.time_zone):
        raise giving.GiftNotValid(fields={"starts_at": "an hour to come, in a way that this expert offers"})
    span = kind.shape.claim(starts_at)
    type_ids = [each.id for each in every.values() if each.modality is gift.modality]
    await agenda.lock(db, one.id)
    if await store.taken(db, one.id, span) or await store.open_for(db, one.id, span, type_ids):
        raise giving.HourNotFree
    day, starts, ends = edits.local_times(span, one.time_zone)
    rule = edits.check_rule(
        OpeningRule(
            id=new_id(),
            expert_id=one.id,
            first_day=day,
            starts=starts,
            ends=ends,
            time_zone=one.time_zone,
            type_ids=frozenset(type_ids),
        )
    )
    await openings.add(db, rule)
    written = await openings.write_out(db, rule, since=day, until=day)
    if not written:
        raise refusals.OpeningNotValid(fields={"starts_at": "no opening comes of it"})
    await store.note_gift(db, rule.id, one.id, ask_id, moment)
    await openings.edited(db, one.id, [zones.local_day(starts_at, one.time_zone)], moment)
    await outbox.nudge(db, f"agenda:{one.id}")
    return shapes.Gift(written[0], starts_at, kind.shape.ends_at(starts_at), gift.modality, one.time_zone)


def _kinds(every: dict[UUID, ConsultationType], one: Expert) -> dict[Modality, ConsultationType]:
    """The type of a first visit for each modality that the expert offers, video first."""
    firsts = {kind.modality: kind for kind in every.values() if kind.visit is VisitKind.FIRST}
    return {way: firsts[way] for way in Modality if way in one.modalities and way in firsts}


async def _shown(db: AsyncConnection, row: Any) -> shapes.Ask:
    one = await experts.find(db, row.expert_id)
    kinds = await types.of_expert(db, one.id)
    return shapes.Ask(
        id=row.id,
        time_zone=one.time_zone,
        expires_at=row.expires_at,
        answered=row.answered_at is not None,
        proposals=await proposed(db, one, now()),
        given=[
            shapes.Gift(
                opening_id=each.id,
                starts_at=each.during.lower,
                ends_at=each.during.upper,
                modality=next(kinds[kind].modality for kind in each.type_ids if kind in kinds),
                time_zone=one.time_zone,
                taken=each.taken,
            )
            for each in await store.gifts_of(db, row.id)
        ],
    )


async def _mine(db: AsyncConnection, caller: Caller, ask_id: UUID, *, to_change: bool = False) -> Any:
    row = await store.ask(db, ask_id, to_change=to_change)
    bearer = caller.case_id == ask_id  # the link of an asking opens this one thing
    if row is None or not (bearer or (caller.case_id is None and owns(caller, row.expert_id))):
        raise giving.UnknownAsk
    return row
