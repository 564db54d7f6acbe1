"""Secrets in files of the person alone: key files, and passphrases for scripts."""

import base64
import binascii
import os
import stat
from pathlib import Path

from engine.domain import phrases
from engine.domain.secret import Secret
from engine.domain.sentences import say
from engine.errors import UsageError
from storage.vault.key import Key

MARK = "gridwright-vault-key"
FORMAT = "1"
MOST_BYTES = 16 * 1024


def key_line(wrapping_id: str, key: Key) -> Secret:
    """A wrapping key as the one line of a key file, a keychain's entry or an environment variable."""
    return Secret(f"{MARK} {FORMAT} {wrapping_id} {base64.b64encode(key.reveal()).decode('ascii')}")


def parse_key_line(line: Secret) -> tuple[str, Key]:
    """The wrapping's id and its key. Raises UsageError."""
    words = line.reveal().split()
    try:
        mark, number, wrapping_id, text = words
        if mark == MARK and number == FORMAT:
            return wrapping_id, Key(base64.b64decode(text, validate=True))
    except (ValueError, binascii.Error):
        pass
    raise UsageError(say(phrases.VAULT_KEY_BAD))


def read_secret(file: Path, *, is_whole: bool = False) -> Secret:
    """A file's first line, or all its text; without the last line's end. Raises UsageError where others may read it."""
    try:
        # One descriptor is asked and read, so that nobody can exchange the file in between.
        descriptor = os.open(
            file.expanduser(), os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
        )
        with os.fdopen(descriptor, "rb") as opened:
            found = os.fstat(descriptor)
            if os.name == "posix" and stat.S_ISREG(found.st_mode) and found.st_mode & 0o077:
                raise UsageError(say(phrases.SECRET_FILE_OPEN, file=str(file)))
            content = opened.read(MOST_BYTES) or b""
    except OSError as error:
        cause = error.strerror or type(error).__name__
        raise UsageError(say(phrases.SECRET_FILE_UNREADABLE, file=str(file), cause=cause)) from None
    # Not decoded strictly: that error would carry the content.
    text = content.decode(errors="surrogateescape")
    if not text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in text):
        raise UsageError(say(phrases.SECRET_FILE_UNREADABLE, file=str(file), cause="it is not UTF-8 text"))
    found_text = text_of(text, is_whole=is_whole)
    if not found_text:
        raise UsageError(say(phrases.SECRET_FILE_EMPTY, file=str(file)))
    return found_text


def text_of(text: str, *, is_whole: bool = False) -> Secret:
    """What a file or a pipe holds as a secret: its first line, or all of it, without the last line's end."""
    lines = text.removeprefix("\ufeff").splitlines()
    return Secret("\n".join(lines if is_whole else lines[:1]))


def write_secret(file: Path, secret: Secret) -> None:
    """Write a new file that only the person may read. Raises UsageError, also when there is such a file."""
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0), 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
            opened.write(secret.reveal() + "\n")
            opened.flush()
            os.fsync(descriptor)
    except OSError as error:
        cause = error.strerror or type(error).__name__
        raise UsageError(say(phrases.SECRET_FILE_UNWRITABLE, file=str(file), cause=cause)) from None
