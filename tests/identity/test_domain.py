"""Accounts, factors, links and secrets: the rules at a prompt."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from contracts.caller import Grant
from contracts.identity import Factor
from contracts.words import LinkPurpose, Role
from kit.errors import Refusal
from services.identity.domain import accounts, factors, links, refusals, secrets
from services.identity.domain.refusals import GrantMalformed, IdentifierMalformed, PasswordTooWeak, PinMalformed
from services.identity.domain.spoken import checked_pin

NOW = datetime(2026, 10, 25, 0, 59, 50, tzinfo=UTC)
RFC_SECRET = b"12345678901234567890"


@pytest.mark.parametrize(("moment", "code"), [(59, "287082"), (1111111109, "081804"), (20000000000, "353130")])
def test_one_time_codes_are_those_of_rfc_6238(moment: int, code: str) -> None:
    assert factors.code_at(RFC_SECRET, datetime.fromtimestamp(moment, UTC)) == code


def test_a_code_opens_one_step_early_or_late_and_says_which_step() -> None:
    step = int(NOW.timestamp()) // 30
    for drift in (-1, 0, 1):
        code = factors.code_at(RFC_SECRET, NOW + timedelta(seconds=30 * drift))
        assert factors.matching_step(RFC_SECRET, f" {code[:3]} {code[3:]}", NOW) == step + drift
    assert factors.matching_step(RFC_SECRET, factors.code_at(RFC_SECRET, NOW + timedelta(seconds=60)), NOW) is None
    assert factors.matching_step(RFC_SECRET, "é", NOW) is None


def test_a_password_is_kept_with_argon2id_at_19_mib_two_passes_one_lane() -> None:
    kept = factors.hash_password("une phrase que je retiens")
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert factors.password_opens(kept, "une phrase que je retiens")
    assert not factors.password_opens(kept, "une phrase que je retien")


def test_no_password_opens_an_unknown_account_at_the_same_cost() -> None:
    assert not factors.password_opens(None, "no account has this password, and none may guess it")
    assert factors.nobodys_hash().startswith("$argon2id$v=19$m=19456,t=2,p=1$")


@pytest.mark.parametrize("weak", ["", "quatorze signe", "a" * 20, "mot de passe mot de passe", "abcdef" * 200])
def test_weak_passwords_are_refused(weak: str) -> None:
    with pytest.raises(PasswordTooWeak):
        factors.checked_password(weak)


def test_missing_factors_keep_the_accounts_order() -> None:
    both = (Factor.PASSWORD, Factor.TOTP)
    assert factors.missing(both, ()) == both
    assert factors.missing(both, (Factor.PASSWORD,)) == (Factor.TOTP,)


def test_identifiers_do_not_depend_on_case_or_composition() -> None:
    assert accounts.checked_identifier(" Zoe\u0301 ") == accounts.checked_identifier("ZOÉ") == "zoé"
    assert accounts.same_identifier("ZOÉ ") == "zoé"


@pytest.mark.parametrize("bad", ["", "a", "x" * 121, "a b", "a\0b", "a\u202eb"])
def test_malformed_identifiers_are_refused(bad: str) -> None:
    with pytest.raises(IdentifierMalformed):
        accounts.checked_identifier(bad)


@pytest.mark.parametrize(
    "grant",
    [
        Grant(Role.PERSON),
        Grant(Role.SERVICE),
        Grant(Role.SECRETARY),
        Grant(Role.EXPERT, "person:somebody"),
        Grant(Role.EXPERT, "everything:*"),
        Grant(Role.EXPERT, "territory:"),
    ],
)
def test_grants_that_no_account_may_hold_are_refused(grant: Grant) -> None:
    with pytest.raises(GrantMalformed):
        accounts.checked_grants((grant,))


def test_a_secretary_acts_for_the_persons_of_that_role_only() -> None:
    first, second, other = (UUID(int=n) for n in (1, 2, 3))
    grants = accounts.checked_grants(
        (
            Grant(Role.SECRETARY, f"person:{first}"),
            Grant(Role.SECRETARY, f"person:{second}"),
            Grant(Role.SECRETARY, f"person:{first}"),
            Grant(Role.TERRITORY_REFERENT, "territory:29"),
            Grant(Role.STRUCTURE_CONTACT, f"person:{other}"),
        )
    )
    assert len(grants) == 4 and accounts.acts_for(grants) == (first, second)


def a_link(**changes: object) -> links.Link:
    made = {"purpose": LinkPurpose.CASE, "target_id": uuid4(), "made_at": NOW}
    return links.Link(**(made | changes))  # type: ignore[arg-type]


def test_a_link_opens_until_two_hours_after_the_last_appointment_which_booking_says() -> None:
    until = NOW + timedelta(days=3)
    assert a_link(opens_until=until).is_open(until - timedelta(seconds=1))
    assert not a_link(opens_until=until).is_open(until)


def test_a_link_with_its_own_end_keeps_it_and_one_without_appointment_lasts_the_horizon() -> None:
    own = NOW + timedelta(hours=1)
    assert a_link(expires_at=own, opens_until=NOW + timedelta(days=9)).closes_at == own
    assert a_link().closes_at == NOW + timedelta(days=60)


def test_a_revoked_link_is_not_open() -> None:
    assert not a_link(revoked_at=NOW).is_open(NOW)


def test_a_code_outlives_the_links() -> None:
    until = NOW + timedelta(days=3)
    assert links.code_closes_at(NOW, until) == until + timedelta(days=90)
    assert links.code_closes_at(NOW, None) == NOW + timedelta(days=60)
    assert links.code_closes_at(NOW, NOW - timedelta(days=1)) == NOW + timedelta(days=90)


@pytest.mark.parametrize(
    ("pin", "known", "others", "asks"),
    [(False, False, False, False), (False, True, True, False), (False, False, True, True), (True, True, False, True)],
)
def test_a_second_device_or_a_pin_asks_for_a_proof(pin: bool, known: bool, others: bool, asks: bool) -> None:
    assert links.asks_proof(pin_chosen=pin, known_device=known, other_devices=others) is asks


@pytest.mark.parametrize("bad", ["123", "12345", "12a4", "١٢٣٤", " 1234"])
def test_a_pin_is_four_figures(bad: str) -> None:
    with pytest.raises(PinMalformed):
        checked_pin(bad)
    assert checked_pin("0042") == "0042" and checked_pin("") is checked_pin(None) is None


def test_hashes_of_guessable_things_need_the_pepper_and_say_what_they_are() -> None:
    assert secrets.peppered(b"a" * 32, "pin", "1234") != secrets.peppered(b"b" * 32, "pin", "1234")
    assert secrets.peppered(b"a" * 32, "pin", "1234") != secrets.peppered(b"a" * 32, "code", "1234")


def test_secrets_have_256_bits_and_keys_can_be_told_from_sessions() -> None:
    assert len(secrets.new_secret()) >= 43 and secrets.new_key().startswith(secrets.KEY_PREFIX)
    assert len(secrets.hashed("x")) == 32


def test_every_refusal_says_what_it_is() -> None:
    found = [one for one in vars(refusals).values() if isinstance(one, type) and issubclass(one, Refusal)]
    assert all(one.__doc__ and one.status in (401, 403, 404, 409, 422) for one in found if "refusals" in one.__module__)
