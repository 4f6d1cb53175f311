"""Numbers and addresses, as people write them."""

import pytest

from contracts.reminders import ContactDetails
from contracts.words import Channel, MessageMoment
from services.reminders.domain.contacts import ContactInvalid, reach_of_case
from services.reminders.domain.numbers import e164, takes_messages


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("06 12 34 56 78", "+33612345678"),
        ("06.12.34.56.78", "+33612345678"),
        ("06-12-34-56-78", "+33612345678"),
        ("0612345678", "+33612345678"),
        ("+33 6 12 34 56 78", "+33612345678"),
        ("+33 (0)6 12 34 56 78", "+33612345678"),
        ("0033612345678", "+33612345678"),
        ("\u202a06 12 34 56 78\u202c", "+33612345678"),
        ("06\u00a012\u202f34 56 78", "+33612345678"),
        ("01 42 34 56 78", "+33142345678"),
        ("09 47 51 23 45", "+33947512345"),
        ("0690 12 34 56", "+590690123456"),
        ("+33 6 90 12 34 56", "+590690123456"),
        ("0033 690 12 34 56", "+590690123456"),
        ("0696 12 34 56", "+596696123456"),
        ("0596 50 12 34", "+596596501234"),
        ("0694 12 34 56", "+594694123456"),
        ("0594 30 12 34", "+594594301234"),
        ("0692 12 34 56", "+262692123456"),
        ("0693 12 34 56", "+262693123456"),
        ("0262 12 34 56", "+262262123456"),
        ("0639 69 12 34", "+262639691234"),
        ("0269 61 12 34", "+262269611234"),
        ("87 12 34 56", "+68987123456"),
        ("+687 75 12 34", "+687751234"),
        ("+508 55 12 34", "+508551234"),
        ("+681 82 12 34", "+681821234"),
        ("+32 470 12 34 56", "+32470123456"),
    ],
)
def test_a_number_is_understood_as_it_is_written_in_any_territory(written: str, meant: str) -> None:
    assert e164(written) == meant


@pytest.mark.parametrize(
    ("zone", "written", "meant"),
    [
        ("Pacific/Noumea", "75 12 34", "+687751234"),
        ("America/Miquelon", "55 12 34", "+508551234"),
        ("Pacific/Wallis", "82 12 34", "+681821234"),
        ("Pacific/Tahiti", "87 12 34 56", "+68987123456"),
        ("America/Martinique", "06 12 34 56 78", "+33612345678"),
    ],
)
def test_a_short_number_is_read_where_the_person_lives(zone: str, written: str, meant: str) -> None:
    assert e164(written, time_zone=zone) == meant


@pytest.mark.parametrize(
    "written",
    [
        *("", "12", "3114", "15", "+33", "+999 123 456", "0000000000", "0899123456", "0800123456"),
        *("06 12 34 56 7", "06 12 34 56 78 9", "06ABCDEFGH", "bonjour", "06 12 34 56 78 poste 4", "😀"),
    ],
)
def test_what_nobody_answers_is_no_number(written: str) -> None:
    assert e164(written) is None


def test_a_landline_takes_no_message() -> None:
    assert takes_messages("+33612345678") and takes_messages("+590690123456")
    assert not takes_messages("+33142345678")


def wrong(**details: object) -> dict[str, str]:
    with pytest.raises(ContactInvalid) as caught:
        reach_of_case(ContactDetails(**details))  # type: ignore[arg-type]
    return caught.value.fields


def test_each_wrong_field_is_named() -> None:
    assert wrong(phone="12", mail="a@", time_zone="Mars/Olympus") == {
        "phone": "phone-invalid",
        "mail": "mail-invalid",
        "time_zone": "zone-unknown",
    }


def test_a_chosen_channel_needs_its_address() -> None:
    assert wrong(channels=[Channel.SMS, Channel.MAIL]) == {"phone": "phone-missing", "mail": "mail-missing"}


def test_an_sms_needs_a_mobile_but_a_call_back_does_not() -> None:
    assert wrong(phone="01 42 34 56 78", channels=[Channel.SMS]) == {"phone": "phone-takes-no-messages"}
    assert reach_of_case(ContactDetails(phone="01 42 34 56 78")).phone == "+33142345678"


@pytest.mark.parametrize(
    "mail",
    [
        "a b@exemple.fr",
        "<a@exemple.fr>",
        "a@localhost",
        "é@exemple.fr",
        "a\r\nBcc: b@exemple.fr",
        "@",
        "a@b@c.fr",
        f"{'a' * 65}@exemple.fr",
    ],
)
def test_an_address_that_no_relay_takes_is_refused(mail: str) -> None:
    assert wrong(mail=mail) == {"mail": "mail-invalid"}


def test_an_address_is_kept_as_it_will_be_written() -> None:
    assert reach_of_case(ContactDetails(mail=" a.b@Été.FR ")).mail == "a.b@xn--t-9fab.fr"


def test_nothing_given_is_an_erasure() -> None:
    assert reach_of_case(ContactDetails(phone=" ", mail="")).empty


def test_whether_others_read_the_messages_is_not_kept() -> None:
    reach = reach_of_case(ContactDetails(phone="0612345678", read_by_others=True, moments=[MessageMoment.NOW]))
    assert "read_by_others" not in repr(reach)
