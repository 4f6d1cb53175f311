"""The call sheet: what may be typed, what changes, and what the page must ask next (care.md 1, 2, 6)."""

import re
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from contracts.referral import UNKNOWN, Sheet
from kit.errors import Invalid, NulCharacter
from services.referral.domain import vocabulary
from services.referral.domain.departments import DEPARTMENTS
from services.referral.domain.experts import ACCESSIBILITY
from services.referral.domain.matching.hours import WINDOWS
from services.referral.domain.professions import LABELS as PROFESSIONS

LONGEST: Final = {"first_name": 60, "notes": 4000, "plan": 1000, "prompts": 500}
MOST: Final = 60
"""No list of the sheet holds more than this."""

SECRET_FIELDS: Final = ("first_name", "notes", "plan", "prompts")
"""What people type freely: sealed in the vault, never in a column that can be read."""

TARGETS: Final = {1: timedelta(days=14), 2: timedelta(days=7), 3: timedelta(hours=48), 4: timedelta(hours=24)}
"""Target of a first contact by level (referral.md §2.4); level 5 is an urgent action, not an appointment."""

ASKS_PLAN_FROM: Final = 4

_BIDI_CONTROLS = re.compile("[\u202a-\u202e\u2066-\u2069]")
_OTHER_CONTROLS = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]")
_FIELDS: Final = {field.name: field for field in msgspec.structs.fields(Sheet)}


class SheetRefused(Invalid):
    """Something typed on the sheet cannot be kept; each field says why."""


class LevelMissing(Invalid):
    """The level is the one thing that the sheet must say."""


class PlanMissing(Invalid):
    """From level 4, an appointment beyond the level's target needs a plan until then."""


def clean(text: str) -> str:
    """Text as typed, without the invisible characters that could turn a line around; emoji and marks stay."""
    if "\x00" in text:
        raise NulCharacter()
    return _OTHER_CONTROLS.sub("", _BIDI_CONTROLS.sub("", text))


def changed(sheet: Sheet, changes: dict[str, Any]) -> Sheet:
    """`sheet` with `changes` (as typed, null empties a field); `SheetRefused` names every wrong field at once."""
    wrong: dict[str, str] = {}
    values: dict[str, Any] = {}
    for name, typed in changes.items():
        try:
            values[name] = _value(name, typed)
        except (msgspec.ValidationError, ValueError) as error:
            wrong[name] = str(error)
    if wrong:
        raise SheetRefused(fields=wrong)
    return msgspec.structs.replace(sheet, **values)


def asks(sheet: Sheet, *, starts_at: datetime | None = None, now: datetime) -> list[str]:
    """What the page must ask now; ticking suicidal ideas asks, and never sets the level."""
    questions = []
    level = sheet.level
    if level is not None and level >= ASKS_PLAN_FROM:
        questions.append("call_back_number")
    if vocabulary.SUICIDAL_IDEAS in sheet.motives:
        questions.append("risk_prompts")
        if level is not None and level < 4 and not sheet.level_confirmed:
            questions.append("level_meant")
    if starts_at is not None and needs_plan(level, starts_at, now) and not (sheet.plan or "").strip():
        questions.append("plan")
    return questions


def needs_plan(level: int | None, starts_at: datetime, now: datetime) -> bool:
    """True from level 4 when the appointment is later than the level's target (care.md 6)."""
    if level is None or level < ASKS_PLAN_FROM:
        return False
    return starts_at - now > TARGETS.get(level, timedelta())


def submittable(sheet: Sheet, *, starts_at: datetime | None, now: datetime) -> int:
    """The level of a sheet that may become a need; refuses one without a level, or without its plan."""
    if sheet.level is None:
        raise LevelMissing(fields={"level": "missing"})
    if "plan" in asks(sheet, starts_at=starts_at, now=now):
        raise PlanMissing(fields={"plan": "missing"})
    return sheet.level


def coded(sheet: Sheet) -> dict[str, Any]:
    """The part of the sheet that holds only codes."""
    kept: dict[str, Any] = msgspec.to_builtins(sheet)
    for name in SECRET_FIELDS:
        kept.pop(name)
    return kept


def secret(sheet: Sheet) -> dict[str, Any]:
    """The part of the sheet that people typed, without what is empty."""
    return {name: value for name in SECRET_FIELDS if (value := getattr(sheet, name))}


def whole(codes: dict[str, Any], typed: dict[str, Any]) -> Sheet:
    """The sheet again from its two parts."""
    return msgspec.convert({**codes, **typed}, Sheet)


def _value(name: str, typed: Any) -> Any:
    field = _FIELDS.get(name)
    if field is None:
        raise ValueError("unknown field")
    if typed is None:
        return field.default if field.default is not msgspec.NODEFAULT else field.default_factory()
    value = msgspec.convert(typed, field.type)
    check = _CHECKS.get(name)
    return check(value) if check else value


def _one_of(codes: Any, *, or_unknown: bool = True) -> Any:
    def check(value: str) -> str:
        if value in codes or (or_unknown and value == UNKNOWN):
            return value
        raise ValueError("unknown code")

    return check


def _some_of(codes: Any) -> Any:
    def check(values: list[str]) -> list[str]:
        if not set(values) <= set(codes):
            raise ValueError("unknown code")
        return _distinct(values)

    return check


def _distinct(values: list[Any]) -> list[Any]:
    if len(values) > MOST:
        raise ValueError("too many")
    return list(dict.fromkeys(values))


def _text(name: str) -> Any:
    def check(value: str) -> str:
        return _short(value, LONGEST[name])

    return check


def _short(value: str, longest: int) -> str:
    if "\x00" in value:
        raise ValueError("NUL character")
    if len(value) > longest:
        raise ValueError(f"too long ({longest} characters at most)")
    return clean(value)


def _level(value: int) -> int:
    if not 1 <= value <= 5:
        raise ValueError("a level is 1 to 5")
    return value


def _ceiling(value: int) -> int:
    if not 0 <= value <= 100_000:
        raise ValueError("between 0 and 100000 cents")
    return value


def _prompts(values: dict[str, str]) -> dict[str, str]:
    if not set(values) <= vocabulary.PROMPT_CODES:
        raise ValueError("unknown code")
    return {code: _short(value, LONGEST["prompts"]) for code, value in values.items()}


def _zone(value: str) -> str:
    if len(value) > 60 or not re.fullmatch(r"[A-Za-z0-9_+\-]+(/[A-Za-z0-9_+\-]+)*", value):
        raise ValueError("unknown time zone")
    return value


_CHECKS: Final[dict[str, Any]] = {
    "profession": _one_of(PROFESSIONS),
    "department": _one_of(DEPARTMENTS),
    "employment": _one_of(vocabulary.EMPLOYMENT_CODES),
    "motives": _some_of(vocabulary.MOTIVE_LABELS),
    "level": _level,
    "help": _distinct,
    "modalities": _distinct,
    "languages": _some_of(vocabulary.LANGUAGE_LABELS),
    "not_experts": _distinct,
    "not_departments": _some_of(DEPARTMENTS),
    "first_name": _text("first_name"),
    "notes": _text("notes"),
    "plan": _text("plan"),
    "prompts": _prompts,
    "time_zone": _zone,
    "accessibility": _some_of(ACCESSIBILITY),
    "fee_ceiling": _ceiling,
    "windows": _some_of(WINDOWS),
    "gender": _one_of(("f", "m"), or_unknown=False),
}
