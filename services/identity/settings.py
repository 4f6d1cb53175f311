"""What changes for identity from one place to another."""

from kit.settings import ServiceSettings, load


class Settings(ServiceSettings, frozen=True, kw_only=True):
    """`pepper` is 32 bytes kept outside the database: it keys the hashes of codes and PINs and seals TOTP secrets."""

    pepper: bytes
    booking_url: str = ""  # where booking shows its public keys, for whoever calls a practice
    referral_url: str = ""  # where referral shows its public keys, for the permits of codes


def read() -> Settings:
    """The settings of this process."""
    return load(Settings, "identity")
