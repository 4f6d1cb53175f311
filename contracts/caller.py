"""Who is asking: the claims of the short internal token that the gateway carries to a service."""

from uuid import UUID

import msgspec

from contracts.words import Role


class Grant(msgspec.Struct, frozen=True):
    """One role and where it holds (`programme:…`, `territory:29`, `person:<uuid>`); no scope: everywhere."""

    role: Role
    scope: str | None = None


class Caller(msgspec.Struct, frozen=True):
    """The verified caller of a request.

    `subject` is an account id for staff, the case id for a person behind a link, a key id for a program.
    `session` is the session's id (not its secret), so that live sockets can be closed with it.
    """

    subject: UUID
    grants: tuple[Grant, ...]
    session: UUID | None = None
    acts_for: tuple[UUID, ...] = ()  # the experts a secretary serves

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset(grant.role for grant in self.grants)

    def has(self, *roles: Role) -> bool:
        """True when the caller holds at least one of `roles`."""
        return not self.roles.isdisjoint(roles)

    @property
    def case_id(self) -> UUID | None:
        """The one case a person behind a link may reach; None for everyone else."""
        return self.subject if self.has(Role.PERSON) else None
