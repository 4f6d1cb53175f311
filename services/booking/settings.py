"""What changes from one place to another for booking."""

from kit.settings import ServiceSettings, load


class Settings(ServiceSettings, frozen=True, kw_only=True):
    """The common settings, and where the issuer of its permits shows its keys."""

    referral_url: str  # where referral shows its public keys, for permits to book
    lines: int = 8  # raw connections kept for searching and booking


def read() -> Settings:
    """Read once at start."""
    return load(Settings, "booking")
