"""Bithumb, API 2: Upbit's words with a time in the token, orders by `client_order_id`, own names on the private stream.

ccxt rounds its prices to four digits and its sizes to four decimals, and drops the client order id of every frame: its
helpers and its readings are not used.
"""

from collections.abc import Awaitable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from engine.domain.messages import RejectCode
from engine.domain.order import Order, OrderState
from engine.venues.exchanges import korean
from engine.venues.exchanges.dialect import POST_ONLY_ENDED, Absent, Call, Calls, Heard, Listed, Seen
from engine.venues.exchanges.korean_dialect import Korean, Words
from engine.venues.exchanges.korean_rules import JEON
from engine.venues.wire import number

#: Certain: the order was not made. "order_not_ready" says that an order is on its way, and "invalid_parameter" may
#: mean a client order id that was used: whoever hears them asks.
REFUSED: Mapping[str, RejectCode] = {
    "invalid_price": RejectCode.PRICE_INCREMENT,
    "invalid_price_bid": RejectCode.PRICE_INCREMENT,
    "invalid_price_ask": RejectCode.PRICE_INCREMENT,
    "under_min_total_bid": RejectCode.MIN_NOTIONAL,
    "under_min_total_ask": RejectCode.MIN_NOTIONAL,
    "insufficient_funds_bid": RejectCode.INSUFFICIENT_FUNDS,
    "insufficient_funds_ask": RejectCode.INSUFFICIENT_FUNDS,
    "currency does not have a valid value": RejectCode.NO_MARKET,
    "market_offline": RejectCode.SUSPENDED,
    "under_price_limit_bid": RejectCode.OTHER,
    "under_price_limit_ask": RejectCode.OTHER,
    "cross_trading": RejectCode.OTHER,
    "bank_account_required": RejectCode.OTHER,
    "two_factor_auth_required": RejectCode.OTHER,
    "invalid_access_key": RejectCode.OTHER,
    "invalid_query_payload": RejectCode.OTHER,
    "jwt_verification": RejectCode.OTHER,
    "expired_jwt": RejectCode.OTHER,
    "NotAllowIP": RejectCode.OTHER,
    "out_of_scope": RejectCode.OTHER,
    "blocked_member_id": RejectCode.OTHER,
}
#: Why Bithumb ended an order by itself.
PREVENTED = "stp_cancel"
TIME_IN_FORCE_ENDED = "tif_cancel"


class Bithumb(Korean):
    """`Dialect` of Bithumb. Its stream tells no fee of a trade: fills are taken from the order's own page."""

    exchange = "bithumb"
    ccxt_id = "bithumb"
    words = Words(
        markets="publicGetV1MarketAll",
        book="publicGetV1Orderbook",
        chance="privateGetV1OrdersChance",
        place="privatePostV2Orders",
        cancel="privateDeleteV2Order",
        order="privateGetV1Order",
        open_orders="privateGetV1Orders",
        accounts="privateGetV1Accounts",
        keys="privateGetV1ApiKeys",
        end_withdrawal="privateDeleteV1WithdrawsCoin",
        id_field="client_order_id",
        kind_field="order_type",
        placed_id_field="order_id",
    )
    refusals = REFUSED
    money_increment = JEON
    #: Always, since 2026-05-07; nothing can be said about it with an order.
    self_trade = "cancel_taker"

    async def steps(self, calls: Calls, ids: Sequence[str]) -> Mapping[str, Decimal]:
        return {}

    def place(self, order: Order, listed: Listed, best: Decimal | None) -> Call:
        return self.place_call(order, self.placing(order, listed, best))

    async def look_back(self, calls: Calls, order: Order, listed: Listed) -> Seen | Absent | None:
        asked = {
            "market": listed.market_id,
            "client_order_ids": [order.client_order_id],
            "states": ["wait", "watch", "done", "cancel"],
        }
        return await self.witness(calls, Call(self.words.open_orders, asked), order, listed)

    def public_streams(self, ccxt: Any, listed: Sequence[Listed]) -> Sequence[Awaitable[object]]:
        """One frame for everything: a later one may take the place of an earlier one, and ccxt would send several."""
        codes = [each.market_id for each in listed]
        wanted = [{"ticket": ccxt.uuid()}, *({"type": kind, "codes": codes} for kind in ("orderbook", "trade"))]
        hashes = [f"{kind}:{each.instrument.symbol}" for kind in ("orderbook", "trade") for each in listed]
        return (ccxt.watch_multiple(ccxt.urls["api"]["ws"]["publicGen2"], hashes, wanted, hashes),)

    def private_url(self, ccxt: Any) -> str:
        return str(ccxt.urls["api"]["ws"]["privateGen2"])

    def hear_private(self, frame: Any, listed: Mapping[str, Listed]) -> Sequence[Heard] | None:
        kind = frame.get("type") if isinstance(frame, Mapping) else None
        if kind == "myAsset":
            return (korean.balances_of(frame["assets"], int(frame["timestamp"]), is_whole=False),)
        if kind != "myOrder":
            return None
        known = listed.get(str(frame["code"]))
        return () if known is None else (_order(frame, known),)


def _order(frame: Mapping[str, Any], listed: Listed) -> Seen:
    """One change of an order. Fields without a value are left out; an order by cost has no quantity before it ends."""
    word, executed = str(frame["state"]), number(frame.get("executed_quantity") or 0)
    remaining = number(frame.get("remaining_quantity") or 0)
    quantity = number(frame.get("order_quantity") or 0) or executed + remaining
    state, reason = korean.state_of(word, quantity, executed), ""
    if state is OrderState.CANCELED:
        reason = str(frame.get("cancel_type") or "")
        if reason == TIME_IN_FORCE_ENDED and frame.get("time_in_force") == "post_only":
            state, reason = OrderState.REJECTED, POST_ONLY_ENDED
        elif reason == PREVENTED:
            reason = "self_trade"
    price = number(frame.get("order_price") or 0)
    at_ms = int(frame["timestamp"])
    return Seen(
        str(frame.get("client_order_id") or ""), str(frame["order_id"]), listed.instrument.symbol,
        korean.SIDES[str(frame["side"]).lower()], price or None, quantity, executed, state, at_ms, at_ms,
        reason=reason,
    )  # fmt: skip
