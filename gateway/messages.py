"""What we say to the person in front of us when a service refuses, by its code on the wire."""

from __future__ import annotations

from typing import Final

SENTENCES: Final[dict[str, str]] = {
    # any part of the house
    "not-found": "L'adresse est peut-être incomplète, ou la page n'existe plus. Rien d'autre n'a changé.",
    "not-allowed": "Cette page n'est pas ouverte à votre rôle.",
    "sign-in-first": "Connectez-vous pour continuer : rien de ce que vous avez enregistré n'est perdu.",
    "method-not-allowed": "Cette page ne s'utilise pas ainsi. Revenez en arrière : rien n'a changé.",
    "invalid-input": "Un champ n'a pas été compris. Ce que vous avez écrit est gardé : vérifiez et recommencez.",
    "not-json": "La demande n'a pas été comprise. Rien n'a changé.",
    "unsupported-media-type": "La demande n'a pas été comprise. Rien n'a changé.",
    "body-too-large": "Le texte est trop long pour être enregistré. Raccourcissez-le, puis recommencez.",
    "nul-character": "Un caractère invisible empêche d'enregistrer ce texte. Effacez-le, puis recommencez.",
    "bad-key": "Cette page a vieilli. Rechargez-la, puis recommencez.",
    "key-reused": "Cette page a déjà servi à autre chose. Rechargez-la, puis recommencez.",
    "changed": "Quelqu'un l'a modifié entre-temps. Voici la version actuelle.",
    "too-many": "Beaucoup d'essais en peu de temps. Attendez quelques secondes, puis recommencez.",
    "unavailable": "Une partie du service ne répond pas. Rien n'est perdu, recommencez dans un instant.",
    "our-side": "Cela n'a pas fonctionné de notre côté. Ce qui était enregistré n'a pas changé.",
    "permit-refused": "L'accord pour cette action a expiré. Rechargez la page, puis recommencez.",
    # identity
    "wrong-credentials": "L'identifiant ou le mot de passe ne correspond pas. Vérifiez-les, puis recommencez.",
    "session-ended": "Votre session est terminée. Connectez-vous pour continuer.",
    "session-locked": "Votre poste s'est verrouillé. Rien n'est perdu.",
    "factor-missing": "Il manque encore une étape pour entrer.",
    "link-not-open": "Il ne s'ouvre pas. Vérifiez-le, ou appelez-nous : nous retrouvons votre rendez-vous.",
    "code-not-open": "Il ne s'ouvre pas. Vérifiez-le, ou appelez-nous : nous retrouvons votre rendez-vous.",
    "proof-needed": "Sur cet appareil, votre code est aussi demandé.",
    "identifier-taken": "Cet identifiant est déjà pris.",
    "identifier-malformed": "Cet identifiant contient un caractère qui n'est pas accepté.",
    "name-missing": "Il manque le nom à afficher.",
    "password-too-weak": "Choisissez un mot de passe plus long, par exemple quatre mots.",
    "grant-malformed": "Ce rôle ou son étendue n'existe pas.",
    "pin-malformed": "Le code PIN se compose de quatre chiffres.",
    "account-unknown": "Ce compte n'existe pas.",
    "account-is-closed": "Ce compte est fermé.",
    "audience-unknown": "Cette partie du service n'existe pas.",
    "key-unknown": "Cette clé n'existe pas, ou n'ouvre déjà plus rien.",
    "case-is-erased": "Ce dossier a été effacé à la demande de la personne.",
    # booking
    "slot-taken": "Ce créneau vient d'être pris. Choisissez-en un autre.",
    "case-or-expert": "Dites de quel dossier, ou de quel professionnel et entre quelles dates.",
    "not-a-directory": "Ce fichier n'est pas un annuaire que nous savons lire. Rien n'a été changé.",
    "case-overlap": "La personne a déjà un rendez-vous à cette heure-là.",
    "slot-not-open": "Cette heure n'est pas ouverte dans l'agenda.",
    "too-soon": "Cette heure est trop proche pour prévenir le professionnel. Choisissez la suivante.",
    "beyond-horizon": "Cette date est trop lointaine pour être réservée.",
    "hold-expired": "Le créneau a été rendu. Reprenez-le s'il est encore libre.",
    "too-many-holds": "Plusieurs créneaux sont déjà retenus. Rendez-en un d'abord.",
    "hold-mismatch": "Le créneau retenu n'est pas celui que vous confirmez. Choisissez-le de nouveau.",
    "expert-not-allowed": "Cette orientation ne permet pas de réserver chez ce professionnel.",
    "type-not-allowed": "Cette orientation ne permet pas ce type de rendez-vous.",
    "too-late": "Le rendez-vous est trop proche pour le faire ici. Un appel suffit.",
    "too-early": "C'est encore un peu tôt. La salle ouvre trente minutes avant l'heure.",
    "not-in-this-state": "Ce rendez-vous a changé entre-temps. Voici où il en est.",
    "unknown-appointment": "Ce rendez-vous n'existe pas, ou n'est pas le vôtre.",
    "unknown-expert": "Ce professionnel n'est pas dans le réseau.",
    "unknown-type": "Ce type de rendez-vous n'existe pas.",
    "unknown-opening": "Cette ouverture n'existe plus.",
    "unknown-absence": "Cette absence n'existe plus.",
    "not-your-part": "C'est à l'autre personne, ou à la ligne, de le dire.",
    "opening-not-valid": "Ces heures ne forment pas une ouverture. Vérifiez le début et la fin.",
    "window-too-long": "La période demandée est trop longue.",
    # gateway
    "bad-token": "Votre session n'est plus reconnue. Connectez-vous : rien de ce qui est enregistré n'est perdu.",
    "foreign-form": "Cette page a vieilli. Rechargez-la, puis recommencez : rien n'a changé.",
    "no-agenda": "Cet agenda n'est pas le vôtre, et personne ne vous l'a confié.",
    "no-such-visit": "Ce rendez-vous n'existe pas, ou n'est pas le vôtre.",
    "not-for-you": "Cette page n'est pas ouverte à votre rôle.",
    "unclear-time": "Cette date ou cette heure n'existe pas. Vérifiez-la, puis recommencez.",
    # referral
    "contact-final": "Cet appel est clos : sa fiche ne change plus.",
    "illegal-transition": "Cette orientation a changé entre-temps. Voici où elle en est.",
    "level-missing": "Il manque le niveau : c'est le seul champ qu'il faut.",
    "not-your-case": "Ce dossier n'existe pas, ou ne vous est pas confié.",
    "not-your-expert": "Cette fiche n'est pas ouverte ici.",
    "plan-missing": "Ce rendez-vous est plus tard que le délai du niveau : notez ce qui est convenu d'ici là.",
    "referral-closed": "Cette orientation est terminée.",
    "sheet-refused": "Un champ de la fiche n'a pas pu être gardé. Vérifiez-le : le reste est enregistré.",
    "task-done": "C'est déjà fait.",
    "task-taken": "Une autre personne de l'équipe s'en occupe déjà.",
    "unknown-alert": "Ce lien ne s'ouvre pas. Vérifiez-le, ou appelez la ligne.",
    "unknown-contact": "Cet appel n'existe pas.",
    "unknown-decision": "Ce choix n'existe pas.",
    "unknown-filter": "Un critère de recherche n'a pas été compris.",
    "unknown-referral": "Cette orientation n'existe pas.",
    "unknown-task": "Cette tâche n'existe pas.",
    "unknown-urgent-action": "Cette alerte n'existe pas.",
    "urgent-action-ended": "Cette alerte est déjà prise en charge ou close.",
    # reminders
    "case-forgotten": "Ce dossier a été effacé : rien ne peut plus y être gardé.",
    "contact-invalid": "Ce numéro ou cette adresse ne peut pas être utilisé tel quel. Vérifiez-le.",
    "not-your-channels": "Ces coordonnées ne se changent que par leur titulaire.",
    "nothing-to-recall": "Aucun message n'attend de partir.",
    "preview-invalid": "Le texte du message ne peut pas être montré pour ces choix.",
    "recall-too-late": "Le message est déjà parti.",
    # video
    "nobody-waits": "Personne n'attend à la porte.",
    "node-full": "Toutes les salles sont occupées. Nous réessayons ; par téléphone, c'est possible tout de suite.",
    "not-admitted": "La porte s'ouvrira dans un instant. Vous êtes au bon endroit.",
    "not-understood": "La salle n'a pas compris cette demande. Rechargez la page.",
    "not-yours-to-admit": "Seul le professionnel ouvre la porte.",
    "room-closed": "Cette salle est fermée. Pour parler à quelqu'un, appelez-nous.",
    "room-not-open": "C'est encore un peu tôt. La salle ouvre trente minutes avant l'heure.",
    "rooms-unplaced": "Les salles ne répondent pas. Rien n'est perdu ; par téléphone, c'est possible tout de suite.",
    "seat-not-known": "Cette place n'existe pas dans cette salle.",
    "seat-of-another": "Cette place est déjà prise par quelqu'un d'autre.",
    "too-many-candidates": "La connexion n'a pas pu s'établir. Rechargez la page.",
}


def sentence(code: str, status: int = 500) -> str:
    """The sentence for a refusal; a code nobody has written for yet still gets a kind one."""
    if code in SENTENCES:
        return SENTENCES[code]
    if status == 404:
        return SENTENCES["not-found"]
    if status == 403:
        return SENTENCES["not-allowed"]
    return SENTENCES["our-side"]
