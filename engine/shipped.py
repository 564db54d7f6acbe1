"""Where the files lie that come with the program and are not code: fonts, icons, translations, migrations."""

import sys
from pathlib import Path


def shipped(*parts: str) -> Path:
    """A file or folder of the project's tree, whether the program runs from its source or packaged.

    The packaged program keeps the tree's own names below the folder that PyInstaller calls `_MEIPASS`.
    """
    bundle: str | None = getattr(sys, "_MEIPASS", None)
    root = Path(__file__).resolve().parents[1] if bundle is None else Path(bundle)
    return root.joinpath(*parts)
