"""Alembic's door to booking's tables."""

from kit import migrations
from services.booking.tables import metadata

migrations.run(metadata)
