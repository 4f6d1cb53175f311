"""Phone numbers as people in France and its territories spell them, made E.164."""

import unicodedata
from collections.abc import Iterator

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberType

HEXAGON = "FR"
OWN_PLAN = ("PF", "NC", "PM", "WF")
"""Territories whose numbers have six or eight digits of their own and no leading zero."""
SHARED_PLAN = ("RE", "GP", "GF", "MQ", "YT", "BL", "MF")
"""Territories inside the ten-digit plan (0262, 0590, 0594, 0596, 0639, 069x) under another country code than 33."""
REGION_OF_ZONE = {
    "Pacific/Tahiti": "PF",
    "Pacific/Marquesas": "PF",
    "Pacific/Gambier": "PF",
    "Pacific/Noumea": "NC",
    "America/Miquelon": "PM",
    "Pacific/Wallis": "WF",
}
MOBILE = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE})
PRIVATE = MOBILE | {PhoneNumberType.FIXED_LINE, PhoneNumberType.VOIP, PhoneNumberType.PERSONAL_NUMBER}
"""What a person answers: no premium, shared-cost or freephone number."""


def e164(text: str, *, time_zone: str = "Europe/Paris") -> str | None:
    """`text` as `+33612345678`, or None when it is no number that a person answers.

    A six- or eight-digit number is read in the territory of `time_zone`, else in the one territory where it can be.
    """
    for number in _readings(_plain(text), time_zone):
        if phonenumbers.is_valid_number(number) and phonenumbers.number_type(number) in PRIVATE:
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return None


def takes_messages(number: str) -> bool:
    """Whether an E.164 number may receive an SMS."""
    return phonenumbers.number_type(phonenumbers.parse(number)) in MOBILE


def _plain(text: str) -> str:
    """Without the invisible marks and odd spaces that come along when a number is pasted; "" when it has letters."""
    shown = "".join(sign for sign in unicodedata.normalize("NFKC", text) if unicodedata.category(sign) != "Cf")
    return "" if any(sign.isalpha() for sign in shown) else shown


def _readings(text: str, time_zone: str) -> Iterator[PhoneNumber]:
    """Every way to read `text`, the likeliest first."""
    digits = [sign for sign in text if sign.isdigit()]
    if text.strip().startswith("+") or digits[:2] == ["0", "0"]:
        yield from _read(text, HEXAGON)
        # « +33 6 90 … » is how many write a Caribbean 0690: the country code of the mainland, by habit.
        if digits[:2] == ["3", "3"] or digits[:4] == ["0", "0", "3", "3"]:
            national = "".join(digits).removeprefix("00").removeprefix("33").removeprefix("0")
            yield from _of_shared_plan(f"0{national}")
    elif len(digits) == 10:
        yield from _of_shared_plan(text)
    else:
        likely = REGION_OF_ZONE.get(time_zone)
        if likely:
            yield from _read(text, likely)
            return
        valid = [
            number for region in OWN_PLAN for number in _read(text, region) if phonenumbers.is_valid_number(number)
        ]
        if len(valid) == 1:
            yield valid[0]


def _of_shared_plan(text: str) -> Iterator[PhoneNumber]:
    """09 is the same everywhere; other overseas prefixes also look valid on the mainland, so overseas goes first."""
    national_voice = "".join(sign for sign in text if sign.isdigit()).startswith("09")
    order = (HEXAGON, *SHARED_PLAN) if national_voice else (*SHARED_PLAN, HEXAGON)
    for region in order:
        yield from _read(text, region)


def _read(text: str, region: str) -> Iterator[PhoneNumber]:
    try:
        number = phonenumbers.parse(text, region)
    except NumberParseException:
        return
    if number.extension is None:
        yield number
