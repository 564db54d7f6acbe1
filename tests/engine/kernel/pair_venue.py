"""One of the two very small exchanges that a two-leg bot trades between, and the settings that tests begin with."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal

from engine.domain.arbitrage import ArbitrageConfig
from engine.domain.bot import Account, AccountMode
from engine.domain.instrument import FeeAsset, Instrument, InstrumentKind, PriceBand, VenueRules
from engine.domain.money import ZERO
from engine.domain.order import Fill, Order, OrderState

D = Decimal
START = datetime(2026, 1, 1, tzinfo=UTC)
BOT, HEDGE = "pairbot1", "pairbot2"
RULES = VenueRules(
    price_bands=(PriceBand(D(0), D(1000)),),
    size_increment=D("0.0001"),
    min_quantity=D("0.0001"),
    max_quantity=None,
    min_notional=D(5000),
    max_open_orders=200,
    maker_fee=D("0.0005"),
    taker_fee=D("0.0005"),
)
ABROAD = replace(
    RULES,
    price_bands=(PriceBand(D(0), D("0.1")),),
    size_increment=D("0.001"),
    min_quantity=D("0.001"),
    min_notional=D(5),
    taker_fee=D("0.0004"),
    maker_fee=D("0.0002"),
)
HOME = Account("upbit", "upbit", "Upbit", AccountMode.PAPER, "KRW", (("cash.KRW", "100000000"), ("cash.BTC", "1")))
FOREIGN = Account("usdm", "usdm", "Futures", AccountMode.PAPER, "USDT", (("cash.USDT", "100000"),))
AT_HOME = Instrument("upbit", "BTC/KRW", "BTC", "KRW", RULES)
PERP = Instrument("usdm", "BTC/USDT", "BTC", "USDT", replace(ABROAD, leverage=2), InstrumentKind.PERP)
SPOT = Instrument("usdm", "BTC/USDT", "BTC", "USDT", replace(ABROAD, fee_asset=FeeAsset.RECEIVED))
CONFIG = ArbitrageConfig(
    hedge_account_id="usdm",
    hedge_symbol="BTC/USDT",
    size=D("0.1"),
    entry_pct=D(2),
    exit_pct=D("0.5"),
    fx_pair="USDTKRW",
    fx_source="upbit",
    confirmations=1,
    cooldown_s=D(0),
)


@dataclass
class PairVenue:
    """One exchange. `will` says what becomes of the next orders: a word each, "fill" when it is empty.

    fill: accepted and filled as far as the book goes; part: half of it; rest: accepted, nothing; refuse; unknown: it
    arrived and was filled, nobody heard; lost: it never arrived, nobody knows.
    """

    name: str
    instrument: Instrument
    account: Account
    truth: dict[str, Decimal]
    bid: Decimal = ZERO
    ask: Decimal = ZERO
    will: list[str] = field(default_factory=list)
    default: str = "fill"
    orders: dict[str, Order] = field(default_factory=dict)
    ended: dict[str, OrderState] = field(default_factory=dict)
    fills: dict[str, list[Fill]] = field(default_factory=dict)
    placed: list[Order] = field(default_factory=list)
    stuck: set[str] = field(default_factory=set)
    is_silent: bool = False
    number: int = 0

    def of(self, identity: str) -> Decimal:
        return sum((fill.quantity for fill in self.fills.get(identity, [])), ZERO)
