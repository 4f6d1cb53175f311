"""The first tables, the six consultation types, and the functions of store/*.sql."""

from pathlib import Path

from alembic import op
from sqlalchemy import insert

from kit import migrations
from services.booking.domain.types import STANDARD_TYPES
from services.booking.tables import consultation_type

revision = "0001"
down_revision = None

HERE = Path(__file__).resolve().parent.parent
FUNCTIONS = ("agenda.sql", "book.sql")


def upgrade() -> None:
    bind = op.get_bind()
    migrations.first_tables(bind, "booking")
    for name in FUNCTIONS:
        migrations.script(bind, (HERE.parent / "store" / name).read_text())
    op.execute("REVOKE UPDATE, DELETE, TRUNCATE ON appointment_event FROM booking_app")
    bind.execute(
        insert(consultation_type),
        [
            {
                "id": kind.id,
                "public_name": kind.public_name,
                "private_name": kind.public_name,
                "visit": kind.visit.value,
                "modality": kind.modality.value,
                "duration": kind.shape.duration,
                "step": kind.shape.step,
                "buffer_before": kind.shape.buffer_before,
                "buffer_after": kind.shape.buffer_after,
                "minimum_notice": kind.minimum_notice,
                "horizon_days": kind.horizon_days,
                "cancel_limit": kind.cancel_limit,
                "move_limit": kind.move_limit,
                "colour": kind.colour,
            }
            for kind in STANDARD_TYPES
        ],
    )
