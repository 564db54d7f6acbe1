"""Which money and base of an account a bot may count on: what no other bot has a claim to."""

from decimal import Decimal

from engine.bots.arbitrage import directions_of, entry_sides
from engine.domain.arbitrage import ArbitrageConfig
from engine.domain.bot import BotKind, BotState
from engine.domain.instrument import InstrumentKind
from engine.domain.margin import margin_of
from engine.domain.money import ZERO
from engine.domain.order import Side
from engine.kernel.books import AccountBook, BotBook, MarketBook
from engine.kernel.pair_books import entry_leg, exit_leg, pair_id_of
from engine.kernel.state import State


def free_margin(state: State, account: AccountBook) -> Decimal | None:
    """What new orders may use of a futures account: its equity at the marks less the margin of positions and orders.

    None on spot, and while the venue has not told the balances.
    """
    markets = perps_of(state, account)
    if not markets or not account.balances:
        return None
    free = account.balances.get(account.account.quote, ZERO) - account.reserved.get(account.account.quote, ZERO)
    for market in markets:
        price = mark_of(account, market)
        for asset in market.instrument.held_assets:
            quantity = account.balances.get(asset, ZERO)
            free += quantity * price - margin_of(abs(quantity) * price, market.instrument.rules)
    return free


def free_of(state: State, account: AccountBook, asset: str) -> Decimal | None:
    """What new orders of the account may use of an asset; None while balances are not known."""
    if asset == account.account.quote and perps_of(state, account):
        return free_margin(state, account)
    return account.free(asset)


def closable(account: AccountBook, asset: str, side: Side) -> Decimal | None:
    """How much of a position orders that only close may take: of a short one by a buy. None while it is not known."""
    if not account.balances:
        return None
    position = account.balances.get(asset, ZERO)
    return (position if side is Side.SELL else -position) - account.reserved.get(asset, ZERO)


def perps_of(state: State, account: AccountBook) -> list[MarketBook]:
    """The perpetual futures that the account trades, settled in its quote."""
    return [
        market
        for market in state.markets.values()
        if market.instrument.kind is InstrumentKind.PERP
        and market.instrument.venue == account.account.venue
        and market.instrument.quote == account.account.quote
    ]


def mark_of(account: AccountBook, market: MarketBook) -> Decimal:
    """The price at which a position counts: the present bid, and before there is one what the venue said of it."""
    if market.bid is not None:
        return market.bid
    told = (each for (symbol, _), each in account.positions.items() if symbol == market.instrument.symbol)
    return next((each.mark_price or each.entry_price for each in told), ZERO)


def free_quote_for(state: State, book: BotBook) -> Decimal | None:
    """Quote of the account that no bot has a claim on: its balance less what every other active bot may still spend.

    On futures its equity less what every other active bot is worth, and the margin of what no bot holds.
    """
    account, market = book.account, book.market
    if account is None or market is None or not account.balances:
        return None
    if market.instrument.kind is InstrumentKind.PERP:
        return _free_equity_for(state, book, account)
    quote = market.instrument.quote
    claimed = ZERO
    for other in state.bots.values():
        bot = other.bot
        if other is book or bot.account_id != book.bot.account_id:
            continue
        if not bot.is_grid:
            claimed += half_claim(state, other)
        elif bot.state is not BotState.STOPPED:
            earned = ZERO if bot.state is BotState.WAITING else bot.matched_profit + other.cash + bot.funding
            claimed += max(bot.grid.investment + earned, ZERO)
    return account.balances.get(quote, ZERO) - claimed


def _free_equity_for(state: State, book: BotBook, account: AccountBook) -> Decimal:
    free = account.balances.get(account.account.quote, ZERO)
    unclaimed: dict[str, Decimal] = {}
    for market in perps_of(state, account):
        quantity = unclaimed[market.instrument.symbol] = account.balances.get(market.instrument.position_asset, ZERO)
        free += quantity * mark_of(account, market)
    for other in state.bots.values():
        bot = other.bot
        if other.account is not account or other.market is None:
            continue
        unclaimed[bot.symbol] = unclaimed.get(bot.symbol, ZERO) - other.base_held
        if other is not book and not bot.is_grid:
            free -= half_claim(state, other)
        elif other is not book and bot.state is not BotState.STOPPED:
            earned = ZERO if bot.state is BotState.WAITING else other.pnl_at(mark_of(account, other.market))
            free -= max(bot.grid.investment + earned, ZERO)
    for market in perps_of(state, account):
        rest = abs(unclaimed[market.instrument.symbol]) * mark_of(account, market)
        free -= margin_of(rest, market.instrument.rules)
    return free


def free_base_for(state: State, book: BotBook) -> Decimal | None:
    """Base of the account that no other bot holds."""
    account, market = book.account, book.market
    if account is None or market is None or not account.balances:
        return None
    base = market.instrument.position_asset
    held = ZERO
    for other in state.bots.values():
        is_same = other.bot.account_id == book.bot.account_id and other.market is not None
        if (
            is_same
            and other is not book
            and other.market is not None
            and other.market.instrument.position_asset == base
        ):
            held += max(other.base_held, ZERO)
    return max(account.balances.get(base, ZERO) - held, ZERO)


def budget_of(state: State, half: BotBook, config: ArbitrageConfig) -> Decimal:
    """What all positions of a two-leg bot may be worth on one half, in its own quote; of a future, their margin."""
    market = half.market
    price = market.bid if market is not None else None
    if market is None or price is None:
        return ZERO
    value = config.size * config.max_positions * price
    if config.max_value is not None:
        rate = state.rates.get((config.fx_pair, config.fx_source))
        most = config.max_value
        if half.bot.kind is BotKind.HEDGE and config.fx_pair:
            most = config.max_value / rate.rate if rate is not None else value
        value = min(value, most)
    return margin_of(value, market.instrument.rules)


def half_claim(state: State, half: BotBook) -> Decimal:
    """Quote that one half of a two-leg bot may still need: to buy back what it sold, to buy, or as margin."""
    pair = state.pairs.get(pair_id_of(half) or "")
    home = state.bots.get(pair.bot_id) if pair is not None else None
    if pair is None or home is None or not isinstance(home.bot.config, ArbitrageConfig) or half.market is None:
        return ZERO
    is_home = half is home
    positions = [each.position for each in pair.positions.values()]
    flowed = sum((entry_leg(each, is_home=is_home).cash for each in positions), ZERO)
    flowed += sum((leg.cash for each in positions if (leg := exit_leg(each, is_home=is_home)) is not None), ZERO)
    is_entering = half.bot.state not in (BotState.STOPPED, BotState.STOPPING)
    budget = budget_of(state, half, home.bot.config) if is_entering else ZERO
    if half.market.instrument.kind is InstrumentKind.PERP:
        mark = half.market.bid or ZERO
        worth = abs(half.base_held) * mark
        return max(budget, margin_of(worth, half.market.instrument.rules)) + flowed + half.base_held * mark
    sides = {entry_sides(each)[0 if is_home else 1] for each in directions_of(home.bot.config.ways)}
    return max(flowed, ZERO) if sides == {Side.SELL} else max(budget + flowed, ZERO)
