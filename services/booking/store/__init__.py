"""How booking finds and keeps things: the only SQL of the service."""
