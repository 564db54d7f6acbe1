"""Binance, spot market (api.binance.com/api/v3; account stream over the WebSocket API)."""

from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from engine.domain import phrases
from engine.domain.instrument import Instrument
from engine.domain.messages import RejectReason
from engine.domain.order import Fill, Liquidity, Order, OrderKind, Purpose
from engine.domain.sentences import say
from engine.errors import UsageError, VenueUnavailable
from engine.venues.exchanges.binance_words import (
    BAD_REQUEST,
    BAD_SYMBOL,
    MAKER_ONLY,
    NO_SUCH_ORDER,
    OK,
    STATES,
    balance_of,
    code_of,
    fill_of,
    market_words,
    refusal_of,
    report_of,
    rows_of,
    rules_of,
    seen_of,
    told,
)
from engine.venues.exchanges.dialect import (
    Absent,
    Answer,
    BalancesTold,
    Call,
    Calls,
    Heard,
    KeyFacts,
    Listed,
    NoAnswer,
    PublicWord,
    Seen,
    SpotMarket,
    Urgency,
    ccxt_symbol,
)
from engine.venues.tape import TopOfBook, instant, milliseconds
from engine.venues.wire import number, top_of_book

#: A second look for a lost order covers so much around the moment in which it was decided.
BEFORE_MS, AFTER_MS = 60_000, 900_000
MOST_ORDERS = 1000


