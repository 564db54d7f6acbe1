"""Small exchanges for these tests: one market, two traders, time that passes by hand."""

from decimal import Decimal

from tests.support.exchange.core import Exchange, renamed
from tests.support.exchange.timers import HandTimers
from tests.support.exchange.values import (
    ApiKey,
    FeeRule,
    House,
    IdRule,
    Kind,
    Life,
    Listing,
    OrderRecord,
    Request,
    Side,
    Type,
)

SPOT = Listing(
    "BTC/USDT", "BTC", "USDT", Kind.SPOT, ((Decimal(0), Decimal("0.01")),), Decimal("0.00001"), Decimal("0.00001"),
    Decimal(9000), Decimal(5), 5, Decimal("0.001"), Decimal("0.002"),
)  # fmt: skip
PERP = Listing(
    "BTC/USDT", "BTC", "USDT", Kind.PERP, ((Decimal(0), Decimal("0.1")),), Decimal(1), Decimal(1), Decimal(100_000),
    Decimal(5), 200, Decimal("0.0002"), Decimal("0.0005"), Decimal("0.001"),
    brackets=(
        (Decimal(0), Decimal(50_000), 100, Decimal("0.004")),
        (Decimal(50_000), Decimal(500_000), 50, Decimal("0.01")),
    ),
)  # fmt: skip
HOUSE = House("small", FeeRule.QUOTE, IdRule.OPEN, listings=(SPOT,))


def exchange(listing: Listing = SPOT, **changes: object) -> Exchange:
    """Alice and Bob have 10,000 USDT each, and 1 BTC on spot."""
    made = Exchange(renamed(HOUSE, listings=(listing,), **changes), HandTimers())
    for name in ("alice", "bob"):
        made.open_account(name, ApiKey(f"{name}-key", f"{name}-secret"))
        made.transfer(name, "USDT", Decimal(10_000))
        if listing.kind is Kind.SPOT:
            made.transfer(name, "BTC", Decimal(1))
    return made


def timers(made: Exchange) -> HandTimers:
    assert isinstance(made.timers, HandTimers)
    return made.timers


def limit(
    made: Exchange, who: str, side: Side, size: str, price: str, name: str = "", life: Life = Life.GTC, **more: object
) -> OrderRecord:
    """A limit order."""
    request = Request("BTC/USDT", side, Type.LIMIT, Decimal(size), Decimal(price), None, life, name, **more)  # type: ignore[arg-type]
    return made.place(who, request)


def market(made: Exchange, who: str, side: Side, size: str, **more: object) -> OrderRecord:
    """A market order by size."""
    return made.place(who, Request("BTC/USDT", side, Type.MARKET, Decimal(size), **more))  # type: ignore[arg-type]


def total(made: Exchange, who: str, asset: str) -> Decimal:
    """What somebody has, reserved or not."""
    return next((held.total for held in made.balances(who) if held.asset == asset), Decimal(0))


def locked(made: Exchange, who: str, asset: str) -> Decimal:
    return next((held.locked for held in made.balances(who) if held.asset == asset), Decimal(0))
