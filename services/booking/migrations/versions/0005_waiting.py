"""The waiting list with its offers, what tells that time came free, and consultations of more than two.

Time comes free in many ways (a cancelled or moved appointment, a hold that ended, an absence taken back, an opening):
triggers write it down wherever that happens, and only while somebody waits, so that no way can be forgotten.
"""

from alembic import op

from kit import migrations

revision = "0005"
down_revision = "0004"

SCHEMA = """
ALTER TABLE opening_rule ADD COLUMN online boolean NOT NULL DEFAULT false;
CREATE INDEX opening_rule_online ON opening_rule (expert_id) WHERE online;
ALTER TABLE appointment ADD COLUMN calls text CHECK (calls IN ('person', 'expert')), ADD COLUMN series_id uuid;
CREATE INDEX appointment_of_series ON appointment (series_id) WHERE series_id IS NOT NULL;

CREATE TABLE waiting_entry (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL,
    referral_id uuid NOT NULL,
    visit text NOT NULL CHECK (visit IN ('first', 'follow_up')),
    modalities text[] NOT NULL DEFAULT '{}',
    professions text[] NOT NULL DEFAULT '{}',
    experts uuid[] NOT NULL DEFAULT '{}',
    not_experts uuid[] NOT NULL DEFAULT '{}',
    exclusions_version int NOT NULL DEFAULT 0,
    priority smallint NOT NULL DEFAULT 0 CHECK (priority BETWEEN 0 AND 5),
    nickname text NOT NULL DEFAULT '',
    person_zone text NOT NULL,
    windows jsonb NOT NULL DEFAULT '[]',
    from_hour time,
    to_hour time,
    since timestamptz,
    until timestamptz NOT NULL,
    appointment_id uuid REFERENCES appointment,
    status text NOT NULL DEFAULT 'waiting' CHECK (status IN ('waiting', 'worked', 'served', 'left', 'ended')),
    ignored smallint NOT NULL DEFAULT 0,
    offers int NOT NULL DEFAULT 0,
    last_offer_at timestamptz,
    version int NOT NULL DEFAULT 1,
    heard_version int NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    ended_at timestamptz,
    CHECK ((status IN ('waiting', 'worked')) = (ended_at IS NULL))
);
CREATE UNIQUE INDEX waiting_entry_once ON waiting_entry (referral_id) WHERE status IN ('waiting', 'worked');
CREATE INDEX waiting_entry_in_order ON waiting_entry (priority DESC, created_at, offers) WHERE status = 'waiting';
CREATE INDEX waiting_entry_of_referral ON waiting_entry (referral_id, heard_version);
CREATE INDEX waiting_entry_to_forget ON waiting_entry (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX waiting_entry_of_case ON waiting_entry (case_id);
CREATE INDEX waiting_entry_of_appointment ON waiting_entry (appointment_id) WHERE appointment_id IS NOT NULL;

CREATE TABLE waiting_offer (
    id uuid PRIMARY KEY,
    entry_id uuid NOT NULL REFERENCES waiting_entry ON DELETE CASCADE,
    expert_id uuid NOT NULL REFERENCES expert,
    type_id uuid NOT NULL REFERENCES consultation_type,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    mode text NOT NULL CHECK (mode IN ('exclusive', 'batch', 'call')),
    claim_id bigint REFERENCES claim ON DELETE SET NULL,
    depth smallint NOT NULL DEFAULT 0,
    sent_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    answer text CHECK (answer IN ('accepted', 'declined', 'expired', 'lost', 'withdrawn')),
    answered_at timestamptz,
    UNIQUE (entry_id, expert_id, starts_at),
    CHECK (expires_at > sent_at AND expires_at <= starts_at),
    CHECK ((answer IS NULL) = (answered_at IS NULL))
);
CREATE INDEX waiting_offer_claim ON waiting_offer (claim_id) WHERE claim_id IS NOT NULL;
CREATE INDEX waiting_offer_due ON waiting_offer (expires_at) WHERE answer IS NULL;
CREATE INDEX waiting_offer_of_slot ON waiting_offer (expert_id, starts_at);
CREATE INDEX waiting_offer_batches ON waiting_offer (sent_at) WHERE mode = 'batch';

CREATE TABLE slot_freed (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    expert_id uuid NOT NULL,
    during tstzrange NOT NULL,
    depth smallint NOT NULL DEFAULT 0,
    at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX slot_freed_by_expert ON slot_freed (expert_id);

CREATE FUNCTION note_freed(p_expert uuid, p_during tstzrange) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF upper(p_during) > now() AND EXISTS (SELECT FROM waiting_entry WHERE status = 'waiting') THEN
        INSERT INTO slot_freed (expert_id, during, depth) VALUES (p_expert, p_during,
            coalesce(nullif(current_setting('app.freed_depth', true), ''), '0')::smallint);
    END IF;
END $$;
CREATE FUNCTION old_time_freed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM note_freed(OLD.expert_id, OLD.during);
    RETURN NULL;
END $$;
CREATE TRIGGER claim_let_go AFTER UPDATE OF active ON claim FOR EACH ROW
    WHEN (OLD.active AND NOT NEW.active) EXECUTE FUNCTION old_time_freed();
CREATE TRIGGER claim_gone AFTER DELETE ON claim FOR EACH ROW WHEN (OLD.active) EXECUTE FUNCTION old_time_freed();
CREATE TRIGGER busy_gone AFTER DELETE ON busy_block FOR EACH ROW EXECUTE FUNCTION old_time_freed();
CREATE TRIGGER busy_changed AFTER UPDATE OF during ON busy_block FOR EACH ROW
    WHEN (OLD.during IS DISTINCT FROM NEW.during) EXECUTE FUNCTION old_time_freed();
CREATE FUNCTION openings_came() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM waiting_entry WHERE status = 'waiting') THEN
        INSERT INTO slot_freed (expert_id, during)
        SELECT expert_id, range_merge(range_agg(during)) FROM came
        WHERE upper(during) > now() AND lower(during) < now() + interval '63 days' GROUP BY expert_id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER openings_made AFTER INSERT ON opening_occurrence
    REFERENCING NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION openings_came();

CREATE TABLE appointment_guest (
    appointment_id uuid NOT NULL REFERENCES appointment,
    expert_id uuid NOT NULL REFERENCES expert,
    part text NOT NULL CHECK (part IN ('local_doctor', 'interpreter', 'colleague')),
    PRIMARY KEY (appointment_id, expert_id)
);
CREATE INDEX appointment_guest_of_expert ON appointment_guest (expert_id);

CREATE TABLE group_session (
    appointment_id uuid PRIMARY KEY REFERENCES appointment,
    kind text NOT NULL CHECK (kind IN ('talk', 'supervision')),
    title text NOT NULL,
    seats smallint NOT NULL CHECK (seats BETWEEN 2 AND 40),
    listed boolean NOT NULL DEFAULT true
);
CREATE TABLE group_place (
    id uuid PRIMARY KEY,
    appointment_id uuid NOT NULL REFERENCES group_session,
    case_id uuid NOT NULL,
    nickname text NOT NULL DEFAULT '',
    status text NOT NULL CHECK (status IN ('seat', 'waiting', 'left')),
    since timestamptz NOT NULL
);
CREATE UNIQUE INDEX group_place_once ON group_place (appointment_id, case_id) WHERE status <> 'left';
CREATE INDEX group_place_in_order ON group_place (appointment_id, status, since);
CREATE INDEX group_place_of_case ON group_place (case_id);
"""


def upgrade() -> None:
    migrations.script(op.get_bind(), SCHEMA)
