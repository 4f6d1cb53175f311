"""The direct line of the SAMU of a département: given by the coordinator, dated, never invented (care.md 5)."""

from datetime import date, timedelta
from typing import Final

import phonenumbers

from kit.errors import Invalid
from services.referral.domain.departments import DEPARTMENTS

REGIONS: Final = {"971": "GP", "972": "MQ", "973": "GF", "974": "RE", "976": "YT"}
OLD_AFTER: Final = timedelta(days=180)
"""A line checked longer ago is shown with its date, and the coordinator is asked to check it again."""


class UnknownDepartment(Invalid):
    """No such département."""


class LineNotValid(Invalid):
    """This is not a ten-digit line that can be rung, or its date is not one on which it was checked."""


def checked_department(code: str) -> str:
    """A code of the 101, or `unknown-department`."""
    if code not in DEPARTMENTS:
        raise UnknownDepartment(fields={"department": "unknown"})
    return code


def checked_line(department: str, number: str, dated: date, *, today: date) -> str:
    """The number in E.164; `line-not-valid` unless it is a ten-digit line and its date is not to come."""
    if dated > today:
        raise LineNotValid(fields={"dated": "to come"})
    telephone = ten_digits(number, department)
    if telephone is None:
        raise LineNotValid(fields={"number": "not a ten-digit line"})
    return telephone


def ten_digits(number: str, department: str = "") -> str | None:
    """A French ten-digit number in E.164, overseas ones in the plan of their département; None when it is not one."""
    home = REGIONS.get(department, "FR")
    for region in dict.fromkeys((home, "FR", *REGIONS.values())):
        try:
            read = phonenumbers.parse(number, region)
        except phonenumbers.NumberParseException:
            continue
        national = phonenumbers.format_number(read, phonenumbers.PhoneNumberFormat.NATIONAL)
        if phonenumbers.is_valid_number(read) and sum(sign.isdigit() for sign in national) == 10:
            return phonenumbers.format_number(read, phonenumbers.PhoneNumberFormat.E164)
    return None


def shown(number: str) -> str:
    """As it is dialled in France: ten digits in pairs."""
    national = phonenumbers.format_number(phonenumbers.parse(number), phonenumbers.PhoneNumberFormat.NATIONAL)
    digits = "".join(sign for sign in national if sign.isdigit())
    return "\u00a0".join(digits[place : place + 2] for place in range(0, len(digits), 2))
