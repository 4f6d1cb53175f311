"""How reminders finds and keeps what it knows; the only SQL of the service."""
