"""Several are booked by one statement: `book` and what it takes from the agendas have arrays for arguments."""

from pathlib import Path

from alembic import op

from kit import migrations

revision = "0009"
down_revision = "0008"

STORE = Path(__file__).resolve().parent.parent.parent / "store"


def upgrade() -> None:
    bind = op.get_bind()
    for name in ("agenda.sql", "book.sql"):
        migrations.script(bind, (STORE / name).read_text())
    op.execute("DROP FUNCTION IF EXISTS agenda_enter(uuid, timestamptz)")
    op.execute("DROP FUNCTION IF EXISTS agenda_subtract(uuid, tstzrange, date, timestamptz)")
    op.execute(
        "DROP FUNCTION IF EXISTS book(timestamptz, uuid, text, text, text, bytea, uuid, uuid, uuid, timestamptz,"
        " bigint, uuid, uuid, text, text[], uuid[], uuid[], smallint, text, text, text)"
    )
