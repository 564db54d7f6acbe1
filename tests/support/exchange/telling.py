"""Who hears of what happens, and when: all of a turn's events in their order, after the turn."""

from collections import defaultdict, deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.support.exchange.values import (
    AccountEvent,
    BalanceEvent,
    MarketEvent,
    PositionEvent,
)

if TYPE_CHECKING:
    from tests.support.exchange.core import Exchange

Hear = Callable[[AccountEvent], None]


class Teller:
    """Of one exchange. What listeners do when they hear is a turn of its own, told after what they heard."""

    def __init__(self, exchange: "Exchange") -> None:
        self._exchange = exchange
        self._hearers: dict[str, dict[object, Hear]] = defaultdict(dict)
        self._pending: deque[tuple[str, AccountEvent] | MarketEvent] = deque()
        self._changed: dict[str, str] = {}
        self._is_telling = False
        self._depth = 0

    def listen(self, account: str, hear: Hear) -> Callable[[], None]:
        mark = object()
        self._hearers[account][mark] = hear

        def stop() -> None:
            self._hearers[account].pop(mark, None)

        return stop

    def listeners(self, account: str) -> int:
        return len(self._hearers[account])

    def changed(self, account: str, cause: str) -> None:
        """Its balances or positions are to be told; the first cause stands."""
        if not account.startswith("~"):
            self._changed.setdefault(account, cause)

    def tell(self, account: str, event: AccountEvent) -> None:
        if self._hearers[account]:
            self._pending.append((account, event))

    def tell_market(self, event: MarketEvent) -> None:
        self._pending.append(event)

    def tell_balances(self, account: str) -> None:
        """What of an account changed since it was last told, positions too."""
        cause = self._changed.pop(account, "order")
        exchange = self._exchange
        if assets := exchange.ledger.take_touched(account):
            told = tuple(exchange.balance(account, asset) for asset in assets)
            self.tell(account, BalanceEvent(account, told, exchange.now_ms(), cause))
        if positions := exchange.perps.take_changed(account):
            self.tell(account, PositionEvent(account, tuple(positions), exchange.now_ms()))

    def enter(self) -> None:
        self._depth += 1

    def leave(self) -> None:
        self._depth -= 1
        if self._depth or self._is_telling:
            return
        self._is_telling = True
        try:
            self._collect()
            while self._pending:
                self._say(self._pending.popleft())
                if not self._pending:
                    self._collect()
        finally:
            self._is_telling = False

    def _collect(self) -> None:
        for account in list(self._changed):
            self.tell_balances(account)
        for market in self._exchange.markets.values():
            if market.book.is_touched() and (event := market.take_change(self._exchange.now_ms())) is not None:
                self._pending.append(event)

    def _say(self, said: tuple[str, AccountEvent] | MarketEvent) -> None:
        if isinstance(said, tuple):
            for hear in tuple(self._hearers[said[0]].values()):
                hear(said[1])
        else:
            for listen in tuple(self._exchange.markets[said.symbol].hearers.values()):
                listen(said)


class Turn:
    """One thing that happens to the exchange."""

    __slots__ = ("_teller",)

    def __init__(self, teller: Teller) -> None:
        self._teller = teller

    def __enter__(self) -> None:
        self._teller.enter()

    def __exit__(self, *_: object) -> None:
        self._teller.leave()
