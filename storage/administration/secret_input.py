"""Secrets from a person or a script: asked for without an echo, or read from a file or a pipe."""

from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from engine.domain.secret import Secret
from engine.errors import UsageError
from storage.vault.key_file import read_secret, text_of

STDIN = "-"
MOST_CHARACTERS = 64 * 1024


class SecretInput:
    """Where this program gets secrets from. `prompt` asks on the terminal and does not show what is typed.

    A pipe gives one line to each that asks for it, in the order in which they ask.
    """

    def __init__(self, stdin: TextIO | None, prompt: Callable[[str], str]) -> None:
        self._stdin = stdin
        self._prompt = prompt

    def read(self, file: str | None, title: str, option: str, *, is_whole: bool = False) -> Secret:
        """From the file, or asked for under `title`; `option` names the file's option. Raises UsageError."""
        if file == STDIN:
            return self._line(title)
        if file is not None:
            return read_secret(Path(file), is_whole=is_whole)
        return self._asked(title, option)

    def read_new(self, file: str | None, title: str, option: str) -> Secret:
        """The same for one that is being chosen: a person types it twice."""
        first = self.read(file, title, option)
        if file is None and self._asked(f"{title} again", option) != first:
            raise UsageError("The two were not the same; nothing was changed.")
        return first

    def _asked(self, title: str, option: str) -> Secret:
        if self._stdin is None or not self._stdin.isatty():
            raise UsageError(f"There is no terminal to ask on; use {option} (- is stdin).")
        try:
            return Secret(self._prompt(f"{title}: "))
        except EOFError:
            raise UsageError(f"{title} was not given.") from None

    def _line(self, title: str) -> Secret:
        try:
            line = "" if self._stdin is None else self._stdin.readline(MOST_CHARACTERS)
        except (OSError, UnicodeDecodeError):
            line = ""
        found = text_of(line)
        if not found:
            raise UsageError(f"{title} was not given on stdin.")
        return found
