"""The network compared column by column says what comparing one expert after the other says."""

from dataclasses import replace
from datetime import timedelta
from random import Random
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.words import Modality
from services.referral.domain.experts import Expert, Fee, Place, Standing
from services.referral.domain.matching.columns import Columns
from services.referral.domain.matching.filters import eligible, eligible_rows
from services.referral.domain.matching.ranking import Network, Ranking
from services.referral.domain.matching.score import Scorer, earliest, fit
from services.referral.domain.matching.taking import FULL, Taking
from tests.referral.make import LE_MANS, NIGHT, PARIS, a_wish, an_expert

DAY = NIGHT.date()
FAR = Place("Cayenne", "973", 4.938, -52.335)
MOTIVES = ("anxiety", "exhaustion", "depression")


def _any_expert(at: Random, expert_id: UUID) -> Expert:
    return an_expert(
        id=expert_id,
        modalities=frozenset(way for way in Modality if at.random() < 0.7),
        specialties={motive: at.choice((0.0, 0.4, 1.0)) for motive in MOTIVES if at.random() < 0.6},
        audiences=frozenset(at.sample(("nursing", "health", "student"), at.randint(0, 2))),
        places=tuple(at.sample((LE_MANS, PARIS, FAR), at.randint(0, 2))),
        languages=frozenset(at.sample(("fr", "en", "es"), at.randint(1, 3))),
        fee=at.choice((Fee(covered=True), Fee(), Fee(0), Fee(9000))),
        gender=at.choice((None, "f", "m")),
        crisis=at.random() < 0.7,
        capacity=at.randint(0, 3),
        exclusions=frozenset(at.sample(("anxiety", "nursing"), at.randint(0, 1))),
        leave=((DAY, DAY),) if at.random() < 0.1 else (),
        checked_at=DAY - timedelta(days=at.choice((1, 366, 367))),
        time_zone=at.choice(("Europe/Paris", "Indian/Reunion")),
        offered=at.random() < 0.9,
        accessibility=frozenset(at.sample(("wheelchair", "deaf"), at.randint(0, 2))),
    )


def _any_standing(at: Random, expert_id: UUID) -> Standing:
    free = {way: NIGHT + timedelta(hours=at.choice((-3, 2, 2, 40))) for way in Modality if at.random() < 0.5}
    return Standing(expert_id, at.choice((0.0, 0.5, 1.0)), free, at.random() < 0.8)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32))
def test_columns_kept_up_to_date_say_what_each_expert_says(seed: int) -> None:
    at = Random(seed)  # a thousand choices: drawn one by one they cost ten seconds
    ids = [UUID(int=n + 1) for n in range(12)]
    experts = {each: _any_expert(at, each) for each in ids}
    standings = {each: _any_standing(at, each) for each in ids[2:]}
    columns = Columns(experts.values(), standings.values())
    for each in at.sample(ids, 4):  # and then some change
        experts[each], standings[each] = _any_expert(at, each), _any_standing(at, each)
        columns.put(experts[each])
        columns.stand(standings[each])
    wish = a_wish(
        level=at.choice((None, 2, 3, 4)),
        motives=at.sample(MOTIVES, at.randint(0, 2)),
        modalities=at.sample(tuple(Modality), at.randint(0, 3)),
        department=at.choice((None, "72", "973")),
        languages=at.sample(("en", "es"), at.randint(0, 2)),
        gender=at.choice((None, "f")),
        fee_ceiling=at.choice((None, 5000)),
        accessibility=at.sample(("wheelchair",), at.randint(0, 1)),
    )
    wish = replace(wish, known=frozenset(ids[:2]), not_experts=frozenset(ids[5:6]))
    taken = {each: at.randint(0, 3) for each in ids[::2]}
    rows = eligible_rows(columns, wish, day=DAY, taken=taken)
    for row, expert in enumerate(columns.experts):
        assert bool(rows >> row & 1) is eligible(expert, wish, day=DAY, taken=taken.get(expert.id, 0))
    ranking = Ranking(Network(columns, taken), wish, now=NIGHT)
    firsts, scorer = [], Scorer(wish, NIGHT)
    for one, _ in ranking.first(20):
        expert, standing = experts[one.expert.id], standings.get(one.expert.id) or Standing(one.expert.id)
        free = earliest(standing, one.ways, NIGHT)
        assert one.fit == fit(scorer.shares(expert, standing, one.ways, free), wish.level)  # to the last bit
        assert (one.expert, one.standing, one.first_free) == (expert, standing, free)
        firsts += [(free, -one.fit)] if free is not None else []
    soonest = ranking.soonest()
    assert (soonest and (soonest.first_free, -soonest.fit)) == min(firsts, default=None)


def test_nobody_yet_and_a_motive_that_nobody_knows() -> None:
    assert len(Ranking(Network.of({}, {}), a_wish(), now=NIGHT)) == 0
    expert = an_expert()
    wish = a_wish(motives=["lockdown"])
    (found, _), *_ = Ranking(Network.of({expert.id: expert}, {}), wish, now=NIGHT).first(5)
    assert found.shares.specialty == 0.0


def test_a_turn_counts_for_a_week_and_who_is_full_counts_as_full() -> None:
    mine, theirs = UUID(int=1), UUID(int=2)
    taking, week, beat = Taking(), timedelta(days=7), timedelta(microseconds=1)
    taking.tell(mine, [NIGHT - timedelta(days=1), NIGHT - timedelta(days=3)], full_until=None)
    taking.tell(theirs, [], full_until=DAY)
    assert taking.counts(NIGHT) == {mine: 2, theirs: FULL}
    aged = NIGHT - timedelta(days=3) + week
    assert taking.counts(aged - beat) == {mine: 2} and taking.counts(aged) == {mine: 1}
    assert taking.counts(NIGHT)[mine] == 2  # a clock set back
    taking.tell(mine, [], full_until=None)
    assert taking.counts(NIGHT) == {theirs: FULL}
