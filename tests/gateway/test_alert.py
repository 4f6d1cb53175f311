"""An alert that nobody answers: what may be done stays in sight, whatever the number of rings."""

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from contracts.urgent import Attempt, UrgentAction, UrgentDetails
from gateway import urgent_words
from gateway.templating import Templates

AT = datetime(2026, 11, 22, 1, 14, tzinfo=UTC)
TEMPLATES = Templates()


def page(rings: int) -> str:
    """The part of the page that is asked again, after so many rings without an answer."""
    attempts = [Attempt(AT + timedelta(minutes=each), "Sonia A.", "voice", "unanswered") for each in range(rings)]
    action = UrgentAction(UUID(int=5), "triggered", AT, attempts, "+33199000001", "Dr M. Lefèvre", False, 1)
    shown = {
        "action": action,
        "words": urgent_words,
        "waited": 60 * rings,
        "now": AT + timedelta(minutes=rings),
        "details": UrgentDetails(),
        "may_answer": True,
        "csrf_token": "",
        "key": "",
        "retour": "",
    }
    return TEMPLATES.render("urgent/suivi.html", shown, "suivi")


@pytest.mark.parametrize("rings", [0, 1, 8])
def test_a_few_rings_are_all_in_sight(rings: int) -> None:
    assert page(rings).count("<li") == rings
    assert "avant, depuis" not in page(rings)


def test_of_many_rings_the_last_six_are_in_sight_and_none_is_lost() -> None:
    folded, seen = page(40).split("</details>", 1)
    seen = seen.split("</ol>", 1)[0]
    assert folded.count("<li") == 34 and "34 essais avant, depuis 02:14" in folded
    assert re.findall(r">(\d\d:\d\d):00<", seen) == [f"02:{14 + each}" for each in range(34, 40)]
