"""What a bot may be called, and how much of its user's money it may have."""

from collections.abc import Iterable
from decimal import ROUND_CEILING, Decimal

from engine.domain import phrases
from engine.domain.bot import Bot
from engine.domain.grid import GridConfig
from engine.domain.money import HUNDRED, ZERO
from engine.domain.sentences import Refusal, Sentence, say
from engine.kernel.books import AccountBook, BotBook
from engine.kernel.state import State
from engine.kernel.valuation import account_equity

NAME_MAX = 100
#: The smallest share of a bot, in percent.
LEAST = Decimal("0.01")
Refusals = tuple[Refusal, ...]


def name_refusals(state: State, name: str, own_id: str | None) -> Refusals:
    wanted = name.strip()
    if not wanted:
        return _refuse("name", say(phrases.NAME_EMPTY))
    if len(wanted) > NAME_MAX:
        return _refuse("name", say(phrases.NAME_TOO_LONG, maximum=NAME_MAX))
    for book in state.bots.values():
        if book.bot.name == wanted and book.bot.bot_id != own_id:
            phrase = phrases.NAME_REMOVED if book.bot.is_removed else phrases.NAME_TAKEN
            return _refuse("name", say(phrase, name=wanted))
    return ()


def default_allocation(account: AccountBook, state: State, config: GridConfig) -> Decimal:
    """`share_of` what the account is worth now."""
    equity = account_equity(account, state.markets.values())
    return share_of(config.investment, equity, [book.bot for book in state.bots.values()])


def share_of(investment: Decimal, equity: Decimal, bots: Iterable[Bot]) -> Decimal:
    """The investment in percent of the equity, rounded up to 0.01 %, and at most what running bots leave of 100 %.

    At least 0.01 %, which is refused where they leave nothing.
    """
    left = HUNDRED - sum((bot.allocation_percent for bot in bots if bot.is_active), ZERO)
    share = (investment / equity * HUNDRED).quantize(LEAST, ROUND_CEILING) if equity > 0 else HUNDRED
    return max(min(share, left), LEAST)


def allocation_refusals(state: State, bot: Bot, *, counts: bool) -> Refusals:
    percent = bot.allocation_percent
    if not percent.is_finite() or not 0 < percent <= HUNDRED:
        return _refuse("allocation_percent", say(phrases.ALLOCATION_RANGE, percent=str(percent)))
    used = sum(
        (book.bot.allocation_percent for book in state.bots.values() if book.bot.is_active and _is_other(book, bot)),
        ZERO,
    )
    if counts and used + percent > HUNDRED:
        return _refuse("allocation_percent", say(phrases.ALLOCATION_FULL, used=used, percent=percent))
    return ()


def _is_other(book: BotBook, bot: Bot) -> bool:
    return book.bot.bot_id != bot.bot_id


def _refuse(field: str, sentence: Sentence) -> Refusals:
    return (Refusal(field, sentence),)
