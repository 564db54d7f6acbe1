"""One desk of the race: a real `main.py --no-gui` with a folder of its own, and everything that may befall it."""

import os
import re
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from engine.domain.views import EngineState
from engine.errors import StorageUnavailable
from storage.desk import desk_identity
from tests.main.program import ROOT, environment
from tests.support.waiting import wait_until_async
from tests.support.warm_programs import STDOUT, Running, start

#: What a program says last that cannot start for want of the database.
DATABASE_AWAY = re.compile("database (does not answer|answers at)|hung up|connection to the database was lost")


@dataclass
class RaceDesk:
    """Its process, and since when it has been well (None: it is not; times by time.time())."""

    name: str
    folder: Path
    database_url: str
    redis_url: str
    lease_s: float
    well_since: float | None = None
    starts: int = 0
    troubles: set[str] = field(default_factory=set)
    spans: list[tuple[float, float]] = field(default_factory=list)
    _process: Running | None = None

    @property
    def desk_id(self) -> str:
        return desk_identity(self.folder)

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Begin, or begin again."""
        self.starts += 1
        options = ["--database-url", self.database_url, "--redis-url", self.redis_url, "--lease", str(self.lease_s)]
        with (self.folder / f"output-{self.starts}.txt").open("wb") as output:
            self._process = start(
                [str(ROOT / "main.py"), "--no-gui", "--data-folder", str(self.folder), *options],
                environment=environment(), stdout=output, stderr=STDOUT,
            )  # fmt: skip

    def kill(self) -> None:
        """As a power cut of the program."""
        self.ill("killed")
        self._signal(signal.SIGKILL)
        self._end()

    def pause(self) -> None:
        """As a laptop that is closed."""
        self.ill("stopped")
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """As one that is opened again."""
        self._signal(signal.SIGCONT)

    def ask_to_end(self) -> None:
        """As a person who ends it in order."""
        self.ill("ended")
        self._signal(signal.SIGTERM)

    @property
    def output(self) -> str:
        """All that it said since it was last started."""
        return (self.folder / f"output-{self.starts}.txt").read_text(encoding="utf-8", errors="replace")

    def start_again_if_it_could_not(self) -> None:
        """As the service manager of docs/operations.md does with a desk that lost the database before it was up.

        Raises AssertionError when it ended otherwise: a desk that runs waits for the database, and ends for nothing.
        """
        if self.is_running:
            return
        output = self.output
        statuses = [line for line in output.splitlines() if " | " in line]
        is_starting = all(line.startswith(EngineState.STARTING) for line in statuses)
        code = self._end()
        fine = code == StorageUnavailable.exit_code and is_starting and DATABASE_AWAY.search(output)
        assert fine, f"{self.name} ended by itself with {code}: {output[-2000:]}"
        self.start()

    async def ended(self, within_s: float) -> int:
        """Its exit code. Raises AssertionError when it runs on."""
        await wait_until_async(lambda: not self.is_running, what=f"{self.name} to end", within_s=within_s)
        return self._end()

    def ill(self, trouble: str) -> None:
        """From now on it cannot be expected to run anything."""
        self.troubles.add(trouble)
        if self.well_since is not None:
            self.spans.append((self.well_since, time.time()))
            self.well_since = None

    def well(self, at: float) -> None:
        """It can be expected to run accounts again."""
        if not self.troubles and self.well_since is None:
            self.well_since = at

    def well_spans(self, now: float) -> Iterator[tuple[float, float]]:
        """When it was well."""
        yield from self.spans
        if self.well_since is not None:
            yield self.well_since, now

    def _signal(self, number: int) -> None:
        if self._process is not None and self._process.poll() is None:
            os.kill(self._process.pid, number)

    def _end(self) -> int:
        assert self._process is not None, "it was started"
        code = self._process.wait()
        self._process = None
        return code
