"""What the engine would answer to a command, found out with a kernel that is thrown away; nothing is written."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from engine.console.desk import LedgerTotal
from engine.domain.bot import Bot
from engine.domain.market import Quote
from engine.domain.messages import BalancesReported, Command, CommandAnswered, CommandReceived
from engine.domain.money import ZERO
from engine.domain.sentences import Sentence
from engine.domain.views import BotView
from engine.kernel.kernel import Kernel
from engine.recovered import RecoveredState

Prices = Mapping[tuple[str, str], Decimal]


def refusals_of(
    command: Command,
    state: RecoveredState,
    ledger: Sequence[LedgerTotal],
    prices: Prices,
    desk_id: str,
    at: datetime,
) -> tuple[tuple[str, Sentence], ...]:
    """(field, sentence) of every refusal; empty when the command would be done as far as can be known now.

    `prices` are the last recorded ones by (venue, symbol). What only a venue can say (opening an account) is not found.
    """
    kernel = Kernel(desk_id, state)
    for account in state.accounts:
        own = tuple((total.asset, total.total, ZERO) for total in ledger if total.account_id == account.account_id)
        kernel.handle(BalancesReported(account.account_id, own, at))
    for (venue, symbol), price in prices.items():
        # The kernel decides nothing on these: it is still recovering.
        kernel.handle(Quote(venue, symbol, price, price, at))
    outbox = kernel.handle(CommandReceived("rehearsal", command, at))
    records = outbox.records if outbox is not None else []
    return next((record.refusals for record in records if isinstance(record, CommandAnswered)), ())


def bot_view_of(bot: Bot, state: RecoveredState, price: Decimal | None, desk_id: str) -> BotView:
    """A bot as the engine would show it at the last recorded price."""
    kernel = Kernel(desk_id, state)
    if price is not None:
        kernel.handle(Quote(bot.venue, bot.symbol, price, price, bot.created_at))
    return next(view for view in kernel.bot_views() if view.bot.bot_id == bot.bot_id)
