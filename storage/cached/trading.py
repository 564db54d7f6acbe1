"""A user's orders, positions and bots for those who look: what became of an order, what rests, what a bot said last."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from engine.domain.bot import BotState
from engine.domain.messages import DecisionLogged
from engine.domain.order import Order, OrderState, Side
from engine.domain.views import BotView
from storage import cache_keys
from storage.cache_operations import Append, Put, PutMembers, SharedCache
from storage.cached.values import packed, unpacked


@dataclass(frozen=True, slots=True)
class OrderStatus:
    """Quantities in base, price in quote."""

    state: OrderState
    bot_id: str
    venue: str
    symbol: str
    side: Side
    price: Decimal | None
    quantity: Decimal
    filled_quantity: Decimal
    at: datetime


@dataclass(frozen=True, slots=True)
class StrategyStatus:
    """A bot as a monitor wants it. `total_pnl` in quote, as it was at the bot's last change, at most a minute ago."""

    name: str
    state: BotState
    desk_id: str
    total_pnl: Decimal
    fills: int
    open_orders: int


@dataclass(frozen=True, slots=True)
class Signal:
    """What a bot decided, in English."""

    level: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class OpenCount:
    count: int


def order_change(user_id: int, order: Order) -> Put:
    status = OrderStatus(
        order.state, order.bot_id, order.venue, order.symbol, order.side, order.price, order.quantity,
        order.filled_quantity, order.updated_at,
    )  # fmt: skip
    return Put(cache_keys.ORDER_STATUS.of(user_id=user_id, order_id=order.client_order_id), packed(status))


def active_orders_change(user_id: int, desk_id: str, order_ids: Iterable[str]) -> PutMembers:
    """All orders of a desk that rest; no others."""
    return PutMembers(cache_keys.ACTIVE_ORDERS.of(user_id=user_id, desk_id=desk_id), frozenset(order_ids))


def status_change(user_id: int, view: BotView) -> Put:
    bot = view.bot
    status = StrategyStatus(
        bot.name, bot.state, bot.desk_id, view.total_pnl, bot.buy_fills + bot.sell_fills,
        len(view.open_orders),
    )  # fmt: skip
    return Put(cache_keys.STRATEGY_STATUS.of(user_id=user_id, strategy_id=bot.bot_id), packed(status))


def signals_change(user_id: int, bot_id: str, decisions: Iterable[DecisionLogged]) -> Append:
    signals = (Signal(line.level.value, str(line.sentence), line.at) for line in decisions)
    key = cache_keys.STRATEGY_SIGNALS.of(user_id=user_id, strategy_id=bot_id)
    return Append(key, tuple(packed(signal) for signal in signals))


def open_count_change(user_id: int, symbol: str, desk_id: str, count: int) -> Put:
    key = cache_keys.POSITIONS_OPEN_COUNT.of(user_id=user_id, symbol=symbol, desk_id=desk_id)
    return Put(key, packed(OpenCount(count)))


class TradingCache:
    """Reads what desks wrote of one user's trading; None and nothing mean: ask the database."""

    def __init__(self, cache: SharedCache, user_id: int) -> None:
        self._cache = cache
        self._user_id = user_id

    async def order_status(self, order_id: str) -> OrderStatus | None:
        key = cache_keys.ORDER_STATUS.of(user_id=self._user_id, order_id=order_id)
        return unpacked(OrderStatus, await self._cache.value(key))

    async def active_orders(self, desk_id: str) -> frozenset[str]:
        key = cache_keys.ACTIVE_ORDERS.of(user_id=self._user_id, desk_id=desk_id)
        return await self._cache.members(key)

    async def strategy_status(self, strategy_id: str) -> StrategyStatus | None:
        key = cache_keys.STRATEGY_STATUS.of(user_id=self._user_id, strategy_id=strategy_id)
        return unpacked(StrategyStatus, await self._cache.value(key))

    async def signals(self, strategy_id: str) -> list[Signal]:
        """The last hundred, oldest first; what is none is left out."""
        key = cache_keys.STRATEGY_SIGNALS.of(user_id=self._user_id, strategy_id=strategy_id)
        found = (unpacked(Signal, text) for text in await self._cache.items(key))
        return [signal for signal in found if signal is not None]

    async def open_count(self, symbol: str, desk_ids: Iterable[str]) -> int | None:
        """Open positions over these desks; None when one of them says nothing."""
        keys = [
            cache_keys.POSITIONS_OPEN_COUNT.of(user_id=self._user_id, symbol=symbol, desk_id=desk_id)
            for desk_id in desk_ids
        ]
        counts = [unpacked(OpenCount, text) for text in await self._cache.values(*keys)]
        known = [each.count for each in counts if each is not None and each.count >= 0]
        return sum(known) if len(known) == len(keys) else None
