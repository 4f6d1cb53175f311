"""The thousand experts: who they are for referral, and the same for booking."""

from dataclasses import dataclass
from datetime import date, timedelta

from contracts.words import ExpertProfession, Modality
from infra.embedded.seed.chance import Chance, fixed_id
from infra.embedded.seed.people import CITIES, FIRST_NAMES, POPULATION, RURAL_GAPS, SURNAMES
from services.booking.domain.experts import Expert as BookableExpert
from services.referral.domain.departments import DEPARTMENTS
from services.referral.domain.experts import Expert, Fee, Place
from services.referral.domain.network.proofs import luhn

EXPERTS = 1000
OPEN_SHARE = 2 / 3
"""How many have openings in the next 60 days."""

TITLES: dict[ExpertProfession, dict[str, tuple[str, ...]]] = {
    ExpertProfession.PSYCHOLOGIST: {
        "f": ("Psychologue clinicienne", "Psychologue du travail", "Psychologue, thérapies cognitives"),
        "m": ("Psychologue clinicien", "Psychologue du travail", "Psychologue, thérapies cognitives"),
    },
    ExpertProfession.GENERAL_PRACTITIONER: {"f": ("Médecin généraliste",), "m": ("Médecin généraliste",)},
    ExpertProfession.PSYCHIATRIST: {"f": ("Psychiatre",), "m": ("Psychiatre",)},
}
PROFESSIONS = (
    (ExpertProfession.PSYCHOLOGIST, 70),
    (ExpertProfession.GENERAL_PRACTITIONER, 18),
    (ExpertProfession.PSYCHIATRIST, 12),
)
SPECIALTIES = (
    "anxiety exhaustion work_organisation depression suicidal_ideas harassment conflict trauma sleep addiction grief "
    "serious_event violence domestic_violence meaning workload night_work isolation career studies error family crisis"
).split()
LANGUAGES = ("en", "ar", "es", "pt", "de", "it", "lsf", "ro", "tr", "ber", "vi", "uk")
OVERSEAS_LANGUAGE = {"971": "gcf", "972": "gcf", "973": "gcr", "974": "rcf", "976": "swb"}
AUDIENCES = ("nursing", "care", "medical", "student", "management", "pharmacy", "rehabilitation")
HOLIDAY_REGIONS = {"57": "alsace-moselle", "67": "alsace-moselle", "68": "alsace-moselle"}


COVERAGES = ("Tiers payant possible", "", "Mon soutien psy", "")


@dataclass(frozen=True)
class Member:
    """One expert as both services know them, and whether they have openings."""

    expert: Expert
    bookable: BookableExpert
    open: bool


def network(today: date, count: int = EXPERTS) -> list[Member]:
    """The thousand (or `count` of them), the same for a given day; the first is the demo account."""
    chance = Chance("network")
    places = _departments(chance, count)
    return [_member(chance, number, places[number], today) for number in range(count)]


def _departments(chance: Chance, count: int) -> list[str]:
    """Everyone's département: by population, at least one in each, the demo's expert in Finistère."""
    weighted = [(code, float(people) / (3 if code in RURAL_GAPS else 1)) for code, people in POPULATION.items()]
    drawn = [chance.one(weighted) for _ in range(max(0, count - 1 - len(POPULATION)))]
    everyone = [*POPULATION, *drawn]
    chance.shuffle(everyone)
    return ["29", *everyone]


