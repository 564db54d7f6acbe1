"""A folder for what tests throw away: in memory where the system has enough of it, because disks make it slow."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MEMORY = Path("/dev/shm")
#: A database of the tests takes 15 MB, and a worker keeps few at a time.
ENOUGH_BYTES = 2 * 1024**3


def fast_place() -> Path | None:
    """Where such folders are made; None is the system's own place."""
    is_fast = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= ENOUGH_BYTES
    return MEMORY if is_fast else None


@contextmanager
def fast_folder(name: str) -> Iterator[Path]:
    """A folder of this run alone, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix=f"gridwright-{name}-", dir=fast_place()) as folder:
        yield Path(folder)
