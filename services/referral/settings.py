"""What changes for referral from one place to another."""

from datetime import timedelta

from kit.settings import ServiceSettings, load


class Settings(ServiceSettings, frozen=True, kw_only=True):
    """`voice_url`, `sms_url` and `push_url` are provider addresses (apprise): `{to}` is the number (or where push finds
    the telephone), `{id}` names the ring.

    Empty: there is no such provider, and the number to dial stands on the screen at once.
    """

    vault_key: bytes  # 32 bytes, outside the database; seals what people typed and what an urgent action holds
    voice_url: str = ""
    sms_url: str = ""
    push_url: str = ""
    telephone_secret: str = ""  # signs what the telephone system tells; empty: no telephone system is joined
    ring_timeout: timedelta = timedelta(seconds=8)  # for one provider to take one ring


def read() -> Settings:
    """The settings of this process."""
    return load(Settings, "referral")
