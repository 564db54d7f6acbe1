"""Binance USDM's streams: the market's by category, and an account's by its listen key."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from tests.support.exchange.core import Exchange
from tests.support.exchange.ports import Socket, Trouble
from tests.support.exchange.skins import usdm_words as words
from tests.support.exchange.skins.binance_streams import MarketStreams
from tests.support.exchange.values import (
    AccountEvent,
    Balance,
    BalanceEvent,
    FundingEvent,
    OrderEvent,
    PositionEvent,
)

KEY_LIFE_MS = 3_600_000
#: What /public serves; /market serves all else. A name in the wrong place is taken and never sent.
PUBLIC = frozenset({"depth", "depth5", "depth10", "depth20", "rpiDepth", "bookTicker", "trade"})


class UsdmMarketStreams(MarketStreams):
    """Spot's streams with the futures' words. The old path without a category serves everything."""

    def __init__(self, core: Exchange, socket: Socket, trouble: Callable[[], Trouble | None]) -> None:
        first = socket.path.split("/")[1]
        self._category = first if first in ("public", "market") else ""
        self._last: dict[str, int] = {}
        super().__init__(core, socket, trouble)

    def _subscribe(self, name: str) -> None:
        kind = name.partition("@")[2].partition("@")[0]
        if self._category and (kind in PUBLIC) != (self._category == "public"):
            self._streams.setdefault(name, lambda: None)
            return
        super()._subscribe(name)

    def _send(self, name: str, frame: Any) -> None:
        now_ms = self._core.now_ms()
        if "e" not in frame and "b" in frame:
            frame = {"e": "bookTicker", "E": now_ms, "T": now_ms, **frame}
        elif frame.get("e") == "trade":
            frame = {**{field: value for field, value in frame.items() if field != "M"}, "X": "MARKET"}
        elif frame.get("e") == "aggTrade":
            frame = {field: value for field, value in frame.items() if field != "M"}
        elif frame.get("e") == "depthUpdate":
            # Each frame names the last update of the one before it.
            frame = {**frame, "T": now_ms, "pu": self._last.get(name, frame["U"] - 1)}
            self._last[name] = frame["u"]
        elif "lastUpdateId" in frame:
            # Partial depth has the names of the differences here.
            last = frame["lastUpdateId"]
            about = {"e": "depthUpdate", "E": now_ms, "T": now_ms, "s": name.partition("@")[0].upper()}
            numbers = {"U": last, "u": last, "pu": self._last.get(name, last)}
            frame = {**about, **numbers, "b": frame["bids"], "a": frame["asks"]}
            self._last[name] = last
        super()._send(name, frame)


class ListenKeys:
    """One key an account, good for an hour from the last time it was asked for or kept alive."""

    def __init__(self, core: Exchange) -> None:
        self._core = core
        self._until_ms: dict[str, tuple[str, int]] = {}
        self._made = 0
        self._streams: dict[str, set[UserStream]] = {}

    def ask(self, account: str) -> str:
        """The account's key, made where there is none."""
        key, _ = self._valid(account) or (None, 0)
        if key is None:
            self._made += 1
            key = f"{self._made:04d}{'pqia91ma19a5s61cv6a81va65sdf19v8a65a1a5s61cv6a81va65sdf19v8a':.60}"
        until_ms = self._core.now_ms() + KEY_LIFE_MS
        self._until_ms[account] = (key, until_ms)
        self._core.timers.call_at(until_ms, lambda: self._expire_if_due(account))
        return key

    def keep(self, account: str) -> str | None:
        """Another hour; None when there is no key."""
        return self.ask(account) if self._valid(account) is not None else None

    def close(self, account: str) -> None:
        self._until_ms.pop(account, None)

    def account_of(self, key: str) -> str | None:
        for account, (known, until_ms) in self._until_ms.items():
            if known == key and until_ms > self._core.now_ms():
                return account
        return None

    def add(self, key: str, stream: "UserStream") -> None:
        self._streams.setdefault(key, set()).add(stream)

    def drop(self, key: str, stream: "UserStream") -> None:
        self._streams.get(key, set()).discard(stream)

    def expire(self) -> None:
        """All keys end now, as if nobody had kept them."""
        for account in list(self._until_ms):
            self._end(account)

    def _expire_if_due(self, account: str) -> None:
        if account in self._until_ms and self._until_ms[account][1] <= self._core.now_ms():
            self._end(account)

    def _end(self, account: str) -> None:
        key, _ = self._until_ms.pop(account)
        for stream in tuple(self._streams.get(key, ())):
            stream.expire()

    def _valid(self, account: str) -> tuple[str, int] | None:
        found = self._until_ms.get(account)
        return found if found is not None and found[1] > self._core.now_ms() else None


class UserStream:
    """An account's events. What a fill did to balance and position comes in one frame, before or after the order's.

    `is_account_first` says which; Binance promises neither.
    """

    def __init__(
        self, core: Exchange, keys: ListenKeys, key: str, account: str, socket: Socket, *, is_account_first: bool
    ) -> None:
        self._core = core
        self._key = key
        self._socket = socket
        self._is_account_first = is_account_first
        self._fill: OrderEvent | None = None
        self._held: BalanceEvent | None = None
        self._totals = {held.asset: held.total for held in core.balances(account)}
        end = core.listen_account(account, self.take)
        keys.add(key, self)
        socket.on_close(end)
        socket.on_close(lambda: keys.drop(key, self))

    def take(self, event: AccountEvent) -> None:
        """An event of the core, in its order: an order, then balances, then positions."""
        match event:
            case OrderEvent(fill=None):
                self._flush()
                self._tell_order(event)
            case OrderEvent():
                self._flush()
                if self._is_account_first:
                    self._fill = event
                else:
                    self._tell_order(event)
            case BalanceEvent(cause="order"):
                self._held = event
            case BalanceEvent():
                self._flush()
                self._tell_account(event, (), {"funding": "FUNDING_FEE"}.get(event.cause, "DEPOSIT"))
            case PositionEvent():
                held, self._held = self._held, None
                self._tell_account(held, event.positions, "ORDER", event.at_ms)
                self._flush()
            case FundingEvent():
                """Told as the change of the balance that follows."""

    def expire(self) -> None:
        """The key's hour is over."""
        self._send({"e": "listenKeyExpired", "E": self._core.now_ms(), "listenKey": self._key})
        self._socket.close(1000)

    def _send(self, frame: Any) -> None:
        is_combined = "/stream" in self._socket.path
        self._socket.send({"stream": self._key, "data": frame} if is_combined else frame)

    def _flush(self) -> None:
        held, self._held = self._held, None
        if held is not None:
            self._tell_account(held, (), "ORDER")
        fill, self._fill = self._fill, None
        if fill is not None:
            self._tell_order(fill)

    def _tell_order(self, event: OrderEvent) -> None:
        self._send(words.execution(event.order, event.fill, self._core.house, self._core.now_ms()))

    def _tell_account(self, event: BalanceEvent | None, positions: Any, cause: str, at_ms: int | None = None) -> None:
        changed: list[tuple[Balance, Decimal]] = []
        for held in event.changed if event is not None else ():
            moved = held.total - self._totals.get(held.asset, Decimal(0)) if cause != "ORDER" else Decimal(0)
            self._totals[held.asset] = held.total
            changed.append((held, moved))
        at = at_ms if at_ms is not None else event.at_ms if event is not None else self._core.now_ms()
        self._send(words.account_update(cause, changed, positions, at, self._core.now_ms()))
