-- The tables of booking (booking.md §1.2 and §1.3). Half-open ranges everywhere: back to back is legal.

CREATE TABLE expert (
    id uuid PRIMARY KEY,
    version int NOT NULL DEFAULT 0,
    profession text NOT NULL CHECK (profession IN ('psychologist', 'psychiatrist', 'general_practitioner')),
    modalities text[] NOT NULL,
    time_zone text NOT NULL,
    holiday_region text NOT NULL DEFAULT '',
    active boolean NOT NULL DEFAULT true
);

CREATE TABLE expert_agenda (
    expert_id uuid PRIMARY KEY REFERENCES expert,
    version int NOT NULL DEFAULT 1,
    told_version bigint NOT NULL DEFAULT 0,
    told jsonb NOT NULL DEFAULT '{}',
    told_soonest timestamptz,
    shown_until date NOT NULL,
    written_until date NOT NULL
);
CREATE INDEX expert_agenda_told ON expert_agenda (told_soonest) WHERE told_soonest IS NOT NULL;

CREATE TABLE consultation_type (
    id uuid PRIMARY KEY,
    public_name text NOT NULL,
    private_name text NOT NULL,
    visit text NOT NULL CHECK (visit IN ('first', 'follow_up')),
    modality text NOT NULL CHECK (modality IN ('video', 'phone', 'in_person')),
    duration smallint NOT NULL CHECK (duration > 0),
    step smallint NOT NULL CHECK (step > 0),
    buffer_before smallint NOT NULL DEFAULT 0 CHECK (buffer_before >= 0),
    buffer_after smallint NOT NULL DEFAULT 0 CHECK (buffer_after >= 0),
    minimum_notice int NOT NULL DEFAULT 15 CHECK (minimum_notice >= 0),
    horizon_days smallint NOT NULL DEFAULT 60 CHECK (horizon_days > 0),
    cancel_limit int NOT NULL DEFAULT 240 CHECK (cancel_limit >= 0),
    move_limit int NOT NULL DEFAULT 240 CHECK (move_limit >= 0),
    colour text NOT NULL DEFAULT ''
);

CREATE TABLE expert_consultation_type (
    expert_id uuid NOT NULL REFERENCES expert,
    type_id uuid NOT NULL REFERENCES consultation_type,
    duration smallint CHECK (duration > 0),
    step smallint CHECK (step > 0),
    buffer_before smallint CHECK (buffer_before >= 0),
    buffer_after smallint CHECK (buffer_after >= 0),
    PRIMARY KEY (expert_id, type_id)
);

CREATE TABLE opening_rule (
    id uuid PRIMARY KEY,
    expert_id uuid NOT NULL REFERENCES expert,
    first_day date NOT NULL,
    starts time NOT NULL,
    ends time NOT NULL CHECK (starts <> ends),
    time_zone text NOT NULL,
    rrule text NOT NULL DEFAULT '',
    visibility text NOT NULL DEFAULT 'network' CHECK (visibility IN ('network', 'own'))
);
CREATE INDEX opening_rule_by_expert ON opening_rule (expert_id);

CREATE TABLE opening_rule_type (
    rule_id uuid NOT NULL REFERENCES opening_rule ON DELETE CASCADE,
    type_id uuid NOT NULL REFERENCES consultation_type,
    PRIMARY KEY (rule_id, type_id)
);

CREATE TABLE opening_override (
    rule_id uuid NOT NULL REFERENCES opening_rule ON DELETE CASCADE,
    day date NOT NULL,
    cancelled boolean NOT NULL DEFAULT false,
    starts time,
    ends time CHECK (starts <> ends),
    PRIMARY KEY (rule_id, day)
);

CREATE TABLE opening_occurrence (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    rule_id uuid NOT NULL REFERENCES opening_rule ON DELETE CASCADE,
    expert_id uuid NOT NULL,
    day date NOT NULL,
    during tstzrange NOT NULL CHECK (NOT isempty(during)),
    UNIQUE (rule_id, day)
);
CREATE INDEX opening_occurrence_by_day ON opening_occurrence (expert_id, day);

CREATE TABLE busy_block (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    expert_id uuid NOT NULL REFERENCES expert,
    during tstzrange NOT NULL CHECK (NOT isempty(during)),
    source text NOT NULL CHECK (source IN ('absence', 'holiday', 'external')),
    external_uid text
);
CREATE INDEX busy_block_by_expert ON busy_block USING gist (expert_id, during);

