"""Every sentence that the room's page may say later, for its script: calm, short, and never a blame."""

from collections.abc import Mapping
from typing import Any

from contracts.booking import Appointment
from gateway import french
from gateway.typography import typo

PERSON, PROFESSIONAL, GUEST = "person", "professional", "guest"
NOBODY_NAMED = {PERSON: "La personne", PROFESSIONAL: "Votre professionnel", GUEST: "La troisième personne"}
ELSEWHERE = "Cette salle est ouverte sur un autre écran. Celui-ci est fermé."
LATER = "La salle n’est pas encore ouverte. Revenez un peu avant l’heure."
CLOSED = "L’heure de cette salle est passée."
AWAY = "La salle ne répond pas pour le moment. Rien n’est perdu, nous réessayons."

SPEAKS = {
    "oui": {"mine": "Vous pouvez parler", "theirs": "peut parler"},
    "bas": {"mine": "À voix basse", "theirs": "parle à voix basse"},
    "ecrit": {"mine": "Seulement écrire", "theirs": "préfère écrire"},
    "telephone": {"mine": "Par téléphone", "theirs": "préfère le téléphone"},
}
DEVICES = {
    "voice": {
        "NotAllowedError": "Le micro n’est pas autorisé ici. Entendre et écrire restent possibles.",
        "NotFoundError": "Aucun micro sur cet appareil. Entendre et écrire restent possibles.",
        "NotReadableError": "Une autre application tient le micro. Fermez-la et réessayez ; "
        "entendre et écrire restent possibles.",
        "other": "Le micro ne s’ouvre pas. Entendre et écrire restent possibles.",
    },
    "camera": {
        "NotAllowedError": "La caméra n’est pas autorisée ici. Le son suffit.",
        "NotFoundError": "Aucune caméra sur cet appareil. Le son suffit.",
        "NotReadableError": "Une autre application tient la caméra. Fermez-la et réessayez ; le son suffit.",
        "other": "La caméra ne s’ouvre pas. Le son suffit.",
    },
}
SECRET = {  # said instead of the usual sentences where words go in clear to our server
    "ecrits": "Ces mots disparaissent avec la salle. Ils sont chiffrés jusqu’à notre serveur, qui ne les garde pas.",
    "plan": "Rien n’est obligatoire. C’est chiffré jusqu’à notre serveur, qui ne le garde pas, "
    "et disparaît avec la salle, sauf si l’astreinte est alertée.",
}
NO_CALLS = (
    "Ce navigateur ne fait passer ni la voix ni l’image. Vous pouvez vous écrire ici, essayer un autre navigateur, "
    "ou nous appeler au 0 805 23 23 36."
)
BROWSERS = {
    "chrome": "Touchez l’icône à gauche de l’adresse, puis autorisez Micro ou Caméra, et rechargez la page.",
    "firefox": "Touchez le cadenas à gauche de l’adresse, effacez le refus, puis rechargez la page.",
    "safari": "Menu Safari, Réglages pour ce site web : autorisez Micro ou Caméra, puis rechargez la page.",
    "ios": "Touchez « aA » ou l’icône près de l’adresse, Réglages du site web, puis autorisez et rechargez.",
    "android": "Touchez l’icône à gauche de l’adresse, Autorisations, puis autorisez et rechargez.",
    "firefoxAndroid": "Touchez le cadenas, Modifier les autorisations, puis autorisez et rechargez.",
}
PATHS = {
    "trying": "Nous essayons chaque chemin, quelques secondes.",
    "fine": "Tout passe.",
    "closed": "Un chemin est fermé. L’écrit ou le téléphone restent possibles.",
    "socketOpen": "La salle répond.",
    "socketClosed": "La salle ne répond pas : votre connexion est coupée, ou le réseau la filtre. "
    "Essayez avec vos données mobiles.",
    "directOpen": "Le son et l’image passent directement.",
    "directClosed": "Le passage direct est fermé, sans doute par le réseau de l’établissement. "
    "Essayez avec vos données mobiles.",
    "relayOpen": "Le relais est ouvert : il prendra la suite si le passage direct est fermé.",
    "relayClosed": "Le relais est fermé aussi par ce réseau. Essayez avec vos données mobiles, ou par téléphone.",
}
PLAN = {
    "nothing": "Rien n’a été précisé.",
    "ring": "Si la connexion coupe, on peut rappeler.",
    "noRing": "Ne pas rappeler.",
    "callBack": "C’était convenu : vous pouvez rappeler.",
    "noneAgreed": "Aucun rappel n’a été convenu. Restez un moment : la personne peut revenir.",
    "call": "Appeler le",
}
INVITE = {
    "making": "Un instant.",
    "made": "Dites ce code, ou donnez ce lien. Vous ouvrirez la porte vous-même.",
    "failed": "L’invitation n’a pas pu être faite. Rien n’a changé ici. Réessayez dans un instant.",
    "copied": "Lien copié.",
    "waits": "attend à la porte. Demandez d’abord à la personne si elle est d’accord.",
    "asks": "a été invité·e et attend à la porte. Dites-le si vous ne le souhaitez pas.",
}


