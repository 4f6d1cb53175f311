"""Matching: the worked example of the design, filters, widening, reasons (referral.md §3)."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import count
from math import exp
from uuid import UUID, uuid4

import pytest

from contracts.referral import UNKNOWN
from contracts.words import ExpertProfession, Modality
from services.referral.domain.experts import Expert, Fee, Place, Standing, fee_in_words
from services.referral.domain.matching.fairness import Contender, in_order
from services.referral.domain.matching.filters import eligible
from services.referral.domain.matching.hours import shared
from services.referral.domain.matching.ranking import FEW, Network, ranked
from services.referral.domain.matching.reach import bookable
from services.referral.domain.matching.score import Scorer, Shares, earliest, fit
from services.referral.domain.matching.wanted import Wanted, wanted
from services.referral.domain.matching.weights import STANDARD
from tests.referral.make import NIGHT, PARIS, a_network, a_sheet, a_standing, a_wish, an_expert

DAY = NIGHT.date()
VIDEO = (Modality.VIDEO,)


def shares_of(scorer: Scorer, expert: Expert, standing: Standing, ways: tuple[Modality, ...]) -> Shares:
    return scorer.shares(expert, standing, ways, earliest(standing, ways, NIGHT))


def test_the_weights_of_every_level_sum_to_one() -> None:
    for level in (None, 1, 2, 3, 4, 5):
        assert sum(STANDARD.of(level)) == pytest.approx(1)


def test_the_worked_example_of_the_design() -> None:
    a = Shares(1, exp(-36 / 72), 1, 0.8, 0, 1, 1, 1)
    b = Shares(0.8, exp(-6 / 72), 1, 1, 0, 0.5, 0.5, 1)
    c = Shares(1, exp(-40 / 72), 1, 0.7, 0, 1, 1, 1)
    assert [round(fit(each, 2), 1) for each in (a, b, c)] == [82.1, 73.8, 80.6]
    a_id, b_id, c_id = UUID(int=1), UUID(int=2), UUID(int=3)
    contenders = [
        Contender(a_id, fit(a, 2), stride_pass=2.0),
        Contender(b_id, fit(b, 2), stride_pass=0.0),
        Contender(c_id, fit(c, 2), stride_pass=1.0),
    ]
    order = list(in_order(contenders, seed=uuid4()))
    assert [each.expert_id for each, _ in order] == [c_id, a_id, b_id]
    assert [ahead for _, ahead in order] == [True, False, False]


def test_the_shares_of_the_example_come_from_the_expert() -> None:
    expert = an_expert()
    shares = shares_of(Scorer(a_wish(), NIGHT), expert, a_standing(expert, hours=36), VIDEO)
    assert shares.specialty == 1 and shares.slot == pytest.approx(0.607, abs=0.001)
    assert (shares.modality, shares.continuity, shares.preferences, shares.setting, shares.cost) == (1, 0, 1, 1, 1)


def test_the_reason_is_said_in_plain_french() -> None:
    first, second = an_expert(name="A"), an_expert(name="C")
    network = Network.of(
        {first.id: first, second.id: second},
        {first.id: a_standing(first, hours=36, stride_pass=2), second.id: a_standing(second, hours=40)},
    )
    found = ranked(network, a_wish(), now=NIGHT, limit=5)
    assert [each.name for each in found.candidates] == ["C", "A"]
    assert found.candidates[0].why == (
        "anxiété et épuisement : spécialité ; visio dans 40 h ; connaît ce métier ; "
        "pris en charge par l’association ; a reçu moins d’orientations que sa part"
    )
    assert found.earliest == first.id and found.best == second.id


@pytest.mark.parametrize(
    "changes",
    [
        {"active": False},
        {"profession": ExpertProfession.GENERAL_PRACTITIONER},
        {"checked_at": DAY - timedelta(days=400)},
        {"leave": ((DAY - timedelta(days=1), DAY),)},
        {"capacity": 0},
        {"capacity": 2},
        {"languages": frozenset({"en"})},
        {"crisis": False},
        {"exclusions": frozenset({"anxiety"})},
        {"exclusions": frozenset({"nursing"})},
        {"places": (PARIS,)},
        {"offered": False},
        {"accessibility": frozenset()},
        {"fee": Fee(9000)},
        {"id": UUID(int=99)},
    ],
)
def test_each_hard_filter_excludes(changes: dict[str, object]) -> None:
    wish = a_wish(
        level=4,
        help=[ExpertProfession.PSYCHOLOGIST],
        languages=["fr"],
        not_departments=["75"],
        not_experts=[UUID(int=99)],
    )
    wish = replace(wish, accessibility=frozenset({"wheelchair"}), most_cents=5000)
    fit_for_all = {"accessibility": frozenset({"wheelchair", "lift"})}
    assert eligible(an_expert(**fit_for_all), wish, day=DAY, taken=2)
    assert not eligible(an_expert(**{**fit_for_all, **changes}), wish, day=DAY, taken=2)


def test_the_same_employer_is_excluded() -> None:
    wish = replace(a_wish(), employer=b"hash")
    assert not eligible(an_expert(employer=b"hash"), wish, day=DAY, taken=0)
    assert eligible(an_expert(employer=b"other"), wish, day=DAY, taken=0)


def test_leave_that_is_over_or_not_begun_excludes_nobody() -> None:
    away = ((DAY + timedelta(days=1), DAY + timedelta(days=9)), (date(2026, 1, 1), DAY - timedelta(days=1)))
    assert eligible(an_expert(leave=away), a_wish(), day=DAY, taken=0)


def test_crisis_training_is_asked_only_from_level_four() -> None:
    for level, allowed in ((None, True), (3, True), (4, False), (5, False)):
        assert eligible(an_expert(crisis=False), a_wish(level=level), day=DAY, taken=0) is allowed


def test_unknown_excludes_nobody() -> None:
    wish = a_wish(profession=UNKNOWN, department=UNKNOWN, motives=[], level=None, modalities=[])
    assert wish.department is None and wish.profession is None
    assert ranked(a_network(an_expert()), wish, now=NIGHT, limit=5).matching == 1


def _at(km_east: float, department: str = "72") -> tuple[Place, ...]:
    return (Place("Ici", department, 48.006, 0.199 + km_east / 74.5),)


def test_the_search_widens_step_by_step_until_five() -> None:
    here = [an_expert(places=_at(5))]
    wish = a_wish(modalities=[Modality.IN_PERSON])  # rural: starts at 50 km
    doubled = [an_expert(places=_at(80 + n, "28")) for n in range(4)]
    found = ranked(a_network(*here, *doubled), wish, now=NIGHT, limit=9)
    assert found.matching == 5 and found.widened == "Rayon doublé autour du chef-lieu (100 km)"

    nearby = [an_expert(places=_at(105 + n, "28")) for n in range(4)]
    found = ranked(a_network(*here, *nearby), wish, now=NIGHT, limit=9)
    assert found.matching == 5 and found.widened == "Élargi aux départements proches"

    region = [an_expert(places=(Place("Nantes", "44", 47.218, -1.554),)) for _ in range(4)]
    found = ranked(a_network(*here, *region), wish, now=NIGHT, limit=9)
    assert found.matching == 5 and found.widened == "Élargi à la région"

    remote = [an_expert(places=(Place("Nice", "06", 43.703, 7.266),)) for _ in range(4)]
    found = ranked(a_network(*here, *remote), wish, now=NIGHT, limit=9)
    assert found.matching == 5 and found.widened == "Élargi à la visio et au téléphone, dans toute la France"


def test_the_listener_goes_further_then_remote_then_to_other_professions() -> None:
    here = [an_expert(places=_at(n)) for n in range(5)]
    nearby = an_expert(places=_at(105, "28"))
    afar = an_expert(places=(Place("Nice", "06", 43.703, 7.266),))
    doctor = an_expert(places=_at(1), profession=ExpertProfession.GENERAL_PRACTITIONER)
    network = a_network(*here, nearby, afar, doctor)
    wish = a_wish(modalities=[Modality.IN_PERSON], help=[ExpertProfession.PSYCHOLOGIST])
    found = [ranked(network, replace(wish, wider=step), now=NIGHT, limit=9) for step in range(4)]
    assert [one.matching for one in found] == [5, 6, 7, 8]
    assert [one.next_wider for one in found] == [1, 2, 3, None]
    assert found[1].widened == "Élargi aux départements proches"
    assert (found[3].widened or "").endswith("et aux autres professions")
    [remote] = [one for one in found[2].candidates if one.expert_id == afar.id]
    assert Modality.VIDEO in remote.modalities and Modality.IN_PERSON not in remote.modalities


def test_what_is_not_narrow_has_no_next_step_and_a_remote_list_may_be_booked() -> None:
    everything = ranked(a_network(an_expert()), a_wish(modalities=[]), now=NIGHT, limit=9)
    assert everything.next_wider is None
    assert bookable([Modality.IN_PERSON]) == (Modality.IN_PERSON, Modality.VIDEO, Modality.PHONE) and bookable([]) == ()


def test_five_nearby_are_not_widened() -> None:
    near = [an_expert(places=_at(n)) for n in range(5)]
    far = an_expert(places=(PARIS,))
    found = ranked(a_network(*near, far), a_wish(modalities=[Modality.IN_PERSON]), now=NIGHT, limit=9)
    assert found.matching == 5 and found.widened is None


def test_too_few_says_so() -> None:
    assert ranked(a_network(an_expert()), a_wish(), now=NIGHT, limit=9).widened == FEW


def test_nobody_is_an_answer() -> None:
    found = ranked(a_network(), a_wish(), now=NIGHT, limit=9)
    assert (found.candidates, found.earliest, found.best, found.matching) == ([], None, None, 0)


def test_a_missing_or_stale_slot_is_unknown_and_counts_half() -> None:
    expert = an_expert()
    scorer = Scorer(a_wish(), NIGHT)
    assert shares_of(scorer, expert, Standing(expert.id), VIDEO).slot is None
    assert shares_of(scorer, expert, a_standing(expert, hours=-2), VIDEO).slot is None
    assert shares_of(scorer, expert, a_standing(expert, hours=None), VIDEO).slot == 0
    found = ranked(Network.of({expert.id: expert}, {}), a_wish(), now=NIGHT, limit=1)
    assert "inconnu" in found.candidates[0].why and found.candidates[0].first_free is None


def test_a_secondary_motive_unmatched_costs_a_fifth() -> None:
    wish = a_wish(motives=["anxiety", "grief"])
    expert = an_expert(specialties={"anxiety": 0.9})
    assert shares_of(Scorer(wish, NIGHT), expert, a_standing(expert), VIDEO).specialty == pytest.approx(0.72)


def test_second_choices_count_less() -> None:
    wish = a_wish(modalities=[Modality.VIDEO, Modality.PHONE, Modality.IN_PERSON])
    expert = an_expert()
    shares = [shares_of(Scorer(wish, NIGHT), expert, a_standing(expert), (way,)).modality for way in wish.modalities]
    assert shares == [1.0, 0.6, 0.4]


def test_distance_counts_in_person_and_shared_hours_at_a_distance() -> None:
    scorer = Scorer(a_wish(), NIGHT)
    near, far = an_expert(places=_at(0)), an_expert(places=_at(25))
    in_person = (Modality.IN_PERSON,)
    assert shares_of(scorer, near, a_standing(near), in_person).proximity == pytest.approx(1, abs=0.01)
    assert shares_of(scorer, far, a_standing(far), in_person).proximity == pytest.approx(exp(-1), abs=0.02)
    overseas = an_expert(time_zone="Indian/Reunion")  # 3 hours ahead in winter
    assert shares_of(scorer, near, a_standing(near), VIDEO).proximity == 1
    assert shares_of(scorer, overseas, a_standing(overseas), VIDEO).proximity == pytest.approx(0.75)


def test_someone_already_met_comes_first_when_equal() -> None:
    met, new = an_expert(name="connue"), an_expert(name="nouvelle")
    wish = wanted(a_sheet(), case_id=UUID(int=7), known=frozenset({met.id}))
    found = ranked(a_network(met, new), wish, now=NIGHT, limit=2)
    assert found.candidates[0].name == "connue" and found.candidates[0].known
    assert "déjà en lien avec cette personne" in found.candidates[0].why


def test_the_setting_is_the_same_the_health_world_or_another() -> None:
    scorer = Scorer(a_wish(), NIGHT)
    for audiences, share in ((["nurse_hospital"], 1), (["health"], 0.5), (["student"], 0), ([], None)):
        expert = an_expert(audiences=frozenset(audiences))
        assert shares_of(scorer, expert, a_standing(expert), VIDEO).setting == share


@pytest.mark.parametrize(
    ("fee", "words", "share"),
    [
        (Fee(covered=True), "Pris en charge par l’association", 1),
        (Fee(0), "Gratuit", 1),
        (Fee(5000), "50\u00a0€, à régler au professionnel", 0.5),
        (Fee(5550), "55,50\u00a0€, à régler au professionnel", 0.5),
        (Fee(None), "Tarif à demander", None),
    ],
)
def test_free_is_said_only_when_it_is(fee: Fee, words: str, share: float | None) -> None:
    assert fee_in_words(fee) == words
    expert = an_expert(fee=fee)
    assert shares_of(Scorer(a_wish(), NIGHT), expert, a_standing(expert), VIDEO).cost == share


def test_the_earliest_is_shown_even_when_it_ranks_last() -> None:
    poor = an_expert(specialties={"eating": 1.0}, audiences=frozenset({"student"}), fee=Fee(9000))
    many = [an_expert() for _ in range(8)]
    standings = {one.id: a_standing(one, hours=30) for one in many} | {poor.id: a_standing(poor, hours=1)}
    network = Network.of({one.id: one for one in (*many, poor)}, standings)
    found = ranked(network, a_wish(), now=NIGHT, limit=3)
    assert len(found.candidates) == 4 and found.earliest == poor.id == found.candidates[-1].expert_id


def test_ranking_twice_gives_the_same_order() -> None:
    serial = count(1)
    experts = [an_expert(id=UUID(int=next(serial))) for _ in range(40)]
    orders = [
        [each.expert_id for each in ranked(a_network(*shuffled), a_wish(), now=NIGHT, limit=40).candidates]
        for shuffled in (experts, experts[::-1])
    ]
    assert orders[0] == orders[1]


def test_when_a_person_can_weighs_and_excludes_nobody() -> None:
    assert shared((), apart=0) == 1.0 and shared((), apart=6) == pytest.approx(0.5)
    assert shared(["evening"], apart=0) == pytest.approx(0.5)  # 18 h and 19 h of four
    assert shared(["night"], apart=0) == 0.0 and shared(["weekend"], apart=0) == 1.0
    assert shared(["night"], apart=-12) == pytest.approx(1.0)
    day, evening = a_wish(modalities=["video"]), a_wish(modalities=["video"], windows=["evening"])
    assert fit_of(an_expert(), evening) < fit_of(an_expert(), day)
    assert eligible(an_expert(), evening, day=DAY, taken=0)


def test_whom_they_would_rather_talk_to_is_a_wish_and_is_said() -> None:
    wish = a_wish(gender="f")
    woman, man, unknown = (an_expert(gender=each) for each in ("f", "m", None))
    assert fit_of(woman, wish) > fit_of(unknown, wish) > fit_of(man, wish)
    assert eligible(man, wish, day=DAY, taken=0)
    network = Network.of({woman.id: woman}, {})
    (first,) = ranked(network, wish, now=NIGHT, limit=1).candidates
    assert "une femme, comme souhaité" in first.why


def fit_of(expert: Expert, wish: Wanted) -> float:
    return ranked(Network.of({expert.id: expert}, {}), wish, now=NIGHT, limit=1).candidates[0].fit
