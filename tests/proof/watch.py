"""What must hold at every instant, looked at whenever the exchange does something for the account."""

from collections.abc import Callable
from decimal import Decimal

from engine.domain.money import ZERO
from tests.support.exchange.core import Exchange
from tests.support.exchange.values import AccountEvent, OrderEvent, OrderRecord, Side, Status

#: How client order ids of the owner's own hand begin.
BY_HAND = "byhand"


class Watch:
    """Complaints about an account, as they happen; each begins with the number of its invariant.

    `is_decided` says whether an intent with this client order id is durable now. `most_committed` is the most that may
    be bound in the account's quote by open orders and holdings, at any instant.
    """

    def __init__(
        self,
        exchange: Exchange,
        account: str,
        quote: str,
        is_decided: Callable[[str], bool],
        most_committed: Decimal | None = None,
    ) -> None:
        self._exchange = exchange
        self._account = account
        self._quote = quote
        #: Told of each order of the program's as it comes, before it is looked at.
        self.on_new: Callable[[OrderRecord], None] = lambda _: None
        self._is_decided = is_decided
        self._most_committed = most_committed
        self._read = len(exchange.ledger.entries)
        self._moved = ZERO
        self._first_quote = self._free()
        self._open: dict[int, OrderRecord] = {}
        self._ids: dict[str, int] = {}
        self.complaints: list[str] = []
        self.orders = 0
        self.fills = 0
        self.end = exchange.listen_account(account, self._hear)

    @property
    def committed(self) -> Decimal:
        """Quote that is bound in orders and holdings now, or was lost; what its owner moved is neither."""
        return self._first_quote + self._moved_since() - self._free()

    def begin_anew(self) -> None:
        """Nothing of the program's is bound now: what was lost until now is no matter any more."""
        self._moved_since()
        self._first_quote, self._moved = self._free(), ZERO

    def _moved_since(self) -> Decimal:
        entries = self._exchange.ledger.entries
        for entry in entries[self._read :]:
            if entry.account == self._account and entry.asset == self._quote and entry.cause == "transfer":
                self._moved += entry.amount
        self._read = len(entries)
        return self._moved

    def _hear(self, event: AccountEvent) -> None:
        if not isinstance(event, OrderEvent) or event.order.client_order_id.startswith(BY_HAND):
            return
        order = event.order
        if order.order_id in self._exchange.history.foreign:
            return
        if order.client_order_id not in self._ids:
            self._on_new(order)
        elif self._ids[order.client_order_id] != order.order_id:
            self.complain(f"I2: {order.client_order_id} came a second time, as order {order.order_id}")
        self.fills += event.fill is not None
        if order.status is Status.OPEN:
            self._open[order.order_id] = order
        else:
            self._open.pop(order.order_id, None)
        if self._most_committed is not None and self.committed > self._most_committed:
            self.complain(f"I8: {self.committed} {self._quote} are bound, of {self._most_committed}")

    def _on_new(self, order: OrderRecord) -> None:
        self.on_new(order)
        self.orders += 1
        self._ids[order.client_order_id] = order.order_id
        if not self._is_decided(order.client_order_id):
            self.complain(f"I1: {order.client_order_id!r} was sent before its intent was durable")
        slot = slot_of(order.client_order_id)
        twins = [each for each in self._open.values() if slot_of(each.client_order_id) == slot]
        # Sells of a rung follow the parts of its buy; its buy is one.
        if order.side is Side.BUY and twins and order.status is Status.OPEN:
            self.complain(f"I2: {order.client_order_id} and {twins[0].client_order_id} buy for one rung")

    def _free(self) -> Decimal:
        for balance in self._exchange.balances(self._account):
            if balance.asset == self._quote:
                return balance.total - balance.locked
        return ZERO

    def complain(self, text: str) -> None:
        """With the moment in which it happened."""
        self.complaints.append(f"{text}, at {self._exchange.now_ms()}.")


def slot_of(client_order_id: str) -> str:
    """The rung side, or the leg, of one of our orders: everything before its cycle."""
    return client_order_id.rpartition("A")[0].rpartition("C")[0]
