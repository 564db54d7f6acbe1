"""The rules of venues by name, with the day they hold from: what a recorded or invented market is traded under."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from engine.domain import phrases
from engine.domain.instrument import FeeAsset, PriceBand, VenueRules
from engine.domain.money import ONE, ZERO
from engine.domain.sentences import say
from engine.errors import UsageError

UPBIT, BITHUMB, BINANCE, BINANCE_FUTURES, PLAIN = "upbit", "bithumb", "binance", "binanceusdm", "plain"
KNOWN = (UPBIT, BITHUMB, BINANCE, BINANCE_FUTURES, PLAIN)

#: Upbit, won market, since 2025-07-31 (docs.upbit.com/kr/docs/krw-market-info): from this price, this increment.
UPBIT_KRW_BANDS = (
    ("0", "0.00000001"), ("0.00001", "0.0000001"), ("0.0001", "0.000001"), ("0.001", "0.00001"), ("0.01", "0.0001"),
    ("0.1", "0.001"), ("1", "0.01"), ("10", "0.1"), ("100", "1"), ("5000", "5"), ("10000", "10"), ("50000", "50"),
    ("100000", "100"), ("500000", "500"), ("1000000", "1000"),
)  # fmt: skip
#: Upbit, dollar coins against won, since 2025-03-21: half a won between 1,000 and 10,000.
UPBIT_DOLLAR_COINS = frozenset({"USDT", "USDC"})
#: Without a coupon; with one it is 0.04 %, which an account says by its own maker_fee and taker_fee.
BITHUMB_FEE = Decimal("0.0025")
#: Upbit names no limit for resting limit orders; this is Binance's documented MAX_NUM_ORDERS, kept for both.
ORDER_CAP = 200

#: Binance spot and USDM against USDT: (price increment, size increment). Others are derived from the price.
BINANCE_INCREMENTS: Mapping[str, tuple[str, str]] = {
    "BTC": ("0.01", "0.00001"),
    "ETH": ("0.01", "0.0001"),
    "XRP": ("0.0001", "0.1"),
    "BNB": ("0.01", "0.001"),
    "SOL": ("0.01", "0.001"),
    "ADA": ("0.0001", "0.1"),
}
BINANCE_FUTURES_INCREMENTS: Mapping[str, tuple[str, str]] = {
    "BTC": ("0.1", "0.001"),
    "ETH": ("0.01", "0.001"),
    "XRP": ("0.0001", "0.1"),
    "NEAR": ("0.001", "1"),
    "FIL": ("0.001", "0.1"),
}
#: A price written with this many significant digits is fine enough to trade and coarse enough to read.
PRICE_DIGITS = 7
SATOSHI = Decimal("0.00000001")

#: What an account's settings may say instead of the rule book.
OPTIONS = (
    "price_increment", "size_increment", "min_quantity", "max_quantity", "min_notional", "max_open_orders",
    "maker_fee", "taker_fee", "fee_asset",
)  # fmt: skip


def rules_of(name: str, base: str, quote: str, price: Decimal, options: Mapping[str, str]) -> VenueRules:
    """The rules called `name` for BASE/QUOTE near `price`, with `options` in place of what they name.

    Raises UsageError with one sentence for an unknown name or an option that cannot be.
    """
    if name == UPBIT:
        rules = _upbit(base, quote)
    elif name == BITHUMB:
        # Bithumb publishes no table; Upbit's is taken for it, with Bithumb's list fee.
        rules = replace(_upbit(base, quote), maker_fee=BITHUMB_FEE, taker_fee=BITHUMB_FEE)
    elif name in (BINANCE, BINANCE_FUTURES):
        rules = _binance(name, base, price)
    elif name == PLAIN:
        rules = _rules(
            _derived_increment(price), SATOSHI, min_notional=Decimal(5), fee=Decimal("0.001")
        )  # fmt: skip
    else:
        raise UsageError(say(phrases.RULES_UNKNOWN, rules=name, known=", ".join(KNOWN)))
    return with_options(rules, options)


def guess(exchange: str) -> str:
    """The rule book for an exchange by its short name, the plain one for exchanges without."""
    return exchange if exchange in KNOWN else PLAIN


def _upbit(base: str, quote: str) -> VenueRules:
    if quote != "KRW":
        increment, minimum = (SATOSHI, Decimal("0.00005")) if quote == "BTC" else (Decimal("0.01"), Decimal("0.5"))
        return _rules(increment, SATOSHI, min_notional=minimum, fee=Decimal("0.0025"))
    bands = tuple(PriceBand(Decimal(start), Decimal(increment)) for start, increment in UPBIT_KRW_BANDS)
    if base in UPBIT_DOLLAR_COINS:
        kept = (band for band in bands if not Decimal(1000) <= band.from_price < Decimal(10_000))
        bands = tuple(
            sorted((*kept, PriceBand(Decimal(1000), Decimal("0.5"))), key=lambda band: band.from_price)
        )  # fmt: skip
    fee = Decimal("0.0005")
    return VenueRules(
        bands, SATOSHI, SATOSHI, None, Decimal(5000), ORDER_CAP, fee, fee,
        effective_from=datetime(2025, 7, 31, tzinfo=UTC),
    )  # fmt: skip


def _binance(name: str, base: str, price: Decimal) -> VenueRules:
    is_spot = name == BINANCE
    known = (BINANCE_INCREMENTS if is_spot else BINANCE_FUTURES_INCREMENTS).get(base)
    increment, size = (Decimal(text) for text in known) if known else (_derived_increment(price), _derived_size(price))
    maker, taker = ("0.001", "0.001") if is_spot else ("0.0002", "0.0005")
    return VenueRules(
        (PriceBand(ZERO, increment),), size, size, None, Decimal(5), ORDER_CAP, Decimal(maker), Decimal(taker),
        FeeAsset.RECEIVED if is_spot else FeeAsset.QUOTE,
    )  # fmt: skip


def _rules(increment: Decimal, size: Decimal, *, min_notional: Decimal, fee: Decimal) -> VenueRules:
    return VenueRules((PriceBand(ZERO, increment),), size, ZERO, None, min_notional, ORDER_CAP, fee, fee)


def _derived_increment(price: Decimal) -> Decimal:
    return ONE.scaleb(price.adjusted() + 1 - PRICE_DIGITS)


def _derived_size(price: Decimal) -> Decimal:
    """A size step worth between one and ten cents of the quote."""
    return ONE.scaleb(-2 - price.adjusted())


def with_options(rules: VenueRules, options: Mapping[str, str]) -> VenueRules:
    """The rules with what the options say; an own price increment leaves one band. Raises UsageError."""

    def amount(name: str, default: Decimal, *, is_positive: bool = False) -> Decimal:
        text = options.get(name)
        if text is None:
            return default
        try:
            number = Decimal(text)
        except InvalidOperation:
            raise _bad(name, text) from None
        if not number.is_finite() or number < 0 or (is_positive and number == 0):
            raise _bad(name, text)
        return number

    bands = rules.price_bands
    if "price_increment" in options:
        bands = (PriceBand(ZERO, amount("price_increment", ONE, is_positive=True)),)
    most = amount("max_quantity", ZERO)
    cap = amount("max_open_orders", Decimal(rules.max_open_orders), is_positive=True)
    if cap != cap.to_integral_value():
        raise _bad("max_open_orders", str(cap))
    try:
        fee_asset = FeeAsset(options.get("fee_asset", rules.fee_asset.value))
    except ValueError:
        raise _bad("fee_asset", options["fee_asset"]) from None
    maker, taker = amount("maker_fee", rules.maker_fee), amount("taker_fee", rules.taker_fee)
    for name, fee in (("maker_fee", maker), ("taker_fee", taker)):
        if fee >= 1:
            raise _bad(name, str(fee))
    return VenueRules(
        bands, amount("size_increment", rules.size_increment, is_positive=True),
        amount("min_quantity", rules.min_quantity), most or rules.max_quantity,
        amount("min_notional", rules.min_notional), int(cap), maker, taker, fee_asset, rules.money_increment,
        rules.effective_from,
    )  # fmt: skip


def _bad(name: str, value: str) -> UsageError:
    return UsageError(say(phrases.RULES_OPTION_BAD, name=name, value=value))
