"""Golden texts: a day, an hour, a link, and nothing that another pair of eyes could use."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from services.reminders.domain.texts import DAYS, Notice, for_account, for_person, invitation_link, person_link

URL = "https://agenda.exemple.fr"
LINK = person_link(URL, "s" * 43)
STARTS = datetime(2026, 11, 22, 7, 30, tzinfo=UTC)
FORBIDDEN = re.compile(
    r"veilleuse|sps|soign|soin|santé|psy|médecin|docteur|dr\b|thérap|urgen|suicid|crise|aide|écoute|ligne|patient|"
    r"consult|souffr|malad|hôpital|hopital|infirm|3114|code|\+33|0[1-9](?: ?\d\d){4}",
    re.IGNORECASE,
)
GSM_7 = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)


@pytest.mark.parametrize(
    ("starts_at", "zone", "said"),
    [
        (STARTS, "Europe/Paris", "Dimanche 22/11 à 8 h 30 : "),
        (STARTS.replace(minute=0), "Europe/Paris", "Dimanche 22/11 à 8 h : "),
        (STARTS, "Indian/Reunion", "Dimanche 22/11 à 11 h 30 : "),
        (STARTS, "America/Martinique", "Dimanche 22/11 à 3 h 30 : "),
        (STARTS, "Pacific/Marquesas", "Samedi 21/11 à 22 h : "),
        (STARTS, "Pacific/Noumea", "Dimanche 22/11 à 18 h 30 : "),
        (datetime(2027, 3, 1, 23, 5, tzinfo=UTC), "Europe/Paris", "Mardi 02/03 à 0 h 05 : "),
        (datetime(2027, 10, 31, 0, 30, tzinfo=UTC), "Europe/Paris", "Dimanche 31/10 à 2 h 30 : "),
    ],
)
def test_a_person_reads_day_hour_and_link(starts_at: datetime, zone: str, said: str) -> None:
    assert for_person(starts_at, zone, LINK) == said + f"https://agenda.exemple.fr/l#{'s' * 43}"


def test_every_day_and_hour_fits_one_sms_and_says_nothing_else() -> None:
    for day in range(1, 8):
        for hour in range(24):
            text = for_person(datetime(2027, 3, day, hour, 45, tzinfo=UTC), "Europe/Paris", LINK)
            assert len(text) <= 160 and set(text) <= GSM_7
            assert re.fullmatch(rf"({'|'.join(DAYS)}) \d\d/\d\d à \d\d? h( \d\d)? : \S+", text, re.IGNORECASE)
            assert not FORBIDDEN.search(text.replace(LINK, ""))


GOLDEN = {
    Notice.BOOKED: "Un rendez-vous a été ajouté à votre agenda le dimanche 22/11 à 08:30. {url}/agenda",
    Notice.MOVED: "Un rendez-vous de votre agenda a été déplacé au dimanche 22/11 à 08:30. {url}/agenda",
    Notice.CANCELLED: "Le rendez-vous de votre agenda du dimanche 22/11 à 08:30 a été annulé. {url}/agenda",
    Notice.ENTRY: "Rendez-vous le dimanche 22/11 à 08:30, pour votre calendrier. {url}/agenda",
    Notice.ENTRY_GONE: "Le rendez-vous du dimanche 22/11 à 08:30 a été annulé. Votre calendrier peut le retirer."
    " {url}/agenda",
    Notice.UNSEEN: "Un nouveau rendez-vous de votre agenda, le dimanche 22/11 à 08:30, attend que vous l'ayez vu."
    " {url}/agenda",
    Notice.WAITING: "Votre rendez-vous du dimanche 22/11 à 08:30 a commencé. {url}/agenda",
    Notice.URGENT: "Une alerte vous attend : {url}/appels",
    Notice.OFFER: "Une orientation vous attend : {url}/demandes",
    Notice.OFFER_LINK: "Une demande attend votre réponse : {url}/agenda",
    Notice.DESK: "Une tâche vous attend : {url}/taches",
    Notice.INVITED: "Votre compte vous attend. Pour l'ouvrir, dans les quatorze jours : {url}/agenda",
    Notice.NETWORK: "Un message vous attend : {url}/profil",
    Notice.DAY_BEFORE: "Le dimanche 22/11, votre agenda commence à 08:30. {url}/agenda",
    Notice.HOUR_BEFORE: "Votre agenda : le dimanche 22/11 à 08:30. {url}/agenda",
    Notice.OPENINGS: "Donner un créneau, en deux touches : {url}/agenda",
    Notice.OTHERWISE: "Le rendez-vous de votre agenda du dimanche 22/11 à 08:30 se tiendra autrement. {url}/agenda",
    Notice.CLASH: (
        "Un autre de vos calendriers a quelque chose le dimanche 22/11 à 08:30, où votre agenda est pris. {url}/agenda"
    ),
    Notice.PROOF: "Votre fiche demande une mise à jour : {url}/profil",
}


def test_every_notice_to_an_account_has_its_words_here() -> None:
    assert set(GOLDEN) == {notice for notice in Notice if not notice.value.startswith("person_")}


@pytest.mark.parametrize("notice", list(GOLDEN))
def test_an_account_is_told_in_neutral_words(notice: Notice) -> None:
    starts_at = None if notice is Notice.URGENT else STARTS
    text = for_account(notice, starts_at, "Europe/Paris", URL)
    assert text == GOLDEN[notice].format(url=URL)
    assert not FORBIDDEN.search(text.replace(URL, ""))


def test_the_experts_hour_is_that_of_their_own_zone() -> None:
    assert "dimanche 22/11 à 11:30" in for_account(Notice.BOOKED, STARTS, "Indian/Reunion", URL)


def test_the_secret_stands_in_the_fragment() -> None:
    assert LINK.partition("#")[0] == "https://agenda.exemple.fr/l"
    assert person_link(URL + "/") == "https://agenda.exemple.fr/l#…"
    assert ZoneInfo("Europe/Paris")


def test_an_invitation_carries_its_secret_where_no_server_sees_it() -> None:
    assert invitation_link(URL + "/", "s" * 43) == f"{URL}/invitation#{'s' * 43}"
