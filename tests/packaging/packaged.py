"""The packaged program as a trader has it: unpacked somewhere, a user, a home, and no Python anywhere."""

import json
import os
import subprocess
from dataclasses import dataclass
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
            return subprocess.Popen(
                [self.executable, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=words,
                stderr=words,
                env=self.environment() | more,
                cwd=self.home,
                **self._who(),
            )

    def ask(self, *arguments: str) -> Any:
        """The JSON answer of a sub-command; fails with its words when it ends in anything but 0."""
        return json.loads(self.run(*arguments, "--json"))

    def run(self, *arguments: str) -> str:
        """What it prints; fails with its words when it ends in anything but 0."""
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
        assert done.returncode == 0, done.stderr
        return done.stdout

    def environment(self) -> dict[str, str]:
        """Nothing of ours: no Python on the PATH, no locale, no variable that could find the source."""
        return {"PATH": str(self.home / "bin"), "HOME": str(self.home), "GRIDWRIGHT_HOME": str(self.desk)}

    def processes(self) -> list[psutil.Process]:
        """Everything alive that runs a program of the folder: the desk, its supervisor, the PostgreSQL server."""
        return [process for process in psutil.process_iter() if self._is_ours(process)]

    def foreign_files(self, pid: int) -> list[str]:
        """What a process has loaded from anywhere but the folder, its own desk and the system's libraries."""
        allowed = (str(self.folder), str(self.home), "/lib/", "/lib64/", "/usr/lib/", "/usr/share/", "/dev/", "/SYSV")
        loaded = {entry.path for entry in psutil.Process(pid).memory_maps() if entry.path.startswith("/")}
        return sorted(path for path in loaded if not path.startswith(allowed))

    def _is_ours(self, process: psutil.Process) -> bool:
        try:
            return process.status() != psutil.STATUS_ZOMBIE and process.exe().startswith(str(self.folder))
        except psutil.Error:
            return False

    def _who(self) -> dict[str, Any]:
        return {} if self.uid is None else {"user": self.uid, "group": self.uid, "extra_groups": []}


def give(path: Path, uid: int | None) -> Path:
    """A new folder that belongs to this user."""
    path.mkdir(mode=0o755)
    if uid is not None:
        os.chown(path, uid, uid)
    return path
