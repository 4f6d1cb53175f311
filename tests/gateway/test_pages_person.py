"""The pages of someone with an appointment, in every state, without a browser and without scripts."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from contracts.problem import Problem
from contracts.words import AppointmentStatus, Modality
from tests.gateway.played import Played, an_appointment
from tests.gateway.visiting import DANGER, Visitor


class TestAppointment:
    def test_the_day_and_the_hour_come_first_and_the_name_waits_behind_a_tap(self, person: Visitor) -> None:
        before, _, behind = person.page.text.partition("<details")
        assert "8\u00a0h\u00a030" in before or "9\u00a0h\u00a030" in before
        assert "Morvan" not in before
        assert "Claire Morvan" in behind.partition("</details>")[0]
        assert "Claire Morvan" not in behind.partition("</details>")[2]

    def test_the_tab_says_nothing(self, person: Visitor) -> None:
        for path in ("/rdv", "/rdv/test", "/l", f"/rdv/annuler?rdv={an_appointment().id}"):
            person.get(path)
            title = re.findall(r"<title>(.*?)</title>", person.page.text)[0]
            assert title == "Rendez-vous"
            assert "neutre.svg" in person.page.text

    def test_every_page_has_a_way_out_and_a_person_to_call(self, person: Visitor) -> None:
        wanted = f"?rdv={an_appointment().id}"
        for path in ("/rdv", "/rdv/test", "/rdv/changer" + wanted, "/rdv/annuler" + wanted, "/l"):
            person.get(path)
            assert person.page.status_code == 200
            assert 'action="/quitter"' in person.page.text
            assert DANGER in person.words
            assert "Appeler" in person.words

    def test_an_overseas_hour_is_said_with_its_place(self, person: Visitor, played: Played) -> None:
        played.appointments = [an_appointment(person_zone="Indian/Reunion")]
        person.get("/rdv")
        assert "11 h 30" in person.words
        assert "heure de La Réunion" in person.words

    def test_the_room_is_offered_when_it_is_time(self, person: Visitor, played: Played) -> None:
        person.get("/rdv")
        assert "/salle/" not in person.page.text
        played.appointments = [an_appointment(starts_at=datetime.now(UTC) + timedelta(minutes=20))]
        person.get("/rdv")
        assert f'href="/salle/{an_appointment().id}"' in person.page.text

    def test_a_telephone_appointment_says_who_calls(self, person: Visitor, played: Played) -> None:
        played.appointments = [an_appointment(modality=Modality.PHONE, calls="expert")]
        person.get("/rdv")
        assert "Claire Morvan vous appelle" in person.words
        played.appointments = [an_appointment(modality=Modality.PHONE)]
        person.get("/rdv")
        assert "Vous appelez" in person.words and "quinze minutes avant" in person.words
        assert "Préparer" not in person.words
        ended = datetime.now(UTC) - timedelta(minutes=50)
        for calls in ("expert", "person"):
            played.appointments = [an_appointment(modality=Modality.PHONE, calls=calls, starts_at=ended)]
            person.get("/rdv")
            assert "Ce rendez-vous est passé" in person.words
            assert "quinze minutes avant" not in person.words and "C'est l'heure" not in person.words

    @pytest.mark.parametrize(
        ("status", "said"),
        [
            (AppointmentStatus.CANCELLED_BY_EXPERT, "Ce n'est pas à cause de vous"),
            (AppointmentStatus.NO_SHOW, "Nous avons pensé à vous"),
            (AppointmentStatus.FULFILLED, "Ce rendez-vous est passé"),
        ],
    )
    def test_what_is_over_is_said_gently(
        self, person: Visitor, played: Played, status: AppointmentStatus, said: str
    ) -> None:
        played.appointments = [an_appointment(status=status)]
        person.get("/rdv")
        assert said in person.words
        assert "Annuler" not in person.words

    def test_no_appointment_is_not_an_error(self, person: Visitor, played: Played) -> None:
        played.appointments = []
        assert person.get("/rdv").status_code == 200
        assert "Aucun rendez-vous pour l'instant" in person.words

    def test_several_are_listed_and_each_opens(self, person: Visitor, played: Played) -> None:
        second = an_appointment(id=UUID(int=9), starts_at=datetime.now(UTC) + timedelta(days=9))
        played.appointments = [second, an_appointment()]
        person.get("/rdv")
        assert f"/rdv?rdv={second.id}" in person.page.text
        person.get(f"/rdv?rdv={second.id}")
        assert f"/rdv?rdv={an_appointment().id}" in person.page.text

    def test_the_hour_stands_when_the_directory_is_away(self, person: Visitor, played: Played) -> None:
        played.directory_away = True
        assert person.get("/rdv").status_code == 200
        assert "Votre professionnel" in person.words

    def test_when_the_hours_are_away_one_may_ask_again_leave_or_call(self, person: Visitor, played: Played) -> None:
        played.hours_away = True
        here = f"/rdv?rdv={an_appointment().id}"
        assert person.get(here).status_code == 503
        assert f'href="{here}">Réessayer' in person.page.text
        assert 'action="/quitter"' in person.page.text
        assert DANGER in person.words and "Appeler" in person.words

    @pytest.mark.parametrize("path", ["/rdv", "/rdv/annuler", "/rdv/changer", "/rdv/agenda.ics"])
    def test_someone_elses_or_a_broken_address_is_not_found(self, person: Visitor, path: str) -> None:
        assert person.get(f"{path}?rdv=00000000-0000-0000-0000-0000000000ff").status_code == 404
        assert person.get(f"{path}?rdv=ailleurs").status_code == 404
        assert 'href="/rdv">Revenir à mon' in person.page.text

    def test_without_a_session_one_stands_at_the_door(self, visitor: Visitor) -> None:
        visitor.get("/rdv")
        assert visitor.path == "/l"

    def test_the_calendar_entry_is_neutral(self, person: Visitor) -> None:
        entry = person.get(f"/rdv/agenda.ics?rdv={an_appointment().id}")
        assert entry.headers["content-type"].startswith("text/calendar")
        assert "SUMMARY:Rendez-vous" in entry.text
        assert "Morvan" not in entry.text


class TestCancelAndMove:
    def test_cancelling_asks_once_and_no_reason(self, person: Visitor, played: Played) -> None:
        person.get(f"/rdv/annuler?rdv={an_appointment().id}")
        assert "Annuler ce rendez-vous ? " in person.words
        assert "<textarea" not in person.page.text
        person.send("/rdv/annuler")
        assert person.path.startswith("/rdv?")
        assert "C'est annulé" in person.words
        assert "Vous n'avez rien d'autre à faire" in person.words
        assert played.appointments[0].status is AppointmentStatus.CANCELLED_BY_PERSON
        person.get(f"/rdv/annuler?rdv={an_appointment().id}")  # by the back button
        assert person.path.startswith("/rdv?") and "C'est annulé" in person.words

    def test_pressing_twice_carries_the_same_key(self, person: Visitor, played: Played) -> None:
        person.get(f"/rdv/annuler?rdv={an_appointment().id}")
        asked = person.page
        person.send("/rdv/annuler")
        person.page = asked
        person.send("/rdv/annuler")
        keys = [key for path, key in played.heard if path.endswith("/cancel")]
        assert len(keys) == 2 and keys[0] == keys[1] and keys[0].endswith(":cancel")

    def test_too_close_to_the_hour_a_call_is_enough(self, person: Visitor, played: Played) -> None:
        played.appointments = [an_appointment(cancellable=False, movable=False)]
        person.get("/rdv")
        assert "/rdv/annuler" not in person.page.text and "/rdv/changer" not in person.page.text
        assert "Pour changer l'heure ou annuler, un appel suffit : 0 805 23 23 36" in person.words
        person.get(f"/rdv/annuler?rdv={an_appointment().id}")
        assert "Un appel suffit" in person.words
        person.get(f"/rdv/changer?rdv={an_appointment().id}")
        assert "nous cherchons une autre heure avec vous" in person.words

    def test_the_limit_passed_while_the_page_was_open(self, person: Visitor, played: Played) -> None:
        person.get(f"/rdv/annuler?rdv={an_appointment().id}")
        played.refuse = Problem(title="", status=409, code="too-late")
        played.appointments = [an_appointment(cancellable=False)]
        person.send("/rdv/annuler")
        assert "Un appel suffit" in person.words
        person.get("/rdv")
        assert "/rdv/changer" in person.page.text and "Pour annuler, un appel suffit" in person.words

    def test_another_hour_is_one_press(self, person: Visitor, played: Played) -> None:
        person.get(f"/rdv/changer?rdv={an_appointment().id}")
        wanted = played.slots()[2].starts_at
        person.send("/rdv/changer", starts_at=wanted.isoformat())
        assert played.appointments[0].starts_at == wanted
        assert "votre rendez-vous a changé d'heure" in person.words

    def test_an_hour_that_was_just_taken_says_so_and_offers_the_others(self, person: Visitor, played: Played) -> None:
        person.get(f"/rdv/changer?rdv={an_appointment().id}")
        played.refuse = Problem(title="", status=409, code="slot-taken")
        answer = person.send("/rdv/changer", starts_at=played.slots()[0].starts_at.isoformat())
        assert answer.status_code == 409
        assert "Ce créneau vient d'être pris" in person.words
        assert 'name="starts_at"' in person.page.text

    @pytest.mark.parametrize("hour", ["", "demain", "2026-13-45T99:99", "\U0001f600"])
    def test_an_hour_that_is_not_one_changes_nothing(self, person: Visitor, played: Played, hour: str) -> None:
        person.get(f"/rdv/changer?rdv={an_appointment().id}")
        assert person.send("/rdv/changer", starts_at=hour).status_code == 404
        assert not played.heard
