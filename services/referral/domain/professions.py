"""The professions of health: who may call, in epicene words, the most frequent first."""

from typing import Final

from contracts.referral import Term

_TABLE = """
nurse_hospital|nursing|Infirmière, infirmier (hôpital)|*
care_assistant|care|Aide-soignante, aide-soignant|*
nurse_community|nursing|Infirmière, infirmier (libéral)|*
physician_hospital|medical|Médecin à l’hôpital|*
general_practitioner|medical|Médecin généraliste|*
resident|student|Interne en médecine|*
student_nurse|student|Étudiante, étudiant en soins infirmiers|*
student_medicine|student|Étudiante, étudiant en médecine|*
relative|relative|Proche d’une personne soignante|*
health_manager|management|Cadre de santé|*
midwife|midwifery|Sage-femme
pharmacist|pharmacy|Pharmacienne, pharmacien
physiotherapist|rehabilitation|Kinésithérapeute
nurse_anaesthetist|nursing|Infirmière, infirmier anesthésiste
nurse_theatre|nursing|Infirmière, infirmier de bloc opératoire
nurse_psychiatry|nursing|Infirmière, infirmier en psychiatrie
nurse_advanced|nursing|Infirmière, infirmier en pratique avancée
nurse_coordinator|nursing|Infirmière coordinatrice, infirmier coordinateur
nurse_school|nursing|Infirmière, infirmier scolaire
nurse_occupational|nursing|Infirmière, infirmier de santé au travail
nurse_care_home|nursing|Infirmière, infirmier en Ehpad
childcare_nurse|nursing|Puéricultrice, puériculteur
childcare_assistant|care|Auxiliaire de puériculture
home_care_aide|care|Auxiliaire de vie, aide à domicile
care_home_aide|care|Accompagnante, accompagnant éducatif et social
hospital_service_agent|care|Agente, agent des services hospitaliers
stretcher_bearer|care|Brancardière, brancardier
ambulance_driver|care|Ambulancière, ambulancier
emergency_physician|medical|Médecin urgentiste
anaesthetist|medical|Médecin anesthésiste-réanimateur
psychiatrist|medical|Psychiatre
surgeon|medical|Chirurgienne, chirurgien
paediatrician|medical|Pédiatre
gynaecologist|medical|Gynécologue
geriatrician|medical|Gériatre
occupational_physician|medical|Médecin du travail
coordinating_physician|medical|Médecin coordonnateur (Ehpad)
specialist_physician|medical|Médecin d’une autre spécialité
locum|medical|Médecin remplaçante, remplaçant
dentist|dental|Chirurgienne-dentiste, chirurgien-dentiste
dental_assistant|dental|Assistante, assistant dentaire
pharmacy_technician|pharmacy|Préparatrice, préparateur en pharmacie
laboratory_technician|technical|Technicienne, technicien de laboratoire
radiographer|technical|Manipulatrice, manipulateur radio
biologist|technical|Biologiste médical
occupational_therapist|rehabilitation|Ergothérapeute
speech_therapist|rehabilitation|Orthophoniste
psychomotor_therapist|rehabilitation|Psychomotricienne, psychomotricien
podiatrist|rehabilitation|Pédicure-podologue
orthoptist|rehabilitation|Orthoptiste
optician|rehabilitation|Opticienne, opticien
audiologist|rehabilitation|Audioprothésiste
osteopath|rehabilitation|Ostéopathe
dietitian|rehabilitation|Diététicienne, diététicien
psychologist|psychology|Psychologue
social_worker|social|Assistante, assistant de service social
specialised_educator|social|Éducatrice, éducateur spécialisé
head_of_department|management|Cheffe, chef de service
director_of_care|management|Directrice, directeur des soins
hospital_director|management|Directrice, directeur d’établissement
medical_secretary|administration|Secrétaire médicale, secrétaire médical
administrative_agent|administration|Personnel administratif
emergency_dispatcher|administration|Assistante, assistant de régulation médicale
student_pharmacy|student|Étudiante, étudiant en pharmacie
student_dentistry|student|Étudiante, étudiant en odontologie
student_midwifery|student|Étudiante, étudiant sage-femme
student_physiotherapy|student|Étudiante, étudiant en kinésithérapie
student_care_assistant|student|Élève aide-soignante, aide-soignant
student_manager|student|Étudiante, étudiant cadre de santé
student_other|student|Étudiante, étudiant (autre filière de santé)
veterinarian|other|Vétérinaire
firefighter|other|Sapeuse-pompière, sapeur-pompier
retired|other|Professionnel de santé à la retraite
other_health|other|Autre profession de santé
"""

_ROWS = [line.split("|") for line in _TABLE.strip().splitlines()]

LABELS: Final = {row[0]: row[2] for row in _ROWS}
FAMILIES: Final = {row[0]: row[1] for row in _ROWS}
"""The family of each profession: an expert may say to serve a family, or one profession."""

AUDIENCES: Final = frozenset(FAMILIES) | frozenset(FAMILIES.values()) | {"health"}
"""What an expert may serve: a profession, a family of them, or `health` in general."""


def terms() -> list[Term]:
    """Professions as the sheet lists them: the most frequent first, then by label."""
    frequent = [Term(code=row[0], label=row[2], frequent=True) for row in _ROWS if len(row) > 3]
    others = [Term(code=row[0], label=row[2]) for row in _ROWS if len(row) == 3]
    return frequent + sorted(others, key=lambda term: term.label.replace("É", "E"))
