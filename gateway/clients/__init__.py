"""One typed client per service; each method is one line over the contracts."""
