"""Shapes of identity: accounts, logins by factors, sessions, links and spoken codes."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from contracts.caller import Grant
from contracts.words import LinkPurpose


class Factor(StrEnum):
    PASSWORD = "password"
    TOTP = "totp"


class SessionState(StrEnum):
    PARTIAL = "partial"  # a factor is still missing
    OPEN = "open"
    LOCKED = "locked"  # one touch of a factor reopens it, nothing is lost


class Login(msgspec.Struct, frozen=True):
    """POST /login → Session. `former` is the visitor's current session secret, ended at once: new id at login."""

    identifier: str
    secret: str
    factor: Factor = Factor.PASSWORD
    former: str | None = None
    origin: str = ""  # keyed hash of the client address, for the limiter; never an address


class NextFactor(msgspec.Struct, frozen=True):
    """POST /login/factors: the next factor of a partial login, or the reopening of a locked session."""

    session: str
    factor: Factor
    secret: str
    origin: str = ""


class Session(msgspec.Struct, frozen=True):
    """A session as its holder sees it; `secret` is shown once, at creation, for the `__Host-` cookie."""

    id: UUID
    state: SessionState
    subject: UUID
    display_name: str
    grants: tuple[Grant, ...]
    missing: tuple[Factor, ...] = ()  # what is still asked, in order; any one of them when locked
    case_id: UUID | None = None
    secret: str | None = None
    ends_at: datetime | None = None


class Exchange(msgspec.Struct, frozen=True):
    """POST /tokens: a credential (session secret or API key) against an internal token for one service.

    `touch` says that a person did something; `busy` that a call, a room or an urgent action is open:
    a busy session neither idles out nor reaches its absolute end (care.md 17).
    """

    credential: str
    audience: str
    touch: bool = True
    busy: bool = False


class Token(msgspec.Struct, frozen=True):
    """An internal token of at most 60 s for one audience, and the session that it stands for."""

    token: str
    expires_in: int  # seconds
    session: Session


class LinkExchange(msgspec.Struct, frozen=True):
    """POST /links/exchange: the secret of a link against a session that reaches one case.

    `device` is the secret of this browser's long cookie, if it has one: on another device, or when a PIN was
    chosen, `proof` (PIN or spoken code) is asked with `proof-needed` (403).
    """

    secret: str
    device: str | None = None
    proof: str | None = None
    origin: str = ""


class CodeExchange(msgspec.Struct, frozen=True):
    """POST /codes/exchange: the spoken code against a session that reaches one case."""

    code: str
    pin: str | None = None
    origin: str = ""


class FoundCase(msgspec.Struct, frozen=True):
    """POST /codes/find, at the desk: the case of a code that was said; the same CodeExchange as the person's own."""

    case_id: UUID


class PersonSession(msgspec.Struct, frozen=True):
    """What a link or a code opened; `device` is set in the browser's long cookie."""

    session: Session
    purpose: LinkPurpose
    target_id: UUID
    device: str | None = None


class NewCode(msgspec.Struct, frozen=True):
    """POST /codes: make (or make anew) a case's spoken code, with an optional four-figure PIN."""

    case_id: UUID
    pin: str | None = None


class SpokenCode(msgspec.Struct, frozen=True):
    """Three words and two digits, told once and kept only as a peppered hash."""

    words: tuple[str, str, str]
    digits: str

    @property
    def text(self) -> str:
        return f"{' '.join(self.words)} {self.digits}"


class Account(msgspec.Struct, frozen=True):
    id: UUID
    identifier: str
    display_name: str
    grants: tuple[Grant, ...]
    factors: tuple[Factor, ...]
    active: bool
    version: int


class Leaving(msgspec.Struct, frozen=True):
    """POST /logout: the session secret to end, whatever its state."""

    credential: str


class Revoked(msgspec.Struct, frozen=True):
    """How much one gesture ended."""

    sessions: int
    links: int = 0


class NewAccount(msgspec.Struct, frozen=True):
    """POST /accounts → Account."""

    identifier: str
    display_name: str
    grants: tuple[Grant, ...]
    password: str


class NewInvitation(msgspec.Struct, frozen=True):
    """POST /invitations → Account: without a password it opens to nobody until the invitation is accepted."""

    account_id: UUID
    identifier: str
    display_name: str
    grants: tuple[Grant, ...]


class AcceptInvitation(msgspec.Struct, frozen=True):
    """POST /invitations/accept, without login: the secret of the link, and the password that is chosen."""

    secret: str
    password: str
    origin: str = ""


class NewGrants(msgspec.Struct, frozen=True):
    """PUT /accounts/{id}/grants → Account; its sessions lock and reopen under a new id."""

    grants: tuple[Grant, ...]


class NewPassword(msgspec.Struct, frozen=True):
    """POST /me/password."""

    former: str
    password: str


class TotpSeed(msgspec.Struct, frozen=True):
    """POST /me/totp: what an authenticator application is told, once."""

    secret: str  # base32
    uri: str  # otpauth://


class TotpProof(msgspec.Struct, frozen=True):
    """POST /me/totp/confirm: a code of the new application."""

    code: str


class FactorProof(msgspec.Struct, frozen=True):
    """POST /me/factor: a permit that says so for a few minutes, to open what asks for a second factor."""

    permit: str


class PermittedCode(msgspec.Struct, frozen=True):
    """POST /codes/permitted, without an account: the spoken code of a case that its permit names."""

    permit: str


class WordCheck(msgspec.Struct, frozen=True):
    """POST /codes/word: the first word of a spoken code, as a caller says it; checked, never shown."""

    permit: str
    word: str


class WordHeard(msgspec.Struct, frozen=True):
    """A permit for booking, for a few minutes."""

    permit: str


class NewApiKey(msgspec.Struct, frozen=True):
    """POST /api-keys → ApiKey."""

    label: str
    grants: tuple[Grant, ...]


class ApiKey(msgspec.Struct, frozen=True):
    """A key of a program; `secret` is told once."""

    id: UUID
    secret: str
