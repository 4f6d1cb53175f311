"""One message speaks of the whole day of a person or of a professional: what else waits for them, and their day."""

from alembic import op

from kit import migrations

revision = "0004"
down_revision = "0003"

INDEXES = """
CREATE INDEX message_of_recipient ON message (recipient_id) WHERE status = 'planned';
CREATE INDEX appointment_of_expert ON appointment (expert_id, starts_at) WHERE state = 'booked';
"""


def upgrade() -> None:
    migrations.script(op.get_bind(), INDEXES)
