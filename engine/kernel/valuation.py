"""Equity of accounts and bots at the marks, and the points of the equity curves."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal

from engine.domain.messages import EquitySampled
from engine.domain.money import ZERO
from engine.kernel.books import AccountBook, MarketBook
from engine.kernel.state import State

SAMPLE_EVERY = timedelta(minutes=1)


def account_equity(account: AccountBook, markets: Iterable[MarketBook]) -> Decimal:
    """All balances in the account's quote: quote as it is, base at the bid; an asset without a market counts 0."""
    return value_of(account.balances, account, markets)


def value_of(balances: Mapping[str, Decimal], account: AccountBook, markets: Iterable[MarketBook]) -> Decimal:
    """The same of balances by asset that the venue has not told."""
    quote = account.account.quote
    equity = balances.get(quote, ZERO)
    for market in markets:
        instrument = market.instrument
        if instrument.venue == account.account.venue and instrument.quote == quote and market.bid is not None:
            held = sum((balances.get(asset, ZERO) for asset in instrument.held_assets), ZERO)
            equity += held * market.bid
    return equity


def sample_if_due(state: State, market: MarketBook, timezone: tzinfo) -> None:
    """Once a minute of market time: a point for each bot at work on the market, and for its accounts."""
    at, bid = market.at, market.bid
    if at is None or bid is None or (market.next_sample_at is not None and at < market.next_sample_at):
        return
    market.next_sample_at = _floor_minute(at) + SAMPLE_EVERY
    for bot_point in _bot_points(market, _floor_minute(at), bid):
        state.outbox.add_late(bot_point)
    for account in state.accounts.values():
        if account.account.venue == market.instrument.venue and account.balances:
            equity = account_equity(account, state.markets.values())
            _turn_day(account, at, equity, timezone)
            books = [book for book in state.bots.values() if book.account is account]
            matched = sum((book.bot.matched_profit for book in books if book.bot.is_grid), ZERO)
            floating = sum((book.floating_at(bid) for book in books if book.market is market), ZERO)
            point = EquitySampled(account.account.account_id, "", _floor_minute(at), equity, matched, floating, bid)
            state.outbox.add_late(point)


def _bot_points(market: MarketBook, at: datetime, bid: Decimal) -> Iterable[EquitySampled]:
    for book in market.bots:
        bot = book.bot
        if bot.is_in_run and bot.is_grid:
            floating = book.floating_at(bid)
            equity = bot.grid.investment + bot.matched_profit + floating
            yield EquitySampled(bot.account_id, bot.bot_id, at, equity, bot.matched_profit, floating, bid)


def _turn_day(account: AccountBook, at: datetime, equity: Decimal, timezone: tzinfo) -> None:
    """Remember the equity with which the user's day began."""
    midnight = at.astimezone(timezone).replace(hour=0, minute=0, second=0, microsecond=0)
    if account.midnight_equity is None or (account.midnight_of is not None and midnight > account.midnight_of):
        account.midnight_equity = equity
    account.midnight_of = midnight


def _floor_minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)
