"""Real processes killed by their pid, and what must still be true afterwards."""
