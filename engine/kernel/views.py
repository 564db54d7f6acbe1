"""Snapshots of the kernel's state for those who only look."""

from datetime import timedelta
from decimal import Decimal

from engine.domain.bot import BotState
from engine.domain.money import HUNDRED, ZERO
from engine.domain.views import AccountView, BotView, PositionView
from engine.kernel.books import AccountBook, BotBook
from engine.kernel.state import State
from engine.kernel.valuation import account_equity

YEAR = timedelta(days=365)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
ROUNDED = Decimal("0.01")


def bot_view(book: BotBook) -> BotView:
    """A bot at the present bid. One that is in no run (stopped, or waiting to begin) shows the result of its last."""
    bot, market = book.bot, book.market
    price = market.bid if market else None
    floating = book.floating_at(price) if price is not None else ZERO
    if not bot.is_in_run:
        floating = (bot.final_pnl if bot.final_pnl is not None else bot.matched_profit) - bot.matched_profit
    apr, cycles = _rates(book)
    return BotView(
        bot=bot,
        rungs=tuple(book.rungs),
        open_orders=tuple(book.live.values()),
        price=price,
        matched_profit=bot.matched_profit,
        floating_pnl=floating,
        total_pnl=bot.matched_profit + floating,
        base_held=book.base_held,
        average_entry=average_entry(book),
        apr_pct=apr,
        cycles_per_day=cycles,
    )


def position_view(book: BotBook) -> PositionView | None:
    """The base a bot holds; None when it holds none or has no price."""
    entry, market = average_entry(book), book.market
    if market is None or market.bid is None or entry is None:
        return None
    held = book.base_held
    return PositionView(
        bot_id=book.bot.bot_id,
        bot_name=book.bot.name,
        venue=book.bot.venue,
        symbol=book.bot.symbol,
        quantity=held,
        average_entry=entry,
        mark=market.bid,
        value=held * market.bid,
        unrealized=held * (market.bid - entry),
        realized=book.bot.matched_profit,
    )


def account_view(state: State, account: AccountBook) -> AccountView:
    equity = account_equity(account, state.markets.values())
    today = equity - account.midnight_equity if account.midnight_equity is not None else ZERO
    balances = tuple(
        (asset, total, account.reserved.get(asset, ZERO)) for asset, total in sorted(account.balances.items())
    )
    return AccountView(account.account, balances, equity, today)


def average_entry(book: BotBook) -> Decimal | None:
    """What the held base cost a unit, with fees: each rung's cost in the share that is not sold, plus spare cash."""
    held = book.base_held
    if held <= 0:
        return None
    cost = sum((rung.cost * rung.held / rung.bought for rung in book.rungs if rung.bought), ZERO)
    return (cost - min(book.bot.spare_cash, ZERO)) / held


def _rates(book: BotBook) -> tuple[Decimal | None, Decimal | None]:
    """Matched profit a year in percent of the investment, and closed cycles a day; None in the first hour."""
    bot, market = book.bot, book.market
    until = bot.stopped_at if bot.state is BotState.STOPPED else market.at if market else None
    if bot.started_at is None or until is None or until - bot.started_at < HOUR:
        return None, None
    ran = Decimal((until - bot.started_at).total_seconds())
    apr = bot.matched_profit / bot.config.investment * HUNDRED * Decimal(YEAR.total_seconds()) / ran
    cycles = bot.closed_cycles * Decimal(DAY.total_seconds()) / ran
    return apr.quantize(ROUNDED), cycles.quantize(ROUNDED)
