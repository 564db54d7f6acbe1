"""I6: what the program reports to have gained, for the auditor to hold against the account."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from engine.domain.instrument import Instrument
from engine.domain.ledger import EntryKind
from engine.domain.money import ZERO
from engine.domain.views import BotView
from tests.support.exchange.told import Told
from tests.support.exchange.values import House
from tests.support.memory_desk import MemoryDatabase

#: What is no result of trading.
NOT_TRADED = (EntryKind.DEPOSIT, EntryKind.OUTSIDE)


def with_profit(
    told: Told, bot: BotView, database: MemoryDatabase, instrument: Instrument, house: House, earlier: Decimal
) -> Told:
    """The story with the profit that is reported, at the price that the program shows.

    It is the bot's own, of its present run and of `earlier` ones, and what the account itself has of it: what it paid
    for the bot and took back from it. A fee in a third asset lowers no PnL in quote where the account has no market of
    that asset; the bot shows it by itself (`fees_other`), and it is worth the exchange's own price.
    """
    assert bot.price is not None
    marks = {instrument.position_asset: bot.price, **prices_of(house)}
    own = sum(
        (
            entry.amount * marks.get(entry.asset, Decimal(1))
            for entry in database.tables.ledger.values()
            if not entry.bot_id and entry.account_id == bot.bot.account_id and entry.kind not in NOT_TRADED
        ),
        ZERO,
    )
    profit = earlier + result_of(bot, house) + own
    return replace(told, profit=profit, quote=instrument.quote, marks=marks)


def result_of(bot: BotView, house: House) -> Decimal:
    """Of one run."""
    marks = prices_of(house)
    return bot.total_pnl - sum((fee * marks.get(asset, ZERO) for asset, fee in bot.bot.fees_other), ZERO)


def prices_of(house: House) -> Mapping[str, Decimal]:
    """What the house takes its own asset for."""
    return {house.fee_asset: house.fee_asset_price} if house.fee_asset else {}
