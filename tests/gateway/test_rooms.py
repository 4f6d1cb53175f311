"""The coordination's page of rooms shows states and lines, the oldest first, and says when it cannot know."""

from datetime import UTC, datetime, timedelta

from contracts.video import NodeSeen, Opinions, RoomSeen
from gateway.pages.rooms import counted, said
from gateway.templating import Templates

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


def content(nodes: list[NodeSeen] | None, opinions: list[Opinions] | None = None) -> str:
    template = Templates().environment.get_template("rooms/salles.html")
    context = template.new_context({"nodes": nodes, "icone": str, **counted(nodes or []), **said(opinions or [])})
    return "".join(template.blocks["content"](context))


def test_each_room_is_a_state_an_hour_and_a_word_for_its_line() -> None:
    talking = RoomSeen("talking", NOW - timedelta(minutes=20), 2, 900, 0.0, 40)
    waiting = RoomSeen("waiting", NOW, 1, 0, 0.0, 0)
    text = content([NodeSeen("video", [waiting], 0.1, False, False), NodeSeen("video-2", [talking], 0.1, False, True)])

    assert text.index("En consultation</th>") < text.index("Salle d’attente</th>")
    assert "bonne" in text
    assert "se vide" in text


def test_without_an_answer_it_says_that_consultations_go_on() -> None:
    assert "Les consultations en cours continuent" in content(None)


def test_what_people_thought_is_a_line_a_month_and_too_few_answers_say_so() -> None:
    text = content([], [Opinions("2026-11", {"yes": 8, "some": 3, "no": 1}, None)])

    assert "Novembre 2026" in text
    assert "oui 8 · un peu 3 · non 1" in text
    assert "trop peu de réponses" in text
