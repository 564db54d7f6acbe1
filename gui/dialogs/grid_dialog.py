"""New grid, edit, clone: a form, the market with the ladder on it, and what it would do; ends in a command."""

from collections.abc import Callable
from dataclasses import replace
from datetime import tzinfo
from decimal import Decimal

from PySide6.QtCore import QSize, QTimer, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QDialog,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from engine.bots.grid_rules import GridEditPreview, GridPreview, preview, preview_edit
from engine.domain.grid import GridConfig
from engine.domain.messages import AddGrid, EditGrid
from engine.domain.views import BotView, EngineView
from engine.new_ids import new_bot_id
from engine.ports import History
from gui import numbers
from gui.dialogs.entry_layout import free_name, guard_buttons, lay_out, scrolled
from gui.dialogs.grid_chart import GridChart
from gui.dialogs.grid_form import FIRST, FormAnswer, GridForm
from gui.dialogs.grid_summary import GridSummary
from gui.dialogs.markets import TradableMarket, market_view, remembered_config, tradable_markets
from gui.dialogs.range_suggestion import Suggestion, suggested_range
from gui.ladder.edge_drag import LADDER_STATES
from gui.theme import Theme

#: Typing is answered after this pause, the market after the longer one.
ANSWER_MS = 60
MARKET_MS = 500


