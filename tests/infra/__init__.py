"""The embedded run, tried with real processes."""
