"""Turns on call, silent tests, lines of the SAMU, the end of an urgent action by two people, call-backs, follow-ups."""

from alembic import op

from kit import migrations

revision = "0002"
down_revision = "0001"

TABLES = """
ALTER TABLE duty ADD COLUMN push TEXT;

ALTER TABLE urgent_action
    ADD COLUMN department TEXT,
    ADD COLUMN raised_from TEXT DEFAULT 'desk' NOT NULL,
    ADD COLUMN acknowledged_account UUID,
    ADD COLUMN handed_over_to TEXT,
    ADD COLUMN handed_over_at TIMESTAMP WITH TIME ZONE,
    ADD COLUMN handed_over_by UUID,
    ADD COLUMN confirmed_at TIMESTAMP WITH TIME ZONE,
    ADD COLUMN confirmed_by UUID,
    ADD COLUMN ended_at TIMESTAMP WITH TIME ZONE,
    ADD COLUMN ended_by UUID,
    ADD COLUMN reviewed_at TIMESTAMP WITH TIME ZONE,
    ADD COLUMN reviewed_by UUID,
    ADD CONSTRAINT two_people_close CHECK (reviewed_by <> ended_by);
DROP INDEX urgent_waiting;
CREATE INDEX urgent_waiting ON urgent_action (triggered_at)
    WHERE acknowledged_at IS NULL AND status IN ('triggered', 'handed_over');
CREATE INDEX urgent_open ON urgent_action (triggered_at) WHERE status NOT IN ('closed', 'called_back');

CREATE TABLE duty_turn (
    id UUID NOT NULL,
    account_id UUID,
    name TEXT NOT NULL,
    number TEXT NOT NULL,
    push TEXT,
    rank SMALLINT NOT NULL,
    starts_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ends_at TIMESTAMP WITH TIME ZONE NOT NULL,
    set_by UUID NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT a_turn_has_a_length CHECK (ends_at > starts_at)
);
CREATE INDEX duty_turn_ends ON duty_turn (ends_at);

CREATE TABLE duty_state (
    id SMALLINT NOT NULL,
    ladder TEXT NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (id)
);

CREATE TABLE duty_test (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    why TEXT NOT NULL,
    who TEXT NOT NULL,
    number TEXT NOT NULL,
    channel TEXT NOT NULL,
    outcome TEXT NOT NULL,
    taken_up_at TIMESTAMP WITH TIME ZONE,
    ended_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (id)
);
CREATE INDEX duty_test_latest ON duty_test (at);
CREATE INDEX duty_test_pending ON duty_test (at) WHERE outcome = 'pending';

CREATE TABLE samu_line (
    department TEXT NOT NULL,
    number TEXT NOT NULL,
    dated DATE NOT NULL,
    set_by UUID NOT NULL,
    set_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (department)
);

CREATE TABLE glass (
    id UUID NOT NULL,
    urgent_action_id UUID NOT NULL,
    asked_by UUID NOT NULL,
    reason TEXT NOT NULL,
    asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
    allowed_by UUID,
    allowed_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (id),
    CONSTRAINT two_people_break_a_glass CHECK (allowed_by <> asked_by),
    FOREIGN KEY(urgent_action_id) REFERENCES urgent_action (id)
);
CREATE INDEX ix_glass_urgent_action_id ON glass (urgent_action_id);

CREATE TABLE call_back (
    id UUID NOT NULL,
    case_id UUID NOT NULL,
    contact_id UUID,
    asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
    asked_by TEXT NOT NULL,
    window_from TIMESTAMP WITH TIME ZONE NOT NULL,
    window_to TIMESTAMP WITH TIME ZONE NOT NULL,
    time_zone TEXT NOT NULL,
    discreet BOOLEAN NOT NULL,
    voicemail BOOLEAN NOT NULL,
    level SMALLINT,
    status TEXT NOT NULL,
    attempts SMALLINT DEFAULT '0' NOT NULL,
    next_at TIMESTAMP WITH TIME ZONE NOT NULL,
    claimed_by UUID,
    claimed_until TIMESTAMP WITH TIME ZONE,
    ended_at TIMESTAMP WITH TIME ZONE,
    version INTEGER DEFAULT '1' NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT a_window_has_a_length CHECK (window_to > window_from),
    CONSTRAINT three_attempts_at_most CHECK (attempts BETWEEN 0 AND 3)
);
CREATE INDEX call_back_of_case ON call_back (case_id, asked_at);
CREATE UNIQUE INDEX call_back_once ON call_back (case_id) WHERE status = 'waiting';
CREATE INDEX call_back_open ON call_back (window_to) WHERE status IN ('waiting', 'unreached');

CREATE TABLE call_back_attempt (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    call_back_id UUID NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    made_by UUID NOT NULL,
    outcome TEXT NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(call_back_id) REFERENCES call_back (id)
);
CREATE INDEX ix_call_back_attempt_call_back_id ON call_back_attempt (call_back_id);

CREATE TABLE follow_up (
    appointment_id UUID NOT NULL,
    referral_id UUID NOT NULL,
    case_id UUID NOT NULL,
    expert_id UUID NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE NOT NULL,
    missing_at TIMESTAMP WITH TIME ZONE NOT NULL,
    asked_at TIMESTAMP WITH TIME ZONE,
    raised_at TIMESTAMP WITH TIME ZONE,
    person_answer TEXT,
    person_answered_at TIMESTAMP WITH TIME ZONE,
    expert_answer TEXT,
    expert_answered_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (appointment_id)
);
CREATE INDEX follow_up_missing ON follow_up (missing_at)
    WHERE raised_at IS NULL AND (person_answer IS NULL OR expert_answer IS NULL);
CREATE INDEX follow_up_of_expert ON follow_up (expert_id) WHERE expert_answer IS NULL;
CREATE INDEX follow_up_to_ask ON follow_up (due_at) WHERE asked_at IS NULL;
CREATE INDEX ix_follow_up_case_id ON follow_up (case_id);
CREATE INDEX ix_follow_up_referral_id ON follow_up (referral_id);
REVOKE UPDATE, DELETE, TRUNCATE ON call_back_attempt FROM referral_app;
"""


def upgrade() -> None:
    migrations.script(op.get_bind(), TABLES)
