"""The bar over orders, fills and log that narrows them to the chosen bot."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QWidget

from engine.domain.views import EngineView
from gui.bot_list import halves
from gui.theme import GRID, PAD


class BotFilter(QWidget):
    """Off: all bots. On: the bot that is chosen in the bots table, whichever that is at the time."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.followed: str | None = None
        self._halves: tuple[str, ...] = ()
        self._only = QCheckBox(self.tr("Only the chosen bot"))
        self._only.toggled.connect(self.changed)
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(GRID, PAD, GRID, PAD)
        self.row.setSpacing(2 * GRID)
        self.row.addWidget(self._only)
        self.row.addStretch()

    @property
    def bot_id(self) -> str | None:
        """The bot to show alone, or None for all."""
        return self.followed if self._only.isChecked() else None

    @property
    def bot_ids(self) -> tuple[str | None, ...]:
        """The ids under which the bot trades that is shown alone; (None,) for all bots."""
        return self._halves if self.bot_id is not None else (None,)

    def set_only_chosen(self, only: bool) -> None:
        self._only.setChecked(only)

    def show_bots(self, view: EngineView, bot_id: str | None) -> None:
        """Follow the choice and name it."""
        if bot_id == self.followed and bot_id is None:
            return
        self.followed = bot_id
        self._halves = () if bot_id is None else halves(view, bot_id)
        name = next((shown.bot.name for shown in view.bots if shown.bot.bot_id == bot_id), "")
        text = self.tr("Only {bot}").format(bot=name) if name else self.tr("Only the chosen bot")
        if text != self._only.text():
            self._only.setText(text)

    def allows(self, bot_id: str) -> bool:
        return self.bot_id is None or bot_id in self._halves
