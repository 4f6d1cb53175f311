"""Lateness that is told, openings that are asked for and given in two taps, and days by which figures are read."""

from alembic import op

from kit import migrations

revision = "0003"
down_revision = "0002"

CHANGES = """
ALTER TABLE appointment ADD COLUMN late_minutes smallint CHECK (late_minutes BETWEEN 1 AND 60);
CREATE INDEX appointment_by_start ON appointment (starts_at);

CREATE TABLE opening_round (
    id uuid PRIMARY KEY,
    label text NOT NULL,
    asked_by uuid NOT NULL,
    asked_at timestamptz NOT NULL
);
CREATE INDEX opening_round_by_date ON opening_round (asked_at);

CREATE TABLE opening_ask (
    id uuid PRIMARY KEY,
    round_id uuid REFERENCES opening_round,
    expert_id uuid NOT NULL,
    asked_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL CHECK (expires_at > asked_at),
    answered_at timestamptz
);
CREATE INDEX opening_ask_of_round ON opening_ask (round_id) WHERE round_id IS NOT NULL;
CREATE INDEX opening_ask_of_expert ON opening_ask (expert_id, asked_at);

CREATE TABLE opening_given (
    rule_id uuid PRIMARY KEY REFERENCES opening_rule ON DELETE CASCADE,
    expert_id uuid NOT NULL,
    ask_id uuid REFERENCES opening_ask,
    given_at timestamptz NOT NULL
);
CREATE INDEX opening_given_of_ask ON opening_given (ask_id) WHERE ask_id IS NOT NULL;

CREATE TABLE weekly_link (
    expert_id uuid PRIMARY KEY,
    next_at timestamptz NOT NULL
);
CREATE INDEX weekly_link_due ON weekly_link (next_at);
"""


def upgrade() -> None:
    migrations.script(op.get_bind(), CHANGES)
