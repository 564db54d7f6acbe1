"""Which money and base of an account a bot may count on: what no other bot has a claim to."""

from decimal import Decimal

from engine.domain.bot import BotState
from engine.domain.money import ZERO
from engine.kernel.books import BotBook
from engine.kernel.state import State


def free_quote_for(state: State, book: BotBook) -> Decimal | None:
    """Quote of the account that no bot has a claim on: its balance less what every other active bot may still spend."""
    account, market = book.account, book.market
    if account is None or market is None or not account.balances:
        return None
    quote = market.instrument.quote
    claimed = ZERO
    for other in state.bots.values():
        bot = other.bot
        if other is not book and bot.account_id == book.bot.account_id and bot.state is not BotState.STOPPED:
            earned = ZERO if bot.state is BotState.WAITING else bot.matched_profit + other.cash
            claimed += max(bot.config.investment + earned, ZERO)
    return account.balances.get(quote, ZERO) - claimed


def free_base_for(state: State, book: BotBook) -> Decimal | None:
    """Base of the account that no other bot holds."""
    account, market = book.account, book.market
    if account is None or market is None or not account.balances:
        return None
    base = market.instrument.base
    held = ZERO
    for other in state.bots.values():
        is_same = other.bot.account_id == book.bot.account_id and other.market is not None
        if is_same and other is not book and other.market is not None and other.market.instrument.base == base:
            held += other.base_held
    return max(account.balances.get(base, ZERO) - held, ZERO)
