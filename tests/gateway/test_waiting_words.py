"""What suits someone who waits, said as one speaks."""

from datetime import time

import pytest

from contracts.waiting import Window
from gateway.waiting_words import windows, wishes

AFTER_NIGHT = Window([1, 4], time(9), time(11, 30))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([], ""),
        (windows([], []), ""),
        (windows(["soir"], ["semaine"]), "en semaine le soir"),
        (windows(["matin", "soir"], []), "le matin ou le soir"),
        (windows([], ["week-end"]), "le week-end"),
        ([AFTER_NIGHT], "mardi et vendredi de 09:00 à 11:30"),
        ([AFTER_NIGHT, Window([5, 6], time(0), time(23, 59))], "mardi et vendredi de 09:00 à 11:30 ; le week-end"),
    ],
)
def test_wishes_read_as_they_were_chosen(given: list[Window], said: str) -> None:
    assert wishes(given) == said