class BinanceSpot(SpotMarket):
    """`Dialect` of the spot market. Trade ids are numbers per symbol there, so ours carry the symbol."""

    exchange = "binance"
    ccxt_id = "binance"
    lag_s = 2.0
    private_acks = 1

    def options(self) -> Mapping[str, Any]:
        return {"options": {"defaultType": "spot"}}

    # Reference

    async def server_time_ms(self, calls: Calls) -> int | None:
        body = await told(calls, Call("publicGetTime", {}))
        return int(body["serverTime"])

    async def instruments(self, calls: Calls, venue: str, symbols: Sequence[str]) -> Sequence[Listed]:
        account = await told(calls, Call("privateGetAccount", {"omitZeroBalances": "true"}, weight=20))
        fees = account["commissionRates"]
        found = []
        for symbol in symbols:
            answer = await calls.ask(Call("publicGetExchangeInfo", {"symbol": symbol.replace("/", "")}, weight=20))
            if code_of(answer) == BAD_SYMBOL:
                raise UsageError(say(phrases.FEED_UNKNOWN_SYMBOL, exchange=self.exchange, symbol=symbol))
            rows = answer.body.get("symbols") if isinstance(answer.body, Mapping) else None
            if answer.status != OK or not rows:
                raise NoAnswer(f"no description of {symbol}")
            rules = rules_of(rows[0]["filters"], number(fees["maker"]), number(fees["taker"]))
            base, quote = symbol.split("/")
            instrument = Instrument(venue, symbol, base, quote, rules)
            found.append(Listed(instrument, str(rows[0]["symbol"]), rows[0]["status"] == "TRADING"))
        return tuple(found)

    async def probe(self, calls: Calls, listed: Sequence[Listed]) -> KeyFacts:
        """What only the wallet's API says of a key stays None when that one does not answer."""
        account = await told(calls, Call("privateGetAccount", {"omitZeroBalances": "true"}, weight=20))
        try:
            key: Mapping[str, Any] = await told(calls, Call("sapiGetAccountApiRestrictions", {}))
        except NoAnswer:
            key = {}
        expires = key.get("tradingAuthorityExpirationTime")
        fees = account["commissionRates"]
        return KeyFacts(
            can_trade=bool(account["canTrade"]) and bool(key.get("enableSpotAndMarginTrading", True)),
            can_withdraw=key.get("enableWithdrawals"),
            is_ip_bound=key.get("ipRestrict"),
            expires_at_ms=None if expires is None else int(expires),
            fees=(number(fees["maker"]), number(fees["taker"])),
        )

    # Orders

    def place(self, order: Order, listed: Listed, best: Decimal | None) -> Call:
        params = {
            "symbol": listed.market_id,
            "side": order.side.value.upper(),
            "quantity": format(order.quantity, "f"),
            "newClientOrderId": order.client_order_id,
            "newOrderRespType": "FULL",
        }
        if order.kind is OrderKind.MARKET:
            params["type"] = "MARKET"
        else:
            assert order.price is not None
            params["price"] = format(order.price, "f")
            params["type"] = MAKER_ONLY if order.post_only else "LIMIT"
            if not order.post_only:
                params["timeInForce"] = "GTC"
        return Call("privatePostOrder", params, urgency=urgency_of(order), is_order=True)

    def accepted(self, answer: Answer, order: Order) -> Seen | None:
        body = answer.body
        if answer.status != OK or not isinstance(body, Mapping):
            return None
        if body.get("clientOrderId") != order.client_order_id or not body.get("orderId"):
            return None
        at_ms = int(body["transactTime"])
        fills = tuple(
            Fill(
                order.venue, f"{body['symbol']}-{row['tradeId']}", order.client_order_id, order.symbol, order.side,
                number(row["price"]), number(row["qty"]), number(row["commission"]), str(row["commissionAsset"]),
                Liquidity.TAKER, instant(at_ms),
            )
            for row in body.get("fills") or ()
        )  # fmt: skip
        return Seen(
            order.client_order_id, str(body["orderId"]), order.symbol, order.side, order.price, order.quantity,
            number(body["executedQty"]), STATES[body["status"]], at_ms, at_ms, fills,
        )  # fmt: skip

    def refused(self, answer: Answer) -> RejectReason | None:
        return refusal_of(answer)

    def cancel(self, order: Order, listed: Listed) -> Call:
        # By its number where we know it: that is found at once.
        name = (
            ("orderId", order.venue_order_id) if order.venue_order_id else ("origClientOrderId", order.client_order_id)
        )
        params = {"symbol": listed.market_id, name[0]: name[1]}
        return Call("privateDeleteOrder", params, urgency=Urgency.PROTECT)

    def is_cancel_taken(self, answer: Answer) -> bool:
        return answer.status == OK and isinstance(answer.body, Mapping) and bool(answer.body.get("orderId"))

    async def look_up(self, calls: Calls, order: Order, listed: Listed) -> Seen | Absent | None:
        params = {"symbol": listed.market_id, "origClientOrderId": order.client_order_id}
        answer = await calls.ask(Call("privateGetOrder", params, weight=4))
        if code_of(answer) == NO_SUCH_ORDER and answer.status == BAD_REQUEST:
            return Absent()
        row = answer.body
        if answer.status != OK or not isinstance(row, Mapping) or row.get("clientOrderId") != order.client_order_id:
            return None
        return await self._with_fills(calls, seen_of(row, listed), listed)

    async def look_back(self, calls: Calls, order: Order, listed: Listed) -> Seen | Absent | None:
        decided_ms = milliseconds(order.created_at)
        params = {
            "symbol": listed.market_id, "startTime": decided_ms - BEFORE_MS, "endTime": decided_ms + AFTER_MS,
            "limit": MOST_ORDERS,
        }  # fmt: skip
        rows = rows_of(await calls.ask(Call("privateGetAllOrders", params, weight=20)))
        for row in rows:
            if row["clientOrderId"] == order.client_order_id:
                return await self._with_fills(calls, seen_of(row, listed), listed)
        return Absent() if len(rows) < MOST_ORDERS else None

    async def open_orders(self, calls: Calls, listed: Listed) -> Sequence[Seen]:
        rows = rows_of(await calls.ask(Call("privateGetOpenOrders", {"symbol": listed.market_id}, weight=6)))
        return tuple(seen_of(row, listed) for row in rows)

    async def balances(self, calls: Calls) -> BalancesTold:
        body = await told(calls, Call("privateGetAccount", {"omitZeroBalances": "true"}, weight=20))
        rows = tuple(balance_of(row, "asset", "free", "locked") for row in body["balances"])
        return BalancesTold(rows, int(body["updateTime"]), is_whole=True)

    # Streams

    async def top(self, calls: Calls, listed: Listed) -> TopOfBook | None:
        body = await told(calls, Call("publicGetTickerBookTicker", {"symbol": listed.market_id}, weight=2))
        best = top_of_book(0, body["bidPrice"], body["askPrice"], body["bidQty"], body["askQty"])
        return best[0] if best else None

    def public_streams(self, ccxt: Any, listed: Sequence[Listed]) -> Sequence[Awaitable[object]]:
        symbols = [ccxt_symbol(each.instrument) for each in listed]
        return (ccxt.watch_bids_asks(symbols), ccxt.watch_trades_for_symbols(symbols))

    def private_streams(self, ccxt: Any, listed: Sequence[Listed]) -> Sequence[Awaitable[object]]:
        return (ccxt.watch_orders(),)

    def hear_public(self, frame: Any, listed: Mapping[str, Listed], at_ms: int) -> Sequence[PublicWord] | None:
        return market_words(frame, listed, at_ms)

    def hear_private(self, frame: Any, listed: Mapping[str, Listed]) -> Sequence[Heard] | None:
        event = frame.get("event") if isinstance(frame, Mapping) else None
        if not isinstance(event, Mapping):
            return None
        kind = event.get("e")
        if kind == "executionReport":
            about = listed.get(str(event["s"]))
            return () if about is None else (report_of(event, about),)
        if kind == "outboundAccountPosition":
            rows = tuple(balance_of(row, "a", "f", "l") for row in event["B"])
            return (BalancesTold(rows, int(event["E"]), is_whole=False),)
        if kind == "eventStreamTerminated":
            raise VenueUnavailable(say(phrases.FEED_BROKE_OFF, exchange=self.exchange))
        return ()

    def confirms(self, frame: Any) -> bool:
        result = frame.get("result") if isinstance(frame, Mapping) else None
        return isinstance(result, Mapping) and "subscriptionId" in result

    async def _with_fills(self, calls: Calls, seen: Seen, listed: Listed) -> Seen | None:
        if not seen.filled_quantity:
            return seen
        params = {"symbol": listed.market_id, "orderId": seen.venue_order_id, "limit": MOST_ORDERS}
        rows = rows_of(await calls.ask(Call("privateGetMyTrades", params, weight=5)))
        return replace(seen, fills=tuple(fill_of(row, seen, listed) for row in rows))


def urgency_of(order: Order) -> Urgency:
    """What ends a position may use the budget's reserve."""
    return Urgency.PROTECT if order.purpose is Purpose.LIQUIDATION else Urgency.ENTRY
