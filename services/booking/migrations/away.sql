-- Times when an expert is not there, by where they come from: said by the expert (once or by a rule), a public
-- holiday, leave told in their profile, or a calendar kept elsewhere.

CREATE TABLE absence_rule (
    id uuid PRIMARY KEY,
    expert_id uuid NOT NULL REFERENCES expert,
    first_day date NOT NULL,
    starts time NOT NULL,
    days_on int NOT NULL CHECK (days_on BETWEEN 0 AND 400),
    ends time NOT NULL,
    time_zone text NOT NULL,
    rrule text NOT NULL CHECK (rrule <> ''),
    not_days date[] NOT NULL DEFAULT '{}',
    written_until date NOT NULL
);
CREATE INDEX absence_rule_by_expert ON absence_rule (expert_id);
CREATE INDEX absence_rule_to_extend ON absence_rule (written_until);

CREATE TABLE holiday_plan (
    expert_id uuid PRIMARY KEY REFERENCES expert,
    closed boolean NOT NULL DEFAULT true,
    region text NOT NULL,
    time_zone text NOT NULL,
    written_until date NOT NULL
);

CREATE TABLE holiday_choice (
    expert_id uuid NOT NULL REFERENCES expert,
    day date NOT NULL,
    open boolean NOT NULL,
    PRIMARY KEY (expert_id, day)
);

CREATE TABLE external_calendar (
    id uuid PRIMARY KEY,
    expert_id uuid NOT NULL REFERENCES expert,
    kind text NOT NULL CHECK (kind IN ('ics', 'caldav')),
    name text NOT NULL,
    host text NOT NULL,
    wrapped_key bytea NOT NULL,
    address bytea NOT NULL,
    username bytea,
    password bytea,
    time_zone text NOT NULL,
    etag text,
    last_modified text,
    content_hash bytea,
    expanded_for date,
    last_try_at timestamptz,
    last_ok_at timestamptz,
    last_error text,
    failures int NOT NULL DEFAULT 0,
    next_at timestamptz NOT NULL,
    leased_until timestamptz,
    events int NOT NULL DEFAULT 0,
    left_out int NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL
);
CREATE INDEX external_calendar_by_expert ON external_calendar (expert_id);
CREATE INDEX external_calendar_due ON external_calendar (next_at);

CREATE TABLE calendar_feed (
    expert_id uuid PRIMARY KEY REFERENCES expert,
    secret_hash bytea NOT NULL UNIQUE,
    made_at timestamptz NOT NULL,
    read_at timestamptz
);

ALTER TABLE busy_block DROP CONSTRAINT busy_block_source_check;
ALTER TABLE busy_block ADD CONSTRAINT busy_block_source_check
    CHECK (source IN ('absence', 'holiday', 'external', 'leave'));
ALTER TABLE busy_block ADD COLUMN rule_id uuid REFERENCES absence_rule ON DELETE CASCADE;
ALTER TABLE busy_block ADD COLUMN calendar_id uuid REFERENCES external_calendar ON DELETE CASCADE;
ALTER TABLE busy_block ADD COLUMN day date;
CREATE UNIQUE INDEX busy_block_of_rule ON busy_block (rule_id, day) WHERE rule_id IS NOT NULL;
CREATE INDEX busy_block_of_calendar ON busy_block (calendar_id) WHERE calendar_id IS NOT NULL;

ALTER TABLE appointment ADD COLUMN handed_back_at timestamptz;
