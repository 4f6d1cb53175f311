"""Envelope encryption of fields: a data key per subject, wrapped by a key that is not in the database."""

import base64
import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE = 12


class Sealed(Exception):
    """The text cannot be opened: wrong key, or it was moved or altered."""


def _seal(key: bytes, data: bytes, aad: bytes) -> bytes:
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(key).encrypt(nonce, data, aad)


def _open(key: bytes, sealed: bytes, aad: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:NONCE], sealed[NONCE:], aad)
    except InvalidTag as error:
        raise Sealed() from error


class Vault:
    """AES-256-GCM. `aad` names the place of a value (table, column, row id), so that it cannot be moved.

    Forgetting a subject is destroying its wrapped data key: what was sealed under it is then noise for ever.
    """

    def __init__(self, key: bytes) -> None:
        if len(key) != 32:
            raise ValueError("the vault key is 32 bytes")
        self._wrap = HKDF(SHA256(), 32, None, b"veilleuse wrap").derive(key)
        self._index = HKDF(SHA256(), 32, None, b"veilleuse blind index").derive(key)
        self._secrets = HKDF(SHA256(), 32, None, b"veilleuse secrets").derive(key)

    def new_data_key(self) -> bytes:
        """A fresh data key, wrapped: what the database keeps."""
        return _seal(self._wrap, os.urandom(32), b"data key")

    def seal(self, wrapped: bytes, text: str, *, aad: str) -> bytes:
        """`text` under the subject's data key."""
        return _seal(_open(self._wrap, wrapped, b"data key"), text.encode(), aad.encode())

    def open(self, wrapped: bytes, sealed: bytes, *, aad: str) -> str:
        """The text again; `Sealed` when the key is gone or the value was moved."""
        return _open(_open(self._wrap, wrapped, b"data key"), sealed, aad.encode()).decode()

    def blind(self, text: str) -> bytes:
        """A truncated keyed hash, to look a value up without keeping it."""
        return hmac.new(self._index, text.encode(), hashlib.sha256).digest()[:16]

    def secret(self, name: str) -> str:
        """256 bits for a link, the same each time for the same name, which nobody makes without the key."""
        made = hmac.new(self._secrets, name.encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(made).rstrip(b"=").decode()
