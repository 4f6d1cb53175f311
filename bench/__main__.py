"""`./veilleuse bench NAME [--quick]`: the last line is one JSON object."""

import importlib
import json
import sys

from bench.filled import FILLED
from bench.houses import SETS, prepare
from infra.arguments import Parser

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
    parser = Parser(prog="./veilleuse bench")
    parser.add_argument("name", metavar="NOM", choices=NAMES, help=", ".join(NAMES))
    parser.add_argument("--quick", action="store_true", help="en moins de 40 s, une fois préparé")
    parser.add_argument("--calls", type=int, default=None, metavar="N", help="combien, pour une journée")
    parser.add_argument(
        "--soak", type=float, nargs="?", const=60.0, default=None, metavar="MINUTES",
        help="video : la mémoire d'un nœud occupé (une heure si rien n'est dit)",
    )  # fmt: skip
    parser.add_argument(
        "--busy", action="store_true", help="search : occupé à 99 et 70 %%, rare, beaucoup, un an de passé"
    )
    parser.add_argument("--mixed", action="store_true", help="race : avec des déplacements et des annulations")
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
