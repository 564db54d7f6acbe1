"""The practice exchange of the race: a real program that is killed and begun again, and what its audit says."""

import json
import os
import signal
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.main.program import start_program
from tests.support.warm_programs import Running

SYMBOL = "AAA-BBB"


@dataclass(frozen=True)
class Size:
    """How much there is. `speed` is how much faster than real time the market passes; it quotes twice a second."""

    accounts: int
    bots: int
    lease_s: float
    speed: int = 4
    seed: int = 1


@dataclass
class Exchange:
    """The practice exchange as a program; killed and begun again it keeps its port. `entry` leads to it through the
    desks' lines."""

    folder: Path
    size: Size
    port: int = 0
    entry: int = 0
    _read: int = 0
    _heard: int = 0
    _rows: list[dict[str, Any]] = field(default_factory=list)
    _listening: dict[str, str] = field(default_factory=dict)
    _process: Running | None = None

    def start(self) -> None:
        """Returns when it can be reached."""
        options = ("--symbol", SYMBOL, "--start-price", "100", "--volatility", "0.5", "--cash", "1000000")
        rules = ("--rule", "price_increment=0.01", "--rule", "max_open_orders=1000", "--seed", str(self.size.seed))
        where = ("--folder", str(self.folder), "--port", str(self.port), "--json", "--speed", str(self.size.speed))
        self._process = start_program("practice", "serve", *where, *options, *rules)
        assert self._process.stdout is not None, "piped"
        said = ""
        while not said.rstrip().endswith("}"):
            line = self._process.stdout.readline()
            assert line, f"the exchange ended: {self._process.communicate()[1]}"
            said += line
        self.port = json.loads(said)["port"]

    def kill(self) -> None:
        """As a power cut of the program."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """In order."""
        self._end(signal.SIGTERM)

    def audit(self) -> list[dict[str, Any]]:
        """Every request, in the order in which they were taken."""
        with (self.folder / "audit.jsonl").open("rb") as file:
            file.seek(self._read)
            text = file.read()
        # Half a line at the end is still being written, or was when the exchange was killed.
        whole = text[: text.rfind(b"\n") + 1]
        self._read += len(whole)
        for line in whole.splitlines():
            if line.endswith(b"}"):
                self._rows.append(json.loads(line))
        return self._rows

    def listening(self) -> dict[str, str]:
        """The desk that came last and has reconciled, by account id, where its line is still open."""
        rows = self.audit()
        for row in rows[self._heard :]:
            account_id = f"practice:{row['account']}"
            if row["ask"] == "begin":
                self._listening.clear()
            elif row["ask"] == "listen":
                self._listening[account_id] = row["desk"]
            elif row["ask"] == "bye" and self._listening.get(account_id) == row["desk"]:
                del self._listening[account_id]
        self._heard = len(rows)
        return self._listening

    def _end(self, number: int) -> None:
        if self._process is not None and self._process.poll() is None:
            os.kill(self._process.pid, number)
            self._process.communicate(timeout=180)
            self._process = None
