"""An order as the exchange keeps it: counted numbers (amounts.py) that change. `record` is what others see."""

from decimal import Decimal
from functools import cache

from tests.support.exchange.amounts import UNIT, amount, count, number
from tests.support.exchange.values import (
    Fill,
    Life,
    Listing,
    OrderRecord,
    PositionSide,
    Request,
    SelfTrade,
    Side,
    Status,
    Type,
)


class Order:
    """`left` is what may still trade; `locked` is what of the account is set aside for it, in atoms."""

    __slots__ = (
        "_record",
        "account",
        "client_order_id",
        "cost",
        "created_ms",
        "filled",
        "fills",
        "is_reduce_only",
        "left",
        "life",
        "locked",
        "order_id",
        "position_side",
        "price",
        "self_trade",
        "sequence",
        "side",
        "size",
        "status",
        "symbol",
        "type",
        "updated_ms",
        "value",
    )  # fmt: skip

    def __init__(
        self, order_id: int, account: str, request: Request, size: int, price: int | None, cost: int | None, now_ms: int
    ) -> None:
        self.order_id = order_id
        self.account = account
        self.symbol = request.symbol
        self.side: Side = request.side
        self.type: Type = request.type
        self.life: Life = request.life
        self.price = price
        self.size = size
        self.cost = cost
        self.client_order_id = request.client_order_id
        self.position_side: PositionSide = request.position_side
        self.is_reduce_only = request.is_reduce_only
        self.self_trade: SelfTrade | None = request.self_trade
        self.status = Status.OPEN
        self.left = size
        self.filled = 0
        self.value = 0
        self.locked = 0
        self.fills: list[Fill] = []
        self.created_ms = self.updated_ms = now_ms
        self.sequence = 0
        self._record: OrderRecord | None = None

    @property
    def resting_price(self) -> int:
        assert self.price is not None
        return self.price

    def record(self) -> OrderRecord:
        """As it is now. Whatever changes what can be seen of it gives it a new sequence, so the last one is kept."""
        if self._record is not None and self._record.sequence == self.sequence:
            return self._record
        self._record = OrderRecord(
            order_id=self.order_id,
            account=self.account,
            symbol=self.symbol,
            side=self.side,
            type=self.type,
            life=self.life,
            price=None if self.price is None else number(self.price),
            size=number(self.size),
            cost=None if self.cost is None else amount(self.cost),
            client_order_id=self.client_order_id,
            status=self.status,
            filled=number(self.filled),
            value=amount(self.value),
            created_ms=self.created_ms,
            updated_ms=self.updated_ms,
            sequence=self.sequence,
            fills=tuple(self.fills),
            position_side=self.position_side,
            is_reduce_only=self.is_reduce_only,
        )
        return self._record


def value_of(listing: Listing, price: int, size: int) -> int:
    """What so much is worth, in atoms of quote."""
    if listing.contract_size == 1:
        return price * size
    return price * size * _contract(listing.contract_size) // UNIT


@cache
def _contract(size: Decimal) -> int:
    return count(size)
