"""What an account is told may be about an offer or a task."""

from alembic import op

from kit import migrations

revision = "0002"
down_revision = "0001"

CHANGES = """
ALTER TABLE message ADD COLUMN thing_id UUID;
ALTER TABLE message DROP CONSTRAINT message_once;
ALTER TABLE message ADD CONSTRAINT message_once UNIQUE NULLS NOT DISTINCT
    (appointment_id, urgent_action_id, thing_id, version, kind, channel, recipient_id);
CREATE INDEX message_of_thing ON message (thing_id) WHERE thing_id IS NOT NULL;
"""


def upgrade() -> None:
    migrations.script(op.get_bind(), CHANGES)
