"""Rules 3, 4, 5: urgent action, what is typed in it and who reads it, and whose emergency services."""

import re
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from contracts.on_call import SamuLine
from contracts.urgent import UrgentDetails
from contracts.words import Role
from gateway import urgent_words
from gateway.guards import URGENT
from services.referral.domain import urgent, urgent_ends
from services.referral.domain.urgent import Action, Attempt, Duty
from services.referral.domain.urgent_ends import GlassNeeded, NotInTheTeam, SecondFactorNeeded, may_read
from tests.referral.make import NIGHT

TEMPLATES = Path(__file__).parents[2] / "gateway" / "templates"
RAISER, MANAGER = UUID(int=1), UUID(int=2)
ALERT = Action(UUID(int=3), "triggered", NIGHT, 1, triggered_by=RAISER)
DESK = frozenset({Role.PSYCHOLOGIST})


def test_rule_03_two_minutes_to_the_next_five_to_all_and_every_channel_of_each() -> None:
    posts = [Duty(0, "A", "+33199000001", "tel-a"), Duty(1, "B", "+33199000002")]
    first = urgent.rings_due(ALERT, posts, [], now=NIGHT)
    assert {(ring.position, ring.channel) for ring in first} == {(0, "voice"), (0, "sms"), (0, "push")}
    made = [Attempt(ring.round, ring.position, ring.channel, "taken", NIGHT) for ring in first]
    assert urgent.rings_due(ALERT, posts, made, now=NIGHT + timedelta(seconds=119)) == []
    second = urgent.rings_due(ALERT, posts, made, now=NIGHT + timedelta(minutes=2))
    assert {ring.position for ring in second} == {1}
    made += [Attempt(ring.round, ring.position, ring.channel, "taken", NIGHT) for ring in second]
    everyone = urgent.rings_due(ALERT, posts, made, now=NIGHT + timedelta(minutes=5))
    assert {ring.position for ring in everyone} == {0, 1}


def test_rule_03_no_state_is_left_by_a_timer_and_two_people_close() -> None:
    assert {gesture for gesture, (_, reached) in urgent_ends.MOVES.items() if reached == "closed"} == {"review"}
    ended = Action(UUID(int=3), "ended", NIGHT, 1, ended_by=RAISER)
    with pytest.raises(urgent_ends.SecondPersonNeeded):
        urgent_ends.reviewed(ended, RAISER)
    assert urgent_ends.reviewed(ended, MANAGER) == "closed"


def test_rule_03_the_key_works_for_every_professional_and_on_a_locked_screen() -> None:
    assert URGENT["even_locked"] is True
    assert {Role.EXPERT, Role.SECRETARY, Role.VOLUNTEER, Role.COORDINATOR} <= set(URGENT["roles"])


def test_rule_03_the_woken_read_nothing_of_anyone() -> None:
    for words in (*urgent.WORDS.values(), urgent.TITLE, urgent.CALLED_BACK):
        assert not re.search(r"suicid|danger|psy|patient|niveau|veilleuse", words, re.I)
    page = (TEMPLATES / "urgent" / "alerte.html").read_text()
    assert page.count("<button") == 1 and "{{ action" not in page


def test_rule_04_typed_by_whoever_is_on_the_line_read_later_only_through_a_broken_glass() -> None:
    assert may_read(ALERT, RAISER, DESK, factor=False, glass_at=None, now=NIGHT) == "on_the_line"
    with pytest.raises(SecondFactorNeeded):
        may_read(ALERT, MANAGER, DESK, factor=False, glass_at=None, now=NIGHT)
    with pytest.raises(NotInTheTeam):
        may_read(ALERT, MANAGER, frozenset({Role.EXPERT}), factor=True, glass_at=None, now=NIGHT)
    over = Action(UUID(int=3), "closed", NIGHT, 1, triggered_by=RAISER)
    with pytest.raises(GlassNeeded):
        may_read(over, RAISER, DESK, factor=True, glass_at=None, now=NIGHT)
    assert may_read(over, RAISER, DESK, factor=True, glass_at=NIGHT, now=NIGHT + timedelta(minutes=29)) == "glass"
    with pytest.raises(GlassNeeded):
        may_read(over, RAISER, DESK, factor=True, glass_at=NIGHT, now=NIGHT + timedelta(minutes=30))


def test_rule_05_the_samu_is_that_of_the_persons_departement_and_is_never_guessed() -> None:
    assert "SAMU du 29" in urgent_words.whose_line("29", SamuLine("29", "Finistère"))
    known = urgent_words.whose_line("29", SamuLine("29", "Finistère", "+33298001122", "02 98 00 11 22"))
    assert "ligne directe" in known
    assert "du département où est la personne" in urgent_words.whose_line(None, None)


def test_rule_05_what_is_said_to_the_15_is_only_what_is_known() -> None:
    said = " ".join(urgent_words.to_say(UrgentDetails(place="Brest"), SamuLine("29", "Finistère")))
    assert "Brest" in said and "29" in said
    assert not re.search(r"None|prénom|rappeler au|portée", said)
    assert urgent_words.to_ask(UrgentDetails(place="Brest"), "29")[0] == "à quel numéro la rappeler"


def test_rule_05_every_number_stands_in_plain_text_before_anything_is_sent() -> None:
    numbers = (TEMPLATES / "calls" / "numeros.html").read_text()
    for number in ("15", "17", "112", "114", "3114", "3919", "119"):
        assert f">{number}</a>" in numbers
    assert "calls/numeros.html" in (TEMPLATES / "urgent" / "demande.html").read_text()
    assert "urgent/dialogue.html" in (TEMPLATES / "staff.html").read_text()
