"""Reproducible benchmarks of the whole running house; each prints a ratio against a named reference of the same run."""
