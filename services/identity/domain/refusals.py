"""Every way in which identity says no."""

from kit.errors import Conflict, Forbidden, Invalid, NotFound, Unauthorised


class WrongCredentials(Unauthorised):
    """Identifier, password or one-time code is wrong; which one is not said."""


class SessionEnded(Unauthorised):
    """There is no live session or key behind this credential."""


class SessionLocked(Forbidden):
    """The session is locked: a factor reopens it, nothing is lost."""


class FactorMissing(Forbidden):
    """The login is not complete: another factor is asked."""


class LinkNotOpen(NotFound):
    """Unknown, expired or revoked: they look the same."""


class CodeNotOpen(NotFound):
    """Unknown, expired or replaced: they look the same."""


class WordNotHeard(Forbidden):
    """That is not the first word of this person's code."""


class ProofNeeded(Forbidden):
    """This device is new here, or a PIN was chosen: the PIN or the spoken code is asked; `wrong` if one was given."""


class IdentifierTaken(Conflict):
    """Another account has this identifier."""


class IdentifierMalformed(Invalid):
    """An identifier is 2 to 120 visible characters."""


class NameMissing(Invalid):
    """An account has a name to show, of 1 to 120 characters."""


class PasswordTooWeak(Invalid):
    """A password has 15 to 1,024 characters and is not one of the known ones."""


class GrantMalformed(Invalid):
    """This role cannot be granted to an account, or its scope is not one of ours."""


class PinMalformed(Invalid):
    """A PIN is four figures."""


class AccountUnknown(NotFound):
    """There is no such account."""


class AccountIsClosed(Conflict):
    """The account is closed for good."""


class CaseIsErased(Conflict):
    """The case was erased: nothing opens it any more."""


class AudienceUnknown(Invalid):
    """Tokens are made for one of our services."""


class KeyUnknown(NotFound):
    """There is no such live key."""


class NoSecondFactor(Conflict):
    """The account has only one factor: there is nothing more to show."""