class GridDialog(QDialog):
    """`submitted(AddGrid | EditGrid)` when the trader confirms what can be done. Opened with `open()`, never blocking.

    With `bot` it edits that bot, or with `clone` begins a new one like it. `proposed` is a configuration to begin an
    edit with, as dragging an edge of the ladder gives it.
    """

    submitted = Signal(object)

    def __init__(
        self,
        theme: Theme,
        view_provider: Callable[[], EngineView],
        history: History,
        parent: QWidget | None = None,
        bot: BotView | None = None,
        clone: bool = False,
        proposed: GridConfig | None = None,
        zone: tzinfo | None = None,
    ) -> None:
        super().__init__(parent)
        self._view = view_provider
        self._edited = bot.bot.bot_id if bot is not None and not clone else None
        self._market: TradableMarket | None = None
        self._plan: GridPreview | None = None
        self._is_possible = False
        self.form = GridForm(theme)
        self.chart = GridChart(theme, history, zone)
        self.summary = GridSummary(theme)
        self.found = QLabel()
        self.suggest = QPushButton(self.tr("Suggest a range"))
        self.add = QPushButton(self.tr("Add"))
        self.start = QPushButton(self.tr("Add and start") if self._edited is None else self.tr("Apply"))
        self._cancel = QPushButton(self.tr("Cancel"))
        self._soon = QTimer(self, singleShot=True, interval=ANSWER_MS)
        self._soon.timeout.connect(self.refresh)
        self._ticking = QTimer(self, interval=MARKET_MS)
        self._ticking.timeout.connect(self._market_moved)
        self._lay_out(theme)
        self._connect()
        self._begin(bot, clone, proposed)
        self._ticking.start()

    def refresh(self) -> None:
        """Work out again what the fields would do, and show it everywhere."""
        self._soon.stop()
        market, answer = self._market, self.form.answer()
        if market is None:
            self._set_possible(False)
            return
        if answer.config is None:
            self._plan = None
            self.form.show_refusals(answer.refusals)
            self.summary.clear()
            self.chart.show_plan(None, (), market.price)
            self._set_possible(False)
            return
        change = self._change(answer.config, market)
        plan = change.after if change is not None else self._start_plan(answer.config, market)
        refusals = change.refusals if change is not None else plan.refusals
        others = tuple(self.form.show_refusals(refusals).values())
        self._plan = plan
        if change is not None:
            self.summary.show_edit(change, market.instrument, others)
        else:
            self.summary.show_start(plan, market.instrument, others)
        self.chart.show_plan(answer.config, plan.lines, market.price)
        self._set_possible(not refusals)

    def show_suggestion(self) -> None:
        """Propose a range from the candles that came so far, and say how it was found."""
        market = self._market
        if market is None or market.price is None:
            return
        found = suggested_range(self.chart.minutes, market.price, market.instrument)
        if found is None:
            self.found.setText(self.tr("For a suggestion the market needs two days of candles on record."))
            return
        answer = self.form.answer()
        config = answer.config or replace(FIRST, investment=self.form.numbers["investment"].value or Decimal(0))
        self.form.set_config(
            replace(config, lower=found.lower, upper=found.upper, grid_count=found.grid_count, stop_lower=None,
                    stop_upper=None, trigger_price=None)
        )  # fmt: skip
        self.found.setText(self._how_found(found, market))

    def done(self, result: int) -> None:
        self._ticking.stop()
        self._soon.stop()
        self.chart.stop()
        super().done(result)

    def _begin(self, bot: BotView | None, clone: bool, proposed: GridConfig | None) -> None:
        view = self._view()
        markets = tradable_markets(view)
        self.form.show_markets(markets)
        if bot is not None:
            keys = [market.key for market in markets]
            key = (bot.bot.account_id, bot.bot.symbol)
            if key in keys:
                self.form.market.setCurrentIndex(keys.index(key))
        self._choose_market(is_first=bot is None)
        title = self.tr("New grid")
        if bot is not None:
            title = self.tr("Edit {bot}").format(bot=bot.bot.name)
            self.form.set_config(proposed or bot.bot.grid)
            self.form.name.setText(bot.bot.name)
            if clone:
                title = self.tr("New grid like {bot}").format(bot=bot.bot.name)
                self.form.name.setText(self.tr("{bot} copy").format(bot=bot.bot.name))
            else:
                self.form.market.setEnabled(False)
                self.form.numbers["allocation_percent"].set_value(bot.bot.allocation_percent)
                self.add.hide()
        self.setWindowTitle(title)
        self.refresh()

    def _choose_market(self, is_first: bool = True) -> None:
        """Show the market chosen in the list; a new grid begins with what was used there last."""
        view = self._view()
        chosen = self.form.market.currentData()
        self._market = next((market for market in tradable_markets(view) if market.key == chosen), None)
        if self._market is None:
            return
        self._show_market(view, self._market)
        self.found.setText("")
        if is_first and self._edited is None:
            self.form.set_config(remembered_config(view, self._market) or FIRST)
            self.form.name.setPlaceholderText(self._free_name(view, self._market))
        self.refresh()

    def _show_market(self, view: EngineView, market: TradableMarket) -> None:
        self.form.show_rules(market)
        if (shown := market_view(view, market.instrument)) is not None:
            self.chart.show_market(shown)

    def _market_moved(self) -> None:
        """Twice a second: prices, balances and markets as they are now."""
        view = self._view()
        markets = tradable_markets(view)
        self.form.show_markets(markets)
        chosen = self.form.market.currentData()
        market = next((found for found in markets if found.key == chosen), None)
        if market is None:
            return
        if self._market is None:
            self._choose_market()
        elif market != self._market:
            self._market = market
            self._show_market(view, market)
            self.refresh()

    def _start_plan(self, config: GridConfig, market: TradableMarket) -> GridPreview:
        return preview(config, market.instrument, market.price, market.free_quote, market.free_base)

    def _change(self, config: GridConfig, market: TradableMarket) -> GridEditPreview | None:
        """The difference an edit makes to a ladder that stands; None where there is none to change."""
        bot = next((shown for shown in self._view().bots if shown.bot.bot_id == self._edited), None)
        if bot is None or bot.bot.state not in LADDER_STATES or not bot.rungs:
            return None
        return preview_edit(bot, config, market.instrument, market.free_quote)

    def _submit(self, start: bool) -> None:
        self.refresh()
        market, answer = self._market, self.form.answer()
        if not self._is_possible or market is None or answer.config is None:
            return
        self.submitted.emit(self._command(market, answer, answer.config, start))
        self.accept()

    def _command(
        self, market: TradableMarket, answer: FormAnswer, config: GridConfig, start: bool
    ) -> AddGrid | EditGrid:
        if self._edited is not None:
            return EditGrid(self._edited, config, answer.name, answer.allocation_percent)
        name = answer.name or self.form.name.placeholderText()
        return AddGrid(
            new_bot_id(), name, market.account.account_id, market.instrument.symbol, config,
            answer.allocation_percent, start,
        )  # fmt: skip

    def _set_possible(self, is_possible: bool) -> None:
        self._is_possible = is_possible
        self.add.setEnabled(is_possible)
        self.start.setEnabled(is_possible)

    def _free_name(self, view: EngineView, market: TradableMarket) -> str:
        """A name that no bot has yet."""
        return free_name(self.tr("{symbol} grid").format(symbol=market.instrument.symbol), view.bots)

    def _how_found(self, found: Suggestion, market: TradableMarket) -> str:
        text = self.tr(
            "From {days} days of candles ({since} to {until}): 5 % of hourly lows lie under it, 5 % of hourly highs "
            "over it, and a step is about one average hour ({atr} {quote}). It would have closed {cycles} cycles then."
        )
        return text.format(
            days=f"{found.days:.0f}",
            since=f"{found.since.astimezone():%m-%d}",
            until=f"{found.until.astimezone():%m-%d}",
            atr=numbers.price(market.instrument.rules.nearest_price(Decimal(repr(found.atr))), market.instrument),
            quote=market.instrument.quote,
            cycles=f"{found.cycles:,}",
        )

    def _connect(self) -> None:
        self.form.edited.connect(self._soon.start)
        self.form.market_chosen.connect(self._choose_market)
        self.chart.price_dragged.connect(self.form.set_number)
        self.suggest.clicked.connect(self.show_suggestion)
        self.add.clicked.connect(lambda: self._submit(start=False))
        self.start.clicked.connect(lambda: self._submit(start=True))
        self._cancel.clicked.connect(self.reject)

    def _lay_out(self, theme: Theme) -> None:
        self.found.setWordWrap(True)
        self.found.setFont(theme.font(12))
        palette = self.found.palette()
        palette.setColor(QPalette.ColorRole.WindowText, theme.muted)
        self.found.setPalette(palette)
        guard_buttons((self.suggest, self.add, self.start, self._cancel), self.start)
        left = QVBoxLayout()
        left.addWidget(scrolled(self.form), 1)
        left.addWidget(self.suggest)
        left.addWidget(self.found)
        buttons = (self._cancel, self.add, self.start)
        lay_out(self, left, (self.chart, self.summary), buttons, QSize(1120, 720))
