"""Plumbing that any service could use and that knows none of them; one idea a file."""
