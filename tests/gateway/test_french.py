"""French as people write it: the spaces that must not break, and hours in the zone of whoever reads."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from markupsafe import Markup

from gateway import french

NOW = datetime(2026, 11, 22, 1, 14, tzinfo=UTC)  # 02:14 in Paris, a Sunday
MORNING = datetime(2026, 11, 22, 7, 30, tzinfo=UTC)


def test_the_hour_reads_one_way_on_a_phone_and_another_at_the_desk() -> None:
    assert french.hour_phone(MORNING) == "8\u00a0h\u00a030"
    assert french.hour(MORNING) == "08:30"
    assert french.hour_spoken(MORNING) == "huit heures et demie"
    assert french.hour_phone(MORNING + timedelta(minutes=30)) == "9\u00a0h"
    assert french.hour_phone(MORNING - timedelta(hours=8, minutes=30)) == "minuit"


@pytest.mark.parametrize(
    ("hour", "minute", "said"),
    [
        (0, 0, "minuit"),
        (12, 30, "midi et demi"),
        (1, 0, "une heure"),
        (9, 15, "neuf heures et quart"),
        (17, 45, "dix-sept heures quarante-cinq"),
        (21, 21, "vingt-et-une heures vingt-et-une"),
        (14, 5, "quatorze heures cinq"),
        (14, 40, "quatorze heures quarante"),
    ],
)
def test_an_hour_can_be_said_aloud(hour: int, minute: int, said: str) -> None:
    assert french.hour_spoken(datetime(2026, 11, 22, hour, minute, tzinfo=french.PARIS)) == said


def test_a_day_is_written_in_full_and_the_first_is_premier() -> None:
    assert french.day(MORNING) == "dimanche 22\u00a0novembre"
    assert french.day_title(datetime(2026, 12, 1, 9, tzinfo=UTC)) == "Mardi 1er\u00a0décembre"
    assert french.day_short(MORNING) == "dim.\u00a022/11"


def test_the_same_instant_has_another_hour_in_la_reunion() -> None:
    assert french.hour(MORNING, "Indian/Reunion") == "11:30"
    assert french.zone_name("Indian/Reunion") == "heure de La Réunion"
    assert french.iso(MORNING, "Indian/Reunion") == "2026-11-22T11:30+04:00"
    assert french.day(datetime(2026, 11, 22, 22, tzinfo=UTC), "Indian/Reunion").startswith("lundi 23")


@pytest.mark.parametrize(
    ("after", "said"),
    [
        (timedelta(0), "cette nuit 02:14"),
        (timedelta(hours=6, minutes=16), "ce matin 08:30"),
        (timedelta(hours=12), "cet après-midi 14:14"),
        (timedelta(hours=18), "ce soir 20:14"),
        (timedelta(hours=31), "demain 09:14"),
        (timedelta(days=2), "mardi 02:14"),
        (timedelta(days=8), "lundi 30\u00a0novembre 02:14"),
    ],
)
def test_a_near_day_is_named_as_one_would_say_it(after: timedelta, said: str) -> None:
    assert french.moment(NOW + after, NOW) == said


def test_tonight_after_midnight_is_still_tonight_when_it_is_evening() -> None:
    evening = datetime(2026, 11, 22, 20, tzinfo=UTC)
    assert french.day_near(evening + timedelta(hours=4), evening) == "cette nuit"
    assert french.day_near(evening - timedelta(days=1), evening) == "hier"


def test_a_slot_button_says_the_day_only_when_it_is_not_today() -> None:
    assert french.moment_short(MORNING, NOW) == "08:30"
    assert french.moment_short(MORNING + timedelta(days=1), NOW) == "demain 08:30"
    assert french.moment_short(MORNING + timedelta(days=3), NOW) == "mer.\u00a008:30"
    assert french.moment_short(MORNING + timedelta(days=9), NOW) == "mar.\u00a001/12 08:30"


@pytest.mark.parametrize(
    ("gap", "said"),
    [
        (timedelta(hours=6, minutes=16), "dans 6\u00a0h\u00a016"),
        (timedelta(hours=13, minutes=16), "dans 13\u00a0h"),
        (timedelta(minutes=12), "dans 12\u00a0minutes"),
        (timedelta(minutes=1), "dans 1\u00a0minute"),
        (timedelta(seconds=20), "maintenant"),
        (timedelta(days=3, hours=2), "dans 3\u00a0jours"),
        (timedelta(hours=-2), "il y a 2\u00a0h"),
    ],
)
def test_how_long_until(gap: timedelta, said: str) -> None:
    assert french.from_now(NOW + gap, NOW) == said


def test_from_tomorrow_on_the_wait_is_counted_in_days_of_the_calendar() -> None:
    assert french.until(MORNING, NOW) == "dans 6\u00a0h\u00a016"
    assert french.until(NOW + timedelta(hours=23), NOW - timedelta(hours=1)) == "demain"
    assert french.until(MORNING + timedelta(days=2), NOW) == "après-demain"
    assert french.until(MORNING + timedelta(days=9), NOW) == "dans 9\u00a0jours"
    assert french.until(MORNING, MORNING - timedelta(hours=9)) == "dans 9\u00a0h"


def test_a_wait_across_the_autumn_clock_change_counts_the_hour_lived_twice() -> None:
    before = datetime(2026, 10, 25, 1, 0, tzinfo=french.PARIS)
    assert french.from_now(datetime(2026, 10, 25, 5, 0, tzinfo=french.PARIS), before) == "dans 5\u00a0h"


def test_money_numbers_and_lists() -> None:
    assert french.euros(5000) == "50\u00a0€"
    assert french.euros(5250) == "52,50\u00a0€"
    assert french.number(1046) == "1\u202f046"
    assert french.number(7.5) == "7,5"
    assert french.plural(0, "créneau", "créneaux") == "0\u00a0créneau"
    assert french.plural(3, "créneau", "créneaux") == "3\u00a0créneaux"
    assert french.plural(2, "minute") == "2\u00a0minutes"
    assert french.listing(["visio", "téléphone", "cabinet"], "ou") == "visio, téléphone ou cabinet"
    assert french.listing([]) == ""
    assert french.labels(["Épuisement", "Sommeil", "TCC"]) == "Épuisement, sommeil, TCC"
    assert french.duration(90) == "1\u00a0h\u00a030"
    assert french.clock(272) == "04:32"
    assert french.month_title(2026, 8) == "Août 2026"


def test_a_telephone_number_is_read_in_pairs_and_dialled_in_one_go() -> None:
    assert french.phone("+33612345678") == "06\u00a012\u00a034\u00a056\u00a078"
    assert french.phone("0805232336") == "0\u00a0805\u00a023\u00a023\u00a036"
    assert french.phone("15") == "15"
    assert french.tel("06 12 34 56 78") == "+33612345678"
    assert french.tel("3114") == "3114"


def test_no_line_starts_with_a_question_mark() -> None:
    assert french.typo("Annuler ce rendez-vous ?") == "Annuler ce rendez-vous\u202f?"
    assert french.typo("Astreinte : Dr Lefèvre ; « merci »") == (
        "Astreinte\u00a0: Dr Lefèvre\u202f; «\u00a0merci\u00a0»"
    )
    assert french.typo("à 8 h 30, 45 minutes, 50 €") == ("à 8\u00a0h\u00a030, 45\u00a0minutes, 50\u00a0€")
    assert french.typo("appelez le 0 805 23 23 36") == "appelez le 0\u00a0805\u00a023\u00a023\u00a036"


def test_typography_leaves_tags_fields_and_escapes_alone() -> None:
    page = Markup('<a title="quoi ?" href="/x?y=1">C&#39;est ici ?</a><textarea>l\'eau ?</textarea><b>Lu</b> : non')
    done = french.typo(page)
    assert 'title="quoi ?"' in done
    assert "<b>Lu</b>\u00a0: non" in done
    assert "C’est ici\u202f?" in done
    assert "<textarea>l'eau ?</textarea>" in done
    assert french.typo("<b>") == "&lt;b&gt;"


def test_what_a_tag_says_is_french_too_and_what_it_sends_is_as_typed() -> None:
    page = (
        '<button name="x" value="l&#39;eau" aria-label="Boire l&#39;eau"'
        " data-words=\"rien n'y est\">d'<b>ici</b></button>"
    )
    said = french.typo(Markup(page))
    assert said == (
        '<button name="x" value="l&#39;eau" aria-label="Boire l’eau" data-words="rien n’y est">d’<b>ici</b></button>'
    )


def test_every_filter_is_offered_to_templates_under_its_own_name() -> None:
    assert {"typo", "hour_phone", "moment", "from_now"} <= set(french.FILTERS)


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Inès R.", "IR"), ("Dr M. Lefèvre", "ML"), ("élodie", "É"), ("Clinique du Belvédère", "CB"), ("", ""), ("–", "")],
)
def test_a_name_in_two_letters_leaves_its_title_out(name: str, letters: str) -> None:
    assert french.initials(name) == letters
