"""The other traders of a venue: what they rest, take and move. Their orders are real ones in the same book."""

from decimal import Decimal

from tests.support.exchange.amounts import count, number
from tests.support.exchange.book import Stranger
from tests.support.exchange.checks import increment_at
from tests.support.exchange.core import Exchange
from tests.support.exchange.values import Side


class Strangers:
    """Prices and sizes as in the listing. What they do is seen and matched at once."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def place(self, symbol: str, side: Side, price: Decimal, size: Decimal, *, rests: bool = True) -> Stranger:
        """A limit order; what does not trade rests, or is dropped."""
        market = self._exchange.markets[symbol]
        with self._exchange.turn():
            return self._exchange.matching.stranger(market, side, count(size), count(price), rests=rests)

    def take(self, symbol: str, side: Side, size: Decimal) -> Decimal:
        """A market order; what did not trade."""
        market = self._exchange.markets[symbol]
        with self._exchange.turn():
            order = self._exchange.matching.stranger(market, side, count(size), None, rests=False)
        return number(order.left)

    def set_level(self, symbol: str, side: Side, price: Decimal, size: Decimal) -> None:
        """All of theirs at a price is so much now: more joins the end of the queue, less leaves from the end."""
        market = self._exchange.markets[symbol]
        counted = count(price)
        with self._exchange.turn():
            theirs = [order for order in market.book.half(side).queue_at(counted) if isinstance(order, Stranger)]
            more = count(size) - sum(order.left for order in theirs)
            if more > 0:
                self._exchange.matching.stranger(market, side, more, counted, rests=True)
            while more < 0:
                last = theirs.pop()
                less = min(last.left, -more)
                market.book.take(last, less)
                more += less

    def held_at(self, symbol: str, side: Side, price: Decimal) -> Decimal:
        """All of theirs at a price."""
        queue = self._exchange.markets[symbol].book.half(side).queue_at(count(price))
        return number(sum(order.left for order in queue if isinstance(order, Stranger)))

    def stands(self, symbol: str, side: Side, price: Decimal) -> bool:
        """Whether any of theirs rests at a price."""
        queue = self._exchange.markets[symbol].book.half(side).queue_at(count(price))
        return any(isinstance(order, Stranger) for order in queue)

    def clear(self, symbol: str) -> None:
        """All of theirs is gone."""
        market = self._exchange.markets[symbol]
        with self._exchange.turn():
            for half in (market.book.bids, market.book.asks):
                for order in [order for order in half.orders() if isinstance(order, Stranger)]:
                    market.book.remove(order)

    def move_to(self, symbol: str, price: Decimal, *, size: Decimal, levels: int = 5, ticks: int = 1) -> None:
        """The market goes to a price, through whatever rests in between, and stands around it on both sides.

        Their best bid is `ticks` increments below and their best ask as many above; each of `levels` has `size`.
        """
        exchange = self._exchange
        market = exchange.markets[symbol]
        with exchange.turn():
            self.clear(symbol)
            for side in (Side.BUY, Side.SELL):
                half = market.book.half(side.opposite)
                while (best := half.best()) is not None and half.is_reached(count(price)):
                    total = half.total_at(best)
                    if exchange.matching.stranger(market, side, total, best, rests=False).left == total:
                        break
            for level in range(levels):
                for side, sign in ((Side.BUY, -1), (Side.SELL, 1)):
                    at = price
                    for _ in range(ticks + level):
                        at += sign * increment_at(market.listing, at)
                    if at > 0:
                        self.place(symbol, side, at, size)
