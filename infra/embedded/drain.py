"""`./veilleuse drain NODE`: a video node hands its rooms over and takes no more, until told `--again`.

Without `--data` it asks the Redis of `VEILLEUSE_REDIS_URL`: the same word for a house on servers of its own.
"""

import argparse
import asyncio
import os
import sys
import time
from pathlib import Path

import redis.asyncio as redis

from infra.embedded import runfile
from infra.embedded.environment import place_of_run
from services.video.placement import Placement

WAITS = 30.0  # seconds for the rooms to be elsewhere


async def drain(url: str, name: str, *, again: bool) -> int:
    """0 once the node is as was asked, 1 when it still holds rooms, 2 when no such node lives."""
    client: redis.Redis = redis.from_url(url)
    placement = Placement(client, "drain")
    try:
        living = {load.name: load for load in (await placement.loads()).values()}
        if name not in living:
            print(f"Aucun nœud « {name} » ne vit ici. Ceux qui vivent : {', '.join(sorted(living)) or 'aucun'}.")
            return 2
        await placement.drain(name, again=again)
        if again:
            print(f"{name} reprend des salles.")
            return 0
        held = living[name].rooms
        deadline = time.monotonic() + WAITS
        while time.monotonic() < deadline:
            await asyncio.sleep(0.5)
            found = next((load for load in (await placement.loads()).values() if load.name == name), None)
            if found is None or (found.draining and found.rooms == 0):
                print(f"{name} est vide : {held} salle(s) passée(s) ailleurs. Pour qu'il en reprenne : --again")
                return 0
        alone = len(living) == 1
        print(f"{name} tient encore des salles" + (" : aucun autre nœud ne peut les prendre." if alone else "."))
        return 1
    finally:
        await client.aclose()


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="veilleuse drain")
    parser.add_argument("--data", type=Path)
    parser.add_argument("node")
    parser.add_argument("--again", action="store_true")
    chosen = parser.parse_args(arguments)
    if chosen.data is None:
        url = os.environ.get("VEILLEUSE_REDIS_URL", "redis://127.0.0.1:6379/0")
    elif not runfile.is_held(chosen.data):
        print(f"Rien ne tourne sur {chosen.data}.")
        return 2
    else:
        url = place_of_run(chosen.data, 0).redis_url
    return asyncio.run(drain(url, chosen.node, again=chosen.again))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
