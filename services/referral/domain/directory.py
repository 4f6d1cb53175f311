"""The directory of structures and services: what a row of a source must say, and what may ever be shown."""

import hashlib
import re
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID, uuid5

import msgspec

from services.referral.domain.departments import DEPARTMENTS

NAMESPACE: Final = UUID("8a1f6f0a-9f1e-5c34-9d2b-7d0f6c1a2e55")
STATUSES: Final = frozenset({"active", "historique-2020", "historique-2018", "projet-2020"})
PUBLIC_STATUS: Final = "active"
PRECISIONS: Final = frozenset(
    {"jour", "jour-annee-deduite", "borne-inferieure", "estimation-automne-2020", "date-extraction"}
)
_PHONE = re.compile(r"\+[1-9]\d{6,14}|\d{2,6}")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a source, checked: its columns, everything it said, and what kind of thing it is."""

    kind: str  # structure | service | figure
    id: UUID
    source: str
    external_id: str
    columns: dict[str, Any]
    documents: tuple[str, ...]
    raw: dict[str, Any]

    @property
    def raw_hash(self) -> bytes:
        return hashlib.sha256(msgspec.json.encode(self.raw, order="sorted")).digest()


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that is not taken, and why."""

    kind: str
    external_id: str
    why: str


class BadRow(ValueError):
    """This row cannot be taken."""


def checked(document: dict[str, Any]) -> tuple[list[Row], list[Refused]]:
    """The rows of a document in the shape of data.inclusion, and those that are refused with their reason."""
    rows: list[Row] = []
    refused: list[Refused] = []
    for section, kind, check in (
        ("structures", "structure", structure),
        ("services", "service", service),
        ("chiffres", "figure", figure),
    ):
        for raw in document.get(section, []):
            try:
                row = check(raw)
                if any(row.id == other.id for other in rows):
                    raise BadRow("stands there twice")
                rows.append(row)
            except (BadRow, KeyError, TypeError, ValueError) as error:
                name = raw.get("id") or raw.get("libelle") if isinstance(raw, dict) else raw
                refused.append(Refused(kind, str(name), str(error)))
    structures = {row.id for row in rows if row.kind == "structure"}
    orphans = [row for row in rows if row.kind == "service" and row.columns["structure_id"] not in structures]
    refused += [Refused("service", row.external_id, "its structure is not there") for row in orphans]
    return [row for row in rows if row not in orphans], refused


def structure(raw: dict[str, Any]) -> Row:
    """A structure; one without services (an empty entry) is valid."""
    source, name = _text(raw, "source"), _text(raw, "id")
    columns = {"name": _text(raw, "nom"), "kind": _text(raw, "kind"), "department": _department(raw), **_dated(raw)}
    return _row("structure", source, name, columns, raw)


def service(raw: dict[str, Any]) -> Row:
    """A service; only a living one whose source may be shown is public."""
    source, name = _text(raw, "source"), _text(raw, "id")
    status = _text(raw, "statut")
    if status not in STATUSES:
        raise BadRow(f"unknown status {status}")
    columns = {
        "structure_id": identifier("structure", source, _text(raw, "structure_id")),
        "name": _text(raw, "nom"),
        "kind": _text(raw, "kind"),
        "status": status,
        "public": shown(status, raw.get("diffusable")),
        "department": _department(raw),
        "phone": _phone(raw),
        "time_zone": raw.get("timezone") or "Europe/Paris",
        **_dated(raw),
    }
    return _row("service", source, name, columns, raw)


def figure(raw: dict[str, Any]) -> Row:
    """A published figure, with the documents that say it: the same label of two documents is two figures."""
    documents = _documents(raw)
    label = _text(raw, "libelle")
    period = raw.get("periode") or [None, None]
    columns = {
        "label": label,
        "operator": _text(raw, "operateur"),
        "value": float(raw["valeur"]),
        "first_day": _day(period[0]),
        "last_day": _day(period[1]),
    }
    return _row("figure", "chiffres", f"{'+'.join(documents)}:{label}", columns, raw)


def shown(status: str, may_be_shown: Any) -> bool:
    """True for what is alive and attested; a device of spring 2020, a programme of 2018, a project: never."""
    return status == PUBLIC_STATUS and may_be_shown is True


def identifier(kind: str, source: str, external_id: str) -> UUID:
    """The same row of the same source is the same thing at every import."""
    return uuid5(NAMESPACE, f"{kind}:{source}:{external_id}")


def _row(kind: str, source: str, external_id: str, columns: dict[str, Any], raw: dict[str, Any]) -> Row:
    return Row(kind, identifier(kind, source, external_id), source, external_id, columns, _documents(raw), raw)


def _text(raw: dict[str, Any], field: str) -> str:
    value = raw[field]
    if not isinstance(value, str) or not value.strip() or "\x00" in value or len(value) > 500:
        raise BadRow(f"{field} is not a short text")
    return value.strip()


def _documents(raw: dict[str, Any]) -> tuple[str, ...]:
    """Which documents of the source said so; some rows have their source alone."""
    told = raw.get("source_seed")
    return tuple([told] if isinstance(told, str) else told or ())


def _department(raw: dict[str, Any]) -> str | None:
    code = raw.get("departement")
    if code is not None and code not in DEPARTMENTS:
        raise BadRow(f"unknown département {code}")
    return str(code) if code is not None else None


def _phone(raw: dict[str, Any]) -> str | None:
    number = raw.get("telephone")
    if number is not None and not _PHONE.fullmatch(str(number)):
        raise BadRow("the telephone number is malformed")
    return str(number) if number is not None else None


def _dated(raw: dict[str, Any]) -> dict[str, Any]:
    precision = raw.get("date_maj_precision")
    if precision is not None and precision not in PRECISIONS:
        raise BadRow(f"unknown precision {precision}")
    return {"dated": _day(raw.get("date_maj")), "dated_precision": precision}


def _day(written: str | None) -> date | None:
    return date.fromisoformat(written) if written else None
