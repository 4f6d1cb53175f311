"""The closed lists of the call sheet, in French for people and in codes for machines."""

from typing import Final

from contracts.referral import Term, Vocabulary
from services.referral.domain import departments, professions

SUICIDAL_IDEAS: Final = "suicidal_ideas"
VERSION: Final = 1

_MOTIVES = """
anxiety|Anxiété|*
exhaustion|Épuisement|*
work_organisation|Organisation du travail|*
depression|Dépression|*
suicidal_ideas|Idées suicidaires|*
harassment|Harcèlement|*
conflict|Conflit au travail|*
trauma|Psychotraumatisme|*
sleep|Sommeil
addiction|Addictions
grief|Deuil
serious_event|Événement grave dans le service
violence|Violence subie
domestic_violence|Violences dans le couple ou la famille
discrimination|Discrimination
meaning|Perte de sens, conflit de valeurs
workload|Charge de travail
night_work|Travail de nuit, horaires
isolation|Isolement
career|Carrière, reconversion
studies|Études, stage, concours
error|Erreur de soin, mise en cause
legal|Question juridique
financial|Difficultés financières
family|Vie familiale, couple
parenthood|Parentalité
relative_health|Santé d’un proche
physical_health|Santé physique
eating|Troubles alimentaires
crisis|Crise sanitaire
return_to_work|Reprise du travail
retirement|Retraite
other|Autre motif
"""

_LANGUAGES = """
fr|français|*
en|anglais|*
ar|arabe|*
es|espagnol|*
pt|portugais|*
lsf|langue des signes française
de|allemand
it|italien
ro|roumain
pl|polonais
ru|russe
uk|ukrainien
tr|turc
ber|berbère
zh|chinois
vi|vietnamien
gcf|créole antillais
rcf|créole réunionnais
gcr|créole guyanais
swb|shimaoré
"""


def _terms(table: str) -> list[Term]:
    rows = [line.split("|") for line in table.strip().splitlines()]
    return [Term(code=row[0], label=row[1], frequent=len(row) > 2) for row in rows]


MOTIVES: Final = _terms(_MOTIVES)
LANGUAGES: Final = _terms(_LANGUAGES)
EMPLOYMENTS: Final = _terms(
    "employed|Salarié, agent public|*\nself_employed|Libéral, indépendant|*\nstudent|En études|*\n"
    "relative|Proche|*\nretired|À la retraite"
)
LEVELS: Final = _terms(
    "1|Information\n2|Souffrance modérée\n3|Souffrance forte\n4|Idées suicidaires\n5|Passage à l’acte imminent"
)
PROMPTS: Final = _terms(
    "intention|Intention\nscenario|Scénario\nmeans|Moyens à portée\nwhen|Échéance\n"
    "what_holds|Ce qui retient\nwho_is_there|Qui est là"
)

MOTIVE_LABELS: Final = {term.code: term.label for term in MOTIVES}
LANGUAGE_LABELS: Final = {term.code: term.label for term in LANGUAGES}
EMPLOYMENT_CODES: Final = frozenset(term.code for term in EMPLOYMENTS)
PROMPT_CODES: Final = frozenset(term.code for term in PROMPTS)

VOCABULARY: Final = Vocabulary(
    professions=professions.terms(),
    departments=departments.terms(),
    employments=EMPLOYMENTS,
    motives=MOTIVES,
    levels=LEVELS,
    languages=LANGUAGES,
    prompts=PROMPTS,
)
"""GET /vocabulary: the same for everyone, changed only with the code (`VERSION` is kept with each contact)."""
