"""Rules 1, 11, 12, 15 and 16: around the list of professionals, and those who stand on it."""

from datetime import time
from uuid import UUID, uuid4

from contracts.words import Channel
from gateway.network_words import STATES
from services.referral.domain.experts import Fee, fee_in_words
from services.referral.domain.matching.choices import REASONS, stood
from services.referral.domain.matching.ranking import ranked
from services.referral.domain.network.profiles import changed
from services.reminders.domain.contacts import Wishes
from services.reminders.domain.plan import about_a_thing
from services.reminders.domain.texts import WITHOUT_AN_HOUR, Notice
from tests.referral.make import NIGHT, a_network, a_wish, an_expert
from tests.reminders.make import NOW


def test_rule_1_the_list_suggests_and_whoever_is_on_the_line_decides() -> None:
    first, other = an_expert(), an_expert(specialties={"grief": 0.5})
    network = a_network(first, other)
    leader, place, inputs = stood(network, a_wish(), chosen=other.id, now=NIGHT)
    assert leader == first.id and place == 2 and inputs["compared"]  # kept, and never refused
    outsider, nowhere, _ = stood(network, a_wish(), chosen=uuid4(), now=NIGHT)
    assert outsider == first.id and nowhere is None
    assert "other" in REASONS


def test_rule_1_every_place_on_the_list_is_explained() -> None:
    network = a_network(*(an_expert(id=UUID(int=n)) for n in range(1, 9)))
    for one in ranked(network, a_wish(), now=NIGHT, limit=8).candidates:
        assert one.why and len(one.reasons) == 8 and all(part.words for part in one.reasons)


def test_rule_11_what_leaves_the_house_for_a_member_says_only_that_something_waits() -> None:
    for notice in (Notice.NETWORK, Notice.PROOF, Notice.INVITED):
        text = WITHOUT_AN_HOUR[notice].format(link="").lower()
        assert not any(word in text for word in ("réseau", "soignant", "assurance", "rpps", "veilleuse", "psych"))


def test_rule_12_a_member_chooses_the_hours_at_which_they_are_told() -> None:
    by_night = Wishes((Channel.MAIL,), (), time(22), time(6))
    noon = NOW.replace(hour=12, minute=0)
    (row,) = about_a_thing(
        Notice.NETWORK, uuid4(), by_night.channels, thing_id=uuid4(), version=1, now=noon, wishes=by_night, zone="UTC"
    )
    assert row.due_at.hour == 22


def test_rule_15_what_it_costs_is_said_on_every_card() -> None:
    for fee in (Fee(), Fee(0), Fee(5000), Fee(covered=True)):
        shown = ranked(a_network(an_expert(fee=fee)), a_wish(), now=NIGHT, limit=1).candidates[0]
        assert shown.fee == fee_in_words(fee) and shown.fee
        assert ("gratuit" in shown.fee.lower()) == (fee.cents == 0 and not fee.covered)


def test_rule_16_being_listed_and_being_proposed_are_two_consents() -> None:
    before = an_expert(offered=True, listed=False)
    listed = changed(before, {"listed": True}, by_coordination=False)
    assert listed.offered and listed.listed
    silent = changed(listed, {"offered": False}, by_coordination=False)
    assert silent.listed and ranked(a_network(silent), a_wish(), now=NIGHT, limit=1).candidates == []
    assert {"listed", "not_offered"} <= set(STATES)
