"""An embedded server that several desks share while one program keeps it running; its address is told by a file."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.errors import StorageError
from storage.embedded.postgres import EmbeddedPostgres


@contextmanager
def shared_server(folder: Path) -> Iterator[Path]:
    """Run a server in `folder` and give the file with its address, which only this user can read.

    The address carries a password, so it is never printed. The file is gone afterwards. Raises StorageError.
    """
    server = EmbeddedPostgres(folder / "postgres")
    address = folder / "database-url"
    try:
        url = server.start()
        try:
            address.unlink(missing_ok=True)
            with os.fdopen(
                os.open(address, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii"
            ) as file:
                file.write(url + "\n")
        except OSError as error:
            raise StorageError(f"The file {address} cannot be written: {error.strerror}.") from None
        yield address
    finally:
        address.unlink(missing_ok=True)
        server.stop()
