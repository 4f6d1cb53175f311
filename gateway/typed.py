"""What was typed on pages: the call sheet as the changes that referral understands, and a version."""

import re
from collections.abc import Mapping
from typing import Any, Final

LISTS: Final = frozenset(
    {"motives", "help", "modalities", "languages", "not_experts", "not_departments", "windows", "accessibility"}
)
WORDS: Final = frozenset(
    {"subject", "profession", "department", "employment", "first_name", "notes", "plan", "time_zone", "gender"}
)
PROMPT: Final = "prompts."
EUROS: Final = re.compile(r"\d{1,3}(\.\d{1,2})?", re.ASCII)
RANKING: Final = frozenset(
    {"subject", "profession", "department", "employment", "motives", "level", "help", "modalities", "languages"}
    | {"not_experts", "not_departments", "time_zone", "windows", "accessibility", "gender", "fee_ceiling"}
)
"""Fields that move the ranked list; notes and first names do not."""


def changes(form: Mapping[str, list[str]]) -> dict[str, Any]:
    """The fields named in `changed`, as typed; an empty one is None (not asked), « inconnu » stays `unknown`."""
    return {name: _value(name, form) for name in dict.fromkeys(form.get("changed", [])) if _known(name)}


def version_typed(text: str) -> int | None:
    """The version that a page spoke of; anything else is no version, so that nothing is overwritten unseen."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 9 else None


def moves_the_list(changed: Mapping[str, Any]) -> bool:
    """Whether the ranked experts must be asked for again."""
    return not RANKING.isdisjoint(changed)


def _known(name: str) -> bool:
    return name in LISTS or name in WORDS or name in ("level", "level_confirmed", "prompts", "fee_ceiling")


def _value(name: str, form: Mapping[str, list[str]]) -> Any:
    if name in LISTS:
        return [value for value in form.get(name, []) if value]
    if name == "prompts":
        answers = {key.removeprefix(PROMPT): _text(form, key) for key in form if key.startswith(PROMPT)}
        return {code: answer for code, answer in answers.items() if answer.strip()}
    text = _text(form, name)
    if name == "level":
        return int(text) if text.isdecimal() and len(text) < 4 else text or None
    if name == "fee_ceiling":
        euros = text.replace(",", ".").replace("€", "").strip()
        return round(float(euros) * 100) if EUROS.fullmatch(euros) else euros or None
    if name == "level_confirmed":
        return text == "oui"
    return text or None


def _text(form: Mapping[str, list[str]], name: str) -> str:
    """As typed; a textarea sends its line ends in pairs."""
    return form.get(name, [""])[-1].replace("\r\n", "\n")
