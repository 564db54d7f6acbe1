"""Upbit or Bithumb in this process, without a network: one account of ours among other traders."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from engine.domain.order import Order, OrderKind, OrderState, Purpose, Side
from engine.venues.exchanges.bithumb import Bithumb
from engine.venues.exchanges.dialect import Heard, Listed
from engine.venues.exchanges.korean_dialect import Korean
from engine.venues.exchanges.upbit import Upbit
from tests.support.exchange.core import Exchange
from tests.support.exchange.ports import Answer
from tests.support.exchange.skins import bithumb, upbit
from tests.support.exchange.skins.korean import KoreanSkin
from tests.support.exchange.strangers import Strangers
from tests.support.exchange.timers import HandTimers
from tests.support.exchange.values import Listing
from tests.support.korean_client import KEY, HeldSocket, KoreanClient, SkinCalls, heard, subscribed

#: Statuses and bodies that are no answer to anything.
GARBAGE: Sequence[tuple[int, Any]] = [
    (200, {}), (200, []), (200, "<html>"), (200, None), (200, ""), (502, "<html>"), (503, {"error": {"name": "busy"}}),
    (200, {"error": {"name": "busy", "message": ""}}), (504, ""),
]  # fmt: skip
AT = datetime(2026, 11, 29, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Kind:
    """What differs between the two."""

    module: Any
    skin: type[KoreanSkin]
    dialect: type[Korean]
    has_time: bool
    private: str
    orders: str
    order_field: str

    def listing(self, symbol: str, **changes: object) -> Listing:
        found = self.module.listing(symbol, **changes)
        assert isinstance(found, Listing)
        return found


UPBIT = Kind(upbit, upbit.UpbitSkin, Upbit, False, "/websocket/v1/private", "/v1/orders", "ord_type")
BITHUMB = Kind(bithumb, bithumb.BithumbSkin, Bithumb, True, "/websocket/v2/private", "/v2/orders", "order_type")


class KoreanWorld:
    """The account has 100 million won and one bitcoin; others stand at 99,999,000 and 100,001,000."""

    def __init__(self, kind: Kind, *listings: Listing, lag_ms: int = 0) -> None:
        self.kind = kind
        self.timers = HandTimers()
        listed = listings or (kind.listing("BTC/KRW"), kind.listing("XRP/KRW"))
        self.core = Exchange(kind.module.house(*listed, lag_ms=lag_ms), self.timers)
        self.core.open_account("ours", KEY)
        self.core.transfer("ours", "KRW", Decimal(100_000_000))
        self.core.transfer("ours", "BTC", Decimal(1))
        self.others = Strangers(self.core)
        if self.core.listing("BTC/KRW") is not None:
            self.others.move_to("BTC/KRW", Decimal(100_000_000), size=Decimal("0.5"))
        self.skin: KoreanSkin = kind.skin(self.core)  # type: ignore[call-arg]
        self.client = KoreanClient(self.skin, KEY, self.timers.now_ms if kind.has_time else None)
        self.calls = SkinCalls(self.client)
        self.dialect = kind.dialect()
        self.number = 0

    # As a client that is not ours

    def place(self, price: str | None, volume: str | None, **changes: Any) -> Any:
        """A limit buy, changed; each a second after the other, with an id of its own."""
        self.number += 1
        order = {
            "market": "KRW-BTC", "side": "bid", self.kind.order_field: "limit", "price": price, "volume": volume,
            self.skin.id_field: f"test{self.number}",
        } | changes  # fmt: skip
        self.timers.advance(1000)
        return self.client.post(self.kind.orders, **{name: each for name, each in order.items() if each is not None})

    def private(self) -> HeldSocket:
        return subscribed(
            self.skin, self.kind.private, {"type": "myOrder"}, {"type": "myAsset"},
            authorization=self.client.authorization(),
        )  # fmt: skip

    # As our dialect

    async def listed(self, symbol: str = "BTC/KRW") -> Listed:
        return (await self.dialect.instruments(self.calls, "live:test", [symbol]))[0]

    async def send(self, order: Order, listed: Listed, best: str | None = None) -> Any:
        """Place an order as the dialect says it, and what the dialect makes of the answer."""
        self.timers.advance(100)
        call = self.dialect.place(order, listed, None if best is None else Decimal(best))
        answer = await self.calls.ask(call)
        return self.dialect.accepted(answer, order) or self.dialect.refused(answer)

    def told(self, socket: HeldSocket, listed: Listed) -> list[Heard]:
        """All that the dialect hears from a private stream."""
        found: list[Heard] = []
        for frame in socket.frames:
            found += self.dialect.hear_private(frame, {listed.market_id: listed}) or ()
        return found


def our_order(identity: str, side: Side, price: str | None, quantity: str, *, post_only: bool = False) -> Order:
    """A limit order on BTC/KRW, a market order without a price."""
    return Order(
        identity, "abcd1234", "live:test", "live:test", "BTC/KRW", side,
        OrderKind.MARKET if price is None else OrderKind.LIMIT, None if price is None else Decimal(price),
        Decimal(quantity), post_only, Purpose.RUNG_BUY, 1, 0, 0, 1, AT, AT, OrderState.INTENT,
    )  # fmt: skip


def answered(status: int, body: Any, headers: Mapping[str, str] | None = None) -> Any:
    """An answer as `Calls` give it."""

    return heard(Answer(body, status, headers))
