"""The look that tests of the window use, with the bundled font loaded."""

import pytest
from PySide6.QtWidgets import QApplication

from gui.theme import Convention, Scheme, Theme, apply_theme, load_fonts, make_theme


@pytest.fixture
def theme(qapp: QApplication) -> Theme:
    """Dark, Korean colours."""
    load_fonts()
    chosen = make_theme(Scheme.DARK, Convention.KOREAN)
    apply_theme(qapp, chosen)
    return chosen
