"""What handlers are given besides their transaction: the vault, the network in memory, the ringer."""

from litestar.di import NamedDependency

from contracts.words import Role
from kit.vault import Vault
from services.referral.deliver.ringing import Ringer
from services.referral.store.experts import KnownExperts

Sealing = NamedDependency[Vault]
Knowing = NamedDependency[KnownExperts]
Ringing = NamedDependency[Ringer]

AT_THE_DESK = (Role.PSYCHOLOGIST, Role.VOLUNTEER, Role.DUTY_MANAGER)
"""Who answers calls."""
ABOUT_REFERRALS = (*AT_THE_DESK, Role.COORDINATOR)
"""Who follows what became of them."""
