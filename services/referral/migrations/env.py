"""Alembic's door to referral's tables."""

from kit import migrations
from services.referral.tables import metadata

migrations.run(metadata)
