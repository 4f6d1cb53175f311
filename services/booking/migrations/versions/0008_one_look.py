"""A slot is checked against what the agenda shows free, in the same look as its type: a fifth less of a booking."""

from pathlib import Path

from alembic import op

from kit import migrations

revision = "0008"
down_revision = "0007"

STORE = Path(__file__).resolve().parent.parent.parent / "store"


def upgrade() -> None:
    bind = op.get_bind()
    for name in ("agenda.sql", "book.sql"):
        migrations.script(bind, (STORE / name).read_text())
