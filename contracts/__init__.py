"""Plain data that crosses a process: every shape and every event in the house, and nothing else."""
