"""Rules 1, 7 and 11: around an orientation, its offers and its tasks."""

from datetime import timedelta
from uuid import UUID

from contracts.orientations import OfferStatus, OrientationKind
from contracts.words import ReferralStatus
from services.referral.domain import offers, orienting, shown_offers, tasks, transitions, waves
from services.referral.domain.transitions import Who
from services.reminders.domain.texts import WITHOUT_AN_HOUR, Notice
from tests.referral.make import NIGHT, a_referral, a_sheet
from tests.referral.test_domain_offers import an_offer


def test_rule_7_nothing_from_level_three_ends_by_a_timer_or_a_link_alone() -> None:
    for (status, cause), reached in transitions.TRANSITIONS.items():
        if reached in transitions.TERMINAL and status not in transitions.TERMINAL:
            assert Who.SYSTEM not in transitions.WHO[cause], cause
    for level in (3, 4):
        left, _ = orienting.nobody_left(a_referral(level=level, owner_id=UUID(int=1)), now=NIGHT)
        assert left.status is ReferralStatus.ESCALATED and left.owner_id is not None
        assert left.next_action_at is not None and left.next_action_at - NIGHT <= timedelta(hours=1)


def test_rule_7_a_named_person_owns_it_within_the_hour_and_only_a_person_closes_it() -> None:
    team = [tasks.Colleague(UUID(int=1), frozenset({"psychologist"}))]
    for kind in sorted(tasks.CLOSED_BY_A_PERSON - {"overdue", "nobody_left"}):
        for level in (3, 4):
            due = tasks.follow_up_due(kind, level=level, by="person", now=NIGHT)
            assert due is not None and due - NIGHT <= timedelta(hours=1)
            assert tasks.named(team, None, level=level) == UUID(int=1)
    assert {"cancelled", "no_show", "nobody_left", "expert_away"} <= tasks.CLOSED_BY_A_PERSON


def test_rule_7_at_level_four_nobody_is_left_on_a_list() -> None:
    assert not waves.may_wait(4) and tasks.needs_telling(4)
    assert waves.terms(4).answer_within == timedelta(minutes=15)


def test_rule_11_what_a_target_reads_before_a_yes_names_nobody() -> None:
    sheet = a_sheet(first_name="Maëlle", notes="le service du Dr X", plan="appeler sa sœur", department="72")
    shown = repr(shown_offers.before_accept(an_offer(), sheet, kind=OrientationKind.CARE))
    for secret in ("Maëlle", "Dr X", "sœur", "'72'", "nurse_hospital", "Le Mans"):
        assert secret not in shown
    assert not shown_offers.opens(an_offer(status=OfferStatus.WITHDRAWN)) and offers.OPEN


def test_rule_11_a_message_to_a_professional_says_that_something_waits_and_nothing_else() -> None:
    for notice in (Notice.OFFER, Notice.OFFER_LINK, Notice.DESK):
        text = WITHOUT_AN_HOUR[notice].format(link="").lower()
        assert not any(word in text for word in ("niveau", "suicid", "motif", "patient", "urgence", "soignant"))
