"""One test or more for each rule of docs/care.md, named after it; each fails when its rule is broken."""
