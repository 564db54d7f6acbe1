"""What the supervisor tells the programs: one small file, replaced as a whole."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

Phase = Literal["starting", "ready", "failed", "stopped"]

FILE_NAME = "server.json"


@dataclass(frozen=True, slots=True)
class ServerState:
    """A server as its supervisor last saw it. Whether that supervisor still lives, only its lock can tell."""

    phase: Phase
    port: int
    pid: int
    supervisor_pid: int
    started_at: str
    reason: str = ""

    def write(self, data_dir: Path) -> None:
        """Whole or not at all, readable by its owner alone."""
        fresh = data_dir / f"{FILE_NAME}.{os.getpid()}"
        fd = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(fd, "w", encoding="utf-8") as file:
            json.dump(asdict(self), file)
        fresh.replace(data_dir / FILE_NAME)

    @staticmethod
    def read(data_dir: Path) -> "ServerState | None":
        """The last state written, or nothing when there is none that can be read."""
        try:
            return ServerState(**json.loads((data_dir / FILE_NAME).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None
