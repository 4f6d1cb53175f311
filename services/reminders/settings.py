"""What changes from one place to another for reminders."""

from kit.settings import ServiceSettings, load


class Settings(ServiceSettings, frozen=True, kw_only=True):
    """The common settings, the key of the vault, and the providers that messages go through."""

    referral_url: str  # where referral shows its public keys, for reveal permits
    vault_key: bytes  # wraps every data key; lives outside the database
    sms_url: str  # an Apprise address; `{to}` and `{id}` stand for the number and the message's own id
    smtp_url: str  # smtp://[user:password@]host[:port], or smtps://
    mail_from: str = "Agenda <agenda@localhost.localdomain>"  # neutral: it stands on a lock screen
    mail_subject: str = "Votre agenda"


def read() -> Settings:
    """Read once at start."""
    return load(Settings, "reminders")
