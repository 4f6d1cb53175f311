"""What changes from one place to another for booking."""

from kit.settings import ServiceSettings, load


class Settings(ServiceSettings, frozen=True, kw_only=True):
    """The common settings, and where the issuer of its permits shows its keys."""

    vault_key: bytes  # wraps the data keys of what leads to calendars kept elsewhere; lives outside the database
    referral_url: str  # where referral shows its public keys, for permits to book
    calendar_hosts: str = ""  # private servers whose calendars may be read all the same: host:port, with commas
    lines: int = 8  # raw connections kept for searching and booking


def read() -> Settings:
    """Read once at start."""
    return load(Settings, "booking")
