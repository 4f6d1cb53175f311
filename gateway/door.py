"""From what a browser or a program holds to a short internal token: resolved once, then kept 45 s."""

import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from contracts.identity import Exchange, Session, Token
from contracts.words import Role
from kit.errors import Forbidden, Unauthorised
from kit.http import Peer, PeerProblem
from kit.log import log

KEEP_SECONDS = 45.0  # identity's tokens live 60 s
KEEP_UNWATCHED_SECONDS = 4.0  # while Redis is away no revocation is heard: ask identity again soon
SESSION_COOKIE = "__Host-veilleuse"
VISIT_COOKIE = "__Host-visite"
DEVICE_COOKIE = "__Host-appareil"


class SignInFirst(Unauthorised):
    """Nobody is signed in."""


class SessionLocked(Unauthorised):
    """The screen is locked: one factor opens it again, nothing is lost."""


class FactorMissing(Unauthorised):
    """A second factor is still asked."""


class NotForYou(Forbidden):
    """This page is not for your role."""


@dataclass(frozen=True)
class Credential:
    """A session secret (cookie) or an API key (bearer)."""

    secret: str
    kind: str  # session | key

    @property
    def hash(self) -> str:
        return hashlib.sha256(self.secret.encode()).hexdigest()


class Door:
    """Exchanges credentials at identity and keeps the answers for their short life."""

    def __init__(self, identity: Peer, pepper: str) -> None:
        self.identity = identity
        self.pepper = (pepper or secrets.token_hex(32)).encode()
        self.watched = False  # True while revocations are heard
        self._tokens: dict[tuple[str, str, bool], tuple[float, Token]] = {}
        self._by_session: dict[str, set[str]] = {}
        self._endings = 0  # heard so far

    async def token(self, credential: Credential, audience: str, *, touch: bool = True, busy: bool = False) -> Token:
        """The internal token for `audience`, from memory or from identity.

        Raises `sign-in-first`, `session-locked` or `factor-missing`.
        """
        for touched in (True,) if touch else (True, False):  # what a page asked by itself is no sign of life
            known = self._tokens.get((credential.hash, audience, touched))
            if known is not None and known[0] > time.monotonic() and not busy:
                return known[1]
        endings = self._endings
        asked = Exchange(credential=credential.secret, audience=audience, touch=touch, busy=busy)
        try:
            token: Token = await self.identity.call("POST", "/tokens", Token, asked)
        except PeerProblem as error:
            raise _refusal(error) from error
        kept = KEEP_SECONDS if self.watched else KEEP_UNWATCHED_SECONDS
        if len(self._tokens) > 20_000:
            self._forget_old()
        if not busy and endings == self._endings:  # the answer may be older than an ending heard while it was awaited
            # what opens on a locked screen for an urgent action must open nothing else
            key = (credential.hash, audience, touch)
            self._tokens[key] = (time.monotonic() + min(kept, token.expires_in - 10), token)
        self._by_session.setdefault(str(token.session.id), set()).add(credential.hash)
        return token

    async def session(self, credential: Credential, *, busy: bool = False, touch: bool = True) -> Session:
        """The session behind a credential; with `busy`, a locked one too (the urgent key, care.md 17)."""
        return (await self.token(credential, "referral", touch=touch, busy=busy)).session

    def forget(self, name: str) -> None:
        """Drop what is kept for a credential hash or a session id: it ended or changed."""
        self._endings += 1
        hashes = self._by_session.pop(name, set()) | {name}
        self._tokens = {key: kept for key, kept in self._tokens.items() if key[0] not in hashes}

    def forget_all(self) -> None:
        """Drop everything: some revocations may not have been heard."""
        self._endings += 1
        self._tokens.clear()
        self._by_session.clear()

    def _forget_old(self) -> None:
        now = time.monotonic()
        self._tokens = {key: kept for key, kept in self._tokens.items() if kept[0] > now}
        known = {key[0] for key in self._tokens}
        self._by_session = {name: held for name, held in self._by_session.items() if held & known}
        log().info("tokens pruned", count=len(self._tokens))

    def csrf(self, secret: str) -> str:
        """The form token of a session (or of an anonymous visit): tied to it, kept nowhere."""
        return hmac.new(hashlib.sha256(secret.encode()).digest(), b"csrf", hashlib.sha256).hexdigest()[:40]

    def draft_seal(self, account: UUID) -> str:
        """The key, in hex, under which one account's unsent words are sealed on its desk; kept nowhere."""
        return hmac.new(self.pepper, b"draft" + account.bytes, hashlib.sha256).hexdigest()

    def origin(self, address: str) -> str:
        """A keyed hash of a client's address, for the rate limits; the address goes no further."""
        day = time.strftime("%Y-%j", time.gmtime()).encode()
        return hmac.new(self.pepper, day + address.encode(), hashlib.sha256).hexdigest()[:24]


def _refusal(error: PeerProblem) -> Exception:
    code = error.problem.code
    if "locked" in code:
        return SessionLocked()
    if "factor" in code:
        return FactorMissing()
    if error.problem.status in (401, 403, 404, 410):
        return SignInFirst()
    return error


def client_address(scope: Any, proxies: int) -> str:
    """The client's address; behind `proxies` trusted hops, the one that the outermost of them saw."""
    given = [value.decode("latin1") for name, value in scope.get("headers", ()) if name == b"x-forwarded-for"]
    if proxies and given:  # several lines are one list (RFC 9110 §5.3): the first may be the client's own invention
        hops = [hop.strip() for hop in ",".join(given).split(",")]
        return str(hops[-proxies] if len(hops) >= proxies else hops[0])
    client = scope.get("client")
    return str(client[0]) if client else "unknown"


def cookies_of(scope: Any) -> dict[str, str]:
    """The request's cookies by name."""
    found: dict[str, str] = {}
    for name, value in scope.get("headers", ()):
        if name == b"cookie":
            for part in value.decode("latin1").split(";"):
                key, _, text = part.strip().partition("=")
                found.setdefault(key, text)
    return found


def credential_of(scope: Any) -> Credential | None:
    """What this request holds: a bearer first, then the session's cookie."""
    for name, value in scope.get("headers", ()):
        if name == b"authorization" and value[:7].lower() == b"bearer ":
            return Credential(value[7:].decode("latin1").strip(), "key")
    secret = cookies_of(scope).get(SESSION_COOKIE)
    return Credential(secret, "session") if secret else None


STAFF_ROLES = frozenset(role for role in Role if role not in (Role.PERSON, Role.SERVICE))
