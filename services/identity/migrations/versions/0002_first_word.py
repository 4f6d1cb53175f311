"""The first word of a spoken code, hashed apart: whoever calls a practice says it, nobody is shown it."""

from alembic import op

from kit import migrations

revision = "0002"
down_revision = "0001"

CHANGES = """
ALTER TABLE spoken_code ADD COLUMN word_hash BYTEA,
    ADD CONSTRAINT spoken_code_keeps_a_word_hash CHECK (word_hash IS NULL OR octet_length(word_hash) = 32);
"""


def upgrade() -> None:
    migrations.script(op.get_bind(), CHANGES)
