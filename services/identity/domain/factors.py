"""Factors of a login: passwords (Argon2id) and one-time codes (RFC 6238), and in which order they are asked."""

import hmac
from datetime import datetime, timedelta
from functools import cache

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from contracts.identity import Factor
from services.identity.domain.refusals import PasswordTooWeak

HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, type=Type.ID)
"""19 MiB, two passes, one lane (OWASP): 28.5 ms of one core, so it runs in a thread and after the limiter."""

STEP = 30  # seconds of a one-time code
DRIFT = 1  # steps that a clock may be off, each way
KNOWN = frozenset({"motdepassemotdepasse", "passwordpassword", "azertyuiopqsdfghjklm", "qwertyuiopasdfgh"})
"""Long enough and yet on every list of breached passwords."""


def checked_password(password: str) -> str:
    """A password that may be kept; `password-too-weak` otherwise."""
    plain = password.lower().replace(" ", "")
    if not 15 <= len(password) <= 1024 or plain in KNOWN or len(set(plain)) < 5:
        raise PasswordTooWeak(fields={"password": "15 to 1,024 characters, and not a known one"})
    return password


def hash_password(password: str) -> str:
    """The PHC string that is kept. Slow on purpose: call it in a thread."""
    return HASHER.hash(password)


@cache
def nobodys_hash() -> str:
    """A hash that no password opens: unknown identifiers cost the same time as known ones."""
    return HASHER.hash("no account has this password, and none may guess it")


def password_opens(kept: str | None, password: str) -> bool:
    """Whether `password` is the one that was kept; None (no such account) takes as long. Call it in a thread."""
    try:
        HASHER.verify(kept or nobodys_hash(), password[:1024])
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None


def code_at(secret: bytes, now: datetime) -> str:
    """The one-time code of a moment, six figures."""
    return _totp(secret).generate(int(now.timestamp())).decode()


def matching_step(secret: bytes, code: str, now: datetime) -> int | None:
    """The time step whose code this is, at most one step away; the caller uses each step once."""
    given = "".join(code.split()).encode()
    found = None
    for drift in range(-DRIFT, DRIFT + 1):
        moment = now + timedelta(seconds=drift * STEP)
        if hmac.compare_digest(code_at(secret, moment).encode(), given):
            found = int(moment.timestamp()) // STEP
    return found


def provisioning_uri(secret: bytes, identifier: str) -> str:
    """What an authenticator application reads from a QR code."""
    return _totp(secret).get_provisioning_uri(identifier, "La Veilleuse")


def _totp(secret: bytes) -> TOTP:
    # SHA-1 is what RFC 6238 and every authenticator application use; HMAC does not rest on its collisions.
    return TOTP(secret, 6, SHA1(), STEP, enforce_key_length=False)


def missing(asked: tuple[Factor, ...], passed: tuple[Factor, ...]) -> tuple[Factor, ...]:
    """The factors still to pass, in the account's order."""
    return tuple(factor for factor in asked if factor not in passed)
