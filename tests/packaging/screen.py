"""A screen of our own whose picture lies in a file, so that a test sees what a trader would see."""

import os
import shutil
import struct
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PySide6.QtGui import QImage

WIDTH, HEIGHT = 1920, 1200
# The header of an X window dump: 25 big-endian words; afterwards the window's name and a table of colours.
HEADER = struct.Struct(">25I")
COLOUR_BYTES = 12


class Screen:
    """An Xvfb that writes its picture to `folder` as an X window dump."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self._file = folder / "Xvfb_screen0"

    def picture(self) -> npt.NDArray[np.uint8]:
        """Blue, green, red and nothing for every pixel: shape (HEIGHT, WIDTH, 4)."""
        dump = self._file.read_bytes()
        header = HEADER.unpack_from(dump)
        header_bytes, row_bytes, colours = header[0], header[12], header[19]
        start = header_bytes + colours * COLOUR_BYTES
        rows = np.frombuffer(dump, np.uint8, HEIGHT * row_bytes, start).reshape(HEIGHT, row_bytes)
        return rows[:, : WIDTH * 4].reshape(HEIGHT, WIDTH, 4)

    def colours(self) -> int:
        """How many different ones it shows; an empty screen shows one."""
        return len(np.unique(np.ascontiguousarray(self.picture()).view(np.uint32)))

    def save(self, file: Path) -> None:
        """The picture as a PNG."""
        file.parent.mkdir(parents=True, exist_ok=True)
        pixels = self.picture().tobytes()
        QImage(pixels, WIDTH, HEIGHT, WIDTH * 4, QImage.Format.Format_RGB32).save(str(file))


def open_screen(folder: Path) -> Iterator[Screen]:
    """The screen, until the generator goes on; it chooses a free number itself and tells it when it is ready."""
    program = shutil.which("Xvfb")
    if program is None:
        pytest.skip("there is no Xvfb")
    reads, writes = os.pipe()
    options = ["-displayfd", str(writes), "-screen", "0", f"{WIDTH}x{HEIGHT}x24", "-nolisten", "tcp", "-fbdir"]
    server = subprocess.Popen([program, *options, str(folder)], pass_fds=[writes], stderr=subprocess.DEVNULL)
    os.close(writes)
    try:
        with os.fdopen(reads) as told:
            yield Screen(f":{told.readline().strip()}", folder)
    finally:
        server.terminate()
        server.wait(timeout=180)
