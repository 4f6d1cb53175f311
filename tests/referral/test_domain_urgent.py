"""Urgent action: who is rung and when, and when the number stands large (care.md 3)."""

from datetime import timedelta
from uuid import UUID

from contracts.urgent import UrgentDetails
from kit.vault import Vault
from services.referral.domain import sheets, urgent
from services.referral.domain.urgent import Action, Attempt, Duty, Ring, dial_now, rings_due, to_dial
from tests.referral.make import NIGHT

POSTS = [
    Duty(0, "Dr Lefèvre", "+33600000001"),
    Duty(1, "Dr Costa", "+33600000002"),
    Duty(2, "Mme Roux", "+33600000003"),
]
ACTION = Action(UUID(int=1), "triggered", NIGHT, 1)


def made(rings: list[Ring], outcome: str = "taken") -> list[Attempt]:
    return [Attempt(ring.round, ring.position, ring.channel, outcome, NIGHT) for ring in rings]


def who(rings: list[Ring]) -> set[int]:
    return {ring.position for ring in rings}


def test_the_first_is_rung_at_once_by_voice_and_by_message() -> None:
    rings = rings_due(ACTION, POSTS, [], now=NIGHT)
    assert who(rings) == {0} and {ring.channel for ring in rings} == {"voice", "sms"}


def test_nothing_more_is_due_while_the_first_may_answer() -> None:
    attempts = made(rings_due(ACTION, POSTS, [], now=NIGHT))
    assert rings_due(ACTION, POSTS, attempts, now=NIGHT + timedelta(seconds=119)) == []


def test_the_next_person_after_two_minutes_and_all_after_five() -> None:
    attempts = made(rings_due(ACTION, POSTS, [], now=NIGHT))
    second = rings_due(ACTION, POSTS, attempts, now=NIGHT + timedelta(minutes=2))
    assert who(second) == {1}
    everyone = rings_due(ACTION, POSTS, attempts + made(second), now=NIGHT + timedelta(minutes=5))
    assert who(everyone) == {0, 1, 2}
    again = rings_due(ACTION, POSTS, attempts + made(second) + made(everyone), now=NIGHT + timedelta(minutes=10))
    assert who(again) == {0, 1, 2}


def test_a_process_that_slept_catches_up() -> None:
    rings = rings_due(ACTION, POSTS, [], now=NIGHT + timedelta(minutes=6))
    assert who(rings) == {0, 1, 2}


def test_when_no_provider_takes_it_the_next_is_rung_at_once() -> None:
    attempts = made(rings_due(ACTION, POSTS, [], now=NIGHT), "refused")
    second = rings_due(ACTION, POSTS, attempts, now=NIGHT + timedelta(seconds=1))
    assert who(second) == {1}
    third = rings_due(ACTION, POSTS, attempts + made(second, "refused"), now=NIGHT + timedelta(seconds=2))
    assert who(third) == {2}
    all_refused = attempts + made(second, "refused") + made(third, "refused")
    assert rings_due(ACTION, POSTS, all_refused, now=NIGHT + timedelta(seconds=3)) == []


def test_nobody_is_rung_once_someone_has_it() -> None:
    for status in ("acknowledged", "called_back", "closed"):
        taken = Action(ACTION.id, status, NIGHT, 2)
        assert rings_due(taken, POSTS, [], now=NIGHT + timedelta(hours=1)) == []
        assert not dial_now(taken, POSTS, [], now=NIGHT + timedelta(hours=1))


def test_it_is_never_closed_by_itself() -> None:
    assert rings_due(ACTION, POSTS, [], now=NIGHT + timedelta(days=2))


def test_the_number_stands_large_after_thirty_seconds() -> None:
    attempts = made(rings_due(ACTION, POSTS, [], now=NIGHT))
    assert not dial_now(ACTION, POSTS, attempts, now=NIGHT + timedelta(seconds=29))
    assert dial_now(ACTION, POSTS, attempts, now=NIGHT + timedelta(seconds=30))


def test_and_at_once_when_no_provider_took_it() -> None:
    attempts = made(rings_due(ACTION, POSTS, [], now=NIGHT), "refused")
    assert dial_now(ACTION, POSTS, attempts, now=NIGHT)


def test_without_a_rota_it_says_fifteen_at_once() -> None:
    assert dial_now(ACTION, [], [], now=NIGHT) and to_dial([]) == ("15", "SAMU")
    assert to_dial(POSTS) == ("+33600000001", "Dr Lefèvre")


def test_the_words_say_nothing_of_anyone() -> None:
    for words in (*urgent.WORDS.values(), urgent.CALLED_BACK, urgent.TITLE):
        assert not any(dark in words.lower() for dark in ("suicid", "veilleuse", "patient", "soignant", "psy"))


def test_a_secret_is_made_by_the_key_alone_and_kept_only_as_a_hash() -> None:
    secret = Vault(bytes(32)).secret("ring:1")
    assert len(secret) >= 43 and secret.encode() not in urgent.secret_hash(secret)
    assert secret == Vault(bytes(32)).secret("ring:1")
    assert secret not in (Vault(bytes(32)).secret("ring:2"), Vault(b"1" * 32).secret("ring:1"))


def test_what_is_known_of_the_person_is_cut_and_cleaned_never_refused() -> None:
    told = urgent.told(UrgentDetails(place="x" * 9000, means="\u202eoui"), sheets.clean)
    assert told.place is not None and len(told.place) == urgent.LONGEST and told.means == "oui"
    both = urgent.merged(UrgentDetails(place="Brest"), UrgentDetails(first_name="Sam"))
    assert both == UrgentDetails(place="Brest", first_name="Sam")


def test_a_number_is_read_in_pairs() -> None:
    assert urgent.display("+33600000001") == "06\u00a000\u00a000\u00a000\u00a001"
    assert urgent.display("15") == "15"
