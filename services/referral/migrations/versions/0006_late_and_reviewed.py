"""Urgent actions that stay open too long, readings that somebody looks at again, and one's own latest calls."""

from alembic import op

from kit import migrations

revision = "0006"
down_revision = "0005"

CHANGES = """
ALTER TABLE urgent_action ADD COLUMN late_told_at TIMESTAMP WITH TIME ZONE;
ALTER TABLE glass
    ADD COLUMN reads SMALLINT DEFAULT 0 NOT NULL,
    ADD COLUMN reviewed_at TIMESTAMP WITH TIME ZONE,
    ADD COLUMN reviewed_by UUID,
    ADD COLUMN verdict TEXT,
    ADD COLUMN told_at TIMESTAMP WITH TIME ZONE,
    ADD CONSTRAINT nobody_reviews_their_own_reading CHECK (reviewed_by <> asked_by);
CREATE INDEX glass_to_review ON glass (allowed_at) WHERE reviewed_at IS NULL AND allowed_at IS NOT NULL;
CREATE INDEX contact_of_listener ON contact (listener_id, started_at);
"""


def upgrade() -> None:
    migrations.script(op.get_bind(), CHANGES)
