"""The exchanges that every test of real accounts runs on: each needs a skin of the loopback exchange and a dialect."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from tests.support.exchange.core import Exchange
from tests.support.exchange.ports import Skin
from tests.support.exchange.skins import bithumb, upbit
from tests.support.exchange.skins.binance_spot import BinanceSpot
from tests.support.exchange.skins.binance_usdm import BinanceUsdm
from tests.support.exchange.skins.bitget import BitgetSkin
from tests.support.exchange.skins.korean_limits import UNLIMITED
from tests.support.exchange.skins.okx import OkxSkin
from tests.support.exchange.values import ApiKey, FeeRule, House, IdRule, Kind, Listing, SelfTrade

KEY = ApiKey("a-key-of-the-test-account", "a-secret-of-the-test-account-0123456789")


@dataclass(frozen=True, slots=True)
class VenueUnderTest:
    """`exchange` is the setting of that name. `price` is where the market stands, on a tick; `size` (in base) trades
    well above its minimums. `funds` is what the account has. `skin` plays the exchange over a core with `house`.
    """

    exchange: str
    house: House
    skin: Callable[[Exchange], Skin]
    symbol: str
    price: Decimal
    size: Decimal
    funds: Mapping[str, Decimal]
    key: ApiKey = KEY
    #: What distinguishes it from another of the same exchange.
    variant: str = ""
    #: Prices of other symbols where they are far from `price`.
    prices: Mapping[str, Decimal] = field(default_factory=dict)
    #: What a level of their books holds, in units of size.
    depths: Mapping[str, Decimal] = field(default_factory=dict)

    def price_of(self, symbol: str) -> Decimal:
        """Where a market begins."""
        return self.prices.get(symbol, self.price)

    def prices_of_fees(self) -> Mapping[str, Decimal]:
        """What the asset of fees is worth, where it is a third one."""
        return {self.house.fee_asset: self.house.fee_asset_price} if self.house.fee_asset else {}

    @property
    def listing(self) -> Listing:
        return next(each for each in self.house.listings if each.symbol == self.symbol)

    @property
    def tick(self) -> Decimal:
        """The increment where the market stands."""
        return [step for start, step in self.listing.price_bands if start <= self.price][-1]

    def __str__(self) -> str:
        return f"{self.exchange}-{self.variant}" if self.variant else self.exchange


def spot(symbol: str, tick: str, step: str, least: str, fee: str) -> Listing:
    """A spot market with one price band; `least` is the smallest value of an order in quote."""
    base, quote = symbol.split("/")
    return Listing(
        symbol, base, quote, Kind.SPOT, ((Decimal(0), Decimal(tick)),), Decimal(step), Decimal(step), Decimal(9000),
        Decimal(least), 200, Decimal(fee), Decimal(fee),
    )  # fmt: skip


BINANCE = VenueUnderTest(
    exchange="binance",
    house=House(
        "binance",
        FeeRule.RECEIVED,
        IdRule.OPEN,
        lag_ms=200,
        listings=(spot("BTC/USDT", "0.01", "0.00001", "5", "0.001"), spot("ETH/USDT", "0.01", "0.0001", "5", "0.001")),
    ),
    skin=BinanceSpot,
    symbol="BTC/USDT",
    price=Decimal(60_000),
    size=Decimal("0.01"),
    funds={"USDT": Decimal(100_000), "BTC": Decimal(2)},
)

PHRASED = ApiKey("a-key-of-the-test-account", "a-secret-of-the-test-account-0123456789", "a-passphrase-of-it")
#: OKX keeps one balance for spot and swaps, so each of our accounts there has a sub-account of its own.
SUB_ACCOUNT = ApiKey("a-key-of-the-sub-account", "a-secret-of-the-sub-account-0123456789", "a-passphrase-of-it")
BRACKETS = (
    (Decimal(0), Decimal(1_000_000), 50, Decimal("0.004")),
    (Decimal(1_000_000), Decimal(20_000_000), 20, Decimal("0.01")),
)


def future(tick: str, step: str, smallest: str, contract: str, least: str, most_open: int) -> Listing:
    """BTC/USDT as a perpetual future; `step` and `smallest` are in contracts of `contract` base."""
    return Listing(
        "BTC/USDT", "BTC", "USDT", Kind.PERP, ((Decimal(0), Decimal(tick)),), Decimal(step), Decimal(smallest),
        Decimal(100_000), Decimal(least), most_open, Decimal("0.0002"), Decimal("0.0005"), Decimal(contract),
        brackets=BRACKETS,
    )  # fmt: skip


OKX = VenueUnderTest(
    exchange="okx",
    house=House(
        "okx",
        FeeRule.RECEIVED,
        IdRule.OPEN,
        lag_ms=200,
        refuses_post_only=False,
        # OKX knows no smallest value, only smallest sizes.
        listings=(
            replace(spot("BTC/USDT", "0.1", "0.00000001", "0", "0.001"), min_size=Decimal("0.00001")),
            replace(spot("ETH/USDT", "0.01", "0.000001", "0", "0.001"), min_size=Decimal("0.0001")),
        ),
    ),
    skin=OkxSkin,
    symbol="BTC/USDT",
    price=Decimal(60_000),
    size=Decimal("0.01"),
    funds={"USDT": Decimal(100_000), "BTC": Decimal(2)},
    key=PHRASED,
)
OKX_SWAP = VenueUnderTest(
    exchange="okxswap",
    house=House(
        "okxswap",
        FeeRule.QUOTE,
        IdRule.OPEN,
        lag_ms=200,
        refuses_post_only=False,
        listings=(future("0.1", "0.01", "0.1", "0.01", "0", 500),),
    ),
    skin=OkxSkin,
    symbol="BTC/USDT",
    price=Decimal(60_000),
    size=Decimal("0.01"),
    funds={"USDT": Decimal(100_000)},
    key=SUB_ACCOUNT,
)
BINANCE_USDM = VenueUnderTest(
    exchange="binanceusdm",
    house=House(
        "binanceusdm",
        FeeRule.QUOTE,
        IdRule.OPEN,
        lag_ms=200,
        order_limit=(300, 10_000),
        request_limit=(2400, 60_000),
        listings=(future("0.1", "0.001", "0.001", "1", "100", 200),),
    ),
    skin=BinanceUsdm,
    symbol="BTC/USDT",
    price=Decimal(60_000),
    size=Decimal("0.01"),
    funds={"USDT": Decimal(100_000)},
)
BITGET = VenueUnderTest(
    exchange="bitget",
    house=House(
        "bitget",
        FeeRule.RECEIVED,
        IdRule.OPEN,
        lag_ms=200,
        refuses_post_only=False,
        self_trade=SelfTrade.ALLOW,
        listings=(spot("BTC/USDT", "0.01", "0.000001", "1", "0.002"), spot("ETH/USDT", "0.01", "0.0001", "1", "0.002")),
    ),
    skin=BitgetSkin,
    symbol="BTC/USDT",
    price=Decimal(60_000),
    size=Decimal("0.01"),
    funds={"USDT": Decimal(100_000), "BTC": Decimal(2)},
    key=PHRASED,
)
BITGET_MIX = VenueUnderTest(
    exchange="bitgetmix",
    house=House(
        "bitgetmix",
        FeeRule.QUOTE,
        IdRule.OPEN,
        lag_ms=200,
        refuses_post_only=False,
        self_trade=SelfTrade.ALLOW,
        listings=(future("0.1", "0.0001", "0.001", "1", "5", 200),),
    ),
    skin=BitgetSkin,
    symbol="BTC/USDT",
    price=Decimal(60_000),
    size=Decimal("0.01"),
    funds={"USDT": Decimal(100_000)},
    key=PHRASED,
)

UPBIT = VenueUnderTest(
    exchange="upbit",
    house=upbit.house(upbit.listing("BTC/KRW"), upbit.listing("ETH/KRW"), lag_ms=200),
    skin=lambda core: upbit.UpbitSkin(core, UNLIMITED),
    symbol="BTC/KRW",
    price=Decimal(148_512_000),
    size=Decimal("0.00123456"),
    funds={"KRW": Decimal(100_000_000), "BTC": Decimal(2)},
)

BITHUMB = VenueUnderTest(
    exchange="bithumb",
    house=bithumb.house(bithumb.listing("BTC/KRW"), bithumb.listing("ETH/KRW"), lag_ms=200),
    skin=lambda core: bithumb.BithumbSkin(core, UNLIMITED),
    symbol="BTC/KRW",
    price=Decimal(148_512_000),
    size=Decimal("0.00123456"),
    funds={"KRW": Decimal(100_000_000), "BTC": Decimal(2)},
)

#: Add one where a skin and a dialect are there.
VENUES: tuple[VenueUnderTest, ...] = (BINANCE, BINANCE_USDM, OKX, OKX_SWAP, BITGET, BITGET_MIX, UPBIT, BITHUMB)

#: The same exchange with fees in a third asset, which the account has a market of.
BINANCE_BNB = VenueUnderTest(
    exchange="binance",
    house=House(
        "binance",
        FeeRule.THIRD,
        IdRule.OPEN,
        lag_ms=200,
        fee_asset="BNB",
        fee_asset_price=Decimal(600),
        listings=(
            spot("BTC/USDT", "0.01", "0.00001", "5", "0.001"),
            spot("BNB/USDT", "0.01", "0.001", "5", "0.001"),
        ),
    ),
    skin=BinanceSpot,
    symbol="BTC/USDT",
    price=Decimal(60_000),
    size=Decimal("0.01"),
    funds={"USDT": Decimal(100_000), "BTC": Decimal(2), "BNB": Decimal(10)},
    variant="bnb",
    prices={"BNB/USDT": Decimal(600)},
)
VARIANTS: tuple[VenueUnderTest, ...] = (BINANCE_BNB,)
