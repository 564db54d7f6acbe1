"""What programs say about themselves, kept in their folder; stderr is for people."""

import logging
import logging.handlers
from pathlib import Path

LOG_BYTES, LOG_FILES = 5_000_000, 5


def log_to(folder: Path, level: str) -> None:
    """Keep what programs say about themselves in their folder; stderr is for people."""
    file = folder / "logs" / "gridwright.log"
    file.parent.mkdir(exist_ok=True)
    handler = logging.handlers.RotatingFileHandler(
        file, maxBytes=LOG_BYTES, backupCount=LOG_FILES, encoding="utf-8", delay=True
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s"))
    logging.getLogger().addHandler(handler)
    logging.getLogger().setLevel(level.upper())
    logging.captureWarnings(capture=True)
