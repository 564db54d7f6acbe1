"""The ladder panel: the drawing and, beside it, the same as a table; without a bot, what to do."""

import time
from collections.abc import Callable, Hashable
from decimal import Decimal

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QPushButton, QSplitter, QStackedLayout, QVBoxLayout, QWidget

from engine.domain.bot import AccountMode, BotState
from engine.domain.instrument import Instrument
from engine.domain.live import ForeignOrder
from engine.domain.views import AccountView, BotView, EngineView, MarketView
from gui.freshness import freshness, modes_by_venue
from gui.ladder.edge_drag import free_quote
from gui.ladder.ladder_view import LadderView
from gui.ladder.rung_groups import resting_orders
from gui.ladder.rung_table import RungRow, rows_of, rung_columns
from gui.models.table_model import TableModel
from gui.models.table_view import TableView
from gui.theme import CONTROL_HEIGHT, GRID, Theme

CHECK_MS = 1000
#: From this width on there is room for the table beside the drawing.
TABLE_FROM_PX = 640


class LadderPanel(QWidget):
    """`edit_requested(bot_id, GridConfig)` when an edge of the range was dragged and dropped where it is allowed.

    `new_grid_requested` when the button of the empty state is pressed.
    """

    edit_requested = Signal(str, object)
    new_grid_requested = Signal()

    def __init__(self, theme: Theme, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._theme = theme
        self._clock = clock
        self._bot: BotView | None = None
        self._market: MarketView | None = None
        self._free: Decimal | None = None
        self._mode = AccountMode.LIVE
        self._is_stale = False
        self.ladder = LadderView(theme, clock)
        self._note = QLabel()
        self._note.setMargin(GRID)
        self._note.setWordWrap(True)
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._splitter.setHandleWidth(1)
        self._splitter.setChildrenCollapsible(True)
        self._table: TableView[RungRow] | None = None
        self._model: TableModel[RungRow] | None = None
        self._units = ("", "")
        self._empty = QWidget()
        self._empty_text = QLabel(self.tr("Choose a bot, or make a new grid, to see its ladder here."))
        self._new = QPushButton(self.tr("New grid..."))
        self._stack = QStackedLayout(self)
        self._check = QTimer(self)
        self._check.setInterval(CHECK_MS)
        self._check.timeout.connect(self._second_passed)
        self._check.start()
        self._build()
        self.set_theme(theme)

    def show_view(self, view: EngineView, bot_id: str | None) -> None:
        """Show a snapshot. Cheap when neither the bot nor its market nor the free money changed."""
        bot = next((shown for shown in view.bots if shown.bot.bot_id == bot_id and shown.bot.is_grid), None)
        market = None
        if bot is not None:
            key = (bot.bot.venue, bot.bot.symbol)
            market = next((found for found in view.markets if found.instrument.key == key), None)
        if bot is None or market is None:
            self._bot, self._market = None, None
            self._stack.setCurrentIndex(0)
            return
        account = next((shown for shown in view.accounts if shown.account.account_id == bot.bot.account_id), None)
        free = free_quote(account, market.instrument.quote)
        self.ladder.show_foreign(foreign_orders(account, market.instrument.symbol))
        is_same_bot = bot is self._bot or bot == self._bot
        is_same_price = self._market is not None and (market.last, market.instrument) == (
            self._market.last,
            self._market.instrument,
        )
        self._mode = modes_by_venue(view).get(market.instrument.venue, AccountMode.LIVE)
        is_stale = freshness(market, self._mode, self._clock()).is_stale
        before_s = self._market.received_at_s if self._market is not None else None
        self._market = market
        if is_same_bot and is_same_price and free == self._free and is_stale == self._is_stale and before_s is not None:
            return
        self._bot, self._free, self._is_stale = bot, free, is_stale
        self._show(bot, market, is_same_bot)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.ladder.set_theme(theme)
        if self._table is not None:
            self._table.set_theme(theme)
        self._note.setFont(theme.font(12))
        self._empty_text.setFont(theme.font())
        palette = self._note.palette()
        palette.setColor(palette.ColorRole.WindowText, theme.muted)
        self._note.setPalette(palette)
        self._empty_text.setPalette(palette)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_table()

    @property
    def table(self) -> TableView[RungRow] | None:
        """The table of rungs, once there was a bot to show."""
        return self._table

    @property
    def note(self) -> str:
        """What stands over the ladder about the bot's state and place; "" while it runs here."""
        return self._note.text()

    @property
    def is_empty(self) -> bool:
        """Whether there is no bot to show."""
        return self._stack.currentIndex() == 0

    @property
    def new_button(self) -> QPushButton:
        return self._new

    def _build(self) -> None:
        empty = QVBoxLayout(self._empty)
        self._empty_text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty_text.setWordWrap(True)
        self._new.setFixedHeight(CONTROL_HEIGHT)
        self._new.clicked.connect(self.new_grid_requested)
        empty.addStretch(1)
        empty.addWidget(self._empty_text)
        empty.addWidget(self._new, 0, Qt.AlignmentFlag.AlignHCenter)
        empty.addStretch(1)
        full = QWidget()
        column = QVBoxLayout(full)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._note)
        column.addWidget(self._splitter, 1)
        self._splitter.addWidget(self.ladder)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(full)
        self.ladder.edge_dropped.connect(self._edge_dropped)
        self.ladder.rung_chosen.connect(self._rung_chosen)
        self.setFocusProxy(self.ladder)

    def _show(self, bot: BotView, market: MarketView, is_same_bot: bool) -> None:
        self.ladder.show_bot(bot, market.instrument, market.last, self._free, self._is_stale)
        if not is_same_bot:
            self._show_table(bot, market.instrument)
            note = " ".join(part for part in (self._place_of(bot), self._note_for(bot)) if part)
            self._note.setText(note)
            self._note.setVisible(bool(note))
        self._stack.setCurrentIndex(1)

    def _show_table(self, bot: BotView, instrument: Instrument) -> None:
        if self._table is None or self._units != (instrument.quote, instrument.base):
            self._make_table(instrument)
        if self._model is not None:
            self._model.show_rows(rows_of(bot.rungs, resting_orders(bot.open_orders), instrument))

    def _fit_table(self) -> None:
        """A table of which one column and a half can be seen says nothing: the drawing gets the room."""
        if self._table is not None:
            self._table.setVisible(self.width() >= TABLE_FROM_PX)

    def _make_table(self, instrument: Instrument) -> None:
        """Headers carry units, so another pair of assets gets its own table."""
        self._units = (instrument.quote, instrument.base)
        self._model = TableModel(rung_columns(*self._units), lambda row: row.rung.index)
        table = TableView(self._model, self._theme)
        table.setAccessibleName(self.tr("Rungs"))
        table.chosen.connect(self._row_chosen)
        old, self._table = self._table, table
        if old is None:
            self._splitter.addWidget(table)
            self._splitter.setStretchFactor(0, 2)
            self._splitter.setStretchFactor(1, 1)
        else:
            self._splitter.replaceWidget(1, table)
            old.deleteLater()
        self._fit_table()

    def _place_of(self, bot: BotView) -> str:
        if bot.elsewhere is None:
            return ""
        if not bot.elsewhere:
            return self.tr("No desk runs this bot: its orders rest as they are and nothing is decided.")
        text = self.tr("The desk {desk} runs this bot; the price is the last recorded one.")
        return text.format(desk=bot.elsewhere)

    def _note_for(self, bot: BotView) -> str:
        match bot.bot.state:
            case BotState.STOPPED if not bot.rungs:
                return self.tr("Not started: this is the ladder as planned at the present price.")
            case BotState.WAITING:
                return self.tr("Waiting for the trigger price: this is the ladder as planned.")
            case BotState.STARTING:
                return self.tr("Starting: the first base is being bought, then the ladder is placed.")
            case BotState.REBALANCING:
                return self.tr("Changing to the new ladder: old orders go, base is bought or sold to fit.")
            case BotState.PAUSED:
                return self.tr("Paused: nothing rests on the venue, every rung is kept as it is.")
            case BotState.STOPPING:
                return self.tr("Stopping: the orders are being cancelled.")
            case BotState.ERROR:
                return self.tr("Not traded until you have looked: the log says what happened.")
            case _:
                return ""

    def _row_chosen(self, key: Hashable | None) -> None:
        if isinstance(key, int):
            self.ladder.choose_rung(key)

    def _rung_chosen(self, index: int) -> None:
        if self._table is not None:
            self._table.choose(index)

    def _edge_dropped(self, config: object) -> None:
        if self._bot is not None:
            self.edit_requested.emit(self._bot.bot.bot_id, config)

    def _second_passed(self) -> None:
        if self._model is not None:
            self._model.resort()
        if self._bot is None or self._market is None:
            return
        is_stale = freshness(self._market, self._mode, self._clock()).is_stale
        if is_stale != self._is_stale:
            self._is_stale = is_stale
            self._show(self._bot, self._market, is_same_bot=True)


def foreign_orders(account: AccountView | None, symbol: str) -> tuple[ForeignOrder, ...]:
    """Orders of an account on an instrument that are not ours."""
    if account is None or account.live is None:
        return ()
    return tuple(order for order in account.live.foreign if order.symbol == symbol)
