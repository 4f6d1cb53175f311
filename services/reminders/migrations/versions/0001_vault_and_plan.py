"""The vault, the plan of messages, and the house's own tables."""

from alembic import op

from kit import migrations

revision = "0001"
down_revision = None


def upgrade() -> None:
    migrations.first_tables(op.get_bind(), "reminders")
