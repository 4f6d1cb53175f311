"""An orientation goes from hand to hand: offers, waiting list, coordination, owner, refusal, « réorientation »."""

from typing import Annotated, Any
from uuid import UUID, uuid4

from litestar import Controller, Request, get, post
from litestar.params import FromPath, JSONBody, QueryParameter

from contracts.events import ReferralClosed
from contracts.orientations import (
    CaseOrientations,
    Choice,
    NewOffers,
    Offers,
    PassedOn,
    Refused,
    Target,
    TargetKind,
    Targets,
)
from contracts.orientations import Offer as OfferShape
from contracts.referral import Referral, Tasks
from contracts.words import Role
from kit import audit, outbox
from kit.auth import only
from kit.clock import now
from kit.db import Db, Me
from kit.shapes import as_a
from services.referral.deliver import offering, passing
from services.referral.domain import orienting, transitions
from services.referral.domain.matching.ranking import Network
from services.referral.domain.offers import AlreadyAsked, UnknownTarget
from services.referral.domain.referrals import Referral as Found
from services.referral.routes.given import ABOUT_REFERRALS, Knowing, Sealing
from services.referral.routes.rights import check_version, words
from services.referral.store import offers, queue, referrals, sealed, tasks

Words = Annotated[str, QueryParameter(max_length=80)]
Department = Annotated[str | None, QueryParameter(max_length=3)]


class Orienting(Controller):
    path = "/referrals/{referral_id:uuid}"
    guards = (only(*ABOUT_REFERRALS),)

    @get("/offers")
    async def offers(self, db: Db, caller: Me, referral_id: FromPath[UUID]) -> Offers:
        """Who was asked, in which wave, and what they said."""
        await referrals.load(db, referral_id)
        await audit.note(db, caller, "read", "referral", referral_id)
        found = await offers.of_referral(db, referral_id)
        names = await offers.names(db, [one.target_id for one in found])
        return Offers([_offer(one, names) for one in found])

    @get("/tasks")
    async def tasks(self, db: Db, referral_id: FromPath[UUID]) -> Tasks:
        """What somebody must do about it."""
        return Tasks(await tasks.of_referral(db, referral_id))

    @post("/offers", status_code=200)
    async def offer(
        self,
        request: Request[Any, Any, Any],
        db: Db,
        caller: Me,
        vault: Sealing,
        known: Knowing,
        referral_id: FromPath[UUID],
        data: JSONBody[NewOffers],
    ) -> Referral:
        """The next wave by the rules of the level, or to those whom a person chose."""
        instant, actor = now(), str(caller.subject)
        found = await referrals.load(db, referral_id, to_change=True)
        check_version(request, found.version)
        transitions.after(found.status, "offered")
        note = words(data.note, 500)
        said = {"note": note} if note else {}
        kept = await sealed.seal(db, vault, found.case_id, said, place=f"offer.note:{referral_id}")
        network = await known.network(db, now=instant)
        if data.targets:
            chosen = await _chosen(db, network, found, data)
            changed = await offering.send(db, found, chosen, actor=actor, now=instant, note=kept)
        else:
            changed = await offering.go_on(db, network, found, actor=actor, now=instant)
        await audit.note(db, caller, "offer", "referral", referral_id)
        return as_a(Referral, changed)

    @post("/waitlist", status_code=200)
    async def waitlist(
        self, request: Request[Any, Any, Any], db: Db, caller: Me, referral_id: FromPath[UUID], data: JSONBody[Choice]
    ) -> Referral:
        """The caller agrees to wait: the delay is promised, never a place."""
        instant = now()
        found = await _to_change(request, db, referral_id)
        agreed = passing.agreed_to_wait(found)
        changed = await offering.wait(db, agreed, actor=str(caller.subject), now=instant)
        await offering.withdraw_others(db, referral_id, actor=str(caller.subject), now=instant, why="waitlisted")
        await audit.note(db, caller, "write", "referral", referral_id, why="waitlisted")
        return as_a(Referral, changed)

    @post("/escalate", status_code=200)
    async def escalate(
        self, request: Request[Any, Any, Any], db: Db, caller: Me, referral_id: FromPath[UUID], data: JSONBody[Choice]
    ) -> Referral:
        """To the coordination, by hand."""
        instant, actor, cause = now(), str(caller.subject), "handed_to_coordination"
        found = await _to_change(request, db, referral_id)
        changed = await offering.nobody_left(db, found, actor=actor, now=instant, cause=cause)
        await offering.withdraw_others(db, referral_id, actor=actor, now=instant, why=cause)
        await audit.note(db, caller, "write", "referral", referral_id, why=cause)
        return as_a(Referral, changed)

    @post("/own", status_code=200)
    async def own(
        self, request: Request[Any, Any, Any], db: Db, caller: Me, referral_id: FromPath[UUID], data: JSONBody[Choice]
    ) -> Referral:
        """Its next step is mine."""
        found = await _to_change(request, db, referral_id)
        changed = orienting.owned(found, caller.subject)
        await referrals.save(db, changed, [], actor=str(caller.subject), now=now())
        await audit.note(db, caller, "own", "referral", referral_id)
        await outbox.nudge(db, f"referral:{referral_id}", "desk")
        return as_a(Referral, changed)

    @post("/refuse", status_code=200)
    async def refuse(
        self, request: Request[Any, Any, Any], db: Db, caller: Me, referral_id: FromPath[UUID], data: JSONBody[Refused]
    ) -> Referral:
        """The caller does not want who accepted: it never counts against them."""
        found = await _to_change(request, db, referral_id)
        changed = await passing.refuse(db, found, data.reason, actor=str(caller.subject), now=now())
        await audit.note(db, caller, "write", "referral", referral_id, why="refused_by_caller")
        return as_a(Referral, changed)

    @post("/taken-up", status_code=200)
    async def taken_up(
        self, request: Request[Any, Any, Any], db: Db, caller: Me, referral_id: FromPath[UUID], data: JSONBody[Choice]
    ) -> Referral:
        """The structure or the service has met the person."""
        instant = now()
        found = await _to_change(request, db, referral_id)
        changed, step = orienting.taken_up(found, now=instant)
        await referrals.save(db, changed, [step], actor=str(caller.subject), now=instant)
        await audit.note(db, caller, "write", "referral", referral_id, why="taken_up")
        await outbox.nudge(db, f"referral:{referral_id}", "desk")
        return as_a(Referral, changed)


