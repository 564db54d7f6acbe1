"""New two-leg bot, edit, clone: a form, the last spreads with its lines, and what an entry would be now."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, tzinfo

from PySide6.QtCore import QSize, QTimer, Signal
from PySide6.QtWidgets import QDialog, QPushButton, QVBoxLayout, QWidget

from engine.bots.arbitrage_rules import ArbitragePreview, common_increment, preview
from engine.domain.arbitrage import ArbitrageConfig
from engine.domain.arbitrage_messages import AddArbitrage, EditArbitrage
from engine.domain.premium import Pair
from engine.domain.sentences import plain
from engine.domain.views import BotView, EngineView
from engine.new_ids import new_bot_id
from engine.premium_history import PremiumHistory
from gui import numbers
from gui.arbitrage import pair_markets
from gui.arbitrage.entry_chart import EntryChart
from gui.arbitrage.entry_summary import EntrySummary
from gui.arbitrage.live_frame import LiveFrame
from gui.arbitrage.pair_form import PairAnswer, PairForm
from gui.dialogs.entry_layout import free_name, guard_buttons, lay_out, scrolled
from gui.dialogs.markets import TradableMarket, tradable_markets
from gui.theme import Theme

#: Typing is answered after this pause, the market after the longer one.
ANSWER_MS = 60
MARKET_MS = 500


class ArbitrageDialog(QDialog):
    """`submitted(AddArbitrage | EditArbitrage)` when the trader confirms what can be done. Opened with `open()`.

    With `bot` it edits that bot, or with `clone` begins a new one like it. `pair` is one of the spread board to begin
    with. `proposed` is a configuration to begin an edit with, as dragging a line of a chart gives it.
    """

    submitted = Signal(object)

    def __init__(
        self,
        theme: Theme,
        view_provider: Callable[[], EngineView],
        past: PremiumHistory,
        sources: Sequence[str],
        parent: QWidget | None = None,
        bot: BotView | None = None,
        clone: bool = False,
        pair: Pair | None = None,
        proposed: ArbitrageConfig | None = None,
        zone: tzinfo | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        super().__init__(parent)
        self._view = view_provider
        self._sources = tuple(sources)
        self._now = now
        self._edited = bot.bot.bot_id if bot is not None and not clone else None
        self._plan: ArbitragePreview | None = None
        self._is_possible = False
        self.form = PairForm(theme)
        self.chart = EntryChart(theme, past, zone, now)
        self.summary = EntrySummary(theme)
        self.frame = LiveFrame(theme)
        self.add = QPushButton(self.tr("Add"))
        self.start = QPushButton(self.tr("Add and start") if self._edited is None else self.tr("Apply"))
        self._cancel = QPushButton(self.tr("Cancel"))
        self._soon = QTimer(self, singleShot=True, interval=ANSWER_MS)
        self._soon.timeout.connect(self.refresh)
        self._ticking = QTimer(self, interval=MARKET_MS)
        self._ticking.timeout.connect(self._market_moved)
        self._lay_out()
        self._connect()
        self._begin(bot, clone, pair, proposed)
        self._ticking.start()

    def refresh(self) -> None:
        """Work out again what the fields would do, and show it everywhere."""
        self._soon.stop()
        view, chosen = self._view(), self._chosen()
        if chosen is None:
            self.summary.clear()
            self.summary.say((self._no_pair(),))
            self._set_possible(False)
            return
        home, foreign = chosen
        answer = self.form.answer(home, foreign)
        self.frame.show_markets((home, foreign))
        if answer.config is None:
            self._plan = None
            self.form.show_refusals(answer.refusals)
            self.summary.clear()
            self.chart.show_plan(None)
            self._set_possible(False)
            return
        sight = pair_markets.sight_of(view, home, foreign, answer.config, self._now())
        means = pair_markets.means_of(home, foreign) if self._edited is None else None
        plan = preview(
            answer.config, (home.account, home.instrument), (foreign.account, foreign.instrument), sight, means
        )
        others = tuple(self.form.show_refusals(plan.refusals).values())
        self._plan = plan
        self.summary.show_plan(answer.config, plan, home, foreign, others, self._remarks(view, home, foreign, plan))
        self.chart.show_plan(answer.config)
        self._set_possible(not plan.refusals)

    def done(self, result: int) -> None:
        self._ticking.stop()
        self._soon.stop()
        self.chart.stop()
        super().done(result)

    def _begin(self, bot: BotView | None, clone: bool, pair: Pair | None, proposed: ArbitrageConfig | None) -> None:
        view = self._view()
        markets = tradable_markets(view)
        homes = pair_markets.homes(markets)
        self.form.show_homes(homes)
        config = bot.bot.config if bot is not None else None
        if isinstance(config, ArbitrageConfig) and bot is not None:
            self._choose(self.form.home, (bot.bot.account_id, bot.bot.symbol))
            self._show_partners()
            self._choose(self.form.foreign, (config.hedge_account_id, config.hedge_symbol))
        elif pair is not None:
            self._choose_pair(markets, pair)
        self._show_partners()
        self._show_chosen()
        title = self.tr("New arbitrage bot")
        if isinstance(config, ArbitrageConfig) and bot is not None:
            title = self.tr("Edit {bot}").format(bot=bot.bot.name)
            self.form.set_config(proposed or config)
            self.form.name.setText(bot.bot.name)
            if clone:
                title = self.tr("New arbitrage bot like {bot}").format(bot=bot.bot.name)
                self.form.name.setText(self.tr("{bot} copy").format(bot=bot.bot.name))
            else:
                for box in (self.form.home, self.form.foreign):
                    box.setEnabled(False)
                for name in ("allocation_percent", "hedge_allocation_percent"):
                    self.form.rows[name].hide()
                self.add.hide()
        self.setWindowTitle(title)
        self.refresh()

    def _choose_pair(self, markets: Sequence[TradableMarket], pair: Pair) -> None:
        """The first two markets that are this pair on the spread board."""
        for home in pair_markets.homes(markets):
            for foreign in pair_markets.partners(markets, home):
                found = pair_markets.watched_pair(home, foreign)
                if (found.home_venue, found.home_symbol, found.foreign_venue, found.foreign_symbol) == (
                    pair.home_venue, pair.home_symbol, pair.foreign_venue, pair.foreign_symbol,
                ):  # fmt: skip
                    self._choose(self.form.home, home.key)
                    self._show_partners()
                    self._choose(self.form.foreign, foreign.key)
                    return

    @staticmethod
    def _choose(box: object, key: tuple[str, str]) -> None:
        for at in range(box.count()):  # type: ignore[attr-defined]
            if box.itemData(at) == key:  # type: ignore[attr-defined]
                box.setCurrentIndex(at)  # type: ignore[attr-defined]

    def _chosen(self) -> tuple[TradableMarket, TradableMarket] | None:
        """Both markets as they are now; None while there are not two."""
        markets = {market.key: market for market in tradable_markets(self._view())}
        home, foreign = markets.get(self.form.home.currentData()), markets.get(self.form.foreign.currentData())
        return None if home is None or foreign is None else (home, foreign)

    def _show_partners(self) -> None:
        markets = tradable_markets(self._view())
        home = next((market for market in markets if market.key == self.form.home.currentData()), None)
        self.form.show_partners(() if home is None else pair_markets.partners(markets, home))

    def _market_chosen(self) -> None:
        self._show_partners()
        self._show_chosen()
        self.refresh()

    def _show_chosen(self) -> None:
        """Rules, rate, chart and name of the two markets that are chosen."""
        chosen = self._chosen()
        if chosen is None:
            return
        home, foreign = chosen
        rules = (home.instrument.rules, foreign.instrument.rules)
        self.form.show_rules(home, foreign, common_increment(*(each.size_increment for each in rules)))
        fx_pair = pair_markets.fx_pair_of(home, foreign)
        heard = [fx.source for fx in self._view().premiums.rates if fx.pair == fx_pair and fx.rate is not None]
        self.form.show_sources(self._sources, heard, is_needed=bool(fx_pair))
        self.chart.show_pair(pair_markets.watched_pair(home, foreign))
        if self._edited is None:
            self.form.name.setPlaceholderText(self._free_name(home))
            self.form.suit_quote(home.instrument.quote)

    def _market_moved(self) -> None:
        """Twice a second: prices, balances and markets as they are now."""
        view = self._view()
        self.form.show_homes(pair_markets.homes(tradable_markets(view)))
        self._show_partners()
        if (chosen := self._chosen()) is not None:
            self.chart.show_now(pair_markets.board_row(view, pair_markets.watched_pair(*chosen)))
        self.refresh()

    def _submit(self, start: bool) -> None:
        self.refresh()
        chosen = self._chosen()
        if not self._is_possible or chosen is None:
            return
        home, foreign = chosen
        answer = self.form.answer(home, foreign)
        if answer.config is None:
            return
        self.submitted.emit(self._command(home, answer, answer.config, start))
        self.accept()

    def _command(
        self, home: TradableMarket, answer: PairAnswer, config: ArbitrageConfig, start: bool
    ) -> AddArbitrage | EditArbitrage:
        if self._edited is not None:
            return EditArbitrage(self._edited, config, answer.name)
        return AddArbitrage(
            new_bot_id(), new_bot_id(), answer.name or self.form.name.placeholderText(), home.account.account_id,
            home.instrument.symbol, config, answer.allocation_percent, answer.hedge_allocation_percent, start,
        )  # fmt: skip

    def _remarks(
        self, view: EngineView, home: TradableMarket, foreign: TradableMarket, plan: ArbitragePreview
    ) -> tuple[str, ...]:
        """What the figures do not know."""
        if not plan.premiums:
            return (self.tr("What an entry would be now is not known: a price or the rate is missing."),)
        row = pair_markets.board_row(view, pair_markets.watched_pair(home, foreign))
        best = row.best if row is not None else None
        if best is None:
            return (self.tr("At the best prices of now; the slippage of your size is known once the pair is watched."),)
        text = self.tr("At the best prices of now; on the board {size} {base} cost {percent} % of slippage.")
        return (text.format(size=plain(best.size), base=best.pair.base, percent=numbers.percent(best.slippage_pct, 3)),)

    def _no_pair(self) -> str:
        return self.tr("An arbitrage bot needs two accounts that trade the same symbol; open the second one first.")

    def _set_possible(self, is_possible: bool) -> None:
        self._is_possible = is_possible
        self.add.setEnabled(is_possible)
        self.start.setEnabled(is_possible)

    def _free_name(self, home: TradableMarket) -> str:
        """A name that no bot has yet."""
        return free_name(self.tr("{base} premium").format(base=home.instrument.base), self._view().bots)

    def _connect(self) -> None:
        self.form.edited.connect(self._soon.start)
        self.form.market_chosen.connect(self._market_chosen)
        self.chart.line_dragged.connect(self.form.set_number)
        self.add.clicked.connect(lambda: self._submit(start=False))
        self.start.clicked.connect(lambda: self._submit(start=True))
        self._cancel.clicked.connect(self.reject)

    def _lay_out(self) -> None:
        guard_buttons((self.add, self.start, self._cancel), self.start)
        left = QVBoxLayout()
        left.addWidget(scrolled(self.form), 1)
        buttons = (self._cancel, self.add, self.start)
        lay_out(self, left, (self.chart, self.summary), buttons, QSize(1180, 740), above=(self.frame,))
