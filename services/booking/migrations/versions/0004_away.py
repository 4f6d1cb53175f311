"""Absences that recur, public holidays, leave, calendars kept elsewhere, and the one given out.

Every busy block says where it comes from, so that each source rewrites its own and nothing else.
"""

from pathlib import Path

from alembic import op

from kit import migrations

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    migrations.script(op.get_bind(), (Path(__file__).resolve().parent.parent / "away.sql").read_text())
