"""Alembic's entry for reminders."""

from kit.migrations import run
from services.reminders.tables import metadata

run(metadata)
