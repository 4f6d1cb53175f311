"""How identity is stored: accounts and factors, sessions, keys, and hashes of links, devices and codes."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

from kit.tables import house_tables

metadata = MetaData()
house_tables(metadata)


def _moment(name: str, **more: bool) -> Column[object]:
    return Column(name, DateTime(timezone=True), **more)  # type: ignore[arg-type]


account = Table(
    "account",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("identifier", Text, nullable=False, unique=True),
    Column("display_name", Text, nullable=False),
    Column("grants", JSONB, nullable=False),
    Column("version", Integer, nullable=False, server_default="1"),
    _moment("opened_at", nullable=False),
    _moment("closed_at"),
    CheckConstraint("length(identifier) BETWEEN 2 AND 120", name="account_identifier_length"),
    CheckConstraint("jsonb_typeof(grants) = 'array'", name="account_grants_are_a_list"),
)

factor = Table(
    "factor",
    metadata,
    Column("account_id", Uuid, ForeignKey("account.id", ondelete="CASCADE"), nullable=False),
    Column("factor", Text, nullable=False),
    Column("place", Integer, nullable=False),  # the order in which a login asks for them
    Column("kept", LargeBinary, nullable=False),  # the PHC string of a password, the sealed secret of a TOTP
    Column("data_key", LargeBinary),  # wrapped key of a sealed secret
    Column("last_step", BigInteger, nullable=False, server_default="0"),  # a one-time code is used once
    Column("confirmed", Boolean, nullable=False, server_default="true"),  # a TOTP counts once it was shown to work
    PrimaryKeyConstraint("account_id", "factor"),
    CheckConstraint("factor IN ('password', 'totp')", name="factor_known"),
    CheckConstraint("factor <> 'totp' OR data_key IS NOT NULL", name="factor_totp_is_sealed"),
)

session = Table(
    "session",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("secret_hash", LargeBinary, nullable=False, unique=True),
    Column("account_id", Uuid, ForeignKey("account.id", ondelete="CASCADE")),
    Column("target_id", Uuid),  # a person's: the case, offer or form it reaches
    Column("purpose", Text),
    Column("passed", JSONB, nullable=False, server_default="[]"),
    _moment("opened_at", nullable=False),
    _moment("seen_at", nullable=False),
    _moment("closes_at"),
    _moment("locked_at"),
    _moment("busy_at"),
    _moment("ended_at"),
    CheckConstraint("num_nonnulls(account_id, target_id) = 1", name="session_of_one"),
    CheckConstraint("(target_id IS NULL) = (purpose IS NULL)", name="session_target_has_purpose"),
    CheckConstraint("octet_length(secret_hash) = 32", name="session_keeps_a_hash"),
    CheckConstraint("seen_at >= opened_at", name="session_seen_after_opening"),
)
Index("session_live_by_account", session.c.account_id, postgresql_where=session.c.ended_at.is_(None))
Index("session_live_by_target", session.c.target_id, postgresql_where=session.c.ended_at.is_(None))
Index("session_by_end", session.c.seen_at)

api_key = Table(
    "api_key",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("secret_hash", LargeBinary, nullable=False, unique=True),
    Column("label", Text, nullable=False),
    Column("account_id", Uuid, ForeignKey("account.id", ondelete="CASCADE")),  # acts as this account, if any
    Column("grants", JSONB, nullable=False),
    _moment("made_at", nullable=False),
    _moment("revoked_at"),
    CheckConstraint("octet_length(secret_hash) = 32", name="api_key_keeps_a_hash"),
)

link = Table(
    "link",
    metadata,
    Column("link_hash", LargeBinary, primary_key=True),
    Column("purpose", Text, nullable=False),
    Column("target_id", Uuid, nullable=False),
    _moment("made_at", nullable=False),
    _moment("expires_at"),  # NULL: follows the case
    _moment("revoked_at"),
    CheckConstraint("octet_length(link_hash) = 32", name="link_keeps_a_hash"),
)
Index("link_by_target", link.c.target_id)

device = Table(
    "device",
    metadata,
    Column("device_hash", LargeBinary, primary_key=True),
    Column("target_id", Uuid, nullable=False),
    _moment("made_at", nullable=False),
    CheckConstraint("octet_length(device_hash) = 32", name="device_keeps_a_hash"),
)
Index("device_by_target", device.c.target_id)

case_access = Table(
    "case_access",
    metadata,
    Column("case_id", Uuid, primary_key=True),
    Column("version", BigInteger, nullable=False, server_default="0"),  # of CaseLastAppointment
    _moment("opens_until"),
    _moment("erased_at"),
    CheckConstraint("erased_at IS NULL OR opens_until IS NULL", name="case_access_erased_knows_nothing"),
)

spoken_code = Table(
    "spoken_code",
    metadata,
    Column("case_id", Uuid, primary_key=True),
    Column("code_hash", LargeBinary, nullable=False, unique=True),
    Column("pin_hash", LargeBinary),
    Column("word_hash", LargeBinary),  # of the first word alone, for whoever calls the practice
    _moment("made_at", nullable=False),
    CheckConstraint("octet_length(code_hash) = 32", name="spoken_code_keeps_a_hash"),
    CheckConstraint("pin_hash IS NULL OR octet_length(pin_hash) = 32", name="spoken_code_keeps_a_pin_hash"),
    CheckConstraint("word_hash IS NULL OR octet_length(word_hash) = 32", name="spoken_code_keeps_a_word_hash"),
)
