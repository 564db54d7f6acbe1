"""The rules an exchange states today, from ccxt's description of a market. Pure."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from engine.domain import phrases
from engine.domain.instrument import FeeAsset, PriceBand, VenueRules
from engine.domain.money import ZERO
from engine.domain.sentences import say
from engine.errors import VenueUnavailable

#: ccxt 4.5.90 has no increments for Upbit, and rounds Bithumb's prices to four digits: theirs come from the rule book.
STATES_RULES = frozenset({"binance", "okx", "bitget"})


def rules_of_market(exchange: str, market: Mapping[str, Any], book: VenueRules) -> VenueRules:
    """Today's rules of a spot market, the open order cap of `book` where the exchange states none.

    These exchanges take their fee from what an order receives. Raises VenueUnavailable when an increment is missing.
    """
    precision, limits = market.get("precision") or {}, market.get("limits") or {}
    price_increment, size_increment = precision.get("price"), precision.get("amount")
    if not price_increment or not size_increment:
        raise VenueUnavailable(
            say(phrases.FEED_NO_RULES, exchange=exchange, symbol=str(market.get("symbol", "")))
        )  # fmt: skip
    quantity = limits.get("amount") or {}
    return VenueRules(
        (PriceBand(ZERO, _decimal(price_increment)),),
        _decimal(size_increment),
        _decimal(quantity.get("min")),
        _decimal(quantity.get("max")) or None,
        _decimal((limits.get("cost") or {}).get("min")),
        _open_orders(market) or book.max_open_orders,
        _decimal(market.get("maker")),
        _decimal(market.get("taker")),
        FeeAsset.RECEIVED,
    )


def _decimal(value: object) -> Decimal:
    """ccxt's own default fees are doubles even where it is told to read numbers as Decimal."""
    return ZERO if value is None else Decimal(str(value)).normalize() + ZERO


def _open_orders(market: Mapping[str, Any]) -> int:
    """Binance's filter; 0 where there is none."""
    for rule in (market.get("info") or {}).get("filters") or ():
        if rule.get("filterType") == "MAX_NUM_ORDERS":
            return int(rule["maxNumOrders"])
    return 0
