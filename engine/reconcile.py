"""Aligning the journal with a venue before anything is decided: orders, fills, balances."""

import asyncio
import time
from collections.abc import Callable, Sequence

from engine.domain import phrases
from engine.domain.bot import Account, AccountMode
from engine.domain.messages import BalancesReported, Level, Message, OrderReport, OrderUnknown
from engine.domain.order import Order, OrderState
from engine.domain.sentences import say
from engine.kernel.books import Outbox
from engine.kernel.kernel import Kernel
from engine.ports import Venue

ASK_EVERY_S = 0.2
GIVE_UP_S = 30.0
#: Orders are asked for so many at a time: after a takeover nothing trades until the last of them is known.
ASK_AT_ONCE = 16


async def reconcile(
    kernel: Kernel,
    account: Account,
    venue: Venue,
    tell: Callable[[Message], None],
    put: Callable[[Outbox | None], None],
    give_up_s: float = GIVE_UP_S,
    is_placing: Callable[[str], bool] = lambda _: False,
) -> None:
    """Ask the venue about every live order of the account; `tell` hands each answer to the kernel.

    Where the balances of a paper account are not what the ledger folds to, none of its bots is traded.
    A bot with an order about which the venue does not answer in `give_up_s`, or with open orders at the venue that the
    journal does not know, is not traded; `put` takes what the kernel records about it. Of an order that is on its way
    still, over an older line (`is_placing`), nobody can say that it never arrived.
    Raises VenueUnavailable when the venue does not answer at all.
    """
    orders = kernel.live_orders(account.account_id)
    fills = 0
    for start in range(0, len(orders), ASK_AT_ONCE):
        some = orders[start : start + ASK_AT_ONCE]
        for order, report in zip(some, await _ask_all(venue, some, give_up_s, is_placing), strict=True):
            if report is None:
                # It may be gone without a word by now, so not even a cancel could end it: it is asked for on and on.
                tell(OrderUnknown(order.client_order_id, "no answer while reconciling", order.updated_at))
                put(kernel.stand_still(order.bot_id, say(phrases.NO_ANSWER_ON_ORDER, order=order.client_order_id)))
                continue
            fills += len(report.fills)
            tell(report)
    await _look_for_strangers(kernel, account, venue, put)
    balances = tuple(await venue.balances())
    if account.mode is not AccountMode.LIVE:
        # Nobody but us moves money on a paper account: any difference means that one of the two books is damaged.
        for sentence in kernel.differences(account.account_id, balances):
            for book in kernel.bots_of(account.account_id):
                put(kernel.stand_still(book.bot.bot_id, sentence))
    at = max((order.updated_at for order in orders), default=None)
    if at is not None:
        tell(BalancesReported(account.account_id, balances, at))
        sentence = say(phrases.RECONCILED, account=account.name, orders=len(orders), fills=fills)
        put(kernel.say(sentence, Level.INFO, at))


async def _ask_all(
    venue: Venue, orders: Sequence[Order], give_up_s: float, is_placing: Callable[[str], bool]
) -> list[OrderReport | None]:
    """What became of each of them. The first failure is everybody's."""
    asked = [asyncio.ensure_future(_ask(venue, order, give_up_s, is_placing)) for order in orders]
    try:
        return await asyncio.gather(*asked)
    finally:
        for each in asked:
            each.cancel()
        await asyncio.gather(*asked, return_exceptions=True)


async def _ask(venue: Venue, order: Order, give_up_s: float, is_placing: Callable[[str], bool]) -> OrderReport | None:
    started = time.monotonic()
    while time.monotonic() - started < give_up_s:
        was_placing = is_placing(order.client_order_id)
        report = await venue.report(order)
        if report is not None and report.is_whole and not (was_placing and report.state is OrderState.LOST):
            return report
        await asyncio.sleep(ASK_EVERY_S)
    return None


async def _look_for_strangers(
    kernel: Kernel, account: Account, venue: Venue, put: Callable[[Outbox | None], None]
) -> None:
    """Open orders at the venue that carry the name of one of our bots must be in the journal."""
    for book in kernel.bots_of(account.account_id):
        bot = book.bot
        if not account.trades(bot.symbol):
            # It is stopped, and was without orders when its instrument went; its exchange may not have it any more.
            continue
        open_ids = await venue.open_client_order_ids(bot.symbol)
        strangers = [identity for identity in open_ids if identity.startswith(f"{bot.bot_id}G")]
        unknown = [identity for identity in strangers if identity not in book.live]
        if unknown:
            put(kernel.stand_still(bot.bot_id, say(phrases.UNKNOWN_ORDERS_AT_VENUE, count=len(unknown))))
