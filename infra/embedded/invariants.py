"""`./veilleuse check-data`: asks every service whether what its database holds can be true."""

import argparse
import asyncio
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import asyncpg

from infra.embedded import databases
from infra.embedded.running import running


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
    place = running(data)
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
