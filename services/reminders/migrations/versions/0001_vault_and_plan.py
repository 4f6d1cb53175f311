"""The vault, the plan of messages, and the house's own tables."""

from alembic import op

from kit.tables import house_rules
from services.reminders.tables import metadata

revision = "0001"
down_revision = None


def upgrade() -> None:
    metadata.create_all(op.get_bind())
    for statement in house_rules("reminders_app"):
        op.execute(statement)
