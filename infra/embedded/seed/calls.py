"""Sixty days of past calls in the shape that SPS has published, and the cases that were handed over to an expert."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from contracts.referral import UNKNOWN, Sheet
from contracts.words import ExpertProfession, Modality, Subject
from infra.embedded.seed.accounts import LISTENERS
from infra.embedded.seed.chance import Chance
from infra.embedded.seed.network import Member
from infra.embedded.seed.people import NICKNAMES, POPULATION

DAYS = 60
PEAK = 180
PARIS = ZoneInfo("Europe/Paris")
ILE_DE_FRANCE = frozenset({"75", "77", "78", "91", "92", "93", "94", "95"})
HANDED_SHARE = 0.60  # of calls (SPS 2021); 69 % in 2024

HOURS = (
    *((hour, 2.2) for hour in (20, 21, 22, 23)),
    *((hour, 1.15) for hour in (0, 1, 2, 3, 4, 5, 6)),
    *((hour, 2.97) for hour in range(7, 20)),
)
"""30 % of the calls come between 20:00 and 7:00 (SPS 2024)."""

PROFESSIONS = (
    ("nurse_hospital", 19),
    ("nurse_community", 6),
    ("care_assistant", 14),
    ("physician_hospital", 7),
    ("general_practitioner", 6),
    ("resident", 6),
    ("student_nurse", 9),
    ("student_medicine", 6),
    ("health_manager", 5),
    ("midwife", 3),
    ("pharmacist", 3),
    ("physiotherapist", 3),
    ("psychologist", 2),
    ("medical_secretary", 2),
    ("relative", 3),
    (UNKNOWN, 6),
)
"""52 % nurses, nursing assistants and doctors (spring 2020)."""

MOTIVES = (
    ("anxiety", 0.52),
    ("work_organisation", 0.11),
    ("exhaustion", 0.10),
    ("crisis", 0.07),
    ("depression", 0.09),
    ("conflict", 0.06),
    ("harassment", 0.05),
    ("sleep", 0.08),
    ("family", 0.10),
    ("isolation", 0.07),
    ("trauma", 0.04),
    ("studies", 0.05),
    ("grief", 0.03),
)
LEVELS = ((1, 26.0), (2, 52.0), (3, 20.1), (4, 1.72), (5, 0.18))
"""98 calls at level 4 and 10 at level 5 of 5,700 in 2021; the others are guesses to be replaced by SPS's figures."""

EMPLOYMENTS = (("employed", 45), ("self_employed", 8), ("student", 20), ("relative", 4), (UNKNOWN, 23))
HELP = (
    (ExpertProfession.PSYCHOLOGIST, 78),
    (ExpertProfession.PSYCHIATRIST, 10),
    (ExpertProfession.GENERAL_PRACTITIONER, 12),
)


@dataclass(frozen=True)
class HandedOver:
    """A case that an expert follows."""

    case_id: UUID
    referral_id: UUID
    expert_id: UUID
    nickname: str
    zone: str
    since: datetime


@dataclass(frozen=True)
class Call:
    """One call that is over, and to whom it was handed, if it was."""

    contact_id: UUID
    case_id: UUID
    listener_id: UUID
    started_at: datetime
    ended_at: datetime
    sheet: Sheet
    handed: HandedOver | None


def past_calls(members: list[Member], today: date) -> list[Call]:
    """Every call of the sixty days before `today`, oldest first."""
    chance = Chance("calls")
    departments = _departments()
    takers = [one for one in members if one.open]
    calls: list[Call] = []
    for back in range(DAYS, 0, -1):
        day = today - timedelta(days=back)
        calls += sorted(
            (_call(chance, day, departments, takers) for _ in range(_count(chance, day, back))),
            key=lambda call: call.started_at,
        )
    return calls


def handed_over(calls: list[Call]) -> dict[UUID, list[HandedOver]]:
    """The cases that each expert follows."""
    found: dict[UUID, list[HandedOver]] = {}
    for call in calls:
        if call.handed is not None:
            found.setdefault(call.handed.expert_id, []).append(call.handed)
    return found


def _count(chance: Chance, day: date, back: int) -> int:
    """A wave that reaches its peak of 180 a month ago; Sundays are quieter."""
    if back == 32:
        return PEAK
    height = 70 + 85 * max(0.0, 1 - abs(back - 32) / 28)
    return min(PEAK - 3, round(height * (0.62 if day.weekday() == 6 else 1.0) * chance.uniform(0.88, 1.12)))


def _departments() -> list[tuple[str, float]]:
    capital = sum(count for code, count in POPULATION.items() if code in ILE_DE_FRANCE)
    rest = sum(POPULATION.values()) - capital
    return [
        (code, 0.30 * count / capital if code in ILE_DE_FRANCE else 0.70 * count / rest)
        for code, count in POPULATION.items()
    ]


def _call(chance: Chance, day: date, departments: list[tuple[str, float]], takers: list[Member]) -> Call:
    at = time(chance.one(HOURS), chance.randrange(60), chance.randrange(60))
    started = datetime.combine(day, at, PARIS).astimezone(UTC)
    minutes = min(95.0, max(3.0, chance.lognormvariate(3.25, 0.5)))  # mean 29 min
    case_id = chance.case_id()
    level = chance.one(LEVELS)
    wants = chance.one(HELP)
    handed = level < 5 and chance.random() < HANDED_SHARE
    nickname = chance.choice(NICKNAMES) if chance.random() < 0.7 else ""
    sheet = _sheet(chance, level, wants, nickname, chance.one(departments))
    return Call(
        contact_id=chance.case_id(),
        case_id=case_id,
        listener_id=chance.choice(LISTENERS),
        started_at=started,
        ended_at=started + timedelta(minutes=minutes),
        sheet=sheet,
        handed=_handed(chance, case_id, nickname, takers, started) if handed else None,
    )


def _handed(chance: Chance, case_id: UUID, nickname: str, takers: list[Member], since: datetime) -> HandedOver:
    expert = chance.choice(takers).expert
    zone = expert.time_zone if chance.random() < 0.8 else "Europe/Paris"
    return HandedOver(case_id, chance.case_id(), expert.id, nickname, zone, since)


def _sheet(chance: Chance, level: int, wants: ExpertProfession, nickname: str, department: str) -> Sheet:
    motives = [code for code, share in MOTIVES if chance.random() < share] or ["other"]
    if level == 4:
        motives.append("suicidal_ideas")
    return Sheet(
        subject=chance.one([(Subject.SELF, 92), (Subject.RELATIVE, 5), (Subject.COLLEAGUE, 3)]),
        profession=chance.one(PROFESSIONS),
        department=department if chance.random() < 0.9 else UNKNOWN,
        employment=chance.one(EMPLOYMENTS),
        motives=motives,
        level=level,
        help=[wants],
        modalities=chance.some(list(Modality), 1, 2),
        first_name=nickname or None,
        level_confirmed=level >= 4,
    )
