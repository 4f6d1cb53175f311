-- The vault and the plan of messages, as first made; later changes are migrations of their own.

CREATE TABLE account (
    account_id UUID NOT NULL,
    version INTEGER DEFAULT '0' NOT NULL,
    duty BOOLEAN DEFAULT false NOT NULL,
    wrapped_key BYTEA,
    phone BYTEA,
    mail BYTEA,
    channels TEXT[] DEFAULT '{}' NOT NULL,
    PRIMARY KEY (account_id)
);
CREATE INDEX account_on_duty ON account (account_id) WHERE duty;

CREATE TABLE appointment (
    id UUID NOT NULL,
    version INTEGER NOT NULL,
    case_id UUID NOT NULL,
    referral_id UUID NOT NULL,
    expert_id UUID NOT NULL,
    state TEXT NOT NULL,
    starts_at TIMESTAMP WITH TIME ZONE,
    ends_at TIMESTAMP WITH TIME ZONE,
    person_zone TEXT NOT NULL,
    expert_zone TEXT NOT NULL,
    privacy TEXT NOT NULL,
    forget_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT booked_has_a_start CHECK (state <> 'booked' OR starts_at IS NOT NULL)
);
CREATE INDEX appointment_of_case ON appointment (case_id);
CREATE INDEX appointment_of_referral ON appointment (referral_id);
CREATE INDEX appointment_to_forget ON appointment (forget_at);

CREATE TABLE contact (
    case_id UUID NOT NULL,
    wrapped_key BYTEA NOT NULL,
    phone BYTEA,
    mail BYTEA,
    channels TEXT[] NOT NULL,
    moments TEXT[] NOT NULL,
    from_hour TIME WITHOUT TIME ZONE,
    to_hour TIME WITHOUT TIME ZONE,
    given_at TIMESTAMP WITH TIME ZONE NOT NULL,
    recalled_at TIMESTAMP WITH TIME ZONE,
    forget_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (case_id)
);
CREATE INDEX contact_to_forget ON contact (forget_at);

CREATE TABLE ended (
    id UUID NOT NULL,
    what TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    PRIMARY KEY (id)
);

CREATE TABLE message (
    id UUID DEFAULT gen_random_uuid() NOT NULL,
    appointment_id UUID,
    urgent_action_id UUID,
    version INTEGER NOT NULL,
    kind TEXT NOT NULL,
    channel TEXT NOT NULL,
    recipient_id UUID NOT NULL,
    case_id UUID,
    starts_at TIMESTAMP WITH TIME ZONE,
    time_zone TEXT NOT NULL,
    first_due_at TIMESTAMP WITH TIME ZONE NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE,
    recallable_until TIMESTAMP WITH TIME ZONE,
    status TEXT DEFAULT 'planned' NOT NULL,
    tries INTEGER DEFAULT '0' NOT NULL,
    possible_repeat INTEGER DEFAULT '0' NOT NULL,
    fence INTEGER DEFAULT '0' NOT NULL,
    leased_until TIMESTAMP WITH TIME ZONE,
    asked_until TIMESTAMP WITH TIME ZONE,
    sent_at TIMESTAMP WITH TIME ZONE,
    measured BOOLEAN DEFAULT false NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT message_once UNIQUE NULLS NOT DISTINCT (appointment_id, urgent_action_id, version, kind, channel, recipient_id),
    CONSTRAINT message_status CHECK (status IN ('planned', 'sending', 'sent', 'recalled', 'dropped', 'failed')),
    CONSTRAINT due_before_the_start CHECK (status <> 'planned' OR expires_at IS NULL OR due_at < expires_at)
);
CREATE INDEX message_due ON message (due_at) WHERE status IN ('planned', 'sending');
CREATE INDEX message_of_appointment ON message (appointment_id);
CREATE INDEX message_of_case ON message (case_id);
CREATE INDEX message_to_measure ON message (sent_at) WHERE status = 'sent' AND NOT measured;
