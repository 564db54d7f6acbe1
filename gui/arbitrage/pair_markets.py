"""On which two markets a two-leg bot can trade now, and what is known of both at this moment."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from engine.bots.arbitrage import Sight
from engine.bots.arbitrage_rules import Means
from engine.domain.arbitrage import ArbitrageConfig
from engine.domain.arbitrage_views import PremiumView
from engine.domain.instrument import Instrument, InstrumentKind
from engine.domain.market import FxRate, OrderBook
from engine.domain.premium import Pair
from engine.domain.premium_past import Opportunity, symbols_of
from engine.domain.views import EngineView
from gui.dialogs.markets import TradableMarket, market_view

#: Quotes that are money of a country; a pair's home is where these are, when both could be.
MONEY = ("KRW",)


def homes(markets: Sequence[TradableMarket]) -> tuple[TradableMarket, ...]:
    """Spot markets that have a partner, won markets first."""
    spot = (market for market in markets if market.instrument.kind is InstrumentKind.SPOT)
    found = [market for market in spot if partners(markets, market)]
    return tuple(sorted(found, key=lambda market: market.instrument.quote not in MONEY))


def partners(markets: Iterable[TradableMarket], home: TradableMarket) -> tuple[TradableMarket, ...]:
    """Markets of the same base on other accounts; those with the same kind of money first."""
    found = [
        market
        for market in markets
        if market.instrument.base == home.instrument.base and market.account.account_id != home.account.account_id
    ]
    return tuple(sorted(found, key=lambda market: market.account.mode is not home.account.mode))


def fx_pair_of(home: TradableMarket, foreign: TradableMarket) -> str:
    """The rate that turns the foreign quote into the one at home; "" where both are the same."""
    here, there = home.instrument.quote, foreign.instrument.quote
    return "" if here == there else f"{there}{here}"


def watched_pair(home: TradableMarket, foreign: TradableMarket) -> Pair:
    """Under which names the spread desk knows the two markets: exchanges where there are such, venues elsewhere."""
    return Pair(
        home.account.exchange or home.account.venue,
        home.instrument.symbol,
        foreign.account.exchange or foreign.account.venue,
        foreign.instrument.symbol,
        fx_pair_of(home, foreign),
    )


def kept_pair(found: Opportunity) -> Pair:
    """The pair that an opportunity was of, with the rate that both quotes name."""
    home, foreign = symbols_of(found.symbol)
    home_quote, foreign_quote = home.partition("/")[2], foreign.partition("/")[2]
    fx_pair = "" if home_quote == foreign_quote else f"{foreign_quote}{home_quote}"
    return Pair(found.home_venue, home, found.foreign_venue, foreign, fx_pair)


def board_row(view: EngineView, pair: Pair) -> PremiumView | None:
    """The pair on the spread board, whatever rate it is counted with."""
    wanted = (pair.home_venue, pair.home_symbol, pair.foreign_venue, pair.foreign_symbol)
    for row in view.premiums.rows:
        if (row.pair.home_venue, row.pair.home_symbol, row.pair.foreign_venue, row.pair.foreign_symbol) == wanted:
            return row
    return None


def sight_of(
    view: EngineView, home: TradableMarket, foreign: TradableMarket, config: ArbitrageConfig, now: datetime
) -> Sight:
    """Both best prices as if the whole size could be had there: what a window knows of a market nobody watches."""
    return Sight(
        now,
        _top(view, home.instrument, config.size),
        _top(view, foreign.instrument, config.size),
        rate_of(view, config.fx_pair, config.fx_source),
    )


def rate_of(view: EngineView, fx_pair: str, source: str) -> FxRate | None:
    """What a source says of a rate now; of any source where none is named."""
    found = [fx for fx in view.premiums.rates if fx.pair == fx_pair and source in ("", fx.source)]
    return next((fx.rate for fx in found if fx.rate is not None), None)


def means_of(home: TradableMarket, foreign: TradableMarket) -> Means:
    """What is free on both accounts."""
    return Means(home.free_quote, home.free_base, foreign.free_quote, foreign.free_base)


def _top(view: EngineView, instrument: Instrument, size: Decimal) -> OrderBook | None:
    market = market_view(view, instrument)
    if market is None or market.bid <= 0 or market.ask <= 0:
        return None
    return OrderBook(
        instrument.venue, instrument.symbol, ((market.bid, size),), ((market.ask, size),), market.at
    )  # fmt: skip
