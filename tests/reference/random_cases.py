"""Seeded random recordings and grids that reach every corner of the two documents: jumps, short volume, dust, caps."""

import random
from decimal import Decimal

from tests.reference.simple_ladder import SimpleConfig

Candle = tuple[int, float, float, float, float, float]


def random_candles(seed: int, count: int) -> list[Candle]:
    """Minutes around 120 on a tick of 0.01: calm, wild, jumping, with missing minutes and with next to no volume."""
    chance = random.Random(seed)
    price, ts, candles = 120.0, 1_700_000_000_000 - 1_700_000_000_000 % 60_000, []
    for _ in range(count):
        ts += 60_000 * chance.choice([1, 1, 1, 1, 1, 7])
        if chance.random() < 0.15:
            price = min(max(price + chance.uniform(-15, 15), 85.0), 160.0)
        first = round(price, 2)
        reach = chance.choice([0.0, 0.5, 3.0, 3.0, 12.0])
        last = round(min(max(first + chance.uniform(-reach, reach), 80.0), 165.0), 2)
        # Touching a line exactly must happen often: half of all extremes lie on whole numbers.
        high = max(first, last) + chance.uniform(0, reach)
        low = min(first, last) - chance.uniform(0, reach)
        if chance.random() < 0.5:
            high, low = float(int(high) + 1), float(int(low))
        volume = chance.choice([0.0, 0.3, 2.0, 8.0, 300.0, 300.0]) * chance.random()
        candles.append((ts, first, round(high, 2), round(low, 2), last, round(volume, 6)))
        price = last
    return candles


def random_config(seed: int) -> SimpleConfig:
    """A grid around 120 that the account can pay, with any mix of options; every cycle earns after fees."""
    chance = random.Random(seed)
    fee_in_base = chance.random() < 0.4
    count = chance.choice([2, 3, 4, 8, 10])
    investment = Decimal(chance.randrange(800, 5000))

    def sometimes(text: str, probability: float) -> Decimal | None:
        return Decimal(text) if chance.random() < probability else None

    return SimpleConfig(
        lower=Decimal(chance.randrange(95, 110)),
        upper=Decimal(chance.randrange(130, 150)),
        count=count,
        investment=investment,
        cash=investment * 2,
        # With fees in base a step of 0.1 leaves more dust a cycle than it earns, and such a grid is refused.
        size_increment=Decimal(chance.choice(["0.001", "0.00000001"] if fee_in_base else ["0.1", "0.001"])),
        min_notional=Decimal(chance.choice([0, 5, 20])),
        maker=Decimal(chance.choice(["0", "0.0004", "0.0015"])),
        taker=Decimal(chance.choice(["0.0004", "0.0025"])),
        fee_in_base=fee_in_base,
        geometric=chance.random() < 0.5,
        equal_quote=chance.random() < 0.5,
        post_only=chance.random() < 0.8,
        compounding=chance.random() < 0.4,
        stop_lower=sometimes("91", 0.3),
        stop_upper=sometimes("155", 0.3),
        stop_loss_pct=sometimes("12", 0.2),
        take_profit_pct=sometimes("15", 0.2),
        sell_on=tuple(
            name for name in ("stop_lower", "stop_upper", "stop_loss", "take_profit") if chance.random() < 0.5
        ),
        participation=Decimal(chance.choice(["1", "1", "0.5"])),
        volume_in_quote=chance.random() < 0.2,
        order_cap=chance.choice([1000, 1000, 1000, 6, 3]),
    )
