"""`./veilleuse bench NAME [--quick]`: the last line is one JSON object."""

import argparse
import importlib
import json
import sys

from bench.filled import FILLED
from bench.houses import SETS, prepare

NAMES = (
    "prepare",
    "agenda",
    "search",
    "booking",
    "race",
    "idle",
    "console",
    "day",
    "queue",
    "ranking",
    "reminders",
    "video",
    "links",
)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="veilleuse bench")
    parser.add_argument("name", choices=NAMES)
    parser.add_argument("--quick", action="store_true", help="ends within 40 s once prepared")
    parser.add_argument("--calls", type=int, default=None, help="how many, for a day")
    parser.add_argument(
        "--soak", type=float, nargs="?", const=60.0, default=None, metavar="MINUTES",
        help="video only: watch the memory of one busy node (an hour unless said)",
    )  # fmt: skip
    parser.add_argument(
        "--busy", action="store_true", help="search only: 99 and 70 %% busy, rare, much, a year of past"
    )
    parser.add_argument("--mixed", action="store_true", help="race only: moves, cancels and ended holds among them")
    chosen = parser.parse_args(arguments)
    if chosen.name == "prepare":
        for name in (*SETS, *FILLED):
            prepare(name)
        print(json.dumps({"prepared": [*SETS, *FILLED]}))
        return 0
    told = {"calls": chosen.calls} if chosen.name == "day" and chosen.calls else {}
    if chosen.name == "video" and chosen.soak is not None:
        told = {"soak": chosen.soak}
    if chosen.name == "race" and chosen.mixed:
        chosen.name = "jostle"
    if chosen.name == "search" and chosen.busy:
        chosen.name = "busy"
    print(json.dumps(importlib.import_module(f"bench.{chosen.name}").run(quick=chosen.quick, **told)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
