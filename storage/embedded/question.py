"""One question to a server from code that has no event loop, or must not use its own."""

import asyncio
import threading
from typing import Any


def ask(dsn: str, *statements: str, within_s: float = 10.0) -> list[Any]:
    """The first value of the last statement's rows. Raises what asyncpg raises, OSError, or TimeoutError."""
    # Not on top: the supervisor imports this package too, and must not load a database driver.
    import asyncpg

    async def talk() -> list[Any]:
        async with asyncio.timeout(within_s):
            connection = await asyncpg.connect(dsn, ssl=False, timeout=within_s)
            try:
                rows: list[Any] = []
                for statement in statements:
                    rows = [row[0] for row in await connection.fetch(statement) if len(row)]
                return rows
            finally:
                await connection.close(timeout=within_s)

    answers: list[list[Any]] = []
    failures: list[BaseException] = []

    def run() -> None:
        try:
            answers.append(asyncio.run(talk()))
        except BaseException as error:  # noqa: BLE001  # carried to the caller's thread, whatever it is
            failures.append(error)

    thread = threading.Thread(target=run, name="embedded-postgres-question")
    thread.start()
    thread.join()
    if failures:
        raise failures[0]
    return answers[0]
