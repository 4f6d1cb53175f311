"""The public and soignant pages in every state, through the real gateway, without a browser and without scripts."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from contracts.identity import SessionState
from contracts.words import Modality
from gateway.visits import theme_at
from kit.clock import now
from tests.gateway.played import CODE, LINK, PASSWORD, PIN, Played, an_appointment
from tests.gateway.visiting import CLIENT, DANGER, Visitor


class TestFrontDoor:
    def test_it_says_the_number_the_code_and_the_danger_line(self, visitor: Visitor) -> None:
        assert visitor.get("/").status_code == 200
        for said in ("0 805 23 23 36", "J'ai un code", "Entrée de l'équipe", DANGER, "3114", "3919"):
            assert said in visitor.words

    def test_every_answer_forbids_inline_code_and_is_kept_nowhere(self, visitor: Visitor) -> None:
        headers = visitor.get("/").headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["cache-control"] == "no-store"
        assert headers["referrer-policy"] == "no-referrer"

    def test_day_and_night_change_without_scripts(self, visitor: Visitor) -> None:
        visitor.get("/")
        visitor.send("/theme", theme="nuit")
        assert visitor.path == "/"
        assert 'data-theme="nuit"' in visitor.page.text
        visitor.send("/theme", theme="jour")
        assert 'data-theme="jour"' in visitor.page.text

    def test_a_theme_or_a_way_back_that_we_did_not_offer_is_ignored(self, visitor: Visitor) -> None:
        visitor.get("/")
        visitor.send("/theme", theme='"><b>', retour="https://ailleurs.example/")
        assert visitor.path == "/"
        assert "theme" not in visitor.cookies

    @pytest.mark.parametrize("back", ["/\r\nX-Evil: 1", "/é à?x=1", "\\\\ailleurs", "", "/" + "a" * 3000])
    def test_a_strange_way_back_breaks_nothing(self, visitor: Visitor, back: str) -> None:
        visitor.get("/")
        answer = visitor.send("/theme", theme="nuit", retour=back)
        assert answer.status_code in (200, 404)
        assert "x-evil" not in answer.headers

    @pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "POST"])
    def test_a_page_used_in_the_wrong_way_says_so(self, visitor: Visitor, method: str) -> None:
        answer = CLIENT.request(method, visitor.url + "/calendrier", headers={"sec-fetch-site": "same-origin"})
        assert answer.status_code in (403, 405)
        assert "0 805" in answer.text.replace("\u00a0", " ")

    def test_a_nul_or_an_endless_body_is_refused_and_said(self, visitor: Visitor) -> None:
        assert CLIENT.get(visitor.url + "/l?x=%00").status_code == 422
        assert CLIENT.post(visitor.url + "/l", content=b"a" * 200_000).status_code == 413

    def test_figures_are_for_those_inside_not_for_what_came_through_a_proxy(self, visitor: Visitor) -> None:
        assert CLIENT.get(visitor.url + "/metrics").status_code == 200
        through = CLIENT.get(visitor.url + "/metrics", headers={"x-forwarded-for": "192.0.2.1"})
        assert through.status_code == 404 and "http_server" not in through.text

    def test_an_unknown_page_is_kind_and_gives_the_numbers(self, visitor: Visitor) -> None:
        assert visitor.get("/nulle-part").status_code == 404
        assert "Cette page n'existe pas" in visitor.words
        assert "0 805 23 23 36" in visitor.words
        assert DANGER in visitor.words

    @pytest.mark.parametrize("path", ["/nulle-part", "/alerte", "/"])
    def test_what_is_read_at_night_is_dark_also_when_it_is_missing(self, visitor: Visitor, path: str) -> None:
        before = theme_at(now())
        visitor.get(path)
        shown = next((theme for theme in ("nuit", "jour") if f'data-theme="{theme}"' in visitor.page.text), None)
        assert shown in (before, theme_at(now()))


class TestLink:
    def test_opening_the_page_spends_nothing(self, visitor: Visitor) -> None:
        visitor.get("/l")
        assert "Ouvrir" in visitor.words
        assert not [name for name in visitor.cookies if "visite" not in name]

    @pytest.mark.parametrize("given", [LINK, f"https://exemple.fr/l#{LINK}", CODE, CODE.upper()])
    def test_a_link_a_pasted_address_or_a_spoken_code_opens(self, visitor: Visitor, given: str) -> None:
        visitor.get("/l")
        visitor.send("/l", secret=given)
        assert visitor.path == "/rdv"

    def test_the_code_opens_from_the_front_door(self, visitor: Visitor) -> None:
        visitor.get("/")
        visitor.send("/l", secret=CODE)
        assert visitor.path == "/rdv"

    @pytest.mark.parametrize("given", ["b" * 43, "mauvais code 12", "", "é" * 400, "<b>&", "\u202e\U0001f600"])
    def test_whatever_does_not_open_reads_the_same(self, visitor: Visitor, given: str) -> None:
        visitor.get("/l")
        assert visitor.send("/l", secret=given).status_code == 404
        assert "Il ne s'ouvre pas. Vérifiez-le, ou appelez-nous : nous retrouvons votre rendez-vous." in visitor.words

    def test_another_device_is_asked_for_the_code(self, visitor: Visitor, played: Played) -> None:
        played.new_device = True
        visitor.get("/l")
        visitor.send("/l", secret=LINK)
        assert "il faut aussi votre code" in visitor.words
        visitor.send("/l", proof="faux")
        assert "Il ne s'ouvre pas" in visitor.words
        visitor.send("/l", proof=CODE)
        assert visitor.path == "/rdv"

    def test_a_pin_is_asked_beside_the_code(self, visitor: Visitor, played: Played) -> None:
        played.pin = PIN
        visitor.get("/l")
        visitor.send("/l", secret=CODE)
        assert "Vos quatre chiffres" in visitor.words
        visitor.send("/l", secret=CODE, proof=PIN)
        assert visitor.path == "/rdv"

    def test_a_form_without_our_token_changes_nothing(self, visitor: Visitor) -> None:
        assert CLIENT.post(visitor.url + "/l", data={"secret": LINK}).status_code == 403


class TestQuitting:
    def test_it_ends_the_session_and_shows_a_page_that_says_nothing(self, person: Visitor, played: Played) -> None:
        person.send("/quitter")
        assert person.path == "/calendrier"
        assert ("logout", "") in played.heard
        assert not played.sessions
        for word in ("Veilleuse", "soignant", "rendez-vous", "805"):
            assert word.lower() not in person.page.text.lower()

    def test_there_is_no_way_back(self, person: Visitor) -> None:
        person.send("/quitter")
        person.get("/rdv")
        assert person.path == "/calendrier"

    def test_the_link_opens_again_when_the_person_wants_it(self, person: Visitor) -> None:
        person.send("/quitter")
        person.get("/l")
        person.send("/l", secret=LINK)
        assert person.path == "/rdv"

    def test_it_works_from_a_page_older_than_the_session(self, visitor: Visitor) -> None:
        answer = CLIENT.post(visitor.url + "/quitter", headers={"sec-fetch-site": "same-origin"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/calendrier")
        assert answer.headers["clear-site-data"] == '"cache"'


class TestTeam:
    def test_a_wrong_password_is_said_kindly_and_the_identifier_stays(self, visitor: Visitor) -> None:
        visitor.get("/connexion")
        assert visitor.send("/connexion", identifier="ines", password="faux").status_code == 401
        assert "L'identifiant ou le mot de passe ne correspond pas" in visitor.words
        assert 'value="ines"' in visitor.page.text
        assert "faux" not in visitor.page.text

    def test_what_was_typed_is_shown_as_text(self, visitor: Visitor) -> None:
        visitor.get("/connexion")
        visitor.send("/connexion", identifier='"><script>', password="x")
        assert "<script>" not in visitor.page.text.replace("<script type", "")

    def test_a_role_without_pages_is_welcomed_too(self, visitor: Visitor) -> None:
        visitor.get("/connexion")
        visitor.send("/connexion", identifier="admin", password=PASSWORD)
        assert visitor.path == "/accueil"
        assert "administration" in visitor.words

    def test_a_second_factor_is_asked_next(self, visitor: Visitor, played: Played) -> None:
        played.second_factor = True
        visitor.get("/connexion")
        visitor.send("/connexion", identifier="admin", password=PASSWORD)
        assert visitor.path == "/connexion/code"
        visitor.send("/connexion/code", code="000000")
        assert visitor.page.status_code == 401
        visitor.send("/connexion/code", code="123 456")
        assert visitor.path == "/accueil"

    def test_after_the_second_factor_the_page_that_was_asked_for_opens(self, visitor: Visitor, played: Played) -> None:
        played.second_factor = True
        visitor.get("/connexion?next=/second-facteur")
        visitor.send("/connexion", identifier="admin", password=PASSWORD)
        visitor.send("/connexion/code", code="123456")
        assert visitor.path == "/second-facteur"

    def test_a_locked_desk_opens_where_it_was(self, visitor: Visitor, played: Played) -> None:
        visitor.get("/connexion")
        visitor.send("/connexion", identifier="admin", password=PASSWORD)
        for secret, session in played.sessions.items():
            played.sessions[secret] = msgspec.structs.replace(session, state=SessionState.LOCKED)
        visitor.get("/verrou?next=/accueil")
        assert "rien n'est perdu" in visitor.words.lower()
        visitor.send("/verrou", password="faux")
        assert visitor.page.status_code == 401
        visitor.send("/verrou", password=PASSWORD)
        assert visitor.path == "/accueil"

    def test_a_professional_without_a_sheet_is_told_so_and_not_that_the_agenda_is_anothers(
        self, visitor: Visitor
    ) -> None:
        visitor.get("/connexion?next=/agenda")
        visitor.send("/connexion", identifier="expert", password=PASSWORD)
        assert visitor.page.status_code == 200
        assert "Votre agenda n'existe pas encore" in visitor.words
        assert "La coordination crée d'abord votre fiche" in visitor.words

    def test_once_a_telephone_appointment_is_over_no_number_is_promised(self, visitor: Visitor, played: Played) -> None:
        visitor.get("/connexion?next=/accueil")
        visitor.send("/connexion", identifier="expert", password=PASSWORD)
        for start, promised in ((timedelta(minutes=-20), True), (timedelta(minutes=-50), False)):
            played.appointments = [an_appointment(modality=Modality.PHONE, starts_at=now() + start)]
            for page in ("", "/se-joindre"):
                visitor.get(f"/agenda/rendez-vous/{an_appointment().id}{page}")
                assert visitor.page.status_code == 200
                assert ("si un numéro a été donné" in visitor.words.lower()) is promised
                assert ("le numéro de la personne ne se voit plus" in visitor.words) is not promised

    def test_after_signing_out_the_pages_are_closed(self, visitor: Visitor, played: Played) -> None:
        visitor.get("/connexion")
        visitor.send("/connexion", identifier="admin", password=PASSWORD)
        visitor.send("/deconnexion")
        assert not played.sessions
        visitor.get("/accueil")
        assert visitor.path.startswith("/connexion")

    def test_the_way_on_after_signing_in_stays_on_this_site(self, visitor: Visitor) -> None:
        visitor.get("/connexion?next=//ailleurs.example/")
        visitor.send("/connexion", identifier="admin", password=PASSWORD)
        assert visitor.path == "/"
