"""A progress bar of one line for whoever waits, plain lines when nobody watches."""

import sys
import time


class Progress:
    """`step` says what is being written; `done` ends the line."""

    WIDTH = 24

    def __init__(self, steps: int) -> None:
        self.steps, self.at = steps, 0
        self.began = time.monotonic()
        self.watched = sys.stdout.isatty()

    def step(self, what: str) -> None:
        """One more step has ended."""
        self.at += 1
        full = round(self.WIDTH * self.at / self.steps)
        seconds = f"{time.monotonic() - self.began:.1f} s".replace(".", ",")
        line = f"  Données de démonstration {'█' * full}{'·' * (self.WIDTH - full)} {what} ({seconds})"
        if self.watched:
            print(f"\r{line:<100}", end="", flush=True)
        elif self.at == self.steps:
            print(line, flush=True)

    def done(self) -> None:
        """The last line stays."""
        if self.watched:
            print(flush=True)
