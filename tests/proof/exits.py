"""After each start of the program what closes comes first: exits that are due are sent before anything that opens."""

from collections.abc import Callable, Collection, Mapping

from engine.bots.grid import wants
from engine.domain.bot import BotState
from engine.domain.instrument import Instrument
from engine.domain.money import ZERO
from engine.domain.order import Order, OrderState, Side
from tests.proof.books import OurBooks
from tests.proof.watch import slot_of
from tests.support.exchange.core import Exchange
from tests.support.exchange.values import OrderRecord
from tests.support.exchange.values import Side as TheirSide


class ExitsFirst:
    """Of one account. `begin` at each start of the program; `came` hears each new order of its own.

    What is due is looked up as the first order of a life arrives: by then everything was reconciled and is durable.
    An exit that was refused has come, too, and one that would trade at once need not.
    """

    def __init__(
        self,
        exchange: Exchange,
        account: str,
        books: Callable[[], OurBooks],
        instruments: Callable[[], Mapping[str, Instrument]],
        complain: Callable[[str], None],
    ) -> None:
        self._exchange = exchange
        self._account = account
        self._books = books
        self._instruments = instruments
        self._complain = complain
        self._first = 0
        self._due: dict[str, Order | None] | None = None
        self._is_over = False
        self._running: dict[str, int] = {}
        #: Lives in which something was due.
        self.judged = 0

    def begin(self) -> None:
        """A new life of the program. Of what it takes up, only running ladders are judged: a new one is no restart."""
        books = self._books()
        self._running = {bot.bot_id: bot.generation for bot in books.bots if bot.state is BotState.RUNNING}
        self._first = len(self._exchange.history.received)
        self._due, self._is_over = None, False

    def came(self, order: OrderRecord) -> None:
        """An order of the program's own arrived and was taken."""
        if self._is_over:
            return
        books = self._books()
        ours = books.orders.get(order.client_order_id)
        bot = next((bot for bot in books.bots if ours is not None and bot.bot_id == ours.bot_id), None)
        if ours is None or bot is None or ours.fencing_token != bot.fencing_token or ours.rung < 0:
            # Still from the life before, or of no rung: a first purchase.
            return
        if self._running.get(bot.bot_id) != ours.generation:
            return
        if self._due is None:
            self._due = dict.fromkeys(due_exits(books, self._exchange, self._account, self._instruments()))
            self.judged += bool(self._due) or order.side is TheirSide.SELL
        if order.side is TheirSide.SELL:
            return
        self._is_over = True
        received = self._exchange.history.received[self._first :]
        came = {slot_of(each.request.client_order_id) for each in received}
        still = due_exits(books, self._exchange, self._account, self._instruments())
        left = sorted(place for place in self._due if place not in came and place in still)
        if left:
            self._complain(f"P1: {order.client_order_id} opens before {len(left)} exits, such as {left[0]}")


def due_exits(
    books: OurBooks, exchange: Exchange, account: str, instruments: Mapping[str, Instrument]
) -> Collection[str]:
    """Places of exits that the rungs want, that nobody asks about, and that the market lets rest now."""
    live: dict[tuple[str, int, int, Side], list[Order]] = {}
    for order in books.orders.values():
        if not order.state.is_final:
            live.setdefault((order.bot_id, order.generation, order.rung, order.side), []).append(order)
    there = {order.client_order_id for order in exchange.open_of(account)}
    found: dict[str, None] = {}
    for bot_id, rung in books.rungs:
        bot = next(each for each in books.bots if each.bot_id == bot_id)
        sides = {side: live.get((bot_id, bot.generation, rung.index, side), []) for side in Side}
        own = [order for orders in sides.values() for order in orders]
        if any(order.state is OrderState.UNKNOWN or order.is_cancel_requested for order in own):
            continue
        # What is only decided is no exit yet: it is what is to come.
        resting = {
            side: sum((each.remaining for each in orders if each.client_order_id in there), ZERO)
            for side, orders in sides.items()
        }
        bids = exchange.book(bot.symbol, 1).bids
        for want in wants(rung, resting[Side.BUY], resting[Side.SELL], instruments[bot.symbol].rules):
            if want.side is Side.SELL and not (bids and want.price <= bids[0][0]):
                found[f"{bot_id}G{bot.generation}R{rung.index}S"] = None
    return found
