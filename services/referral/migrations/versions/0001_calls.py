"""The first tables; what was said is never rewritten, and each change of an expert is marked for the memories."""

from alembic import op

from kit import migrations

revision = "0001"
down_revision = None

RULES = """
REVOKE UPDATE, DELETE, TRUNCATE ON transition_log FROM referral_app;
REVOKE UPDATE, TRUNCATE ON need FROM referral_app;
REVOKE UPDATE, DELETE, TRUNCATE ON source_record FROM referral_app;

-- Processes keep the network in memory and ask only for rows changed by transactions that they have not yet seen:
-- a transaction id, unlike a clock or a sequence, can be compared with the oldest one still running.
CREATE FUNCTION mark_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.changed := pg_current_xact_id()::text::bigint;
    RETURN NEW;
END $$;
CREATE TRIGGER expert_changed BEFORE INSERT OR UPDATE ON expert FOR EACH ROW EXECUTE FUNCTION mark_changed();
CREATE TRIGGER standing_changed BEFORE INSERT OR UPDATE ON expert_standing
    FOR EACH ROW EXECUTE FUNCTION mark_changed();
"""


def upgrade() -> None:
    bind = op.get_bind()
    migrations.first_tables(bind, "referral")
    migrations.script(bind, RULES)
