"""How everything looks: colours by meaning, fonts, measures. Widgets take a `Theme` and never name a colour themselves.

Fusion under an explicit palette and no style sheets: a style sheet repaints tables at half the speed.
"""

from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication

from engine.shipped import shipped

FONT_FAMILY = "Pretendard"
FONT_FILES = ("Pretendard-Regular.otf", "Pretendard-Medium.otf", "Pretendard-SemiBold.otf")
RESOURCES = shipped("resources")

#: Measures in device-independent pixels.
GRID = 8
PAD = 4
ROW_HEIGHT = 24
CONTROL_HEIGHT = 28
FONT_SIZE = 13
HEADER_SIZE = 11


OUTLINED_CONTROLS = ("QCheckBox", "QRadioButton", "QComboBox", "QLineEdit", "QAbstractSpinBox", "QPushButton")


class Scheme(StrEnum):
    DARK = "dark"
    LIGHT = "light"


class Convention(StrEnum):
    """Which colours mean up (and buy) and down (and sell)."""

    KOREAN = "korean"
    WESTERN = "western"
    COLOUR_BLIND = "colour_blind"


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours by meaning. Text colours reach 4.5:1 on window, panel and raised.

    `up` and `down` also colour buy and sell. `amber` asks to look, `danger` says that money is at risk, `stale` is
    for values that are too old to trust. `line` separates; `strong_line` carries meaning and reaches 3:1.
    """

    scheme: Scheme
    convention: Convention
    window: QColor
    panel: QColor
    raised: QColor
    line: QColor
    strong_line: QColor
    text: QColor
    muted: QColor
    stale: QColor
    accent: QColor
    amber: QColor
    danger: QColor
    up: QColor
    down: QColor

    @property
    def is_dark(self) -> bool:
        return self.scheme is Scheme.DARK

    @property
    def on_accent(self) -> QColor:
        """Text on a field filled with accent, danger, up, down or amber."""
        return self.window if self.is_dark else self.panel

    @property
    def danger_fill(self) -> QColor:
        """The one red field: white letters on it reach 4.5:1 in both schemes."""
        return QColor("#CF2A3E")

    def font(self, size_px: int = FONT_SIZE, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
        """The interface font."""
        font = QFont(FONT_FAMILY)
        font.setPixelSize(size_px)
        font.setWeight(weight)
        return font

    def numbers_font(self, size_px: int = FONT_SIZE, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
        """The interface font with figures of one width, so that changing digits do not move."""
        font = self.font(size_px, weight)
        font.setFeature(QFont.Tag("tnum"), 1)
        return font

    def header_font(self) -> QFont:
        """Small letter-spaced capitals over a column or a group."""
        font = self.font(HEADER_SIZE, QFont.Weight.Medium)
        font.setCapitalization(QFont.Capitalization.AllUppercase)
        font.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, 0.5)
        return font

    def palette(self) -> QPalette:
        """The same colours under Qt's names."""
        palette = QPalette()
        role = QPalette.ColorRole
        for name, colour in (
            (role.Window, self.window),
            (role.WindowText, self.text),
            (role.Base, self.panel),
            (role.AlternateBase, self.panel),
            (role.Text, self.text),
            (role.PlaceholderText, self.muted),
            (role.Button, self.raised),
            (role.ButtonText, self.text),
            (role.BrightText, self.danger),
            (role.ToolTipBase, self.raised),
            (role.ToolTipText, self.text),
            (role.Highlight, mix(self.accent, self.panel, 0.16 if self.is_dark else 0.10)),
            (role.HighlightedText, self.text),
            (role.Accent, self.accent),
            (role.Link, self.accent),
            (role.LinkVisited, self.accent),
            (role.Light, mix(self.text, self.raised, 0.08)),
            (role.Midlight, self.raised),
            (role.Mid, self.line),
            (role.Dark, self.line),
            (role.Shadow, self.window),
        ):
            palette.setColor(name, colour)
        for name in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText):
            palette.setColor(QPalette.ColorGroup.Disabled, name, mix(self.muted, self.panel, 0.6))
        return palette


