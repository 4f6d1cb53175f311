"""The first tables: accounts, factors, sessions, keys, links, devices, codes."""

from alembic import op

from kit import migrations

revision = "0001"
down_revision = None


def upgrade() -> None:
    migrations.first_tables(op.get_bind(), "identity")
