"""One demo account per role, with a password that the start prints: for this machine only."""

from dataclasses import dataclass
from uuid import UUID

from contracts.caller import Grant
from contracts.words import Role
from infra.embedded.seed.chance import fixed_id

PASSWORD = "la-petite-lampe-du-soir"
EXPERT_ID = fixed_id(1, 0)


@dataclass(frozen=True)
class DemoAccount:
    """What identity keeps, and what the start prints."""

    number: int
    identifier: str
    display_name: str
    grants: tuple[Grant, ...]
    mail: str

    @property
    def id(self) -> UUID:
        return EXPERT_ID if self.grants[0].role is Role.EXPERT else fixed_id(2, self.number)


def _account(number: int, identifier: str, name: str, role: Role, scope: str | None = None) -> DemoAccount:
    return DemoAccount(number, identifier, name, (Grant(role, scope),), f"{identifier}@demo.example")


ACCOUNTS = (
    _account(1, "ecoute", "Inès R.", Role.PSYCHOLOGIST),
    _account(2, "ecoute2", "Malik B.", Role.PSYCHOLOGIST),
    _account(3, "benevole", "Jeanne T.", Role.VOLUNTEER),
    _account(4, "astreinte", "Dr M. Lefèvre", Role.DUTY_MANAGER),
    _account(5, "expert", "Claire Morvan", Role.EXPERT),
    _account(6, "secretaire", "Paul D.", Role.SECRETARY, f"person:{EXPERT_ID}"),
    _account(7, "structure", "Clinique Le Belvédère", Role.STRUCTURE_CONTACT, "structure:belvedere"),
    _account(8, "partenaire", "Association Les Relais", Role.PARTNER),
    _account(9, "territoire", "Nadia K.", Role.TERRITORY_REFERENT, "territory:29"),
    _account(10, "coordination", "Hugo V.", Role.COORDINATOR),
    _account(11, "donnees", "Agnès P.", Role.PRIVACY_OFFICER),
    _account(12, "admin", "Sam L.", Role.ADMIN),
)
LISTENERS = [one.id for one in ACCOUNTS if one.grants[0].role in (Role.PSYCHOLOGIST, Role.VOLUNTEER)]

DUTY = (("Dr M. Lefèvre", "+33199000001"), ("Sonia A.", "+33199000002"), ("Cadre de permanence", "+33199000003"))
"""Numbers of the range that the regulator keeps for fiction (01 99 00 …)."""
