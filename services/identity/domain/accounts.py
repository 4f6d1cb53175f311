"""Accounts: an identifier, a name to show, roles as data with a scope."""

import re
import unicodedata
from uuid import UUID

from contracts.caller import Grant
from contracts.words import Role
from services.identity.domain.refusals import GrantMalformed, IdentifierMalformed, NameMissing

SCOPE = re.compile(r"(programme|territory|structure):[A-Za-z0-9._-]{1,64}")
NOT_FOR_ACCOUNTS = frozenset({Role.PERSON, Role.SERVICE})


def checked_identifier(identifier: str) -> str:
    """An identifier as it is kept and compared: case and composed letters do not count."""
    plain = unicodedata.normalize("NFKC", identifier).strip().casefold()
    if not 2 <= len(plain) <= 120 or not all(letter.isprintable() and letter != " " for letter in plain):
        raise IdentifierMalformed(fields={"identifier": "2 to 120 visible characters"})
    return plain


def same_identifier(identifier: str) -> str:
    """The kept form of whatever was typed at a login, without judging it."""
    return unicodedata.normalize("NFKC", identifier[:200]).strip().casefold().replace("\0", "")


def checked_name(name: str) -> str:
    """A name of 1 to 120 visible characters."""
    plain = " ".join(name.split())
    if not 1 <= len(plain) <= 120 or not plain.isprintable():
        raise NameMissing(fields={"display_name": "1 to 120 characters"})
    return plain


def checked_grants(grants: tuple[Grant, ...]) -> tuple[Grant, ...]:
    """Grants that an account may hold, each once; `grant-malformed` otherwise."""
    for grant in grants:
        if grant.role in NOT_FOR_ACCOUNTS:
            raise GrantMalformed(f"{grant.role} is not for accounts")
        if grant.scope is not None and not _is_scope(grant.scope):
            raise GrantMalformed("programme:…, territory:…, structure:… or person:<uuid>")
        if grant.role is Role.SECRETARY and not (grant.scope or "").startswith("person:"):
            raise GrantMalformed("a secretary acts for someone: person:<uuid>")
    return tuple(dict.fromkeys(grants))


def _is_scope(scope: str) -> bool:
    return SCOPE.fullmatch(scope) is not None or person_of(scope) is not None


def person_of(scope: str | None) -> UUID | None:
    """The account in a `person:<uuid>` scope."""
    kind, _, value = (scope or "").partition(":")
    try:
        return UUID(value) if kind == "person" else None
    except ValueError:
        return None


def acts_for(grants: tuple[Grant, ...]) -> tuple[UUID, ...]:
    """The experts that a secretary serves: the persons in the scopes of that role."""
    people = (person_of(grant.scope) for grant in grants if grant.role is Role.SECRETARY)
    return tuple(dict.fromkeys(person for person in people if person))
