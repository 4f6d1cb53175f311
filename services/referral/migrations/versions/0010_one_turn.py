"""Someone is one turn of a professional: what was charged for the weeks that followed is given back."""

from alembic import op

from kit import migrations

revision = "0010"
down_revision = "0009"

ONE_TURN = """
WITH charged AS (
    SELECT id, row_number() OVER (PARTITION BY referral_id, expert_id ORDER BY charged_at, starts_at, id) AS place
    FROM appointment WHERE charged_at IS NOT NULL AND refunded_at IS NULL
), given_back AS (
    UPDATE appointment a SET refunded_at = greatest(now(), a.charged_at)
    FROM charged c WHERE c.id = a.id AND c.place > 1
    RETURNING a.expert_id, coalesce(a.charge, 0) AS charge
)
UPDATE expert_standing s SET stride_pass = s.stride_pass - g.charges
FROM (SELECT expert_id, sum(charge) AS charges FROM given_back GROUP BY expert_id) g WHERE s.expert_id = g.expert_id;
"""


def upgrade() -> None:
    migrations.script(op.get_bind(), ONE_TURN)
