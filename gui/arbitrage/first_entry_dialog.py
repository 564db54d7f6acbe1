"""A two-leg bot's first entry with real money, before it may be sent: both orders, their money, the fees."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QLabel, QPushButton, QVBoxLayout, QWidget

from engine.domain.arbitrage import ArbitrageConfig
from engine.domain.live_messages import ConfirmBot
from engine.domain.views import BotView, EngineView
from gui.arbitrage.entry_summary import EntrySummary
from gui.arbitrage.live_frame import LiveFrame
from gui.arbitrage.pair_questions import markets_of, pair_start_question, plan_of
from gui.dialogs.later_or_send import add_later_or_send
from gui.sentences import translate
from gui.theme import GRID, Theme


class FirstEntryDialog(QDialog):
    """`confirmed(ConfirmBot)` when a person has seen what an entry is and lets the bot enter."""

    confirmed = Signal(object)

    def __init__(self, theme: Theme, view: EngineView, shown: BotView, parent: QWidget) -> None:
        super().__init__(parent)
        self._shown = shown
        self.frame = LiveFrame(theme)
        self.sentence = QLabel()
        self.sentence.setWordWrap(True)
        self.summary = EntrySummary(theme)
        self.send_button = QPushButton(self.tr("Let it enter"))
        self._lay_out()
        self._show(view)

    def _lay_out(self) -> None:
        self.setWindowTitle(self.tr("First entry of {bot} with real money").format(bot=self._shown.bot.name))
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        column.setSpacing(GRID)
        for widget in (self.frame, self.sentence, self.summary):
            column.addWidget(widget)
        column.addStretch(1)
        later = QPushButton(self.tr("Not now"))
        add_later_or_send(column, later, self.send_button)
        later.clicked.connect(self.reject)
        self.send_button.clicked.connect(self._submit)
        self.resize(860, 300)

    def _show(self, view: EngineView) -> None:
        markets, plan = markets_of(view, self._shown), plan_of(view, self._shown, with_means=True)
        config = self._shown.bot.config
        if markets is None or plan is None or not isinstance(config, ArbitrageConfig):
            self.sentence.setText(self.tr("One of its two markets is not there, so its orders cannot be shown."))
            self.send_button.setEnabled(False)
            return
        self.frame.show_markets(markets)
        self.sentence.setText(
            self.tr("It is asked once for each bot. {what}").format(what=pair_start_question(view, self._shown).text)
        )
        problems = tuple(translate(refusal.sentence) for refusal in plan.refusals)
        remark = self.tr("At the best prices of now; an entry waits until its premium is there.")
        self.summary.show_plan(config, plan, *markets, problems, (remark,))

    def _submit(self) -> None:
        self.confirmed.emit(ConfirmBot(self._shown.bot.bot_id))
        self.accept()
