"""File locks the system takes back when a process dies, however it dies; the only truth about who is alive."""

import os
import sys
import time
from pathlib import Path

POLL_S = 0.02

if sys.platform == "win32":  # untested: no Windows machine was at hand
    import ctypes
    import msvcrt
    from ctypes import wintypes

    FAIL_IMMEDIATELY, EXCLUSIVE = 1, 2

    class _Overlapped(ctypes.Structure):
        _fields_ = (
            ("internal", ctypes.c_void_p),
            ("internal_high", ctypes.c_void_p),
            ("offset", wintypes.DWORD),
            ("offset_high", wintypes.DWORD),
            ("event", wintypes.HANDLE),
        )

    def _lock(fd: int, *, shared: bool) -> bool:
        flags = FAIL_IMMEDIATELY | (0 if shared else EXCLUSIVE)
        handle = wintypes.HANDLE(msvcrt.get_osfhandle(fd))
        return bool(ctypes.windll.kernel32.LockFileEx(handle, flags, 0, 1, 0, ctypes.byref(_Overlapped())))

else:
    import fcntl

    def _lock(fd: int, *, shared: bool) -> bool:
        try:
            fcntl.flock(fd, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


class FileLock:
    """One lock on one file. Closing the file gives it back, and so does the death of its process."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fd: int | None = None

    @property
    def held(self) -> bool:
        """Whether this object holds it."""
        return self._fd is not None

    def fileno(self) -> int:
        """For a child that shall keep the lock alive with us; only while it is held."""
        if self._fd is None:
            raise RuntimeError(f"{self._path} is not locked by this object")
        return self._fd

    def try_acquire(self, *, shared: bool) -> bool:
        """Take it now or not at all. Raises OSError when the folder does not allow the file."""
        if self._fd is not None:
            raise RuntimeError(f"{self._path} is locked by this object already")
        fd = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        taken = False
        try:
            taken = _lock(fd, shared=shared)
        finally:
            if not taken:
                os.close(fd)
        if taken:
            self._fd = fd
        return taken

    def acquire(self, *, shared: bool, within_s: float) -> bool:
        """Take it before the deadline, or say that it could not be had."""
        deadline = time.monotonic() + within_s
        while not self.try_acquire(shared=shared):
            if time.monotonic() > deadline:
                return False
            time.sleep(POLL_S)
        return True

    def release(self) -> None:
        """Give it back; nothing happens when it is not held."""
        fd, self._fd = self._fd, None
        if fd is not None:
            os.close(fd)


def is_free(path: Path, *, shared: bool = True) -> bool:
    """Whether the lock could be had just now; a shared look does not disturb another shared look."""
    lock = FileLock(path)
    if not lock.try_acquire(shared=shared):
        return False
    lock.release()
    return True
