"""The words of a telephone system may come in any order: since when a call is at its post, and how it ended."""

from alembic import op

from kit import migrations

revision = "0009"
down_revision = "0008"

IN_ANY_ORDER = """
ALTER TABLE telephone_call
    ADD COLUMN post_at timestamptz,
    ADD COLUMN dropped boolean NOT NULL DEFAULT false;
"""


def upgrade() -> None:
    migrations.script(op.get_bind(), IN_ANY_ORDER)
