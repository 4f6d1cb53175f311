-- Accounts, factors, sessions, keys, links, devices, codes, as first made; later changes are migrations of their own.

CREATE TABLE account (
    id UUID NOT NULL,
    identifier TEXT NOT NULL,
    display_name TEXT NOT NULL,
    grants JSONB NOT NULL,
    version INTEGER DEFAULT '1' NOT NULL,
    opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
    closed_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (id),
    CONSTRAINT account_identifier_length CHECK (length(identifier) BETWEEN 2 AND 120),
    CONSTRAINT account_grants_are_a_list CHECK (jsonb_typeof(grants) = 'array'),
    UNIQUE (identifier)
);

CREATE TABLE case_access (
    case_id UUID NOT NULL,
    version BIGINT DEFAULT '0' NOT NULL,
    opens_until TIMESTAMP WITH TIME ZONE,
    erased_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (case_id),
    CONSTRAINT case_access_erased_knows_nothing CHECK (erased_at IS NULL OR opens_until IS NULL)
);

CREATE TABLE device (
    device_hash BYTEA NOT NULL,
    target_id UUID NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (device_hash),
    CONSTRAINT device_keeps_a_hash CHECK (octet_length(device_hash) = 32)
);
CREATE INDEX device_by_target ON device (target_id);

CREATE TABLE link (
    link_hash BYTEA NOT NULL,
    purpose TEXT NOT NULL,
    target_id UUID NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE,
    revoked_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (link_hash),
    CONSTRAINT link_keeps_a_hash CHECK (octet_length(link_hash) = 32)
);
CREATE INDEX link_by_target ON link (target_id);

CREATE TABLE spoken_code (
    case_id UUID NOT NULL,
    code_hash BYTEA NOT NULL,
    pin_hash BYTEA,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (case_id),
    CONSTRAINT spoken_code_keeps_a_hash CHECK (octet_length(code_hash) = 32),
    CONSTRAINT spoken_code_keeps_a_pin_hash CHECK (pin_hash IS NULL OR octet_length(pin_hash) = 32),
    UNIQUE (code_hash)
);

CREATE TABLE api_key (
    id UUID NOT NULL,
    secret_hash BYTEA NOT NULL,
    label TEXT NOT NULL,
    account_id UUID,
    grants JSONB NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    revoked_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (id),
    CONSTRAINT api_key_keeps_a_hash CHECK (octet_length(secret_hash) = 32),
    UNIQUE (secret_hash),
    FOREIGN KEY(account_id) REFERENCES account (id) ON DELETE CASCADE
);

CREATE TABLE factor (
    account_id UUID NOT NULL,
    factor TEXT NOT NULL,
    place INTEGER NOT NULL,
    kept BYTEA NOT NULL,
    data_key BYTEA,
    last_step BIGINT DEFAULT '0' NOT NULL,
    confirmed BOOLEAN DEFAULT 'true' NOT NULL,
    PRIMARY KEY (account_id, factor),
    CONSTRAINT factor_known CHECK (factor IN ('password', 'totp')),
    CONSTRAINT factor_totp_is_sealed CHECK (factor <> 'totp' OR data_key IS NOT NULL),
    FOREIGN KEY(account_id) REFERENCES account (id) ON DELETE CASCADE
);

CREATE TABLE session (
    id UUID NOT NULL,
    secret_hash BYTEA NOT NULL,
    account_id UUID,
    target_id UUID,
    purpose TEXT,
    passed JSONB DEFAULT '[]' NOT NULL,
    opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
    seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    closes_at TIMESTAMP WITH TIME ZONE,
    locked_at TIMESTAMP WITH TIME ZONE,
    busy_at TIMESTAMP WITH TIME ZONE,
    ended_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (id),
    CONSTRAINT session_of_one CHECK (num_nonnulls(account_id, target_id) = 1),
    CONSTRAINT session_target_has_purpose CHECK ((target_id IS NULL) = (purpose IS NULL)),
    CONSTRAINT session_keeps_a_hash CHECK (octet_length(secret_hash) = 32),
    CONSTRAINT session_seen_after_opening CHECK (seen_at >= opened_at),
    UNIQUE (secret_hash),
    FOREIGN KEY(account_id) REFERENCES account (id) ON DELETE CASCADE
);
CREATE INDEX session_by_end ON session (seen_at);
CREATE INDEX session_live_by_account ON session (account_id) WHERE ended_at IS NULL;
CREATE INDEX session_live_by_target ON session (target_id) WHERE ended_at IS NULL;