def words(appointment: Appointment | None, name: str, *, seat: str, zone: str) -> dict[str, Any]:
    """`name` is how the one whom this page came for is called here."""
    at = _hour(appointment, seat, zone)
    sentences = {
        "linked": "Bonne connexion",
        "relinking": "Connexion en cours",
        "willOpen": f"{name} est là et va vous ouvrir.",
        "late": f"{name} a quelques minutes de retard et sait que vous êtes là. Gardez cette page ouverte.",
        "soon": f"{name} n’est pas encore là. Gardez cette page ouverte.",
        "deskKnows": "Vous n’êtes pas oublié·e : l’équipe est prévenue que vous attendez, et cherche pour vous.",
        "notHereYet": f"{name} n’est pas encore là.{at}",
        "waitsForYou": f"{name} est dans la salle d’attente.",
        "joining": "Nous vous mettons en relation",
        "byWriting": f"Par écrit avec {name}",
        "noCalls": NO_CALLS,
        "secret": SECRET,
        "together": f"Avec {name}",
        "threeTogether": "Vous êtes trois",
        "left": f"{name} a quitté la salle.",
        "leftQuickly": f"{name} a quitté vite : ne rappelez que si c’était convenu.",
        "leftShort": "a quitté la salle",
        "away": f"{name} n’est plus connecté·e. Rien n’est perdu, restez ici.",
        "awayShort": "n’est plus connecté·e",
        "noPicture": "Sans image",
        "noPictureNoVoice": "Sans image, micro fermé",
        "onThePhone": "a un appel sur son téléphone",
        "theirLink": "Image suspendue : sa connexion est faible",
        "telephoneHasMic": "Un appel tient votre micro. Il reviendra ensuite, ne touchez à rien.",
        "micLost": "Votre micro s’est fermé sur cet appareil. Touchez « Ouvrir le micro » pour le rouvrir.",
        "quality": {"good": "bonne connexion", "fair": "connexion moyenne", "poor": "connexion faible"},
        "devicesClosed": "Micro et caméra fermés",
        "cameraOpen": "Caméra ouverte, pour vous seul·e",
        "write": "Écrire",
        "unread": "Nouveau message",
        "writes": "écrit",
        "me": "Vous",
        "names": {**NOBODY_NAMED, PERSON if seat == PROFESSIONAL else PROFESSIONAL: name},
        "tryIt": "Essayer",
        "close": "Fermer",
        "closed": "Fermé",
        "speak": "Dites quelques mots.",
        "heardWell": "On vous entend bien. Rien ne sort d’ici.",
        "micFine": "Il fonctionne. Il est de nouveau fermé.",
        "threeNotes": "Si vous avez entendu trois notes, tout va bien.",
        "speaks": SPEAKS,
        "paths": PATHS,
        "plan": PLAN,
        "invite": INVITE,
        "opinionHeard": "Merci. Rien ne relie cette réponse à vous.",
        "opinionLost": "Votre réponse n’est pas partie. Cela ne change rien pour vous.",
        "endTitle": "Vous avez quitté la salle",
        "end": "Micro et caméra sont fermés. Rien n’a été enregistré, rien n’est gardé de ce qui s’est dit.",
        "leakTitle": "Nous avons tout arrêté",
        "leak": "Le chiffrement n’a pas pu être vérifié. Votre voix et votre image n’ont pas été envoyées. "
        "Rechargez la page, ou continuez par téléphone.",
        "keyRefused": "Les clés reçues ne sont pas celles qui avaient été annoncées. Rien n’a été envoyé. "
        "Rechargez la page, ou continuez par téléphone.",
        "refusedTitle": "La salle n’est pas ouverte ici",
        "refused": CLOSED,
        "sessionEnded": "Votre accès est fermé. Pour revenir, ouvrez de nouveau votre lien ou votre code.",
        "refusals": {
            "seat-taken-elsewhere": ELSEWHERE,
            "seat-of-another": ELSEWHERE,
            "room-not-open": LATER,
            "room-closed": CLOSED,
            "unavailable": AWAY,
            "node-full": AWAY,
            "rooms-unplaced": AWAY,
            "invitation-unknown": "Cette invitation n’ouvre plus. Demandez-en une autre à qui vous a invité·e.",
        },
        "devices": DEVICES,
        "browsers": BROWSERS,
    }
    return _spaced(sentences)


def _hour(appointment: Appointment | None, seat: str, zone: str) -> str:
    if appointment is None:
        return ""
    hour = french.hour_phone if seat == PERSON else french.hour
    return f" Rendez-vous à {hour(appointment.starts_at, zone)}."


def _spaced(sentences: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _spaced(one) if isinstance(one, Mapping) else str(typo(one)) for name, one in sentences.items()}
