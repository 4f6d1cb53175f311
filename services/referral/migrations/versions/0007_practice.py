"""The consultation line of an expert and how to come in; where booking online is open; when an appointment ends."""

from alembic import op

from kit import migrations

revision = "0007"
down_revision = "0006"

CHANGES = """
CREATE TABLE practice (
    expert_id UUID NOT NULL REFERENCES expert (id) ON DELETE CASCADE,
    line TEXT DEFAULT '' NOT NULL,
    access TEXT DEFAULT '' NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (expert_id)
);
CREATE TABLE online_programme (
    code TEXT NOT NULL,
    label TEXT NOT NULL,
    open BOOLEAN DEFAULT false NOT NULL,
    departments TEXT[] DEFAULT '{}' NOT NULL,
    version INTEGER DEFAULT 1 NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    changed_by UUID NOT NULL,
    PRIMARY KEY (code)
);
ALTER TABLE appointment ADD COLUMN ends_at TIMESTAMP WITH TIME ZONE;
"""


def upgrade() -> None:
    migrations.script(op.get_bind(), CHANGES)
