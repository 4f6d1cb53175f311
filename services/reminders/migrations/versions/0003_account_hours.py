"""At which hours an account is told what does not press."""

from alembic import op

from kit import migrations

revision = "0003"
down_revision = "0002"

HOURS = "ALTER TABLE account ADD COLUMN from_hour TIME, ADD COLUMN to_hour TIME;"


def upgrade() -> None:
    migrations.script(op.get_bind(), HOURS)