CREATE TABLE appointment (
    id uuid PRIMARY KEY,
    expert_id uuid NOT NULL REFERENCES expert,
    type_id uuid NOT NULL REFERENCES consultation_type,
    case_id uuid,
    referral_id uuid,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL CHECK (ends_at > starts_at),
    expert_zone text NOT NULL,
    person_zone text NOT NULL,
    status text NOT NULL CHECK (status IN ('booked', 'arrived', 'started', 'fulfilled', 'noshow',
        'cancelled_by_person', 'cancelled_by_expert', 'cancelled_by_staff')),
    modality text NOT NULL,
    visit text NOT NULL,
    level smallint CHECK (level BETWEEN 1 AND 5),
    nickname text NOT NULL DEFAULT '',
    privacy text NOT NULL DEFAULT 'neutral',
    version int NOT NULL DEFAULT 1,
    sequence int NOT NULL DEFAULT 0,
    ical_uid text NOT NULL UNIQUE,
    seen_at timestamptz,
    arrived_at timestamptz,
    started_at timestamptz,
    told_unseen boolean NOT NULL DEFAULT false,
    told_alone boolean NOT NULL DEFAULT false,
    told_missed boolean NOT NULL DEFAULT false,
    replaces_id uuid REFERENCES appointment,
    cancel_reason text,
    created_by uuid NOT NULL,
    created_by_role text NOT NULL,
    permit_experts uuid[] NOT NULL DEFAULT '{}',
    permit_not_experts uuid[] NOT NULL DEFAULT '{}',
    exclusions_version int NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    CONSTRAINT case_no_overlap
        EXCLUDE USING gist (case_id WITH =, tstzrange(starts_at, ends_at) WITH &&)
        WHERE (status IN ('booked', 'arrived', 'started') AND case_id IS NOT NULL)
);
CREATE INDEX appointment_by_expert ON appointment (expert_id, starts_at);
CREATE INDEX appointment_by_case ON appointment (case_id, starts_at) WHERE case_id IS NOT NULL;
CREATE INDEX appointment_by_referral ON appointment (referral_id) WHERE referral_id IS NOT NULL;
CREATE INDEX appointment_to_watch ON appointment (starts_at) WHERE status IN ('booked', 'arrived');

CREATE TABLE claim (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    expert_id uuid NOT NULL REFERENCES expert,
    during tstzrange NOT NULL
        CHECK (NOT isempty(during) AND lower_inc(during) AND NOT upper_inc(during)
            AND NOT lower_inf(during) AND NOT upper_inf(during)),
    kind text NOT NULL CHECK (kind IN ('appointment', 'hold')),
    active boolean NOT NULL DEFAULT true,
    expires_at timestamptz,
    holder_id uuid,
    appointment_id uuid REFERENCES appointment DEFERRABLE INITIALLY DEFERRED,
    type_id uuid,
    starts_at timestamptz,
    held_since timestamptz,
    CHECK ((kind = 'appointment') = (appointment_id IS NOT NULL)),
    CHECK ((kind = 'hold') = (expires_at IS NOT NULL)),
    CONSTRAINT claim_no_overlap EXCLUDE USING gist (expert_id WITH =, during WITH &&) WHERE (active)
);
CREATE INDEX claim_by_expert ON claim (expert_id, lower(during)) INCLUDE (during) WHERE active;
CREATE INDEX claim_expiry ON claim (expires_at) WHERE active AND kind = 'hold';
CREATE INDEX claim_holds ON claim (expert_id, expires_at) WHERE active AND kind = 'hold';
CREATE INDEX claim_by_holder ON claim (holder_id) WHERE active AND kind = 'hold';
CREATE UNIQUE INDEX claim_of_appointment ON claim (appointment_id, expert_id) WHERE active AND kind = 'appointment';

CREATE TABLE appointment_event (
    appointment_id uuid NOT NULL REFERENCES appointment,
    seq int NOT NULL,
    at timestamptz NOT NULL,
    actor uuid NOT NULL,
    actor_role text NOT NULL,
    kind text NOT NULL,
    before jsonb,
    after jsonb,
    PRIMARY KEY (appointment_id, seq)
);

CREATE TABLE agenda_day (
    expert_id uuid NOT NULL,
    day date NOT NULL,
    type_id uuid NOT NULL,
    profession text NOT NULL,
    modality text NOT NULL,
    visit text NOT NULL,
    duration smallint NOT NULL,
    step smallint NOT NULL,
    buffer_before smallint NOT NULL,
    buffer_after smallint NOT NULL,
    minimum_notice int NOT NULL,
    free tstzmultirange NOT NULL,
    first_free timestamptz,
    PRIMARY KEY (expert_id, day, type_id)
) WITH (fillfactor = 80);
CREATE INDEX agenda_day_first_free ON agenda_day (profession, modality, visit, first_free, expert_id)
    WHERE first_free IS NOT NULL;

CREATE TABLE availability_due (expert_id uuid NOT NULL);
