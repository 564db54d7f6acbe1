"""Orders as clients of Upbit and Bithumb ask for them, and refusals in their words."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

from tests.support.exchange.checks import counted
from tests.support.exchange.ports import Core
from tests.support.exchange.skins.korean_rows import LIVES, SIDES, Spoken
from tests.support.exchange.skins.korean_token import No, Params, decimal_of, text_of
from tests.support.exchange.values import Life, Listing, Reason, Refused, Request, SelfTrade, Side, Type

SATOSHI = Decimal("0.00000001")
#: Names of refusals; {side} is "bid" or "ask".
NAMES: Mapping[Reason, tuple[int, str]] = {
    Reason.INSUFFICIENT_FUNDS: (400, "insufficient_funds_{side}"),
    Reason.PRICE_INCREMENT: (400, "invalid_price_{side}"),
    Reason.MIN_NOTIONAL: (400, "under_min_total_{side}"),
    Reason.MIN_QUANTITY: (400, "under_min_total_{side}"),
    Reason.MAX_QUANTITY: (400, "volume_too_large"),
    Reason.NOT_FOUND: (404, "order_not_found"),
    Reason.ALREADY_DONE: (404, "order_not_found"),
    Reason.HALTED: (400, "market_offline"),
    Reason.NO_MARKET: (404, "notfoundmarket"),
    Reason.SELF_TRADE: (400, "cross_trading"),
}


@dataclass(frozen=True, slots=True)
class Wish:
    """An order as asked for: for the core, and what only the exchange's words remember."""

    request: Request
    spoken: Spoken


def no_of(refused: Refused, side: str) -> No:
    """The core's no in these exchanges' words; a used id is a bad request among others there."""
    status, name = NAMES.get(refused.reason, (400, "validation_error"))
    return No(status, name.format(side=side), "" if refused.reason in NAMES else refused.text)


def wish_of(
    core: Core, listing: Listing, params: Params, *, kind_field: str, id_field: str,
    preventions: Mapping[str, SelfTrade], default: str,
) -> Wish:  # fmt: skip
    """Raises No for parameters that do not go together, in the words of create_bid_error."""
    side_word = text_of(params, "side")
    if side_word not in SIDES:
        raise No(400, "validation_error", "side is missing, side does not have a valid value")
    side, kind, life = SIDES[side_word], text_of(params, kind_field), text_of(params, "time_in_force")
    price, volume = decimal_of(params, "price"), decimal_of(params, "volume")
    prevention = _prevention(text_of(params, "smp_type"), life, preventions, default)
    bad = No(400, f"create_{side_word}_error", "주문 요청 정보가 올바르지 않습니다.")
    is_by_cost = kind in ("price", "best") and side is Side.BUY
    fits = {
        "limit": price is not None and volume is not None and life in ("", *LIVES),
        "price": side is Side.BUY and price is not None and volume is None and not life,
        "market": side is Side.SELL and volume is not None and price is None and not life,
        "best": life in ("ioc", "fok") and (price if is_by_cost else volume) is not None
        and (volume if is_by_cost else price) is None,
    }  # fmt: skip
    if not fits.get(kind, False):
        raise bad
    size, limit, cost = volume, price, None
    if kind == "price":
        size, limit, cost = None, None, price
    elif kind == "best":
        book = core.book(listing.symbol, 1)
        best = (book.asks if side is Side.BUY else book.bids)[:1]
        if not best:
            raise bad
        limit = best[0][0]
        if is_by_cost and price is not None:
            size = (price / limit / SATOSHI).to_integral_value(ROUND_FLOOR) * SATOSHI
    request = Request(
        listing.symbol, side, Type.LIMIT if kind in ("limit", "best") else Type.MARKET, size, limit, cost,
        LIVES.get(life, Life.GTC), text_of(params, id_field), self_trade=preventions[prevention],
    )  # fmt: skip
    return Wish(request, Spoken(kind, life, prevention))


def rehearse(core: Core, account: str, listing: Listing, request: Request) -> None:
    """Every check of an order but its id and the making of it. Raises Refused."""
    if not listing.is_trading:
        raise Refused(Reason.HALTED)
    counted(listing, request, None)
    free = {balance.asset: balance.total - balance.locked for balance in core.balances(account)}
    if request.side is Side.SELL:
        asset, needed = listing.base, request.size or Decimal(0)
    else:
        cost = request.cost if request.cost is not None else (request.size or Decimal(0)) * (request.price or 0)
        asset, needed = listing.quote, cost * (1 + listing.taker_fee)
    if needed > free.get(asset, Decimal(0)):
        raise Refused(Reason.INSUFFICIENT_FUNDS)


def _prevention(word: str, life: str, preventions: Mapping[str, SelfTrade], default: str) -> str:
    """What the order says about meeting its own account. `reduce` is not played here."""
    if life == "post_only":
        if word not in ("", "none"):
            raise No(400, "validation_error", "smp_type cannot be used with post_only")
        return "none" if "none" in preventions else default
    if word and word not in preventions:
        raise No(400, "validation_error", "smp_type does not have a valid value")
    return word or default
