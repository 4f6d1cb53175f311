"""A file of members as people keep it: French headings, any of three separators; ways to reach stay apart."""

import csv
import io
import unicodedata
from typing import Final

import msgspec

from contracts.network import ImportRow

COLUMNS: Final = {
    "rpps": "rpps",
    "nom": "name",
    "titre": "title",
    "profession": "profession",
    "ville": "city",
    "departement": "department",
    "adresse": "address",
    "modalites": "modalities",
    "langues": "languages",
    "specialites": "specialties",
    "publics": "audiences",
    "capacite": "capacity",
    "tarif": "fee",
    "verifie le": "checked_on",
    "origine": "origin",
}
MAIL: Final = frozenset({"mail", "courriel", "email", "adresse mail"})
HEADINGS: Final = "rpps;nom;titre;profession;ville;département;modalités;langues;spécialités;capacité;tarif;mail"
LONGEST: Final = 600_000


class Unreadable(ValueError):
    """Why the file cannot be read, in French."""


class MemberFile(msgspec.Struct, frozen=True):
    """`rows` go to referral; `mails`, one per row, only to reminders and identity."""

    rows: list[ImportRow]
    mails: list[str]


def read(text: str) -> MemberFile:
    """The lines of a file; `Unreadable` says what to change."""
    if len(text) > LONGEST:
        raise Unreadable("Ce fichier est trop long : 2 000 lignes au plus à la fois.")
    lines = [line for line in text.replace("\x00", "").lstrip("\ufeff").splitlines() if line.strip()]
    if len(lines) < 2:
        raise Unreadable("Il faut une ligne de titres, puis une ligne par personne.")
    separator = max(";,\t", key=lines[0].count)
    try:
        table = list(csv.reader(io.StringIO("\n".join(lines)), delimiter=separator))
    except csv.Error as error:
        raise Unreadable("Ce texte n'est pas un tableau : vérifiez les guillemets.") from error
    headings = [plain(cell) for cell in table[0]]
    if "rpps" not in headings:
        raise Unreadable("La première ligne doit nommer les colonnes, avec au moins « rpps ».")
    unknown = [cell for cell in headings if cell and cell not in COLUMNS and cell not in MAIL]
    if unknown:
        raise Unreadable(f"Colonne inconnue : « {unknown[0][:40]} ».")
    rows, mails = [], []
    for cells in table[1:]:
        named = dict(zip(headings, (cell.strip() for cell in cells), strict=False))
        rows.append(ImportRow(**{field: named.get(heading, "")[:400] for heading, field in COLUMNS.items()}))
        mails.append(next((named[heading][:200] for heading in MAIL if named.get(heading)), ""))
    return MemberFile(rows, mails)


def plain(text: str) -> str:
    """A heading without case, accents and spaces around."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(letter for letter in decomposed if not unicodedata.combining(letter)).split())
