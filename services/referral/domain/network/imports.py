"""A file of experts: what each line means, what it would change, and what cannot be read."""

import hashlib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID, uuid5

from contracts.network import FieldChange, ImportLine, ImportRow, Practice
from contracts.words import ExpertProfession, Modality
from kit.errors import Changed, Invalid
from services.referral.domain import vocabulary
from services.referral.domain.departments import DEPARTMENTS, time_zone
from services.referral.domain.experts import Expert, Fee
from services.referral.domain.network import profiles, proofs
from services.referral.domain.network.profiles import NEVER

MOST_ROWS: Final = 2000
HOLIDAYS: Final = {"57": "alsace-moselle", "67": "alsace-moselle", "68": "alsace-moselle"}
OF_RPPS: Final = UUID("7d1c5f0e-6c62-4b0f-9d8a-3f6f4b1f2a55")
"""The same new line has the same id at the dry run and when it is applied."""
PROFESSIONS: Final = {
    "psychologue": ExpertProfession.PSYCHOLOGIST,
    "psychiatre": ExpertProfession.PSYCHIATRIST,
    "medecin generaliste": ExpertProfession.GENERAL_PRACTITIONER,
    "generaliste": ExpertProfession.GENERAL_PRACTITIONER,
} | {one.value: one for one in ExpertProfession}
MODALITIES: Final = {
    "visio": Modality.VIDEO,
    "telephone": Modality.PHONE,
    "cabinet": Modality.IN_PERSON,
    "sur place": Modality.IN_PERSON,
} | {one.value: one for one in Modality}
SHOWN: Final = (
    *("name", "title", "profession", "places", "modalities", "languages", "specialties", "audiences"),
    *("capacity", "fee", "checked_at"),
)


class ImportTooLong(Invalid):
    """A file holds at most 2,000 lines."""


class NetworkChanged(Changed):
    """The network changed since the difference was shown: look again."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line, read: what would be written, or what is wrong."""

    row: int
    kind: str
    name: str
    expert: Expert | None = None
    origin: str = ""
    changes: list[FieldChange] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)

    def told(self) -> ImportLine:
        expert_id = self.expert.id if self.expert else None
        return ImportLine(self.row, self.kind, self.name, expert_id, self.changes, self.errors)


def read(rows: Sequence[ImportRow], known: Mapping[str, Expert], *, today: date) -> list[Line]:
    """Every line against the network; `known` by RPPS. Two lines of one person are an error of the second."""
    if len(rows) > MOST_ROWS:
        raise ImportTooLong(fields={"rows": f"{MOST_ROWS} at most"})
    seen: set[str] = set()
    lines = []
    for number, row in enumerate(rows, 1):
        line = _line(number, row, known, today)
        rpps = line.expert.rpps if line.expert is not None else None
        if rpps is not None and rpps in seen:
            line = Line(number, "wrong", line.name, errors={"rpps": "twice in this file"})
        elif rpps is not None:
            seen.add(rpps)
        lines.append(line)
    return lines


def fingerprint(lines: Iterable[Line]) -> str:
    """What the difference is, in one word: the same file on the same network gives the same."""
    told = hashlib.sha256()
    for line in lines:
        version = line.expert.version if line.expert else 0
        told.update(repr((line.row, line.kind, version, line.changes, sorted(line.errors.items()))).encode())
    return told.hexdigest()[:32]


def _line(number: int, row: ImportRow, known: Mapping[str, Expert], today: date) -> Line:
    wrong: dict[str, str] = {}
    values: dict[str, Any] = {}
    name = " ".join(row.name.split())[:80]
    try:
        rpps = proofs.rpps(row.rpps)
    except ValueError as error:
        return Line(number, "wrong", name, errors={"rpps": str(error)})
    before = known.get(rpps)
    for part, reader in _READERS.items():
        typed = getattr(row, part).strip()
        if not typed:
            continue  # an empty cell changes nothing
        try:
            values |= reader(typed, row, today)
        except ValueError as error:
            wrong[part] = str(error)
    if before is None:
        wrong |= {part: "missing" for part in ("name", "profession", "department") if not getattr(row, part).strip()}
    if wrong:
        return Line(number, "wrong", name or (before.name if before else ""), errors=wrong)
    origin = " ".join(row.origin.split())[:80]
    if before is None:
        expert = _newcomer(rpps, values)
        return Line(number, "new", expert.name, expert, origin, _changes(None, expert))
    after = replace(before, **values)
    if after == before:
        return Line(number, "same", before.name, before, origin)
    after = replace(after, version=before.version + 1)
    return Line(number, "changed", after.name, after, origin, _changes(before, after))


