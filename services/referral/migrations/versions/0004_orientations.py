"""Offers, timers, the case's own exclusions, owners of tasks, the work queue's indexes, and a log sealed in batches."""

from alembic import op

from kit import migrations

revision = "0004"
down_revision = "0003"

CHANGES = """
ALTER TABLE referral
    ADD COLUMN kind TEXT DEFAULT 'care' NOT NULL,
    ADD COLUMN target_id UUID,
    ADD COLUMN follows_id UUID,
    ADD COLUMN queue TEXT,
    ADD COLUMN wave SMALLINT DEFAULT '0' NOT NULL,
    ADD COLUMN may_wait BOOLEAN DEFAULT 'false' NOT NULL,
    ADD COLUMN may_reach TEXT,
    ADD COLUMN outcome TEXT,
    ADD COLUMN typed BYTEA;
UPDATE referral SET queue = 'desk' WHERE owner_id IS NULL AND next_action_at IS NOT NULL;
ALTER TABLE referral ADD CONSTRAINT referral_has_an_owner
    CHECK (next_action_at IS NULL OR owner_id IS NOT NULL OR queue IS NOT NULL);
CREATE INDEX ix_referral_follows_id ON referral (follows_id);
CREATE INDEX referral_queue ON referral (next_action_at, id) WHERE next_action_at IS NOT NULL;
CREATE INDEX referral_owned ON referral (owner_id, next_action_at, id) WHERE next_action_at IS NOT NULL;
CREATE INDEX referral_by_status ON referral (status, next_action_at, id) WHERE next_action_at IS NOT NULL;
CREATE INDEX referral_unowned ON referral (queue, next_action_at, id)
    WHERE next_action_at IS NOT NULL AND queue IS NOT NULL;

ALTER TABLE transition_log
    ADD COLUMN offer_id UUID,
    ADD COLUMN reason TEXT,
    ADD COLUMN note BYTEA;

ALTER TABLE task
    ADD COLUMN level SMALLINT DEFAULT '0' NOT NULL,
    ADD COLUMN may_reach TEXT,
    ADD COLUMN taken_at TIMESTAMP WITH TIME ZONE,
    ADD COLUMN told_at TIMESTAMP WITH TIME ZONE,
    ADD COLUMN done_by UUID,
    ADD COLUMN outcome TEXT;
UPDATE task SET taken_at = created_at WHERE owner_id IS NOT NULL;
DROP INDEX task_once;
CREATE UNIQUE INDEX task_once ON task (kind, case_id, referral_id, appointment_id) NULLS NOT DISTINCT
    WHERE done_at IS NULL;
CREATE INDEX task_owned ON task (owner_id) WHERE done_at IS NULL;
CREATE INDEX ix_task_referral_id ON task (referral_id);

ALTER TABLE expert_standing ADD COLUMN full_until DATE;
CREATE INDEX standing_full ON expert_standing (full_until) WHERE full_until IS NOT NULL;
"""

TABLES = """
CREATE TABLE offer (
    id UUID NOT NULL,
    referral_id UUID NOT NULL,
    case_id UUID NOT NULL,
    cycle SMALLINT NOT NULL,
    wave SMALLINT NOT NULL,
    target_kind TEXT NOT NULL,
    target_id UUID NOT NULL,
    status TEXT NOT NULL,
    version INTEGER NOT NULL,
    level SMALLINT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    sent_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    seen_at TIMESTAMP WITH TIME ZONE,
    answered_at TIMESTAMP WITH TIME ZONE,
    reason TEXT,
    reason_by TEXT,
    motive TEXT,
    until DATE,
    counter_at TIMESTAMP WITH TIME ZONE,
    counter_modality TEXT,
    charge DOUBLE PRECISION,
    note BYTEA,
    PRIMARY KEY (id),
    CONSTRAINT an_offer_has_time CHECK (expires_at > sent_at),
    FOREIGN KEY(referral_id) REFERENCES referral (id)
);
CREATE INDEX ix_offer_referral_id ON offer (referral_id);
CREATE UNIQUE INDEX offer_one_winner ON offer (referral_id, cycle) WHERE status = 'accepted';
CREATE UNIQUE INDEX offer_once ON offer (referral_id, cycle, target_id)
    WHERE status IN ('created', 'sent', 'seen', 'accepted');
CREATE INDEX offer_of_target ON offer (target_id, sent_at);
CREATE INDEX offer_charged ON offer (target_id) WHERE charge IS NOT NULL;
CREATE INDEX offer_waiting ON offer (expires_at) WHERE status IN ('created', 'sent', 'seen');

CREATE TABLE timer (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    kind TEXT NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE NOT NULL,
    referral_id UUID,
    thing_id UUID,
    cycle SMALLINT DEFAULT '0' NOT NULL,
    tries SMALLINT DEFAULT '0' NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX ix_timer_due_at ON timer (due_at);

CREATE TABLE case_exclusion (
    case_id UUID NOT NULL,
    expert_id UUID NOT NULL,
    why TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (case_id, expert_id),
    FOREIGN KEY(case_id) REFERENCES care_case (id)
);

CREATE TABLE log_unsealed (
    log_id BIGINT NOT NULL,
    PRIMARY KEY (log_id)
);

CREATE TABLE log_seal (
    position BIGINT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    log_ids BIGINT[] NOT NULL,
    previous BYTEA NOT NULL,
    hash BYTEA NOT NULL,
    PRIMARY KEY (position)
);
"""

RULES = """
REVOKE UPDATE, DELETE, TRUNCATE ON log_seal FROM referral_app;
REVOKE DELETE, TRUNCATE ON offer FROM referral_app;

-- A chain inside each transaction would put them all in one line: rows wait here, and a batch seals them each second.
CREATE FUNCTION wait_for_seal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO log_unsealed SELECT id FROM fresh;
    RETURN NULL;
END $$;
CREATE TRIGGER log_waits_for_seal AFTER INSERT ON transition_log
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION wait_for_seal();
INSERT INTO log_unsealed SELECT id FROM transition_log;

-- The one spelling of a row under a seal; nothing in it depends on the session's settings.
CREATE FUNCTION hash_of_log(former bytea, ids bigint[]) RETURNS bytea LANGUAGE sql STABLE AS $$
    SELECT sha256(former || convert_to(coalesce(string_agg(jsonb_build_array(
        id, referral_id, offer_id, (extract(epoch FROM at) * 1000000)::bigint, from_status, to_status, cause, actor,
        reason, encode(note, 'hex'), request_id
    )::text, E'\\n' ORDER BY id), ''), 'UTF8'))
    FROM transition_log WHERE id = ANY(ids)
$$;
"""


def upgrade() -> None:
    migrations.script(op.get_bind(), CHANGES + TABLES + RULES)
