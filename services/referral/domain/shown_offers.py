"""What a target reads of a need: before the accept codes in words, generalised; after it the first name and a word."""

from typing import Final

from contracts.orientations import MyOffer, OfferStatus, OrientationKind
from contracts.referral import UNKNOWN, Sheet
from services.referral.domain.departments import DEPARTMENTS
from services.referral.domain.offers import Offer
from services.referral.domain.professions import FAMILIES
from services.referral.domain.vocabulary import LANGUAGE_LABELS, MOTIVE_LABELS

MOTIVES: Final = frozenset(MOTIVE_LABELS)
REGIONS: Final = {
    "ARA": "Auvergne-Rhône-Alpes",
    "BFC": "Bourgogne-Franche-Comté",
    "BRE": "Bretagne",
    "COR": "Corse",
    "CVL": "Centre-Val de Loire",
    "GES": "Grand Est",
    "HDF": "Hauts-de-France",
    "IDF": "Île-de-France",
    "NAQ": "Nouvelle-Aquitaine",
    "NOR": "Normandie",
    "OCC": "Occitanie",
    "PAC": "Provence-Alpes-Côte d’Azur",
    "PDL": "Pays de la Loire",
}
OVERSEAS: Final = "Outre-mer"
"""One word for the five of them: in some, eleven people of a profession are not to be found."""
FAMILY_LABELS: Final = {
    "nursing": "profession infirmière",
    "care": "aide et soin",
    "medical": "profession médicale",
    "student": "en études",
    "relative": "proche",
    "management": "encadrement",
}
"""Families large enough that none of their members stands out; the others are not told."""


def region(department: str | None) -> str | None:
    """The region, never the département: fewer than eleven people of a profession may live in one."""
    found = DEPARTMENTS.get(department or "")
    return REGIONS.get(found.region, OVERSEAS) if found else None


def family(profession: str | None) -> str | None:
    """The family of a profession, in words; a rare one is not told apart."""
    return FAMILY_LABELS.get(FAMILIES.get(profession or "", "")) if profession and profession != UNKNOWN else None


def before_accept(offer: Offer, sheet: Sheet, kind: OrientationKind) -> MyOffer:
    """Codes only: nothing that was typed, no département, no profession that would name somebody."""
    return MyOffer(
        id=offer.id,
        status=offer.status,
        expires_at=offer.expires_at,
        sent_at=offer.sent_at,
        version=offer.version,
        level=offer.level,
        kind=kind,
        help=list(sheet.help),
        motives=[MOTIVE_LABELS.get(code, code) for code in sheet.motives],
        asked=list(sheet.motives),
        modalities=list(sheet.modalities),
        languages=[LANGUAGE_LABELS.get(code, code) for code in sheet.languages if code != "fr"],
        windows=list(sheet.windows),
        region=region(sheet.department),
        profession=family(sheet.profession),
        subject=sheet.subject.value if sheet.subject else None,
        reason=offer.reason,
        answered_at=offer.answered_at,
    )


def opens(offer: Offer) -> bool:
    """Whether what was typed may be opened for its target."""
    return offer.status is OfferStatus.ACCEPTED
