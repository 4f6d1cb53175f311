"""The owner of a service's tables, as whom a test moves the past and looks behind the service's back."""

from typing import Any

import asyncpg


class Owner:
    """Keeps its lines open between statements: a test has a dozen, and each new line is a process of PostgreSQL's."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._pool: Any = None

    async def fetch(self, statement: str, *values: Any) -> list[Any]:
        """The rows of one statement."""
        return list(await (await self._lines()).fetch(statement, *values))

    async def execute(self, statements: str) -> None:
        """Run several statements, parted by semicolons."""
        await (await self._lines()).execute(statements)

    async def close(self) -> None:
        """Every line is given back first."""
        if self._pool is not None:
            await self._pool.close()

    async def _lines(self) -> Any:
        if self._pool is None:
            # no statements kept: a test may alter the tables meanwhile
            self._pool = await asyncpg.create_pool(self._url, min_size=1, max_size=4, statement_cache_size=0)
        return self._pool
