"""Secrets that are shown once and kept as hashes: sessions, API keys, devices."""

import hashlib
import hmac
import secrets

KEY_PREFIX = "vk_"
"""What an API key begins with, so that it can be told from a session, and found by secret scanners."""


def new_secret() -> str:
    """256 bits, fit for a cookie."""
    return secrets.token_urlsafe(32)


def new_key() -> str:
    """A secret for a program."""
    return KEY_PREFIX + new_secret()


def hashed(secret: str) -> bytes:
    """What the database keeps of a secret of 256 bits: SHA-256 needs no salt where nobody can guess."""
    return hashlib.sha256(secret.encode()).digest()


def peppered(pepper: bytes, what: str, text: str) -> bytes:
    """What the database keeps of something guessable: a hash under a key that is not in the database.

    `what` keeps codes, PINs and limiter keys apart.
    """
    return hmac.new(pepper, f"{what}\0{text}".encode(), hashlib.sha256).digest()
