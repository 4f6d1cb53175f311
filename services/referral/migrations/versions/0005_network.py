"""Matching by weights that are data, the choices that were made, and the network: members, proofs, notices."""

from alembic import op

from kit import migrations

revision = "0005"
down_revision = "0004"

COLUMNS = """
ALTER TABLE expert
    ADD COLUMN offered BOOLEAN DEFAULT true NOT NULL,
    ADD COLUMN listed BOOLEAN DEFAULT false NOT NULL,
    ADD COLUMN accessibility TEXT[] DEFAULT '{}' NOT NULL,
    ADD COLUMN coverage TEXT DEFAULT '' NOT NULL;
CREATE INDEX expert_by_name ON expert (name, id);
ALTER TABLE expert_standing ADD COLUMN closed_since TIMESTAMP WITH TIME ZONE;
CREATE INDEX need_by_age ON need (at);
ALTER TABLE appointment ADD COLUMN charge DOUBLE PRECISION;
"""

TABLES = """
CREATE TABLE weighting (
    version INTEGER NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    by UUID NOT NULL,
    why TEXT NOT NULL,
    weights JSONB NOT NULL,
    PRIMARY KEY (version)
);
CREATE TABLE choice (
    id UUID NOT NULL,
    contact_id UUID NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    by UUID NOT NULL,
    expert_id UUID NOT NULL,
    first_id UUID,
    place SMALLINT,
    weights_version INTEGER NOT NULL,
    inputs JSONB NOT NULL,
    reason TEXT,
    PRIMARY KEY (id),
    FOREIGN KEY(contact_id) REFERENCES contact (id) ON DELETE CASCADE
);
CREATE INDEX choice_of_contact ON choice (contact_id, at);
CREATE INDEX choice_by_age ON choice (at);
CREATE TABLE member (
    expert_id UUID NOT NULL,
    origin TEXT DEFAULT '' NOT NULL,
    added_at TIMESTAMP WITH TIME ZONE NOT NULL,
    invited_at TIMESTAMP WITH TIME ZONE,
    invited_by UUID,
    joined_at TIMESTAMP WITH TIME ZONE,
    charter_version INTEGER,
    charter_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (expert_id),
    FOREIGN KEY(expert_id) REFERENCES expert (id) ON DELETE CASCADE
);
CREATE TABLE proof (
    id UUID NOT NULL,
    expert_id UUID NOT NULL,
    kind TEXT NOT NULL,
    reference TEXT DEFAULT '' NOT NULL,
    obtained_on DATE,
    expires_on DATE,
    said_at TIMESTAMP WITH TIME ZONE NOT NULL,
    checked_at TIMESTAMP WITH TIME ZONE,
    checked_by UUID,
    reminded_on DATE,
    PRIMARY KEY (id),
    FOREIGN KEY(expert_id) REFERENCES expert (id) ON DELETE CASCADE
);
CREATE INDEX ix_proof_expert_id ON proof (expert_id);
CREATE INDEX proof_expiring ON proof (expires_on) WHERE reminded_on IS NULL;
CREATE TABLE notice (
    id UUID NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    by UUID NOT NULL,
    text TEXT NOT NULL,
    filters JSONB NOT NULL,
    PRIMARY KEY (id)
);
CREATE TABLE notice_to (
    notice_id UUID NOT NULL,
    expert_id UUID NOT NULL,
    read_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (notice_id, expert_id),
    FOREIGN KEY(notice_id) REFERENCES notice (id) ON DELETE CASCADE,
    FOREIGN KEY(expert_id) REFERENCES expert (id) ON DELETE CASCADE
);
CREATE INDEX notice_of_expert ON notice_to (expert_id);
REVOKE UPDATE, DELETE, TRUNCATE ON weighting FROM referral_app;
"""


def upgrade() -> None:
    bind = op.get_bind()
    migrations.script(bind, COLUMNS)
    migrations.script(bind, TABLES)
