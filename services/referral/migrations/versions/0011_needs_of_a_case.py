"""The needs of a case are found by it: to forget one case, every need was read."""

from alembic import op

from kit import migrations

revision = "0011"
down_revision = "0010"

INDEX = """
CREATE INDEX need_by_case ON need (case_id);
"""


def upgrade() -> None:
    migrations.script(op.get_bind(), INDEX)
