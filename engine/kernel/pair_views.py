"""Two-leg bots for those who only look."""

from dataclasses import replace
from decimal import Decimal

from engine.bots.arbitrage import directions_of, premium_of, taken
from engine.domain.arbitrage import ArbitrageConfig, PairStage
from engine.domain.arbitrage_views import ArbitrageView, TwoLegView
from engine.domain.instrument import VenueRules
from engine.domain.money import ONE, ZERO
from engine.domain.order import Side
from engine.domain.premium import executable
from engine.domain.views import BotView, PositionView
from engine.kernel.books import BotBook
from engine.kernel.pair_balance import gap_of
from engine.kernel.pair_books import (
    PairBook,
    PairLegs,
    PositionBook,
    clock_of,
    entry_leg,
    legs_of,
    middle_of,
    pair_id_of,
)
from engine.kernel.pair_fills import rest_base, worth
from engine.kernel.pair_sight import costs_now, names_of, sight_of
from engine.kernel.state import State
from engine.kernel.views import bot_view, position_at, position_view


def arbitrage_view(state: State, pair: PairBook) -> ArbitrageView:
    """A two-leg bot as it stands, and what it looks at."""
    legs = legs_of(state, pair)
    hedge_id = state.hedges.get(pair.bot_id, "")
    if legs is None or legs.home.market is None or legs.foreign.market is None:
        rows = tuple(TwoLegView(each.position, None, None) for _, each in sorted(pair.positions.items()))
        return ArbitrageView(pair.bot_id, hedge_id, rows, (), pair.waits)
    config, names, now = legs.config, names_of(legs), clock_of(state, legs)
    sight, costs = sight_of(state, legs, now), costs_now(legs)
    seen = (premium_of(config, names, sight, each, costs, config.size) for each in directions_of(config.ways))
    return ArbitrageView(
        pair.bot_id,
        hedge_id,
        tuple(_position_view(state, legs, each) for _, each in sorted(pair.positions.items())),
        tuple(each for each in seen if each is not None),
        pair.waits,
    )


def half_view(state: State, book: BotBook) -> BotView:
    """A bot. The home half of a two-leg bot shows what both made: closed positions, and open ones at the middles."""
    view = bot_view(book)
    if book.bot.is_grid:
        return view
    pair = state.pairs.get(book.bot.bot_id)
    legs = legs_of(state, pair) if pair is not None else None
    floating = book.floating_at(view.price) if view.price is not None else ZERO
    if pair is not None:
        open_ones = pair.positions.values() if legs is not None else ()
        floating = sum((pnl_now(state, legs, each) or ZERO for each in open_ones if legs is not None), ZERO)
    total = view.matched_profit + floating
    return replace(view, floating_pnl=floating, total_pnl=total, average_entry=_average_entry(state, book))


def half_position(state: State, book: BotBook) -> PositionView | None:
    """What a bot holds on its account; of a two-leg bot also what it sold there and has to buy back, as negative."""
    return position_view(book) if book.bot.is_grid else position_at(book, _average_entry(state, book))


def _average_entry(state: State, book: BotBook) -> Decimal | None:
    """At what the open positions' legs on one half were filled, on average; None without any."""
    pair = state.pairs.get(pair_id_of(book) or "")
    if pair is None:
        return None
    is_home = book.bot.bot_id == pair.bot_id
    legs = [entry_leg(each.position, is_home=is_home) for each in pair.positions.values()]
    filled = sum((leg.filled for leg in legs), ZERO)
    return sum((leg.value for leg in legs), ZERO) / filled if filled and book.base_held else None


def pnl_now(state: State, legs: PairLegs, book: PositionBook) -> Decimal | None:
    """What a position would have brought at the middles of both markets, before the fees of closing it."""
    home, foreign, rate = middle_of(legs.home), middle_of(legs.foreign), _rate_now(state, legs)
    if home is None or foreign is None or rate is None:
        return None
    return worth(book.position, legs, (home, foreign), rate)


def _position_view(state: State, legs: PairLegs, book: PositionBook) -> TwoLegView:
    gap = gap_of(legs, book)
    imbalance = ZERO
    if gap is not None:
        bought_more = (gap.signed > 0) is (book.position.entry.home.side is Side.BUY)
        imbalance = gap.value if bought_more else -gap.value
    return TwoLegView(
        book.position,
        pnl_now(state, legs, book),
        _pnl_if_closed(state, legs, book),
        imbalance,
        book.position.imbalance_since,
    )


def _pnl_if_closed(state: State, legs: PairLegs, book: PositionBook) -> Decimal | None:
    """What it would have brought if both legs were taken back now from the books, after fees."""
    rate = _rate_now(state, legs)
    if rate is None or book.position.stage is PairStage.CLOSED:
        return None
    prices: list[Decimal] = []
    for half, is_home in ((legs.home, True), (legs.foreign, False)):
        left = rest_base(book.position, is_home=is_home)
        price = _after_fee(half, left)
        if price is None:
            return None
        prices.append(price)
    return worth(book.position, legs, (prices[0], prices[1]), rate)


def _after_fee(half: BotBook, left: Decimal) -> Decimal | None:
    """The price at which a leg's base would go, its fee in it; None where the book is missing or too thin."""
    market = half.market
    if market is None or market.book is None:
        return None
    if not left:
        return middle_of(half)
    side = Side.SELL if left > 0 else Side.BUY
    found = executable(taken(market.book, side), abs(left))
    if found is None:
        return None
    rules: VenueRules = market.instrument.rules
    return found.price * (ONE - rules.taker_fee if side is Side.SELL else ONE + rules.taker_fee)


def _rate_now(state: State, legs: PairLegs) -> Decimal | None:
    config: ArbitrageConfig = legs.config
    if not config.fx_pair:
        return ONE
    rate = state.rates.get((config.fx_pair, config.fx_source))
    return rate.rate if rate is not None else None
