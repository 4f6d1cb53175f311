"""Offers and orientations: each state reached and left, nobody says yes too late, nights do not count (§2.2–2.4)."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.orientations import CallerRefusal, Decline, DeclineReason, OfferStatus, OrientationKind, TargetKind
from contracts.words import ReferralStatus, Role
from services.referral.domain import offers, orienting, tasks, transitions, waves
from services.referral.domain.offers import Offer
from services.referral.domain.tasks import Colleague
from tests.referral.make import NIGHT, a_referral

S, O = ReferralStatus, OfferStatus  # noqa: E741
DAY = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


def an_offer(**changes: Any) -> Offer:
    values: dict[str, Any] = {
        "id": uuid4(),
        "referral_id": uuid4(),
        "case_id": uuid4(),
        "cycle": 1,
        "wave": 1,
        "target_kind": TargetKind.EXPERT,
        "target_id": uuid4(),
        "status": O.SENT,
        "version": 1,
        "level": 2,
        "created_at": DAY,
        "sent_at": DAY,
        "expires_at": DAY + timedelta(hours=24),
    }
    return Offer(**{**values, **changes})


@pytest.mark.parametrize("table", [transitions.TRANSITIONS, offers.TRANSITIONS])
def test_every_state_is_reached_and_every_open_state_is_left(table: Any) -> None:
    kind: Any = type(next(iter(table))[0])
    states = set(kind)
    reached = {to for (status, _), to in table.items() if to != status} | {S.DRAFT, O.CREATED}
    assert states <= reached
    left = {status for (status, _), to in table.items() if to != status}
    assert states - left == ({S.ENTERED_IN_ERROR} if S.DRAFT in states else {O.DECLINED, O.EXPIRED, O.WITHDRAWN})


@given(st.lists(st.sampled_from(sorted({cause for _, cause in transitions.TRANSITIONS})), max_size=30))
def test_no_story_leads_out_of_the_table(story: list[str]) -> None:
    status = S.DRAFT
    for cause in story:
        if (status, cause) in transitions.TRANSITIONS:
            status = transitions.after(status, cause)
        else:
            with pytest.raises(transitions.IllegalTransition):
                transitions.after(status, cause)
    assert status in transitions.OPEN | transitions.TERMINAL


def test_every_cause_names_who_may_set_it_and_nothing_ends_by_the_clock() -> None:
    causes = {cause for _, cause in transitions.TRANSITIONS}
    assert causes == set(transitions.WHO)
    ending = {cause for (status, cause), to in transitions.TRANSITIONS.items() if to in transitions.TERMINAL}
    assert not any(transitions.Who.SYSTEM in transitions.WHO[cause] for cause in ending)


def test_who_is_late_gets_410_before_any_tick_has_passed() -> None:
    late = an_offer()
    with pytest.raises(offers.OfferExpired) as refused:
        offers.accepted(late, now=late.expires_at)
    assert refused.value.status == 410
    with pytest.raises(offers.OfferExpired):
        offers.declined(late, Decline(DeclineReason.FEE), now=late.expires_at)
    with pytest.raises(offers.OfferExpired):
        offers.accepted(an_offer(status=O.EXPIRED), now=DAY)
    with pytest.raises(offers.OfferTaken):
        offers.accepted(an_offer(status=O.WITHDRAWN), now=DAY)
    with pytest.raises(offers.OfferAnswered):
        offers.declined(an_offer(status=O.ACCEPTED), Decline(DeclineReason.FEE), now=DAY)


def test_a_yes_weighs_in_the_share_and_what_comes_to_nothing_is_charged_back() -> None:
    won = offers.accepted(offers.seen(an_offer(), now=DAY), now=DAY)
    assert won.status is O.ACCEPTED and won.charged and won.seen_at == DAY
    assert offers.not_booked(won, now=DAY).status is O.EXPIRED and not offers.not_booked(won, now=DAY).charged
    refused = offers.refused_by_caller(won, CallerRefusal.PLACE, now=DAY)
    assert (refused.status, refused.reason_by, refused.charged) == (O.WITHDRAWN, "caller", False)
    assert not offers.accepted(an_offer(target_kind=TargetKind.SERVICE), now=DAY).charged


@pytest.mark.parametrize(
    ("answer", "field"),
    [
        (Decline(DeclineReason.CAPACITY), "until"),
        (Decline(DeclineReason.CAPACITY, until=(DAY - timedelta(days=1)).date()), "until"),
        (Decline(DeclineReason.COMPETENCE), "motive"),
        (Decline(DeclineReason.DELAY, counter_at=DAY - timedelta(hours=1)), "counter_at"),
    ],
)
def test_a_coded_no_says_what_its_reason_needs(answer: Decline, field: str) -> None:
    with pytest.raises(offers.DeclineRefused) as refused:
        offers.declined(an_offer(), answer, now=DAY)
    assert field in refused.value.fields


def test_waves_go_from_one_to_several_to_a_group() -> None:
    assert [waves.mode(2, sent) for sent in range(4)] == ["sequential"] * 3 + ["group"]
    assert [waves.size(3, sent) for sent in range(4)] == [1, 3, waves.GROUP, 0]
    assert [waves.size(4, sent) for sent in range(3)] == [3, waves.GROUP, 0]
    with pytest.raises(waves.UrgentFirst):
        waves.size(5, 0)


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)).map(lambda at: at.replace(tzinfo=UTC)),
    st.sampled_from([1, 2, 3, 4]),
    st.sampled_from(["Europe/Paris", "Indian/Reunion", "America/Cayenne"]),
)
def test_a_time_to_answer_is_never_over_at_night_below_level_four(sent: datetime, level: int, zone: str) -> None:
    ends = waves.expiry(sent, level, zone=zone)
    assert ends - sent >= waves.terms(level).answer_within
    if level == 4:
        assert ends - sent == timedelta(minutes=15)
    else:
        assert 8 <= ends.astimezone(ZoneInfo(zone)).hour < 21


def test_the_night_of_a_clock_change_lasts_as_long_as_it_lasts() -> None:
    evening = datetime(2026, 10, 24, 18, 30, tzinfo=UTC)  # 20:30 in Paris, an hour before clocks go back that night
    assert waves.expiry(evening, 3, zone="Europe/Paris") == datetime(2026, 10, 25, 8, 30, tzinfo=UTC)


def test_nobody_is_put_on_a_list_unasked_or_from_level_four() -> None:
    for referral in (a_referral(), a_referral(level=4, may_wait=True)):
        with pytest.raises(orienting.NeedsAgreement):
            orienting.waitlisted(referral, now=NIGHT)
    waiting, _ = orienting.waitlisted(a_referral(level=3, may_wait=True), now=NIGHT)
    assert waiting.next_action_at == NIGHT + timedelta(minutes=15)


def test_with_nobody_left_there_is_still_an_owner_and_an_hour() -> None:
    owner = uuid4()
    left, _ = orienting.nobody_left(a_referral(level=3, owner_id=owner), now=NIGHT)
    assert (left.owner_id, left.queue, left.next_action_at) == (owner, "coordination", NIGHT + timedelta(hours=1))
    friday = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
    left, _ = orienting.nobody_left(a_referral(owner_id=owner), now=friday)
    assert left.owner_id is None and left.queue == "coordination"
    assert left.next_action_at == friday + timedelta(days=3)


def test_what_is_given_counts_and_care_is_never_merely_given() -> None:
    done, step = orienting.given(a_referral(kind=OrientationKind.ADVICE_SHEET))
    assert (done.status, done.outcome, step.cause) == (S.COMPLETED, "given", "given")
    with pytest.raises(orienting.CannotBeGiven):
        orienting.given(a_referral())


def test_a_task_has_a_name_and_a_manager_when_it_presses() -> None:
    psychologist, manager, on_call, coordinator = (UUID(int=n) for n in (1, 2, 3, 4))
    team = [
        Colleague(psychologist, frozenset({Role.PSYCHOLOGIST})),
        Colleague(manager, frozenset({Role.DUTY_MANAGER})),
        Colleague(on_call, frozenset({Role.DUTY_MANAGER}), tasks=5, on_call=True),
        Colleague(coordinator, frozenset({Role.COORDINATOR})),
    ]
    assert tasks.named(team, psychologist, level=3) == psychologist
    assert tasks.named(team, psychologist, level=4) == on_call
    assert tasks.named(team, psychologist, level=3, late=True) == on_call
    assert tasks.named(team, on_call, level=4, late=True) == manager
    assert tasks.named([team[3]], psychologist, level=3) == coordinator
    assert tasks.named([], psychologist, level=4) is None
    assert tasks.needs_telling(4) and not tasks.needs_telling(3) and tasks.needs_telling(3, late=True)
