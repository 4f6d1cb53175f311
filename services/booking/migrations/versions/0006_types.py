"""Consultation types say who may book them, how visible they are and what to prepare; a day may be full.

The functions that derive and book agendas are written anew: they heed what is retired, an own notice and the limit.
"""

from pathlib import Path

from alembic import op

from kit import migrations

revision = "0006"
down_revision = "0005"

STORE = Path(__file__).resolve().parent.parent.parent / "store"
SCHEMA = """
ALTER TABLE consultation_type
    ADD COLUMN active boolean NOT NULL DEFAULT true,
    ADD COLUMN bookable_by text NOT NULL DEFAULT 'person' CHECK (bookable_by IN ('line', 'person', 'online')),
    ADD COLUMN privacy text NOT NULL DEFAULT 'neutral' CHECK (privacy IN ('neutral', 'silent')),
    ADD COLUMN instructions_before text NOT NULL DEFAULT '',
    ADD COLUMN instructions_after text NOT NULL DEFAULT '',
    ADD COLUMN version int NOT NULL DEFAULT 1,
    ADD CHECK (horizon_days <= 90);
ALTER TABLE expert_consultation_type ADD COLUMN minimum_notice int CHECK (minimum_notice >= 0);
ALTER TABLE expert ADD COLUMN daily_limit smallint CHECK (daily_limit > 0);
DROP FUNCTION IF EXISTS agenda_refresh(uuid[], date, date, timestamptz);
DROP FUNCTION IF EXISTS slot_check(timestamptz, uuid, uuid, timestamptz, text, text[], uuid[], uuid[]);
"""


def upgrade() -> None:
    bind = op.get_bind()
    migrations.script(bind, SCHEMA)
    for name in ("agenda.sql", "book.sql"):
        migrations.script(bind, (STORE / name).read_text())
