"""The desk that works all night: versions of a sheet, consents, who is present, hand-over, and the telephone."""

from alembic import op

from kit import migrations

revision = "0003"
down_revision = "0002"

CONTACT = """
ALTER TABLE contact
    ADD COLUMN kind TEXT,
    ADD COLUMN cut_at TIMESTAMP WITH TIME ZONE,
    ADD COLUMN notice_at TIMESTAMP WITH TIME ZONE,
    ADD COLUMN offered_to UUID,
    ADD COLUMN offered_at TIMESTAMP WITH TIME ZONE,
    ADD COLUMN revision SMALLINT DEFAULT '0' NOT NULL;
CREATE INDEX contact_cut ON contact (cut_at) WHERE cut_at IS NOT NULL AND ended_at IS NULL;
"""

TABLES = """
CREATE TABLE contact_revision (
    contact_id UUID NOT NULL,
    revision SMALLINT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    written_by UUID NOT NULL,
    vocabulary SMALLINT NOT NULL,
    codes JSONB NOT NULL,
    typed BYTEA,
    PRIMARY KEY (contact_id, revision),
    FOREIGN KEY(contact_id) REFERENCES contact (id)
);
CREATE TABLE consent (
    id UUID NOT NULL,
    case_id UUID NOT NULL,
    contact_id UUID,
    scope TEXT NOT NULL,
    wording SMALLINT NOT NULL,
    given_at TIMESTAMP WITH TIME ZONE NOT NULL,
    recorded_by UUID NOT NULL,
    withdrawn_at TIMESTAMP WITH TIME ZONE,
    withdrawn_by TEXT,
    PRIMARY KEY (id),
    FOREIGN KEY(case_id) REFERENCES care_case (id)
);
CREATE INDEX consent_of_case ON consent (case_id, given_at);
CREATE UNIQUE INDEX consent_once ON consent (case_id, scope) WHERE withdrawn_at IS NULL;
CREATE TABLE presence (
    account_id UUID NOT NULL,
    state TEXT NOT NULL,
    since TIMESTAMP WITH TIME ZONE NOT NULL,
    post TEXT DEFAULT '' NOT NULL,
    pause_until TIMESTAMP WITH TIME ZONE,
    rest_offered_at TIMESTAMP WITH TIME ZONE,
    touched_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (account_id)
);
CREATE INDEX presence_by_post ON presence (post) WHERE post <> '';
CREATE TABLE debrief (
    id UUID NOT NULL,
    asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
    asked_by UUID,
    done_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (id)
);
CREATE TABLE watch (
    id UUID NOT NULL,
    case_id UUID NOT NULL,
    contact_id UUID,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    until TIMESTAMP WITH TIME ZONE NOT NULL,
    written_by UUID NOT NULL,
    typed BYTEA,
    ended_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (id),
    FOREIGN KEY(case_id) REFERENCES care_case (id)
);
CREATE INDEX ix_watch_case_id ON watch (case_id);
CREATE INDEX watch_open ON watch (until) WHERE ended_at IS NULL;
CREATE TABLE incident (
    id UUID NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    written_by UUID NOT NULL,
    data_key BYTEA NOT NULL,
    typed BYTEA NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX incident_by_time ON incident (at);
CREATE TABLE handover (
    id UUID NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    written_by UUID NOT NULL,
    left_open JSONB NOT NULL,
    data_key BYTEA NOT NULL,
    typed BYTEA,
    signed_at TIMESTAMP WITH TIME ZONE,
    signed_by UUID,
    PRIMARY KEY (id)
);
CREATE INDEX handover_by_time ON handover (at);
CREATE TABLE telephone_call (
    id UUID NOT NULL,
    line TEXT NOT NULL,
    call TEXT NOT NULL,
    post TEXT DEFAULT '' NOT NULL,
    started_at TIMESTAMP WITH TIME ZONE NOT NULL,
    answered_at TIMESTAMP WITH TIME ZONE,
    ended_at TIMESTAMP WITH TIME ZONE,
    answered BOOLEAN DEFAULT 'false' NOT NULL,
    contact_id UUID,
    told TEXT NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (line, call)
);
CREATE INDEX ix_telephone_call_contact_id ON telephone_call (contact_id);
CREATE INDEX telephone_call_by_start ON telephone_call (started_at);
CREATE INDEX telephone_call_ringing ON telephone_call (started_at) WHERE ended_at IS NULL;
CREATE TABLE telephone_event (
    signature BYTEA NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (signature)
);
"""

RULES = """
REVOKE UPDATE, DELETE, TRUNCATE ON contact_revision FROM referral_app;

-- The application never rewrites what was said; erasing at the person's request is the one thing it may ask for.
CREATE FUNCTION forget_case(which uuid) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    UPDATE need SET codes = '{}', typed = NULL WHERE case_id = which;
    UPDATE contact_revision SET codes = '{}', typed = NULL
        WHERE contact_id IN (SELECT id FROM contact WHERE case_id = which);
$$;
REVOKE ALL ON FUNCTION forget_case(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION forget_case(uuid) TO referral_app;
"""


def upgrade() -> None:
    migrations.script(op.get_bind(), CONTACT + TABLES + RULES)