def _member(chance: Chance, number: int, department: str, today: date) -> Member:
    profession = ExpertProfession.PSYCHOLOGIST if number == 0 else chance.one(PROFESSIONS)
    gender = "f" if number == 0 else chance.one([("f", 72), ("m", 28)])
    name = "Claire Morvan" if number == 0 else _name(chance, gender)
    where = DEPARTMENTS[department]
    modalities = _modalities(chance, number)
    languages = {"fr"} | {code for code in LANGUAGES if chance.random() < (0.3 if code == "en" else 0.05)}
    if department in OVERSEAS_LANGUAGE and chance.random() < 0.7:
        languages.add(OVERSEAS_LANGUAGE[department])
    covered = number == 0 or chance.random() < 0.35
    expert = Expert(
        id=fixed_id(1, number),
        name=name,
        title=TITLES[profession][gender][0] if number == 0 else chance.choice(TITLES[profession][gender]),
        profession=profession,
        checked_at=today - timedelta(days=chance.randint(5, 340)),
        modalities=modalities,
        specialties=_specialties(chance, number, profession),
        audiences=frozenset({"health", *chance.some(AUDIENCES, 1, 3)} | ({"nursing"} if number == 0 else set())),
        places=(
            Place(
                CITIES[department],
                department,
                where.latitude + chance.uniform(-0.2, 0.2),
                where.longitude + chance.uniform(-0.25, 0.25),
                f"{chance.randint(1, 90)} rue des Tilleuls, {CITIES[department]}",
            ),
        ),
        languages=frozenset(languages),
        fee=Fee(cents=None if covered or chance.random() < 0.15 else chance.choice(FEES[profession]), covered=covered),
        gender=gender,
        crisis=number == 0 or profession is ExpertProfession.PSYCHIATRIST or chance.random() < 0.25,
        capacity=chance.choice((1, 1, 2, 2, 3, 4, 5)),
        leave=_leave(chance, number, today),
        time_zone=where.time_zone,
        holiday_region=HOLIDAY_REGIONS.get(department, department if len(department) == 3 else "metropole"),
        rpps=_rpps(chance.randint(10**8, 10**9 - 1)),
        listed=number % 5 < 2,
        coverage=COVERAGES[number % len(COVERAGES)] if not covered else "",
        accessibility=frozenset({"wheelchair", "transit"} if number % 3 == 0 else {"transit"}),
    )
    bookable = BookableExpert(expert.id, profession, modalities, where.time_zone, expert.holiday_region, True)
    is_open = number == 0 or (department not in RURAL_GAPS and chance.random() < OPEN_SHARE * 1.03)
    return Member(expert, bookable, is_open)


FEES = {
    ExpertProfession.PSYCHOLOGIST: (4500, 5000, 5000, 5500, 6000, 7000),
    ExpertProfession.GENERAL_PRACTITIONER: (3000,),
    ExpertProfession.PSYCHIATRIST: (5500, 6500, 8000),
}


def _rpps(drawn: int) -> str:
    """A number in the RPPS's form, with its key; the range 10… is the real one, the people are invented."""
    body = f"10{drawn // 10}"
    return next(f"{body}{key}" for key in range(10) if luhn(f"{body}{key}"))


def _name(chance: Chance, gender: str) -> str:
    return f"{chance.choice(FIRST_NAMES[gender])} {chance.choice(SURNAMES).replace('-', ' ')}"


def _modalities(chance: Chance, number: int) -> frozenset[Modality]:
    if number == 0:
        return frozenset(Modality)
    found = {Modality.VIDEO} if chance.random() < 0.85 else set()
    if chance.random() < 0.55:
        found.add(Modality.PHONE)
    if chance.random() < 0.5:
        found.add(Modality.IN_PERSON)
    return frozenset(found or {Modality.IN_PERSON})


def _specialties(chance: Chance, number: int, profession: ExpertProfession) -> dict[str, float]:
    chosen = chance.some(SPECIALTIES, 3, 8)
    weights = {code: round(chance.uniform(0.5, 1.0), 2) for code in chosen}
    if profession is ExpertProfession.PSYCHIATRIST:
        weights |= {"depression": 1.0, "suicidal_ideas": 1.0}
    if number == 0:
        weights |= {"anxiety": 1.0, "exhaustion": 1.0, "sleep": 0.9, "suicidal_ideas": 0.8, "night_work": 0.9}
    return weights


def _leave(chance: Chance, number: int, today: date) -> tuple[tuple[date, date], ...]:
    if number == 0 or chance.random() > 0.05:
        return ()
    first = today - timedelta(days=chance.randint(0, 6))
    return ((first, first + timedelta(days=chance.randint(8, 25))),)