def mix(front: QColor, back: QColor, share: float) -> QColor:
    """`share` of `front` laid over `back`, opaque."""
    return QColor.fromRgbF(
        front.redF() * share + back.redF() * (1 - share),
        front.greenF() * share + back.greenF() * (1 - share),
        front.blueF() * share + back.blueF() * (1 - share),
    )


def contrast(one: QColor, other: QColor) -> float:
    """Contrast ratio of two colours as accessibility guidelines define it, 1 to 21."""

    def luminance(colour: QColor) -> float:
        parts = (colour.redF(), colour.greenF(), colour.blueF())
        red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


_UP_DOWN = {
    (Scheme.DARK, Convention.KOREAN): ("#F0566A", "#4F8DF7"),
    (Scheme.DARK, Convention.WESTERN): ("#2FBF8F", "#F0566A"),
    (Scheme.DARK, Convention.COLOUR_BLIND): ("#4F8DF7", "#F08A3C"),
    (Scheme.LIGHT, Convention.KOREAN): ("#C4263F", "#1D5FD0"),
    (Scheme.LIGHT, Convention.WESTERN): ("#0B7554", "#C4263F"),
    (Scheme.LIGHT, Convention.COLOUR_BLIND): ("#1D5FD0", "#A84F08"),
}


def make_theme(scheme: Scheme, convention: Convention) -> Theme:
    """One of the six looks."""
    up, down = (QColor(name) for name in _UP_DOWN[scheme, convention])
    if scheme is Scheme.DARK:
        return Theme(
            scheme=scheme,
            convention=convention,
            window=QColor("#0F1318"),
            panel=QColor("#151B22"),
            raised=QColor("#1C242D"),
            line=QColor("#28323D"),
            strong_line=QColor("#6B7887"),
            text=QColor("#E6EBF0"),
            muted=QColor("#8A97A5"),
            stale=QColor("#818D9B"),
            accent=QColor("#4C9AFF"),
            amber=QColor("#F2B84B"),
            danger=QColor("#FF4D5E"),
            up=up,
            down=down,
        )
    return Theme(
        scheme=scheme,
        convention=convention,
        window=QColor("#F5F7F9"),
        panel=QColor("#FFFFFF"),
        raised=QColor("#EDF1F4"),
        line=QColor("#DDE3E9"),
        strong_line=QColor("#7F8B97"),
        text=QColor("#17202A"),
        muted=QColor("#5C6874"),
        stale=QColor("#626D78"),
        accent=QColor("#1560C4"),
        amber=QColor("#855700"),
        danger=QColor("#C8102E"),
        up=up,
        down=down,
    )


def default_convention(language: str) -> Convention:
    """Red means up where Korean is read, green elsewhere. `language` is "ko" or "en"."""
    return Convention.KOREAN if language == "ko" else Convention.WESTERN


def load_fonts() -> None:
    """Give Qt the bundled font. Raises RuntimeError when a file is missing, because Hangul would turn into boxes."""
    for name in FONT_FILES:
        file = RESOURCES / "fonts" / name
        if QFontDatabase.addApplicationFont(str(file)) < 0:
            raise RuntimeError(f"The font file {file} is missing or broken; install the program again.")


def apply_theme(app: QApplication, theme: Theme) -> None:
    """Style, palette and font of the whole program."""
    app.setStyle("Fusion")
    app.setPalette(theme.palette())
    controls = theme.palette()
    if theme.is_dark:
        # Fusion outlines a control with its window colour, darkened: on dark ground nobody sees a check box.
        controls.setColor(QPalette.ColorRole.Window, theme.strong_line)
    for kind in OUTLINED_CONTROLS:
        # The stub asks for bytes, the binding takes a str.
        QApplication.setPalette(controls, kind)  # type: ignore[arg-type]
    app.setFont(theme.font())
