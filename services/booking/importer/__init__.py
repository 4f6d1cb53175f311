"""Reading a calendar kept elsewhere, in a process of its own: what hangs or swells there ends there."""
