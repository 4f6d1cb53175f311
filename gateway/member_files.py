"""A file of members as people keep it: French headings or those of the public RPPS extract, any of four separators;
ways to reach stay apart."""

import csv
import io
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from contracts.network import ImportRow

COLUMNS: Final = {
    "rpps": "rpps",
    "n° rpps": "rpps",
    "numero rpps": "rpps",
    "identifiant pp": "rpps",
    "identification nationale pp": "national",
    "nom": "name",
    "nom d'exercice": "name",
    "prenom": "first",
    "prenom d'exercice": "first",
    "titre": "title",
    "profession": "profession",
    "libelle profession": "profession",
    "libelle savoir-faire": "skill",
    "ville": "city",
    "commune": "city",
    "libelle commune (coord. structure)": "city",
    "departement": "department",
    "code departement": "department",
    "code departement (structure)": "department",
    "code postal": "postcode",
    "code postal (coord. structure)": "postcode",
    "adresse": "address",
    "numero voie (coord. structure)": "number",
    "libelle type de voie (coord. structure)": "way",
    "libelle voie (coord. structure)": "street",
    "modalites": "modalities",
    "langues": "languages",
    "specialites": "specialties",
    "publics": "audiences",
    "capacite": "capacity",
    "tarif": "fee",
    "verifie le": "checked_on",
    "origine": "origin",
    "mail": "mail",
    "courriel": "mail",
    "email": "mail",
    "e-mail": "mail",
    "adresse mail": "mail",
    "adresse e-mail": "mail",
    "adresse e-mail (coord. structure)": "mail",
}
"""A heading without case and accents → what it says of someone; the others are left aside, and named."""
HEADINGS: Final = "rpps;nom;titre;profession;ville;département;modalités;langues;spécialités;capacité;tarif;mail"
LONGEST: Final = 600_000
SEPARATORS: Final = ";,\t|"
SKILLS: Final = {"psychiatrie": "psychiatre", "medecine generale": "médecin généraliste"}
"""What a doctor practises, as the public extract says it → the profession of the network."""


class Unreadable(ValueError):
    """Why the file cannot be read, in French."""


class MemberFile(msgspec.Struct, frozen=True):
    """`rows` go to referral; `mails`, one per row, only to reminders and identity; `aside`: headings unknown here."""

    rows: list[ImportRow]
    mails: list[str]
    aside: list[str] = []


def read(text: str) -> MemberFile:
    """The lines of a file; `Unreadable` says what to change."""
    if len(text) > LONGEST:
        raise Unreadable("Ce fichier est trop long : 2 000 lignes au plus à la fois.")
    lines = [line for line in text.replace("\x00", "").lstrip("\ufeff").splitlines() if line.strip()]
    if len(lines) < 2:
        raise Unreadable("Il faut une ligne de titres, puis une ligne par personne.")
    separator = max(SEPARATORS, key=lines[0].count)
    try:
        table = list(csv.reader(io.StringIO("\n".join(lines)), delimiter=separator))
    except csv.Error as error:
        raise Unreadable("Ce texte n’est pas un tableau : vérifiez les guillemets.") from error
    headings = [COLUMNS.get(plain(cell), "") for cell in table[0]]
    if not {"rpps", "national"} & set(headings):
        raise Unreadable("La première ligne doit nommer les colonnes, avec au moins « rpps ».")
    aside = [cell.strip()[:40] for cell, known in zip(table[0], headings, strict=True) if cell.strip() and not known]
    rows, mails = [], []
    for cells in table[1:]:
        row, mail = _row(headings, cells)
        rows.append(row)
        mails.append(mail)
    return MemberFile(rows, mails, aside)


def _row(headings: Sequence[str], cells: Sequence[str]) -> tuple[ImportRow, str]:
    """One line, and apart from it the address to write to; of two columns that say the same, the first that says it."""
    said: dict[str, str] = {}
    for heading, cell in zip(headings, cells, strict=False):
        if heading and cell.strip():
            said.setdefault(heading, cell.strip())
    said.setdefault("rpps", said.get("national", "").removeprefix("8") if len(said.get("national", "")) == 12 else "")
    if first := said.get("first"):
        said["name"] = " ".join(_cased(part) for part in (first, said.get("name", "")) if part)
    if plain(said.get("profession", "")) == "medecin":
        skill = plain(said.get("skill", ""))
        said["profession"] = next((kept for word, kept in SKILLS.items() if word in skill), said["profession"])
    if "postcode" in said:
        said.setdefault("department", department_of(said["postcode"]))
    if "street" in said:
        said.setdefault("address", " ".join(said[part] for part in ("number", "way", "street") if part in said))
    if said.get("city", "").isupper():
        said["city"] = _cased(said["city"])
    return ImportRow(**{name: said.get(name, "")[:400] for name in ImportRow.__struct_fields__}), _mail(said)


def _mail(said: Mapping[str, str]) -> str:
    return said.get("mail", "")[:200]


def department_of(postcode: str) -> str:
    """The département of a postal code; Corsica and overseas have their own way; empty for anything else."""
    digits = postcode.replace(" ", "")
    if not (digits.isascii() and digits.isdecimal() and len(digits) == 5):
        return ""
    if digits.startswith("20"):
        return "2A" if digits < "20200" else "2B"
    return digits[:3] if digits.startswith("97") else digits[:2]


def _cased(name: str) -> str:
    """« MARTIN » as it is written: « Martin »."""
    return name.title() if name.isupper() else name


def plain(text: str) -> str:
    """A heading without case, accents and spaces around; every apostrophe is one."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("’", "'"))
    return " ".join("".join(letter for letter in decomposed if not unicodedata.combining(letter)).split())
