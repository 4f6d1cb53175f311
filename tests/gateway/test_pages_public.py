"""The public and soignant pages in every state, through the real gateway, without a browser and without scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx
import msgspec
import pytest

from contracts.identity import SessionState
from contracts.problem import Problem
from contracts.words import AppointmentStatus, Modality
from tests.gateway.played import CODE, LINK, PASSWORD, PIN, Played, a_site, an_appointment

CLIENT = httpx.Client(timeout=10, verify=False)
DANGER = "En danger immédiat"


@pytest.fixture(scope="module")
def address() -> Iterator[tuple[Played, str]]:
    played = Played()
    with a_site(played) as url:
        yield played, url


@pytest.fixture
def played(address: tuple[Played, str]) -> Played:
    """The services, fresh for this test."""
    address[0].__init__()  # type: ignore[misc]
    return address[0]


class Visitor:
    """A browser without scripts: keeps cookies, reads tokens from pages, follows redirects."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.cookies: dict[str, str] = {}
        self.page = httpx.Response(200)
        self.path = ""

    def get(self, path: str) -> httpx.Response:
        return self._ask("GET", path)

    def send(self, path: str, **fields: str) -> httpx.Response:
        """Send the form of the current page that goes to `path`."""
        form = next(f for f in re.findall(r"<form.*?</form>", self.page.text, re.DOTALL) if f'action="{path}"' in f)
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
        return self._ask("POST", path, {**hidden, **fields})

    def _ask(self, method: str, path: str, data: dict[str, str] | None = None) -> httpx.Response:
        kept = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        answer = CLIENT.request(method, self.url + path, data=data, headers={"cookie": kept})
        CLIENT.cookies.clear()  # Secure cookies on plain loopback: kept by hand, as browsers do
        for line in answer.headers.get_list("set-cookie"):
            name, _, rest = line.partition("=")
            value = rest.split(";")[0].strip('"')
            if "max-age=0" in line.lower() or not value:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value
        if answer.is_redirect:
            return self._ask("GET", answer.headers["location"])
        self.page, self.path = answer, path
        return answer

    @property
    def words(self) -> str:
        """What the page says, on one line, with ordinary spaces and apostrophes."""
        text = re.sub(r"<[^>]+>", " ", self.page.text.split("<body", 1)[-1])
        return re.sub(r"\s+", " ", text).replace("’", "'").replace(" .", ".")


@pytest.fixture
def visitor(address: tuple[Played, str], played: Played) -> Visitor:
    return Visitor(address[1])


@pytest.fixture
def person(visitor: Visitor) -> Visitor:
    """Someone who has opened their link."""
    visitor.get("/l")
    visitor.send("/l", secret=LINK)
    assert visitor.path == "/rdv"
    return visitor


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

    def test_an_unknown_page_is_kind_and_gives_the_numbers(self, visitor: Visitor) -> None:
        assert visitor.get("/nulle-part").status_code == 404
        assert "Cette page n'existe pas" in visitor.words
        assert "0 805 23 23 36" in visitor.words
        assert DANGER in visitor.words


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
        played.appointments = [an_appointment(modality=Modality.PHONE)]
        person.get("/rdv")
        assert "Claire Morvan vous appelle" in person.words
        assert "Préparer" not in person.words

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

    @pytest.mark.parametrize("path", ["/rdv", "/rdv/annuler", "/rdv/changer", "/rdv/agenda.ics"])
    def test_someone_elses_or_a_broken_address_is_not_found(self, person: Visitor, path: str) -> None:
        assert person.get(f"{path}?rdv=00000000-0000-0000-0000-0000000000ff").status_code == 404
        assert person.get(f"{path}?rdv=ailleurs").status_code == 404

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