def _newcomer(rpps: str, values: dict[str, Any]) -> Expert:
    """Someone who is not of the network yet: not proposed before their account is open."""
    home = values["places"][0].department
    first = {
        "title": "",
        "checked_at": NEVER,
        "modalities": frozenset({Modality.IN_PERSON}),
        "capacity": 1,
        "time_zone": time_zone(home),
        "holiday_region": HOLIDAYS.get(home, home if len(home) == 3 else "metropole"),
    }
    return Expert(id=uuid5(OF_RPPS, rpps), rpps=rpps, active=False, **{**first, **values})


def _changes(before: Expert | None, after: Expert) -> list[FieldChange]:
    told = []
    for name in SHOWN:
        was, now = _words(getattr(before, name)) if before else "", _words(getattr(after, name))
        if was != now:
            told.append(FieldChange(name, was, now))
    return told


def _words(value: Any) -> str:
    """One field as people compare it; the page says the codes in French."""
    if isinstance(value, Fee):
        return "covered" if value.covered else "" if value.cents is None else f"{value.cents / 100:.2f}"
    if isinstance(value, tuple):
        return ", ".join(f"{one.city} ({one.department})" for one in value)
    if isinstance(value, frozenset):
        return ", ".join(sorted(str(getattr(one, "value", one)) for one in value))
    if isinstance(value, dict):
        return ", ".join(sorted(value))
    if isinstance(value, date):
        return "" if value == NEVER else value.isoformat()
    return str(getattr(value, "value", value))


def plain(text: str) -> str:
    """Without case and accents, for comparing what people typed."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(letter for letter in decomposed if not unicodedata.combining(letter)).split())


def _one(codes: Mapping[str, Any], typed: str) -> Any:
    found = codes.get(plain(typed))
    if found is None:
        raise ValueError(f"unknown: {typed[:40]}")
    return found


def _several(codes: Mapping[str, Any], typed: str) -> list[Any]:
    return [_one(codes, part) for part in typed.replace(";", ",").replace("|", ",").split(",") if part.strip()]


_BY_LABEL: Final = {plain(label): code for code, label in vocabulary.MOTIVE_LABELS.items()}
_MOTIVES: Final = _BY_LABEL | {code: code for code in vocabulary.MOTIVE_LABELS}
_LANGUAGES: Final = {plain(label): code for code, label in vocabulary.LANGUAGE_LABELS.items()} | {
    code: code for code in vocabulary.LANGUAGE_LABELS
}
_DEPARTMENTS: Final = {plain(one.name): code for code, one in DEPARTMENTS.items()} | {
    code.casefold().lstrip("0"): code for code in DEPARTMENTS
}


def _places(typed: str, row: ImportRow, _: date) -> dict[str, Any]:
    code = _DEPARTMENTS.get(plain(typed).lstrip("0"))
    if code is None:
        raise ValueError(f"unknown: {typed[:40]}")
    city = row.city.strip() or DEPARTMENTS[code].name
    return {"places": (profiles.place(Practice(city, code, row.address or None)),)}


def _fee(typed: str, *_: Any) -> dict[str, Any]:
    said = plain(typed).replace("€", "").strip()
    if said in ("prise en charge", "pris en charge", "covered"):
        return {"fee": Fee(covered=True)}
    if said in ("gratuit", "0"):
        return {"fee": Fee(0)}
    try:
        cents = round(float(said.replace(",", ".").replace(" ", "")) * 100)
    except (ValueError, OverflowError) as error:
        raise ValueError("an amount in euros, « gratuit » or « prise en charge »") from error
    if not 0 <= cents <= profiles.HIGHEST_FEE:
        raise ValueError("an amount in euros, « gratuit » or « prise en charge »")
    return {"fee": Fee(cents)}


def _capacity(typed: str, *_: Any) -> dict[str, Any]:
    if not (typed.isascii() and typed.isdecimal()):
        raise ValueError("a whole number")
    return {"capacity": profiles.number(int(typed[:6]), 0, profiles.HIGHEST_CAPACITY)}


def _day(typed: str, _: ImportRow, today: date) -> dict[str, Any]:
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            day = datetime.strptime(typed, form).date()
        except ValueError:
            continue
        if NEVER <= day <= today:
            return {"checked_at": day}
    raise ValueError("a day that has been, as 22/11/2026")


_READERS: Final[dict[str, Any]] = {
    "name": lambda typed, *_: {"name": profiles.short(typed, 80)},
    "title": lambda typed, *_: {"title": profiles.short(typed, 80)},
    "profession": lambda typed, *_: {"profession": _one(PROFESSIONS, typed)},
    "department": _places,
    "modalities": lambda typed, *_: {"modalities": frozenset(_several(MODALITIES, typed))},
    "languages": lambda typed, *_: {"languages": frozenset(_several(_LANGUAGES, typed))},
    "specialties": lambda typed, *_: {"specialties": dict.fromkeys(_several(_MOTIVES, typed), 0.8)},
    "audiences": lambda typed, *_: {"audiences": frozenset(_several({c: c for c in profiles.AUDIENCES}, typed))},
    "capacity": _capacity,
    "fee": _fee,
    "checked_on": _day,
}
