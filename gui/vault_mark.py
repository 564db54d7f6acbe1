"""A small lock in the status line: nothing without a vault, amber while it is locked, quiet while it is open."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QToolButton, QWidget

from engine.domain.secret import VaultState
from gui.icons import SIZE, Sign, icon
from gui.theme import CONTROL_HEIGHT, Theme


class VaultMark(QToolButton):
    """`clicked` asks to unlock, or whether to lock."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._state = VaultState.ABSENT
        self.setAutoRaise(True)
        self.setIconSize(QSize(SIZE, SIZE))
        self.setMinimumHeight(CONTROL_HEIGHT)
        self.show_state(VaultState.ABSENT, ())

    @property
    def state(self) -> VaultState:
        return self._state

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.setFont(theme.font())
        self._show_colour()

    def show_state(self, state: VaultState, waiting: Sequence[str]) -> None:
        """`waiting` are the names of accounts that stay unconnected until somebody unlocks."""
        self._state = state
        is_locked = state is VaultState.LOCKED
        text = ""
        tip = self.tr("The vault is open.")
        if is_locked:
            text = self.tr("Vault locked")
            tip = self.tr("The vault is locked; click to unlock it.")
            if waiting:
                text = self.tr("Vault locked, accounts waiting: {count}").format(count=len(waiting))
                tip = self.tr("These accounts wait for it: {names}").format(names=", ".join(waiting))
        self.setText(text)
        self.setToolTip(tip)
        self.setAccessibleName(text or tip)
        self.setToolButtonStyle(
            Qt.ToolButtonStyle.ToolButtonTextBesideIcon if text else Qt.ToolButtonStyle.ToolButtonIconOnly
        )
        self.setVisible(state is not VaultState.ABSENT)
        self._show_colour()

    def _show_colour(self) -> None:
        is_locked = self._state is VaultState.LOCKED
        colour = self._theme.amber if is_locked else self._theme.muted
        self.setIcon(icon(Sign.LOCKED if is_locked else Sign.UNLOCKED, colour))
        palette = self.palette()
        palette.setColor(palette.ColorRole.ButtonText, colour)
        self.setPalette(palette)
