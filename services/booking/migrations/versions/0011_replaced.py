"""What took an appointment's place is found by it: a gesture undone read every appointment."""

from alembic import op

from kit import migrations

revision = "0011"
down_revision = "0010"

INDEX = """
CREATE INDEX appointment_by_replaced ON appointment (replaces_id) WHERE replaces_id IS NOT NULL;
"""


def upgrade() -> None:
    migrations.script(op.get_bind(), INDEX)
