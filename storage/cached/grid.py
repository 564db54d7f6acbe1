"""A grid's state for those who look: its levels that hold base, which levels have an order, its take-profit orders."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation

from engine.domain.bot import Bot
from engine.domain.grid import Rung, RungStatus
from engine.domain.money import ZERO
from engine.domain.order import Order, Purpose, Side
from engine.domain.views import BotView
from storage import cache_keys
from storage.cache_keys import CacheKey, KeyPattern
from storage.cache_operations import Change, Drop, PutFields, SharedCache
from storage.cached.values import packed, unpacked

TAKE_PROFIT_FIELD = "take_profit_orders_info"
PLACED = frozenset({RungStatus.BUY_PLACED, RungStatus.SELL_PLACED})
#: Levels of a grid that are looked for at most.
MOST_LEVELS = 10_000


@dataclass(frozen=True, slots=True)
class ActiveLevel:
    """A level that holds base. `entry_price` is what a unit of it cost, with fees; `pnl` of its closed cycles."""

    entry_price: Decimal
    position_size: Decimal
    grid_count: int
    pnl: Decimal
    execution_time: datetime | None


@dataclass(frozen=True, slots=True)
class TakeProfit:
    order_id: str
    target_price: Decimal
    quantity: Decimal
    active: bool
    side: Side


@dataclass(frozen=True, slots=True)
class TakeProfits:
    """By level."""

    orders: tuple[tuple[int, TakeProfit], ...]


@dataclass(frozen=True, slots=True)
class GridState:
    """`levels` and `take_profits` by level; `placed` are the levels with a resting order."""

    levels: Mapping[int, ActiveLevel]
    placed: Mapping[int, bool]
    take_profits: Mapping[int, TakeProfit]


@dataclass(frozen=True, slots=True)
class GridPlace:
    """Whose grid it is, and where."""

    user_id: int
    venue: str
    symbol: str
    bot_id: str

    @classmethod
    def of(cls, user_id: int, bot: Bot) -> "GridPlace":
        return cls(user_id, bot.venue, bot.symbol, bot.bot_id)

    def key(self, pattern: KeyPattern) -> CacheKey:
        return pattern.of(user_id=self.user_id, venue=self.venue, symbol=self.symbol, bot_id=self.bot_id)

    def level(self, index: int) -> CacheKey:
        return cache_keys.ACTIVE_GRID.of(
            user_id=self.user_id, venue=self.venue, symbol=self.symbol, bot_id=self.bot_id, level=index
        )


def grid_changes(user_id: int, view: BotView, known_levels: frozenset[int]) -> tuple[list[Change], frozenset[int]]:
    """What makes the cache say what the view says, and the levels it holds then. `known_levels` are those it held."""
    place = GridPlace.of(user_id, view.bot)
    active = {rung.index: _fields(rung, view.bot) for rung in view.rungs if rung.held > 0}
    sells = tuple((order.rung, _take_profit(order)) for order in view.open_orders if order.purpose is Purpose.RUNG_SELL)
    changes: list[Change] = [Drop(place.level(index)) for index in sorted(known_levels - active.keys())]
    changes += [PutFields(place.level(index), fields) for index, fields in active.items()]
    placed = {str(rung.index): "1" if rung.status in PLACED else "0" for rung in view.rungs}
    changes.append(PutFields(place.key(cache_keys.ORDER_PLACED), placed))
    fields = {TAKE_PROFIT_FIELD: packed(TakeProfits(sells))} if view.rungs else {}
    changes.append(PutFields(place.key(cache_keys.TAKE_PROFIT_ORDERS), fields))
    return changes, frozenset(active)


def forget_grid(place: GridPlace, known_levels: frozenset[int]) -> list[Change]:
    """Nothing of a grid is left."""
    keys = [place.key(cache_keys.ORDER_PLACED), place.key(cache_keys.TAKE_PROFIT_ORDERS)]
    return [Drop(key) for key in [*keys, *map(place.level, sorted(known_levels))]]


class GridCache:
    """Reads what a desk wrote of a grid."""

    def __init__(self, cache: SharedCache) -> None:
        self._cache = cache

    async def state(self, place: GridPlace) -> GridState | None:
        """The grid as it was at most two minutes ago; None when nobody knows, so ask the database."""
        placed_fields = await self._cache.fields(place.key(cache_keys.ORDER_PLACED))
        placed = {level: text == "1" for word, text in placed_fields.items() if (level := _level(word)) is not None}
        if not placed or len(placed) != len(placed_fields) or not {*placed_fields.values()} <= {"0", "1"}:
            return None
        fields = await self._cache.fields(place.key(cache_keys.TAKE_PROFIT_ORDERS))
        sells = unpacked(TakeProfits, fields.get(TAKE_PROFIT_FIELD))
        if sells is None:
            return None
        levels: dict[int, ActiveLevel] = {}
        for level in sorted(placed):
            found = await self._cache.fields(place.level(level))
            if found:
                active = _active(found)
                if active is None:
                    return None
                levels[level] = active
        return GridState(levels, placed, dict(sells.orders))


def _fields(rung: Rung, bot: Bot) -> dict[str, str]:
    entry = rung.cost / rung.bought if rung.bought else ZERO
    return {
        "entry_price": format(entry, "f"),
        "position_size": format(rung.held, "f"),
        "grid_count": str(bot.grid.grid_count),
        "pnl": format(rung.profit, "f"),
        "execution_time": rung.last_fill_at.isoformat() if rung.last_fill_at else "",
    }


def _take_profit(order: Order) -> TakeProfit:
    price = order.price if order.price is not None else ZERO
    return TakeProfit(order.client_order_id, price, order.remaining, not order.state.is_final, order.side)


def _level(word: str) -> int | None:
    is_level = word.isascii() and word.isdigit() and len(word) <= len(str(MOST_LEVELS))
    return int(word) if is_level and int(word) < MOST_LEVELS else None


def _active(fields: Mapping[str, str]) -> ActiveLevel | None:
    try:
        time = fields["execution_time"]
        numbers = [Decimal(fields[name]) for name in ("entry_price", "position_size", "pnl")]
        if not all(number.is_finite() for number in numbers):
            return None
        entry, size, pnl = numbers
        return ActiveLevel(
            entry, size, int(fields["grid_count"]), pnl, datetime.fromisoformat(time) if time else None
        )  # fmt: skip
    except (KeyError, ValueError, InvalidOperation):
        return None
