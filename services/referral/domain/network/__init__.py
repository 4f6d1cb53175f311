"""The network of experts: profiles, proofs, imports, and what stands out in a list."""
