"""Fees in an asset that is neither base nor quote, such as BNB: the account pays them, the bot owes it their worth."""

from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

from engine.domain import phrases
from engine.domain.bot import Bot
from engine.domain.ledger import EntryKind, LedgerEntry
from engine.domain.messages import Level
from engine.domain.money import ZERO
from engine.domain.order import Fill
from engine.domain.sentences import say
from engine.kernel.books import BotBook
from engine.kernel.state import State


def fee_in_quote(state: State, book: BotBook, fill: Fill) -> Fill:
    """The fill with its fee as its bot bears it: in quote, where it was taken in a third asset that has a price.

    The bot takes the asset over from the account at the bid of the account's own market of it against quote, by two
    pairs of entries, as base is adopted: so the bot's ledger still folds to its PnL, and the account's to its balances.
    Without such a market the fee is worth nothing to the PnL, and a line says so once.
    """
    assert book.market is not None
    instrument, bot = book.market.instrument, book.bot
    if not fill.fee or fill.fee_asset in (instrument.position_asset, instrument.quote):
        return fill
    market = state.markets.get((fill.venue, f"{fill.fee_asset}/{instrument.quote}"))
    price = None if market is None else market.bid or market.last
    if price is None:
        if fill.fee_asset not in dict(bot.fees_other):
            sentence = say(phrases.FEE_WITHOUT_PRICE, asset=fill.fee_asset, quote=instrument.quote)
            state.say(book, sentence, Level.LOOK)
        return replace(fill, fee=ZERO, fee_asset=instrument.quote)
    worth = (fill.fee * price).quantize(instrument.rules.money_increment, ROUND_HALF_UP)
    reference = f"fee:{fill.venue}:{fill.trade_id}"
    moves = ((bot.bot_id, fill.fee, -worth), ("", -fill.fee, worth))
    state.book_entries(
        tuple(
            LedgerEntry(bot.account_id, owner, asset, amount, EntryKind.ADOPT, reference, fill.at)
            for owner, other, quote in moves
            for asset, amount in ((fill.fee_asset, other), (instrument.quote, quote))
        )
    )
    return replace(fill, fee=worth, fee_asset=instrument.quote)


def with_fee(bot: Bot, fill: Fill) -> tuple[tuple[str, Decimal], ...]:
    """The bot's sums of fees in other assets with one more."""
    fees = dict(bot.fees_other)
    fees[fill.fee_asset] = fees.get(fill.fee_asset, ZERO) + fill.fee
    return tuple(sorted(fees.items()))
