"""Upbit: orders are known by `identifier`, which is unique for ever, even of an order that was refused.

They are asked for and cancelled by raw calls: ccxt sends "uuid=None" where it is given a client order id.
"""

from collections.abc import Awaitable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from engine.domain.instrument import Instrument
from engine.domain.messages import RejectCode
from engine.domain.order import Fill, Liquidity, Order, OrderState, Side
from engine.venues.exchanges import korean
from engine.venues.exchanges.dialect import POST_ONLY_ENDED, Absent, Call, Calls, Heard, Listed, Seen
from engine.venues.exchanges.korean_dialect import Korean, Words
from engine.venues.exchanges.korean_fees import exact_fee
from engine.venues.exchanges.korean_rules import EXACT
from engine.venues.tape import instant
from engine.venues.wire import number

#: Certain: the order was not made. Whatever Upbit says of an identifier or a nonce that was used is not here, nor are
#: its general words for bad requests, which may say just that: the order they belong to may exist, so it is asked for.
REFUSED: Mapping[str, RejectCode] = {
    "invalid_price_bid": RejectCode.PRICE_INCREMENT,
    "invalid_price_ask": RejectCode.PRICE_INCREMENT,
    "under_min_total_bid": RejectCode.MIN_NOTIONAL,
    "under_min_total_ask": RejectCode.MIN_NOTIONAL,
    "insufficient_funds_bid": RejectCode.INSUFFICIENT_FUNDS,
    "insufficient_funds_ask": RejectCode.INSUFFICIENT_FUNDS,
    "volume_too_large": RejectCode.MAX_QUANTITY,
    "market_offline": RejectCode.SUSPENDED,
    "notfoundmarket": RejectCode.NO_MARKET,
    "invalid_access_key": RejectCode.OTHER,
    "expired_access_key": RejectCode.OTHER,
    "invalid_query_payload": RejectCode.OTHER,
    "jwt_verification": RejectCode.OTHER,
    "no_authorization_ip": RejectCode.OTHER,
    "no_authorization_i_p": RejectCode.OTHER,
    "out_of_scope": RejectCode.OTHER,
    "thirdparty_agreement_required": RejectCode.OTHER,
}


class Upbit(Korean):
    """`Dialect` of Upbit's Korean markets."""

    exchange = "upbit"
    ccxt_id = "upbit"
    words = Words(
        markets="publicGetMarketAll",
        book="publicGetOrderbook",
        chance="privateGetOrdersChance",
        place="privatePostOrders",
        cancel="privateDeleteOrder",
        order="privateGetOrder",
        open_orders="privateGetOrdersOpen",
        accounts="privateGetAccounts",
        keys="privateGetApiKeys",
        end_withdrawal="privateDeleteWithdrawsCoin",
        id_field="identifier",
        kind_field="ord_type",
        placed_id_field="uuid",
    )
    refusals = REFUSED
    money_increment = EXACT
    #: Without a word Upbit cancels the maker since 2026-11-09: a rung of the same ladder.
    self_trade = "cancel_taker"

    async def steps(self, calls: Calls, ids: Sequence[str]) -> Mapping[str, Decimal]:
        answer = await calls.ask(Call("publicGetOrderbookInstruments", {"markets": ",".join(ids)}))
        return {str(row["market"]): number(row["tick_size"]) for row in korean.rows_of(answer)}

    def place(self, order: Order, listed: Listed, best: Decimal | None) -> Call:
        params = self.placing(order, listed, best)
        if params.get("time_in_force") != "post_only":
            # Upbit takes the two together only where the second says "none".
            params["smp_type"] = self.self_trade
        return self.place_call(order, params)

    async def look_back(self, calls: Calls, order: Order, listed: Listed) -> Seen | Absent | None:
        asked = {"market": listed.market_id, "identifiers[]": order.client_order_id}
        return await self.witness(calls, Call("privateGetOrdersUuids", asked), order, listed)

    async def may_trade(self, calls: Calls, listed: Listed) -> bool | None:
        """By an order that is only checked, never made."""
        rules = listed.instrument.rules
        price = rules.price_bands[-1].from_price or Decimal(1)
        asked = {
            "market": listed.market_id, "side": "bid", "ord_type": "limit", "time_in_force": "post_only",
            "price": korean.digits(price), "volume": korean.digits(rules.smallest_tradable(price)),
        }  # fmt: skip
        return await self.may(calls, Call("privatePostOrdersTest", asked))

    def public_streams(self, ccxt: Any, listed: Sequence[Listed]) -> Sequence[Awaitable[object]]:
        """Two frames for all instruments, because five a second is the most; each says all that is wanted so far."""
        symbols = [each.instrument.symbol for each in listed]
        return (ccxt.watch_public_multiple(symbols, "orderbook"), ccxt.watch_public_multiple(symbols, "trade"))

    def private_url(self, ccxt: Any) -> str:
        return str(ccxt.implode_params(ccxt.urls["api"]["ws"], {"hostname": ccxt.hostname})) + "/private"

    def hear_private(self, frame: Any, listed: Mapping[str, Listed]) -> Sequence[Heard] | None:
        kind = frame.get("type") if isinstance(frame, Mapping) else None
        if kind == "myAsset":
            return (korean.balances_of(frame["assets"], int(frame["timestamp"]), is_whole=False),)
        if kind != "myOrder":
            return None
        known = listed.get(str(frame["code"]))
        return () if known is None else (_order(frame, known),)


def _order(frame: Mapping[str, Any], listed: Listed) -> Seen:
    """One change of an order. With state "trade", price and volume are the trade's, not the order's."""
    instrument, word = listed.instrument, str(frame["state"])
    side = korean.SIDES[str(frame["ask_bid"]).lower()]
    identity, at_ms = str(frame.get("identifier") or ""), int(frame["timestamp"])
    executed, remaining = number(frame["executed_volume"]), number(frame["remaining_volume"])
    prevented = number(frame.get("prevented_volume") or 0)
    quantity = executed + remaining + prevented
    state = korean.state_of(word, quantity, executed)
    reason = "self_trade" if prevented > 0 else ""
    is_at_once = at_ms - int(frame["order_timestamp"]) <= korean.AT_ONCE_MS
    if word == "cancel" and frame.get("time_in_force") == "post_only" and executed == 0 and is_at_once:
        state, reason = OrderState.REJECTED, POST_ONLY_ENDED
    fills = _fills(frame, identity, instrument, side) if word == "trade" else ()
    price = None if word == "trade" or frame.get("price") is None else number(frame["price"])
    return Seen(
        identity, str(frame["uuid"]), instrument.symbol, side, price, quantity, executed, state, at_ms, at_ms, fills,
        reason=reason,
    )  # fmt: skip


def _fills(frame: Mapping[str, Any], identity: str, instrument: Instrument, side: Side) -> tuple[Fill, ...]:
    price, quantity = number(frame["price"]), number(frame["volume"])
    fee = exact_fee(price * quantity, number(frame["trade_fee"])) if frame.get("trade_fee") is not None else None
    if fee is None or not frame.get("trade_uuid"):
        # The order's own page has it to the last digit.
        return ()
    liquidity = Liquidity.MAKER if frame.get("is_maker") else Liquidity.TAKER
    return (
        Fill(
            instrument.venue, str(frame["trade_uuid"]), identity, instrument.symbol, side, price, quantity, fee,
            instrument.quote, liquidity, instant(int(frame["trade_timestamp"])),
        ),
    )  # fmt: skip
