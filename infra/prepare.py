"""The first container of the composed house: keys, secrets, databases and tables, made or brought up to date."""

import asyncio
import os
import sys
from pathlib import Path

from infra.embedded import databases, migrations, secrets
from infra.embedded.environment import Place


def main(folder: str) -> None:
    """`folder` is the volume whose parts the other containers see, each only its own."""
    data = Path(folder)
    secrets.make_all(data)
    place = Place(data=data, port=8000, ports={}, postgres_server=os.environ["VEILLEUSE_POSTGRES_URL"])
    asyncio.run(databases.create_databases(place.admin_url, passwords=place.passwords()))
    for service in databases.SERVICES:
        url = data / "secrets" / service / "database_url"
        url.write_text(place.database_url(service, databases.app_role(service)))
        url.chmod(0o600)
    os.environ.update(place.migration())
    migrations.main()


if __name__ == "__main__":
    main(sys.argv[1])
