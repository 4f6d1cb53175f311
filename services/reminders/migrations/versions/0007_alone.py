"""What is forgotten each minute without an appointment is found by its date."""

from alembic import op

from kit import migrations

revision = "0007"
down_revision = "0006"

INDEX = """
CREATE INDEX message_to_forget ON message (first_due_at) WHERE appointment_id IS NULL;
CREATE INDEX entry_to_forget ON entry (starts_at);
"""


def upgrade() -> None:
    migrations.script(op.get_bind(), INDEX)
