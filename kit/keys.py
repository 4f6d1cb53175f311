"""Signing keys: Ed25519 PEM files of one issuer, and the key sets of the others, fetched and cached by kid."""

import asyncio
import base64
import time
from functools import lru_cache
from pathlib import Path
from typing import Any

import aiohttp
import jwt
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from kit.errors import Unauthorised, Unavailable

REREAD_SECONDS = 30  # a key dropped into the folder signs within this time
REFETCH_SECONDS = 30  # an unknown kid asks the issuer again at most this often


class BadToken(Unauthorised):
    """The token does not open this door."""


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class KeyRing:
    """The private keys of this process's service, one `<kid>.pem` each; the last name in order signs, all verify."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._keys: dict[str, Ed25519PrivateKey] = {}
        self._read_at = 0.0
        self._read()

    def _read(self) -> None:
        keys = {}
        for file in sorted(self.folder.glob("*.pem")):
            key = load_pem_private_key(file.read_bytes(), None)
            if not isinstance(key, Ed25519PrivateKey):
                raise ValueError(f"{file.name} is not an Ed25519 key")
            keys[file.stem] = key
        if not keys:
            raise ValueError(f"no signing key in {self.folder}")
        self._keys, self._read_at = keys, time.monotonic()

    @property
    def keys(self) -> dict[str, Ed25519PrivateKey]:
        if time.monotonic() - self._read_at > REREAD_SECONDS:
            self._read()
        return self._keys

    def sign(self, claims: dict[str, Any], *, typ: str) -> str:
        """A compact JWS (EdDSA) of `claims`, with `kid` and `typ` in its header."""
        kid, key = list(self.keys.items())[-1]
        return jwt.encode(claims, key, algorithm="EdDSA", headers={"kid": kid, "typ": typ})

    def public_set(self) -> dict[str, Any]:
        """The JWKS (RFC 7517, RFC 8037) that `/keys` shows."""
        return {
            "keys": [
                {
                    "kty": "OKP",
                    "crv": "Ed25519",
                    "use": "sig",
                    "alg": "EdDSA",
                    "kid": kid,
                    "x": _b64(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)),
                }
                for kid, key in self.keys.items()
            ]
        }


@lru_cache(256)
def _header(part: str) -> tuple[str, Any, Any]:
    """Kid, typ and alg of a token's first part, which is the same for all tokens of a key and kind."""
    header = jwt.get_unverified_header(f"{part}..")
    return str(header.get("kid")), header.get("typ"), header.get("alg")


class KeySet:
    """Another issuer's public keys, read from its `/keys`; the last good set serves while the issuer is away."""

    def __init__(self, issuer: str, url: str) -> None:
        self.issuer = issuer
        self.url = f"{url.rstrip('/')}/keys"
        self._keys: dict[str, Any] = {}
        self._asked_at = -REFETCH_SECONDS * 2.0
        self._asking = asyncio.Lock()

    async def key(self, kid: str) -> Any:
        """The public key `kid`; `BadToken` when the issuer does not have it."""
        if kid not in self._keys:
            async with self._asking:
                if kid not in self._keys and time.monotonic() - self._asked_at > self._patience:
                    await self._fetch()
        try:
            return self._keys[kid]
        except KeyError:
            if not self._keys:
                raise Unavailable(f"the keys of {self.issuer} cannot be read") from None
            raise BadToken("unknown kid") from None

    @property
    def _patience(self) -> float:
        return REFETCH_SECONDS if self._keys else 0.5

    async def _fetch(self) -> None:
        self._asked_at = time.monotonic()
        try:
            timeout = aiohttp.ClientTimeout(total=3, connect=1)
            async with aiohttp.ClientSession(timeout=timeout) as http, http.get(self.url) as answer:
                found = msgspec.json.decode(await answer.read())
        except (aiohttp.ClientError, TimeoutError, msgspec.DecodeError):
            return
        self.put(found)

    def put(self, found: dict[str, Any]) -> None:
        """Take a JWKS; keys for anything but signing with EdDSA are left out (PyJWT does not look at `use`)."""
        usable = (
            key
            for key in found.get("keys", [])
            if key.get("use", "sig") == "sig"
            and key.get("alg") == "EdDSA"
            and "verify" in key.get("key_ops", ["verify"])
        )
        self._keys = {key["kid"]: jwt.PyJWK(key, algorithm="EdDSA").key for key in usable}

    async def verify(self, text: str, *, audience: str, typ: str) -> dict[str, Any]:
        """The claims of `text` if it is signed by this issuer for `audience`; `BadToken` otherwise."""
        try:
            kid, said_typ, algorithm = _header(text.partition(".")[0])
            if said_typ != typ or algorithm != "EdDSA":
                raise BadToken("wrong kind of token")
            return jwt.decode(
                text,
                await self.key(kid),
                algorithms=["EdDSA"],
                audience=audience,
                issuer=self.issuer,
                leeway=30,  # two clocks of one house (trust.md, Time)
                options={"require": ["exp", "iat", "iss", "aud"], "strict_aud": True},
            )
        except jwt.PyJWTError as error:
            raise BadToken(type(error).__name__) from error


class OwnKeys(KeySet):
    """This process's own public keys, for what comes back to the service that signed it."""

    def __init__(self, issuer: str, ring: KeyRing) -> None:
        super().__init__(issuer, "")
        self._ring = ring

    async def _fetch(self) -> None:
        self._asked_at = time.monotonic()
        self.put(self._ring.public_set())
