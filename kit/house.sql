-- The tables that every service has, as first made; later changes are migrations of each service.

CREATE TABLE audit (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
    subject UUID NOT NULL,
    role TEXT NOT NULL,
    action TEXT NOT NULL,
    thing TEXT NOT NULL,
    thing_id UUID NOT NULL,
    why TEXT,
    request_id TEXT,
    PRIMARY KEY (id)
);
CREATE INDEX audit_by_thing ON audit (thing_id, at);

CREATE TABLE idempotency (
    subject UUID NOT NULL,
    key TEXT NOT NULL,
    request_hash BYTEA NOT NULL,
    status INTEGER,
    body BYTEA,
    at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    PRIMARY KEY (subject, key)
);
CREATE INDEX idempotency_by_time ON idempotency (at);

CREATE TABLE inbox (
    event_id UUID NOT NULL,
    at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    PRIMARY KEY (event_id)
);
CREATE INDEX inbox_by_time ON inbox (at);

CREATE TABLE outbox (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    event_id UUID DEFAULT gen_random_uuid() NOT NULL,
    kind TEXT NOT NULL,
    payload JSONB NOT NULL,
    request_id TEXT,
    at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
    PRIMARY KEY (id)
);

CREATE TABLE unheard (
    event_id UUID NOT NULL,
    kind TEXT NOT NULL,
    payload JSONB NOT NULL,
    request_id TEXT,
    tries INTEGER DEFAULT '1' NOT NULL,
    next_at TIMESTAMP WITH TIME ZONE,
    error TEXT NOT NULL,
    PRIMARY KEY (event_id)
);
