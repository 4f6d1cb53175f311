"""Alembic's door to identity's tables."""

from kit import migrations
from services.identity.tables import metadata

migrations.run(metadata)
