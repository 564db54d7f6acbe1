"""Between which bids a quote has nothing to do with a bot, so that a thousand idle bots cost two comparisons each."""

from bisect import bisect_right
from decimal import Decimal

from engine.domain.bot import BotState
from engine.domain.money import HUNDRED
from engine.kernel.books import HIGHEST, BotBook
from engine.kernel.state import State

LOWEST = Decimal(-1)
IDLE = frozenset({BotState.PAUSED, BotState.STOPPED, BotState.ERROR})


def set_quiet(state: State, book: BotBook) -> None:
    """Work the bot's quiet range out anew, after anything about it changed."""
    is_held = book.account is not None and book.account.hold is not None
    if book.bot.state in IDLE or state.is_halted or is_held:
        book.quiet_low, book.quiet_high = LOWEST, HIGHEST
        return
    restless = book.bot.state is not BotState.RUNNING or book.waiting or book.refused or book.is_leg_waiting
    if restless or book.retry_at is not None or book.dirty_rungs or (book.is_windowed and book.has_filled):
        book.quiet_low = book.quiet_high = HIGHEST
        return
    low, high = _stop_range(book)
    if book.is_windowed and book.market and book.market.bid is not None:
        cell = cell_of(book, book.market.bid)
        if cell > 0:
            low = max(low, _line(book, cell - 1))
        if cell <= len(book.rungs):
            high = min(high, _line(book, cell))
    book.quiet_low, book.quiet_high = low, high


def cell_of(book: BotBook, price: Decimal) -> int:
    """How many lines lie at or below the price: 0 below the ladder, its number of lines above it."""
    below = bisect_right(book.rungs, price, key=lambda rung: rung.buy_price)
    return below + 1 if book.rungs and price >= book.rungs[-1].sell_price else below


def _line(book: BotBook, index: int) -> Decimal:
    return book.rungs[index].buy_price if index < len(book.rungs) else book.rungs[-1].sell_price


def _stop_range(book: BotBook) -> tuple[Decimal, Decimal]:
    config = book.bot.grid
    low = config.stop_lower if config.stop_lower is not None else LOWEST
    high = config.stop_upper if config.stop_upper is not None else HIGHEST
    loss, gain = config.stop_loss_pct, config.take_profit_pct
    if loss is None and gain is None:
        return low, high
    base = book.base_held
    fixed = book.bot.matched_profit + book.cash + book.bot.funding
    if base <= 0:
        return HIGHEST, HIGHEST
    if loss is not None:
        low = max(low, (-config.investment * loss / HUNDRED - fixed) / base)
    if gain is not None:
        high = min(high, (config.investment * gain / HUNDRED - fixed) / base)
    return low, high
