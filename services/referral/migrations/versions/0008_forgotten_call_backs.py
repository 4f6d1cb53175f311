"""Call-backs are forgotten a month after their end, and the calls that were made with them."""

from alembic import op

from kit import migrations

revision = "0008"
down_revision = "0007"

FORGOTTEN = """
ALTER TABLE call_back_attempt
    DROP CONSTRAINT call_back_attempt_call_back_id_fkey,
    ADD FOREIGN KEY (call_back_id) REFERENCES call_back (id) ON DELETE CASCADE;
CREATE INDEX call_back_to_forget ON call_back (ended_at) WHERE ended_at IS NOT NULL;
"""


def upgrade() -> None:
    migrations.script(op.get_bind(), FORGOTTEN)
