"""One click: two accounts on two invented markets of the same coin, and a two-leg bot between them."""

from collections.abc import Callable
from decimal import Decimal

from PySide6.QtCore import QObject, QTimer, Signal

from engine.bots.arbitrage_rules import common_increment
from engine.domain.arbitrage import ArbitrageConfig, Ways
from engine.domain.arbitrage_messages import AddArbitrage
from engine.domain.bot import Account
from engine.domain.messages import OpenAccount
from engine.domain.money import floor_to
from engine.domain.views import EngineView
from engine.new_ids import new_bot_id
from gui.bridge import Bridge
from gui.dialogs.entry_layout import free_name
from gui.dialogs.markets import TradableMarket, tradable_markets

#: The part of the free money that one entry uses, and how many of them may be open.
ENTRY_SHARE = Decimal("0.05")
MOST_POSITIONS = 4
#: Invented markets of one coin drift apart by this much within minutes.
ENTRY_PCT, STEP_PCT, EXIT_PCT = Decimal("0.25"), Decimal("0.15"), Decimal(0)
WAIT_MS = 20_000


def sensible_pair(home: TradableMarket, foreign: TradableMarket) -> ArbitrageConfig | None:
    """A bot that enters both ways with a small part of the money; None while a price is missing or money is short."""
    if home.price is None or foreign.price is None:
        return None
    rules = (home.instrument.rules, foreign.instrument.rules)
    step = common_increment(*(each.size_increment for each in rules))
    size = floor_to(home.free_quote * ENTRY_SHARE / home.price, step)
    prices = (home.price, foreign.price)
    if not all(each.is_tradable(size, price / 2) for each, price in zip(rules, prices, strict=True)):
        return None
    return ArbitrageConfig(
        hedge_account_id=foreign.account.account_id,
        hedge_symbol=foreign.instrument.symbol,
        size=size,
        entry_pct=ENTRY_PCT,
        exit_pct=EXIT_PCT,
        fx_pair="",
        fx_source="",
        ways=Ways.BOTH,
        entry_step_pct=STEP_PCT,
        max_positions=MOST_POSITIONS,
        min_depth=Decimal(1),
        max_imbalance_value=home.free_quote * ENTRY_SHARE / 2,
    )


class PairDemo(QObject):
    """Runs once. `started(bot_id)` when the bot is there, `failed(sentence)` when there are no prices in time."""

    started = Signal(str)
    failed = Signal(str)

    def __init__(
        self, bridge: Bridge, make_accounts: Callable[[], tuple[Account, Account]], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._accounts = make_accounts()
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(WAIT_MS)
        self._patience.timeout.connect(self.give_up)

    def begin(self) -> None:
        """Open both accounts; the rest follows from what the engine shows."""
        first, second = self._accounts
        self._bridge.submit(OpenAccount(first), lambda: self._bridge.submit(OpenAccount(second), self._watch))

    def give_up(self) -> None:
        """No prices came in time."""
        self._stop_watching()
        self.failed.emit(
            self.tr("The simulated markets gave no prices within 20 seconds; look at the log, then try again.")
        )

    def _watch(self) -> None:
        self._patience.start()
        self._bridge.changed.connect(self._look)
        self._look(self._bridge.view())

    def _look(self, view: EngineView) -> None:
        markets = {market.account.account_id: market for market in tradable_markets(view)}
        home, foreign = (markets.get(account.account_id) for account in self._accounts)
        if home is None or foreign is None or home.free_quote <= 0 or foreign.free_quote <= 0:
            return
        config = sensible_pair(home, foreign)
        if config is None:
            return
        self._stop_watching()
        bot_id = new_bot_id()
        add = AddArbitrage(
            bot_id, new_bot_id(), self._name(view), home.account.account_id, home.instrument.symbol, config, start=True
        )
        self._bridge.submit(add, lambda: self.started.emit(bot_id))

    def _name(self, view: EngineView) -> str:
        return free_name(self.tr("Demo arbitrage"), view.bots)

    def _stop_watching(self) -> None:
        self._patience.stop()
        self._bridge.changed.disconnect(self._look)
