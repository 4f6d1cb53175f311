"""The network in French: states, proofs, families of professions, and what a service may have said no to."""

from collections.abc import Mapping
from datetime import date

from contracts.regions import HOLIDAY_REGIONS as HOLIDAY_REGIONS
from contracts.words import ExpertProfession, Modality

PROFESSIONS = {
    ExpertProfession.PSYCHOLOGIST: "Psychologue",
    ExpertProfession.PSYCHIATRIST: "Psychiatre",
    ExpertProfession.GENERAL_PRACTITIONER: "Médecin généraliste",
}
MODALITIES = {Modality.VIDEO: "Visio", Modality.PHONE: "Téléphone", Modality.IN_PERSON: "Sur place"}
STATES = {
    "to_invite": "À inviter",
    "invited": "Invité",
    "no_charter": "Charte à signer",
    "to_check": "Pièce à vérifier",
    "expiring": "Pièce bientôt échue",
    "unverified": "Diplôme à revérifier",
    "dormant": "Sans ouverture depuis 30 jours",
    "full": "Complet cette semaine",
    "away": "En congé",
    "not_offered": "Ne reçoit pas d’orientations",
    "listed": "Dans la liste publique",
    "closed": "A quitté le réseau",
}
STATES_MANY = {
    "invited": "Invités",
    "no_charter": "Chartes à signer",
    "to_check": "Pièces à vérifier",
    "expiring": "Pièces bientôt échues",
    "unverified": "Diplômes à revérifier",
    "full": "Complets cette semaine",
    "not_offered": "Ne reçoivent pas d’orientations",
}
"""The same above a number of them, where it differs."""
TONES = {"expiring": "fort", "unverified": "brique", "dormant": "prune", "away": "prune", "listed": "sauge"}
PROOFS = {
    "rpps": "Inscription (RPPS)",
    "insurance": "Assurance professionnelle",
    "training": "Formation au risque psychosocial",
    "crisis": "Formation à la crise suicidaire",
    "supervision": "Supervision",
    "other": "Autre pièce",
}
FAMILIES = {
    "health": "Tout le monde de la santé",
    "nursing": "Infirmières, infirmiers",
    "care": "Aides-soignants, aides à domicile",
    "medical": "Médecins",
    "student": "Étudiants en santé, internes",
    "management": "Cadres, direction",
    "midwifery": "Sages-femmes",
    "pharmacy": "Pharmacie",
    "rehabilitation": "Rééducation",
    "dental": "Dentaire",
    "psychology": "Psychologues",
    "social": "Travail social",
    "administration": "Administration",
    "technical": "Technique, laboratoire",
    "relative": "Proches",
}
ACCESSIBILITY = {
    "wheelchair": "Accessible en fauteuil",
    "deaf": "Accueil des personnes sourdes",
    "blind": "Accueil des personnes aveugles",
    "parking": "Stationnement",
    "transit": "Transports proches",
}
FIELDS = {
    "rpps": "RPPS",
    "name": "nom",
    "title": "titre",
    "profession": "profession",
    "places": "lieu",
    "department": "département",
    "modalities": "modalités",
    "languages": "langues",
    "specialties": "spécialités",
    "audiences": "publics",
    "capacity": "capacité",
    "fee": "tarif",
    "checked_at": "vérifié le",
    "checked_on": "vérifié le",
    "leave": "congés",
    "coverage": "remboursement",
    "reference": "référence",
    "expires_on": "échéance",
    "obtained_on": "obtenu le",
    "kind": "pièce",
    "text": "message",
    "fee_cents": "tarif",
}
WRONG = {
    "11 digits": "il faut onze chiffres",
    "key does not match": "la clé ne correspond pas : relisez le numéro",
    "twice in this file": "deux fois dans ce fichier",
    "missing": "manque",
    "in the future": "est dans le futur",
    "a whole number": "il faut un nombre entier",
    "ends before it begins": "finit avant de commencer",
    "before it began": "finit avant de commencer",
    "unknown code": "contient un mot inconnu",
    "a day that has been, as 22/11/2026": "il faut une date passée, comme 22/11/2026",
    "an amount in euros, « gratuit » or « prise en charge »": "un montant, « gratuit » ou « prise en charge »",
}
COVERED = {"covered": "prise en charge"}


def why(field: str, said: str) -> str:
    """« RPPS : il faut onze chiffres »."""
    plain = said.replace("unknown: ", "inconnu : ")
    return f"{FIELDS.get(field, field)} : {WRONG.get(said, plain)}"


def told(field: str, value: str, codes: Mapping[str, str]) -> str:
    """One side of a difference in French; `codes` are the words for the codes that it may hold."""
    if not value:
        return "rien"
    if field == "fee":
        return COVERED.get(value, f"{value.removesuffix('.00').replace('.', ',')} €")
    if field == "checked_at":
        return date.fromisoformat(value).strftime("%d/%m/%Y")
    if field in ("profession", "modalities", "languages", "specialties", "audiences"):
        return ", ".join(codes.get(code, code).lower() for code in value.split(", "))
    return value


def euros(cents: int | None) -> str:
    """An amount as it stands in a field."""
    if cents is None:
        return ""
    return f"{cents // 100},{cents % 100:02d}" if cents % 100 else str(cents // 100)


def cents(typed: str) -> int | None:
    """« 52,50 » in cents; None when empty; `ValueError` when it is no amount."""
    plain = "".join(typed.replace("€", "").split()).replace(",", ".")
    if not plain:
        return None
    amount = round(float(plain) * 100)
    if not 0 <= amount <= 50_000:
        raise ValueError("not an amount")
    return amount
