"""The same number under two cases is recognised by a keyed hash, without opening either."""

from alembic import op

from kit import migrations

revision = "0006"
down_revision = "0005"

HASH = """
ALTER TABLE contact ADD COLUMN number_hash BYTEA;
CREATE INDEX contact_of_number ON contact (number_hash) WHERE number_hash IS NOT NULL;
"""


def upgrade() -> None:
    migrations.script(op.get_bind(), HASH)
