"""Openings in words and in forms: what is said is what is meant, and a form gives back the rule that filled it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from uuid import UUID

import pytest

from contracts.openings import Blocker, OpeningRule
from gateway import opening_form
from gateway.french import typo
from gateway.opening_words import REASONS, reason, reasons, rhythm
from tests.gateway.played import EXPERT, TYPE


def a_rule(rrule: str, first_day: date = date(2026, 11, 24)) -> OpeningRule:
    return OpeningRule(EXPERT, first_day, time(9), time(12), rrule, [TYPE], False)


@pytest.mark.parametrize(
    ("rrule", "said"),
    [
        ("", "Une seule fois"),
        ("FREQ=DAILY", "Tous les jours"),
        ("FREQ=DAILY;INTERVAL=3;COUNT=4", "Tous les 3 jours"),
        ("FREQ=DAILY;BYDAY=MO,TU", "Tous les jours, si c’est un lundi ou mardi"),
        ("FREQ=WEEKLY", "Chaque mardi"),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "Du lundi au vendredi"),
        ("FREQ=WEEKLY;BYDAY=SA,SU;UNTIL=20270101", "Samedi et dimanche"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH", "Une semaine sur deux, le lundi et jeudi"),
        ("FREQ=MONTHLY", "Le 24 du mois"),
        ("FREQ=MONTHLY;BYMONTHDAY=1,15,-1", "Le 1er, 15 et dernier jour du mois"),
        ("FREQ=MONTHLY;BYDAY=TU;BYSETPOS=1", "Le premier mardi du mois"),
        ("FREQ=MONTHLY;BYDAY=1MO,-1FR", "Le premier lundi et dernier vendredi du mois"),
        ("FREQ=MONTHLY;INTERVAL=2;BYDAY=FR;BYSETPOS=-1", "Le dernier vendredi tous les 2 mois"),
        ("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "Le vendredi qui tombe le 13 du mois"),
    ],
)
def test_a_rule_is_said_as_one_would_say_it(rrule: str, said: str) -> None:
    assert rhythm(a_rule(rrule)).replace("\N{NO-BREAK SPACE}", " ") == said


RULES = (
    *("", "FREQ=DAILY", "FREQ=DAILY;INTERVAL=2;COUNT=9", "FREQ=WEEKLY;BYDAY=MO,FR;UNTIL=20270301"),
    *("FREQ=WEEKLY;INTERVAL=3", "FREQ=MONTHLY;BYMONTHDAY=1,-1", "FREQ=MONTHLY;INTERVAL=2;BYDAY=TH;BYSETPOS=-1"),
    *("FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=2", "FREQ=DAILY;BYDAY=SU", "FREQ=WEEKLY;BYDAY=MO;WKST=SU"),
)


@pytest.mark.parametrize("rrule", RULES)
def test_the_form_of_a_rule_gives_the_same_rule_back(rrule: str) -> None:
    rule = a_rule(rrule)
    told = opening_form.read(opening_form.as_typed(rule, [TYPE, UUID(int=1)]))
    assert not told.wrong
    assert (told.first_day, told.starts, told.ends, told.types) == (rule.first_day, rule.starts, rule.ends, [TYPE])
    assert told.rrule == rrule


def test_a_place_of_the_month_may_be_written_in_two_ways() -> None:
    told = opening_form.read(opening_form.as_typed(a_rule("FREQ=MONTHLY;BYDAY=2WE"), [TYPE]))
    assert (told.rrule, told.types) == ("FREQ=MONTHLY;BYDAY=WE;BYSETPOS=2", [])


def test_what_was_not_understood_is_said_where_it_was_typed() -> None:
    typed = opening_form.typed_in({"jour": ["hier"], "debut": ["9h"], "fin": [""], "types": ["x"]})
    assert set(opening_form.read(typed).wrong) == {"jour", "debut", "fin", "types"}
    good = {"jour": ["2026-11-24"], "debut": ["09:00"], "fin": ["12:00"]}
    for field, wrong in (
        ({"rythme": ["jour"], "tous": ["0"]}, "tous"),
        ({"rythme": ["jour"], "tous": ["²"]}, "tous"),
        ({"rythme": ["mois-jour"], "dates": ["32"]}, "dates"),
        ({"rythme": ["mois-jour"], "dates": ["--3"]}, "dates"),
        ({"rythme": ["mois-place"], "place": ["1"]}, "place"),
        ({"rythme": ["semaine"], "jusque": ["2027-01-01"], "fois": ["3"]}, "fois"),
        ({"rythme": ["semaine"], "jusque": ["demain"]}, "jusque"),
        ({"rythme": ["semaine"], "fois": ["-3"]}, "fois"),
        ({"fin": ["09:00"]}, "fin"),
    ):
        assert set(opening_form.read(opening_form.typed_in(good | field)).wrong) == {wrong}


def test_every_reason_is_a_sentence_and_is_said_once() -> None:
    start, end = datetime(2026, 11, 24, 8, tzinfo=UTC), datetime(2026, 11, 24, 11, tzinfo=UTC)
    for code in REASONS:
        said = reason(Blocker(code, start, end, "1", minutes=90, number=3), "Indian/Reunion")
        assert said[0].isupper() and said.endswith(".") and typo(said)
    taken = Blocker("appointment", start, end)
    assert reasons([taken, taken], "Indian/Reunion") == [
        "Un rendez-vous est déjà pris de 12:00 à 15:00, ses minutes de pause comprises."
    ]
    away = Blocker("absence", datetime(2026, 11, 23, 23, tzinfo=UTC), datetime(2026, 11, 25, 23, tzinfo=UTC))
    assert "du mardi" in reason(away, "Europe/Paris") and "au mercredi" in reason(away, "Europe/Paris")
