"""Groups say what they cost and how one comes to them; a clash with another calendar can be kept as it is.

Booking is written anew: until when a link opens counts the groups of the case, too.
"""

from pathlib import Path

from alembic import op

from kit import migrations

revision = "0007"
down_revision = "0006"

STORE = Path(__file__).resolve().parent.parent.parent / "store"
SCHEMA = """
ALTER TABLE group_session
    ADD COLUMN fee_cents int CHECK (fee_cents >= 0),
    ADD COLUMN access text NOT NULL DEFAULT '';
CREATE TABLE clash_settled (
    appointment_id uuid NOT NULL REFERENCES appointment ON DELETE CASCADE,
    block_id bigint NOT NULL REFERENCES busy_block ON DELETE CASCADE,
    PRIMARY KEY (appointment_id, block_id)
);
CREATE INDEX clash_settled_of_block ON clash_settled (block_id);
"""


def upgrade() -> None:
    bind = op.get_bind()
    migrations.script(bind, SCHEMA)
    migrations.script(bind, (STORE / "book.sql").read_text())
