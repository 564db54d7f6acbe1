"""Snapshots of the kernel's state for those who only look."""

from datetime import timedelta
from decimal import Decimal

from engine.domain.bot import BotState
from engine.domain.key_facts import changes, warnings
from engine.domain.money import HUNDRED, ZERO
from engine.domain.views import AccountView, BotView, LiveView, PositionView
from engine.kernel.books import AccountBook, BotBook
from engine.kernel.claims import free_margin
from engine.kernel.foreign import warnings_of
from engine.kernel.holds import needs_confirmation
from engine.kernel.positions import position_of
from engine.kernel.state import State
from engine.kernel.valuation import value_of

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
        needs_confirmation=bot.state is BotState.WAITING and needs_confirmation(book),
    )


def position_view(book: BotBook) -> PositionView | None:
    """The base a bot holds; None when it holds none or has no price."""
    return position_at(book, average_entry(book))


def position_at(book: BotBook, entry: Decimal | None) -> PositionView | None:
    """What a bot holds, entered at this price on average; None without one, or while the market has no price."""
    market = book.market
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
        reported=position_of(book.account, market.instrument),
        funding=book.bot.funding,
    )


def account_view(state: State, account: AccountBook) -> AccountView:
    equity = value_of(account.known_balances, account, state.markets.values())
    today = equity - account.midnight_equity if account.midnight_equity is not None else ZERO
    balances = tuple(
        (asset, total, account.reserved.get(asset, ZERO)) for asset, total in sorted(account.known_balances.items())
    )
    return AccountView(
        account.account,
        balances,
        equity,
        today,
        is_told=bool(account.balances),
        trouble=account.trouble,
        live=live_view(account),
        free_margin=free_margin(state, account),
    )


def live_view(account: AccountBook) -> LiveView | None:
    """The switch of an account with real money, and what is known of its key."""
    live = account.live
    if live is None:
        return None
    facts, at = live.facts, live.checked_at
    changed = changes(live.pinned, facts) if facts is not None and live.pinned is not None else ()
    return LiveView(
        is_on=live.is_on,
        hold=account.hold,
        is_withdrawal_allowed=live.is_withdrawal_allowed,
        facts=facts,
        pinned=live.pinned,
        checked_at=at,
        changes=tuple(changed),
        warnings=(*(warnings(facts, at) if facts is not None and at is not None else ()), *warnings_of(account)),
        foreign=live.foreign,
    )


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
    if not bot.is_grid:
        return None, None
    ran = Decimal((until - bot.started_at).total_seconds())
    apr = bot.matched_profit / bot.grid.investment * HUNDRED * Decimal(YEAR.total_seconds()) / ran
    cycles = bot.closed_cycles * Decimal(DAY.total_seconds()) / ran
    return apr.quantize(ROUNDED), cycles.quantize(ROUNDED)
