"""Proofs that an expert is who they say: RPPS, insurance, training, each with its own end."""

from datetime import date, timedelta
from typing import Final

from contracts.network import NewProof
from kit.errors import Invalid, NotFound
from services.referral.domain.sheets import clean

RPPS_LENGTH: Final = 11
LONGEST: Final = 120
REMIND_BEFORE: Final = timedelta(days=30)
EXPIRES: Final = frozenset({"insurance"})
"""Kinds that say until when they count."""
KINDS: Final = frozenset({"rpps", "insurance", "training", "crisis", "supervision", "other"})


class ProofRefused(Invalid):
    """This proof cannot be kept; each field says why."""


class UnknownProof(NotFound):
    """There is no such proof."""


def luhn(digits: str) -> bool:
    """True when the last digit is the key of the others (ISO/IEC 7812, as the RPPS uses it)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def rpps(typed: str) -> str:
    """The eleven digits of an RPPS number as kept; `ValueError` when it is none."""
    digits = "".join(letter for letter in typed if not letter.isspace())
    if len(digits) != RPPS_LENGTH or not (digits.isascii() and digits.isdecimal()):
        raise ValueError("11 digits")
    if not luhn(digits):
        raise ValueError("key does not match")
    return digits


def checked(told: NewProof, *, today: date) -> NewProof:
    """`told` as it is kept; `proof-refused` names each wrong field."""
    wrong: dict[str, str] = {}
    reference = " ".join(clean(told.reference).split())
    if told.kind not in KINDS:
        wrong["kind"] = "unknown"
    if len(reference) > LONGEST:
        wrong["reference"] = "too long"
    if told.kind == "rpps":
        try:
            reference = rpps(reference)
        except ValueError as error:
            wrong["reference"] = str(error)
    for name, day in (("obtained_on", told.obtained_on), ("expires_on", told.expires_on)):
        if day is not None and not 1950 <= day.year <= 2100:
            wrong[name] = "out of range"
    if told.obtained_on is not None and told.obtained_on > today:
        wrong["obtained_on"] = "in the future"
    if told.kind in EXPIRES and told.expires_on is None:
        wrong["expires_on"] = "missing"
    if told.expires_on is not None and told.obtained_on is not None and told.expires_on < told.obtained_on:
        wrong["expires_on"] = "before it began"
    if wrong:
        raise ProofRefused(fields=wrong)
    return NewProof(told.kind, reference, told.obtained_on, told.expires_on)
