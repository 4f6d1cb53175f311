"""Identity: who is asking."""
