"""One click: an account on the simulated market, and as soon as it has a price, a grid around it."""

from collections.abc import Callable
from decimal import Decimal

from PySide6.QtCore import QObject, QTimer, Signal

from engine.bots.grid_rules import preview
from engine.domain.bot import Account
from engine.domain.grid import GridConfig
from engine.domain.messages import AddGrid, OpenAccount
from engine.domain.views import EngineView, MarketView
from engine.new_ids import new_bot_id
from gui.bridge import Bridge

#: How far the range reaches from the present price, each way, and how much of the free cash it uses.
REACH = Decimal("0.05")
CASH_SHARE = Decimal("0.4")
MOST_GRIDS = 20
WAIT_MS = 20_000


def sensible_grid(market: MarketView, free_quote: Decimal) -> GridConfig | None:
    """A grid around the present price with as many cells as pay after fees; None when even two do not."""
    rules, price = market.instrument.rules, market.ask
    lower = rules.nearest_price(price * (1 - REACH))
    upper = rules.nearest_price(price * (1 + REACH))
    investment = (free_quote * CASH_SHARE).quantize(Decimal(1) if free_quote > 1000 else Decimal("0.01"))
    for count in range(MOST_GRIDS, 1, -1):
        config = GridConfig(lower, upper, count, investment)
        if not preview(config, market.instrument, price, free_quote).refusals:
            return config
    return None


class DemoStart(QObject):
    """Runs once. `started(bot_id)` when the grid is there, `failed(sentence)` when there is no price in time."""

    started = Signal(str)
    failed = Signal(str)

    def __init__(self, bridge: Bridge, make_account: Callable[[], Account], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._account = make_account()
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(WAIT_MS)
        self._patience.timeout.connect(self.give_up)

    def begin(self) -> None:
        """Open the account; the rest follows from what the engine shows."""
        self._bridge.submit(OpenAccount(self._account), self._watch)

    def _watch(self) -> None:
        self._patience.start()
        self._bridge.changed.connect(self._look)
        self._look(self._bridge.view())

    def _look(self, view: EngineView) -> None:
        market = next((m for m in view.markets if m.instrument.venue == self._account.venue and m.ask > 0), None)
        if market is None:
            return
        quote = market.instrument.quote
        free = next(
            (
                total - reserved
                for shown in view.accounts
                if shown.account.account_id == self._account.account_id
                for asset, total, reserved in shown.balances
                if asset == quote
            ),
            Decimal(0),
        )
        if free <= 0:
            return
        self._stop_watching()
        config = sensible_grid(market, free)
        if config is None:
            self.failed.emit(self.tr("The demo found no grid that pays at the present price; add one yourself."))
            return
        bot_id = new_bot_id()
        add = AddGrid(
            bot_id=bot_id,
            name=self._name(view),
            account_id=self._account.account_id,
            symbol=market.instrument.symbol,
            config=config,
            start=True,
        )
        self._bridge.submit(add, lambda: self.started.emit(bot_id))

    def _name(self, view: EngineView) -> str:
        taken = {shown.bot.name for shown in view.bots}
        name = self.tr("Demo grid")
        number = 2
        while name in taken:
            name = self.tr("Demo grid {number}").format(number=number)
            number += 1
        return name

    def give_up(self) -> None:
        """No price came in time."""
        self._stop_watching()
        self.failed.emit(
            self.tr("The simulated market gave no price within 20 seconds; look at the log, then try again.")
        )

    def _stop_watching(self) -> None:
        self._patience.stop()
        self._bridge.changed.disconnect(self._look)
