"""The demo's data: reproducible (one fixed seed), invented but for the directory, written by each service's rules."""
