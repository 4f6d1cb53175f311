"""`./veilleuse check-data`: asks every service whether what its database holds can be true."""

import argparse
import asyncio
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import asyncpg

from infra.embedded import databases, runfile
from infra.embedded.environment import place_of_run


async def broken(urls: dict[str, str]) -> dict[str, list[str]]:
    """Service → the sentences of its invariants that do not hold; services without any are left out."""
    found = {}
    for service, url in urls.items():
        if find_spec(f"services.{service}.invariants") is None:
            continue
        connection = await asyncpg.connect(url)
        try:
            found[service] = list(await import_module(f"services.{service}.invariants").check(connection))
        finally:
            await connection.close()
    return found


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="veilleuse check-data")
    parser.add_argument("--data", type=Path, required=True)
    data = parser.parse_args(arguments).data
    run = runfile.read(data)
    if run is None or not runfile.is_held(data):
        print(f"Rien ne tourne sur {data}. Allumez d'abord : ./veilleuse up", file=sys.stderr)
        return 2
    place = place_of_run(data, int(run["url"].rpartition(":")[2]))
    owners = place.migration()
    urls = {service: owners[f"VEILLEUSE_{service.upper()}_MIGRATION_URL"] for service in databases.SERVICES}
    found = asyncio.run(broken(urls))
    for service, sentences in found.items():
        print(f"{service}: {'tout tient' if not sentences else f'{len(sentences)} manquement(s)'}")
        for sentence in sentences:
            print(f"  - {sentence}")
    if not found:
        print("Aucun invariant n'a été trouvé.", file=sys.stderr)
        return 1
    return 1 if any(found.values()) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
