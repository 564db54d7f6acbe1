"""The packaged program as a trader has it: unpacked somewhere, a user, a home, and no Python anywhere."""

import contextlib
import json
import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

ANSWER_S = 60.0


@dataclass(frozen=True)
class PackagedProgram:
    """`folder` is the unpacked folder, `home` belongs to the user `uid` (None: whoever runs the tests)."""

    folder: Path
    home: Path
    uid: int | None
    _started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def executable(self) -> Path:
        """What a trader clicks on."""
        return self.folder / "gridwright"

    @property
    def desk(self) -> Path:
        """The data folder."""
        return self.home / "My desk 데스크"

    def start(self, *arguments: str, output: Path, **more: str) -> subprocess.Popen[bytes]:
        """Run it beside the test; what it says goes into `output`. `more` are environment variables."""
        with output.open("wb") as words:
            started = subprocess.Popen(
                [self.executable, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=words,
                stderr=words,
                env=self.environment() | more,
                cwd=self.home,
                **self._who(),
            )
        self._started.append(started)
        return started

    @property
    def is_running(self) -> bool:
        """Whether a program that was started beside the test has not ended."""
        return any(started.poll() is None for started in self._started)

    def end(self) -> None:
        """Whatever a test that failed has left behind."""
        for process in self.processes():
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        for started in self._started:
            started.wait()

    def ask(self, *arguments: str) -> Any:
        """The JSON answer of a sub-command; fails with its words when it ends in anything but 0."""
        return json.loads(self.run(*arguments, "--json"))

    def run(self, *arguments: str) -> str:
        """What it prints; fails with its words when it ends in anything but 0."""
        done = self.end_of(*arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def end_of(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """How it ends, and what it said."""
        done: subprocess.CompletedProcess[str] = subprocess.run(
            [self.executable, *arguments],
            capture_output=True,
            text=True,
            encoding="utf-8",
            env=self.environment(),
            cwd=self.home,
            timeout=ANSWER_S,
            check=False,
            **self._who(),
        )
        return done

    def environment(self) -> dict[str, str]:
        """Nothing of ours: no Python on the PATH, no locale, no variable that could find the source."""
        return {"PATH": str(self.home / "bin"), "HOME": str(self.home), "GRIDWRIGHT_HOME": str(self.desk)}

    def processes(self) -> list[psutil.Process]:
        """Everything alive that runs a program of the folder: the desk, its supervisor, the PostgreSQL server."""
        return [process for process in psutil.process_iter() if self._is_ours(process)]

    def loaded(self) -> set[str]:
        """The files whose code any process of the program can run at this moment."""
        return {file for process in self.processes() for file in code_of(process)}

    def foreign_code(self) -> list[str]:
        """What of it is neither in the folder nor a library of the system."""
        allowed = (str(self.folder), "/lib/", "/lib64/", "/usr/lib/")
        return sorted(file for file in self.loaded() if not file.startswith(allowed))

    def _is_ours(self, process: psutil.Process) -> bool:
        try:
            return process.status() != psutil.STATUS_ZOMBIE and process.exe().startswith(str(self.folder))
        except psutil.Error:
            return False

    def _who(self) -> dict[str, Any]:
        return {} if self.uid is None else {"user": self.uid, "group": self.uid, "extra_groups": []}


def code_of(process: psutil.Process) -> set[str]:
    """The executable files in its memory; nothing when it ended meanwhile."""
    try:
        maps = process.memory_maps(grouped=False)
    except psutil.Error:
        return set()
    return {entry.path for entry in maps if "x" in entry.perms and entry.path.startswith("/")}


def give(path: Path, uid: int | None) -> Path:
    """A new folder that belongs to this user."""
    path.mkdir(mode=0o755)
    if uid is not None:
        os.chown(path, uid, uid)
    return path
