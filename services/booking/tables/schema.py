"""The one metadata of booking's database, with the house's own tables."""

from sqlalchemy import DateTime, MetaData

from kit.tables import house_tables

metadata = MetaData()
house_tables(metadata)

Moment = DateTime(timezone=True)
