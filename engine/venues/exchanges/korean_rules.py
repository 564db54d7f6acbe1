"""In which steps Upbit and Bithumb trade: documented tables of dates, held against what the exchange says today.

Both tell the step that holds at the present price only; a ladder may reach into other bands, so the table is needed
as well. Where the two disagree the exchange is right, and the rules hold from today.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from engine.domain.instrument import FeeAsset, PriceBand, VenueRules
from engine.domain.money import ZERO
from engine.venues.rule_books import ORDER_CAP, UPBIT_DOLLAR_COINS, UPBIT_KRW_BANDS

SATOSHI = Decimal("0.00000001")
#: Prices have at most 4 decimals where an order can reach the minimum, sizes 8, fee rates 4: fees are never rounded.
EXACT = Decimal("1E-16")
#: Bithumb books won to the hundredth.
JEON = Decimal("0.01")
#: Since when the tables hold: docs.upbit.com/kr/docs/krw-market-info, and the day it was compared for the others.
TABLE_SINCE = datetime(2025, 7, 31, tzinfo=UTC)

#: Upbit against USDT: from this price, this increment.
UPBIT_USDT_BANDS = (
    ("0", "0.00000001"), ("0.0001", "0.0000001"), ("0.001", "0.000001"), ("0.01", "0.00001"), ("0.1", "0.0001"),
    ("1", "0.001"), ("10", "0.01"),
)  # fmt: skip
#: Half a won between 1,000 and 10,000, since 2025-03-21.
DOLLAR_COIN_BAND = PriceBand(Decimal(1000), Decimal("0.5"))
DOLLAR_COIN_BAND_END = Decimal(10_000)


@dataclass(frozen=True, slots=True)
class Chance:
    """What `orders/chance` says of a market and this account. `price_unit` is the step at the present price."""

    is_trading: bool
    maker_fee: Decimal
    taker_fee: Decimal
    min_total: Decimal
    price_unit: Decimal | None


def bands_of(base: str, quote: str) -> tuple[PriceBand, ...]:
    """The documented steps of a market."""
    if quote == "BTC":
        return (PriceBand(ZERO, SATOSHI),)
    table = UPBIT_USDT_BANDS if quote == "USDT" else UPBIT_KRW_BANDS
    bands = tuple(PriceBand(Decimal(start), Decimal(increment)) for start, increment in table)
    if quote != "KRW" or base not in UPBIT_DOLLAR_COINS:
        return bands
    outside = (band for band in bands if not DOLLAR_COIN_BAND.from_price <= band.from_price < DOLLAR_COIN_BAND_END)
    return tuple(sorted((*outside, DOLLAR_COIN_BAND), key=lambda band: band.from_price))


def anchored(bands: Sequence[PriceBand], price: Decimal | None, step: Decimal | None) -> tuple[PriceBand, ...]:
    """The table with the step that the exchange says now, in the band of `price`; above it no step is finer.

    Steps of higher bands are multiples of lower ones, so a price on a coarser step is on the finer one as well.
    """
    if price is None or step is None:
        return tuple(bands)
    present = max((index for index, band in enumerate(bands) if band.from_price <= price), default=0)
    if bands[present].increment == step:
        return tuple(bands)
    return (
        *bands[:present],
        PriceBand(bands[present].from_price, step),
        *(PriceBand(band.from_price, max(band.increment, step)) for band in bands[present + 1 :]),
    )


def rules_from(
    chance: Chance, bands: Sequence[PriceBand], price: Decimal | None, step: Decimal | None,
    *, today: datetime, money_increment: Decimal,
) -> VenueRules:  # fmt: skip
    """Today's rules of a market: fees and minimum as this account has them."""
    held = anchored(bands, price, step)
    return VenueRules(
        held, SATOSHI, SATOSHI, None, chance.min_total, ORDER_CAP, chance.maker_fee, chance.taker_fee, FeeAsset.QUOTE,
        money_increment, TABLE_SINCE if held == tuple(bands) else today,
    )  # fmt: skip
