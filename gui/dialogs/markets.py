"""What a grid can be made on now, and what the trader used there last."""

from dataclasses import dataclass, replace
from decimal import Decimal

from engine.domain.bot import Account
from engine.domain.grid import GridConfig
from engine.domain.instrument import Instrument
from engine.domain.money import ZERO
from engine.domain.views import EngineView, MarketView
from gui.badges import mode_word
from gui.money import Money, money_of


@dataclass(frozen=True, slots=True)
class TradableMarket:
    """An account with one instrument of its venue. `price` is the ask, at which a grid would start."""

    account: Account
    instrument: Instrument
    price: Decimal | None
    free_quote: Decimal
    free_base: Decimal
    money: Money

    @property
    def key(self) -> tuple[str, str]:
        return (self.account.account_id, self.instrument.symbol)

    @property
    def title(self) -> str:
        """Symbol, account, and what kind of money it is."""
        return f"{self.instrument.symbol} · {self.account.name} · {mode_word(self.money)}"


def tradable_markets(view: EngineView) -> tuple[TradableMarket, ...]:
    """Every account that a desk runs, and instrument, of a snapshot, in its order."""
    found = []
    for shown in view.accounts:
        if shown.elsewhere == "":
            continue  # nobody would answer
        for market in view.markets:
            if market.instrument.venue == shown.account.venue:
                instrument = market.instrument
                found.append(
                    TradableMarket(
                        shown.account,
                        instrument,
                        market.ask if market.ask > 0 else None,
                        shown.free(instrument.quote) or ZERO,
                        shown.free(instrument.position_asset) or ZERO,
                        money_of(shown),
                    )
                )
    return tuple(found)


def market_view(view: EngineView, instrument: Instrument) -> MarketView | None:
    """The market of an instrument in a snapshot."""
    return next((market for market in view.markets if market.instrument.key == instrument.key), None)


def remembered_config(view: EngineView, market: TradableMarket) -> GridConfig | None:
    """What the newest grid on this market was told (removed ones too), else the newest grid in the same quote.

    Prices and the trigger are only kept where the present price is inside of the range; a range from elsewhere is not.
    """
    newest = sorted(
        (shown for shown in view.bots if shown.bot.is_grid), key=lambda shown: shown.bot.created_at, reverse=True
    )
    for shown in newest:
        if (shown.bot.account_id, shown.bot.symbol) == market.key:
            config = replace(shown.bot.grid, trigger_price=None)
            is_near = market.price is not None and config.lower < market.price < config.upper
            return config if is_near else _without_prices(config)
    for shown in newest:
        if shown.bot.symbol.endswith("/" + market.instrument.quote):
            return _without_prices(shown.bot.grid)
    return None


def _without_prices(config: GridConfig) -> GridConfig:
    return replace(config, lower=Decimal(0), upper=Decimal(0), trigger_price=None, stop_lower=None, stop_upper=None)
