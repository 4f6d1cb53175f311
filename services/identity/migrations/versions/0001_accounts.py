"""The first tables: accounts, factors, sessions, keys, links, devices, codes."""

from alembic import op

from kit.tables import house_rules
from services.identity.tables import metadata

revision = "0001"
down_revision = None


def upgrade() -> None:
    metadata.create_all(op.get_bind())
    for statement in house_rules("identity_app"):
        op.execute(statement)
