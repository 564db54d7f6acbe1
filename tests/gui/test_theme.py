"""Text can be read in all six looks, and the bundled font writes Hangul and figures of one width."""

import itertools

import pytest
from PySide6.QtGui import QColor, QFontDatabase, QFontMetricsF, QRawFont
from PySide6.QtWidgets import QApplication

from gui.theme import (
    FONT_FAMILY,
    FONT_FILES,
    RESOURCES,
    Convention,
    Scheme,
    contrast,
    default_convention,
    load_fonts,
    make_theme,
)

LOOKS = list(itertools.product(Scheme, Convention))
SIGNS = "○●◇◆□▲▷▶‖×–−…한글꿇뷁"


@pytest.mark.parametrize(("scheme", "convention"), LOOKS)
def test_every_text_colour_reaches_the_contrast_of_text(scheme: Scheme, convention: Convention) -> None:
    theme = make_theme(scheme, convention)
    for name in ("text", "muted", "stale", "accent", "amber", "danger", "up", "down"):
        for ground in ("window", "panel", "raised"):
            assert contrast(getattr(theme, name), getattr(theme, ground)) >= 4.5, (name, ground)
    assert contrast(QColor("white"), theme.danger_fill) >= 4.5


@pytest.mark.parametrize(("scheme", "convention"), LOOKS)
def test_lines_that_mean_something_reach_the_contrast_of_lines(scheme: Scheme, convention: Convention) -> None:
    theme = make_theme(scheme, convention)
    assert min(contrast(theme.strong_line, ground) for ground in (theme.window, theme.panel, theme.raised)) >= 3


def test_up_is_red_where_korean_is_read_and_green_elsewhere() -> None:
    korean = make_theme(Scheme.DARK, default_convention("ko"))
    western = make_theme(Scheme.DARK, default_convention("en"))
    assert korean.up.red() > korean.up.blue() > 0
    assert korean.down.blue() > korean.down.red()
    assert western.up.green() > western.up.red()
    assert western.down == korean.up


def test_black_on_white_has_the_contrast_of_the_standard() -> None:
    assert contrast(QColor("black"), QColor("white")) == pytest.approx(21.0)


def test_the_bundled_font_is_loaded_and_has_every_sign(qapp: QApplication) -> None:
    load_fonts()
    assert FONT_FAMILY in QFontDatabase.families()
    for name in FONT_FILES:
        raw = QRawFont(str(RESOURCES / "fonts" / name), 13)
        assert [sign for sign in SIGNS if not raw.supportsCharacter(ord(sign))] == []
    assert (RESOURCES / "fonts" / "LICENSE.txt").read_text(encoding="utf-8").count("SIL OPEN FONT LICENSE") >= 1


def test_figures_of_numbers_have_one_width(qapp: QApplication) -> None:
    load_fonts()
    theme = make_theme(Scheme.DARK, Convention.KOREAN)
    numbers = QFontMetricsF(theme.numbers_font())
    assert len({round(numbers.horizontalAdvance(digit * 8), 2) for digit in "0123456789"}) == 1
    words = QFontMetricsF(theme.font())
    assert words.horizontalAdvance("1" * 8) < words.horizontalAdvance("0" * 8), "else the test above proves nothing"
    assert numbers.horizontalAdvance("+") == pytest.approx(numbers.horizontalAdvance("\u2212"), abs=0.5)
