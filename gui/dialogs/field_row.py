"""One question of a form: its name, the place for the answer, the unit, and under it the rule or the refusal."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from gui.theme import CONTROL_HEIGHT, HEADER_SIZE, Theme

LABEL_PX = 112
UNIT_PX = 44
EXTRA_PX = 96


class FieldRow(QWidget):
    """The refusal takes the place of the rule, in the colour that asks to look."""

    def __init__(
        self, theme: Theme, name: str, editor: QWidget, extra: QWidget | None = None, has_unit: bool = True
    ) -> None:
        super().__init__()
        self._theme = theme
        self._rule = ""
        self._refusal = ""
        self._name = QLabel(name)
        self._name.setFixedWidth(LABEL_PX)
        self._name.setBuddy(editor)
        self._unit = QLabel()
        self._unit.setFixedWidth(UNIT_PX)
        self._unit.setVisible(has_unit)
        self._note = QLabel()
        self._note.setWordWrap(True)
        self._note.setFont(theme.font(HEADER_SIZE))
        self._note.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        editor.setMinimumHeight(CONTROL_HEIGHT)
        editor.setAccessibleName(name)
        self.editor = editor
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setHorizontalSpacing(8)
        layout.setVerticalSpacing(2)
        layout.addWidget(self._name, 0, 0)
        layout.addWidget(editor, 0, 1)
        layout.addWidget(self._unit, 0, 2)
        if extra is not None:
            extra.setMinimumHeight(CONTROL_HEIGHT)
            extra.setFixedWidth(EXTRA_PX)
            layout.addWidget(extra, 0, 3)
        layout.addWidget(self._note, 1, 1, 1, 3)
        layout.setColumnStretch(1, 1)
        self._show_note()

    def set_unit(self, unit: str) -> None:
        self._unit.setText(unit)

    def set_rule(self, rule: str) -> None:
        """What the venue or the bot demands here, in a few words."""
        self._rule = rule
        self._show_note()

    def set_refusal(self, sentence: str) -> None:
        """Why this answer is not taken; "" when it is."""
        self._refusal = sentence
        self._show_note()

    @property
    def refusal(self) -> str:
        return self._refusal

    @property
    def note(self) -> str:
        """What stands under the field now."""
        return self._note.text()

    def _show_note(self) -> None:
        text = self._refusal or self._rule
        palette = self._note.palette()
        colour = self._theme.amber if self._refusal else self._theme.muted
        palette.setColor(QPalette.ColorRole.WindowText, colour)
        self._note.setPalette(palette)
        self._note.setText(text)
        self._note.setVisible(bool(text))