@post("/referrals/{referral_id:uuid}/pass-on", status_code=200, guards=[only(*ABOUT_REFERRALS, Role.EXPERT)])
async def pass_on(
    request: Request[Any, Any, Any],
    db: Db,
    caller: Me,
    vault: Sealing,
    known: Knowing,
    referral_id: FromPath[UUID],
    data: JSONBody[PassedOn],
) -> Referral:
    """« Réorientation »: a new orientation is offered, this one ends the same instant; returns the new one."""
    instant, actor = now(), str(caller.subject)
    found = await _to_change(request, db, referral_id)
    passing.of_this_target(caller, found)
    network = await known.network(db, now=instant)
    ended, follows = await passing.on(
        db, vault, network, found, new_id=uuid4(), professions=tuple(data.help), actor=actor, now=instant
    )
    await audit.note(db, caller, "write", "referral", referral_id, why="passed_on")
    await outbox.tell(db, ReferralClosed(ended.id, ended.version, ended.case_id, ended.status.value))
    return as_a(Referral, follows)


@get("/cases/{case_id:uuid}/referrals", guards=[only(*ABOUT_REFERRALS)])
async def of_case(db: Db, caller: Me, vault: Sealing, case_id: FromPath[UUID]) -> CaseOrientations:
    """The orientations of a case side by side, open and ended."""
    await audit.note(db, caller, "read", "case", case_id)
    return CaseOrientations(await queue.of_case(db, vault, case_id))


@get("/targets", guards=[only(*ABOUT_REFERRALS)])
async def targets(db: Db, q: Words = "", department: Department = None) -> Targets:
    """Structures and services to which an orientation can go, by name."""
    return Targets([as_a(Target, row) for row in await queue.targets(db, q, department)])


async def _to_change(request: Request[Any, Any, Any], db: Db, referral_id: UUID) -> Found:
    found = await referrals.load(db, referral_id, to_change=True)
    check_version(request, found.version)
    return found


async def _chosen(db: Db, network: Network, found: Found, data: NewOffers) -> list[offering.Chosen]:
    """Those whom a person chose, past no hard filter, and nobody twice at once."""
    open_now = {one.target_id for one in await offers.of_referral(db, found.id, cycle=found.cycle) if one.standing}
    if open_now & set(data.targets):
        raise AlreadyAsked()
    if data.target_kind is TargetKind.EXPERT:
        chosen = await offering.chosen_by_hand(db, network, found, data.targets, now=now())
    else:
        known = await offers.names(db, data.targets)
        chosen = [offering.Chosen(each, data.target_kind) for each in dict.fromkeys(data.targets) if each in known]
    if len(chosen) != len(set(data.targets)):
        raise UnknownTarget(fields={"targets": "unknown"})
    return chosen


def _offer(one: Any, names: dict[UUID, str]) -> OfferShape:
    return OfferShape(
        id=one.id,
        target_kind=one.target_kind,
        target_id=one.target_id,
        target_name=names.get(one.target_id, ""),
        status=one.status,
        cycle=one.cycle,
        wave=one.wave,
        created_at=one.created_at,
        expires_at=one.expires_at,
        version=one.version,
        seen_at=one.seen_at,
        answered_at=one.answered_at,
        reason=one.reason,
        counter_at=one.counter_at,
        counter_modality=one.counter_modality,
    )
