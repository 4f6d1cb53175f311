"""Why this expert, in plain French: one part per criterion, and one sentence for the whole."""

from datetime import datetime

from contracts.referral import Reason
from contracts.words import Modality
from services.referral.domain.experts import Expert, Standing, fee_in_words
from services.referral.domain.matching.score import UNKNOWN_SHARE, Shares, earliest
from services.referral.domain.matching.wanted import Wanted
from services.referral.domain.vocabulary import LANGUAGE_LABELS, MOTIVE_LABELS

WAYS = {Modality.VIDEO: "visio", Modality.PHONE: "téléphone", Modality.IN_PERSON: "en cabinet"}
NO_WISH = "langue"
FEWER = "a reçu moins d’orientations que sa part"


def reasons(
    wanted: Wanted,
    expert: Expert,
    standing: Standing,
    ways: tuple[Modality, ...],
    shares: Shares,
    now: datetime,
) -> list[Reason]:
    """One reason per criterion; what is not known says « inconnu »."""
    words = (
        _specialty(wanted, expert, shares.specialty),
        _slot(standing, ways, shares.slot, now),
        _modality(wanted, ways),
        _proximity(wanted, expert, ways, shares.proximity),
        "déjà en lien avec cette personne" if shares.continuity else "première rencontre",
        _preferences(wanted, expert),
        _setting(shares.setting),
        _cost(expert),
    )
    return [
        Reason(criterion=name, share=round(UNKNOWN_SHARE if share is None else share, 3), words=said)
        for name, share, said in zip(Shares._fields, shares, words, strict=True)
    ]


def sentence(parts: list[Reason], *, ahead: bool) -> str:
    """The whole reason: what speaks for them, then the delay, then what it costs."""
    told = {part.criterion: part for part in parts}
    chosen = [told["specialty"].words]
    if told["continuity"].share:
        chosen.append(told["continuity"].words)
    chosen.append(told["slot"].words)
    if told["proximity"].words.startswith("à "):
        chosen.append(told["proximity"].words)
    if told["setting"].share > UNKNOWN_SHARE:
        chosen.append(told["setting"].words)
    if told["preferences"].words != NO_WISH:
        chosen.append(told["preferences"].words)
    chosen.append(told["cost"].words)
    if ahead:
        chosen.append(FEWER)
    return " ; ".join(part for part in chosen if part)


def _specialty(wanted: Wanted, expert: Expert, share: float | None) -> str:
    if not wanted.motives:
        return "motif non précisé"
    if share is None:
        return "spécialités : inconnu"
    matched = [motive for motive in wanted.motives if expert.specialties.get(motive, 0.0) > 0]
    if not matched:
        return "autres spécialités"
    named = _and([MOTIVE_LABELS.get(motive, motive).lower() for motive in matched[:3]])
    strongest = max(expert.specialties[motive] for motive in matched)
    return f"{named} : {'spécialité' if strongest >= 0.8 else 'pratique'}"


def _slot(standing: Standing, ways: tuple[Modality, ...], share: float | None, now: datetime) -> str:
    free = earliest(standing, ways, now)
    if free is None:
        return "aucun créneau ouvert" if share == 0.0 else "premier créneau : inconnu"
    way = next(way for way in ways if standing.first_free.get(way) == free)
    return f"{WAYS[way]} {in_words(free, now)}"


def in_words(instant: datetime, now: datetime) -> str:
    """« dans 40 h », « dans 5 jours »."""
    hours = (instant - now).total_seconds() / 3600
    if hours < 1:
        return "dans moins d’une heure"
    if hours < 48:
        return f"dans {hours:.0f} h"
    return f"dans {hours / 24:.0f} jours"


def _modality(wanted: Wanted, ways: tuple[Modality, ...]) -> str:
    if not wanted.modalities:
        return "façon de se voir non précisée"
    return WAYS[ways[0]]


def _proximity(wanted: Wanted, expert: Expert, ways: tuple[Modality, ...], share: float | None) -> str:
    if ways[0] is not Modality.IN_PERSON:
        if wanted.windows and share is not None:
            return "consulte à ces heures" if share > UNKNOWN_SHARE else "consulte surtout à d’autres heures"
        return "mêmes heures" if share == 1.0 else "heures décalées"
    home = expert.home
    if home is None or share is None:
        return "distance : inconnu"
    return f"à {home.city}"


def _preferences(wanted: Wanted, expert: Expert) -> str:
    spoken = [code for code in sorted(wanted.languages & expert.languages) if code != "fr"]
    met = [f"parle {_and([LANGUAGE_LABELS.get(code, code) for code in spoken])}"] if spoken else []
    if wanted.gender is not None and expert.gender == wanted.gender:
        met.append("une femme, comme souhaité" if wanted.gender == "f" else "un homme, comme souhaité")
    return ", ".join(met) or NO_WISH


def _setting(share: float | None) -> str:
    if share is None:
        return "habitude de ce métier : inconnu"
    if share == 1.0:
        return "connaît ce métier"
    return "connaît le monde de la santé" if share else "autre public"


def _cost(expert: Expert) -> str:
    said = fee_in_words(expert.fee)
    return said[0].lower() + said[1:]


def _and(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} et {words[-1]}"
