"""Each appointment as an entry of the professional's own calendar, by mail, where they chose it."""

from alembic import op

from kit import migrations

revision = "0005"
down_revision = "0004"

ENTRIES = """
ALTER TABLE account ADD COLUMN entries BOOLEAN DEFAULT false NOT NULL;
CREATE INDEX account_with_entries ON account (account_id) WHERE entries;
CREATE TABLE entry (
    appointment_id UUID NOT NULL,
    account_id UUID NOT NULL,
    sequence INTEGER NOT NULL,
    starts_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ends_at TIMESTAMP WITH TIME ZONE NOT NULL,
    time_zone TEXT NOT NULL,
    stands BOOLEAN NOT NULL,
    PRIMARY KEY (appointment_id)
);
CREATE INDEX entry_that_stands ON entry (starts_at) WHERE stands;
CREATE INDEX entry_of_account ON entry (account_id);
"""


def upgrade() -> None:
    migrations.script(op.get_bind(), ENTRIES)
