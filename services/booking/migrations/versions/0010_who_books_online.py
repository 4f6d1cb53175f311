"""Who may book a type counts without a call too: first visits, which anyone could book online so far, say it."""

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.execute("UPDATE consultation_type SET bookable_by = 'online' WHERE visit = 'first' AND bookable_by = 'person'")
