"""Binance, USDT-margined perpetual futures (fapi.binance.com; account stream by listen key)."""

from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from engine.domain import phrases
from engine.domain.instrument import Instrument, InstrumentKind
from engine.domain.messages import RejectReason
from engine.domain.order import Order, OrderKind, Side
from engine.domain.sentences import say
from engine.errors import UsageError, VenueUnavailable
from engine.venues.exchanges import usdm_words as words
from engine.venues.exchanges.binance import AFTER_MS, BEFORE_MS, MOST_ORDERS
from engine.venues.exchanges.binance_words import (
    BAD_REQUEST,
    NO_SUCH_ORDER,
    OK,
    STATES,
    code_of,
    market_words,
    rows_of,
    told,
)
from engine.venues.exchanges.dialect import (
    CONNECTED,
    Absent,
    Answer,
    BalancesTold,
    Call,
    Calls,
    FundingDue,
    FundingTold,
    Heard,
    KeyFacts,
    Listed,
    NoAnswer,
    PositionTold,
    PublicWord,
    Seen,
    Urgency,
    ccxt_symbol,
)
from engine.venues.exchanges.written import number, written
from engine.venues.tape import TopOfBook, milliseconds
from engine.venues.wire import top_of_book

PERPETUAL = "PERPETUAL"
#: Part of the address of an account's stream.
PRIVATE = "listenKey="
#: Rows of income in an answer, at most.
MOST_INCOME = 1000


class BinanceUsdm:
    """`Dialect` of the futures. Sizes on the wire are base. Trade ids are numbers per symbol, so ours carry the symbol.

    An order that closes is reduce-only in one-way mode; in hedge mode its position side says the same, and Binance
    refuses the word.
    """

    exchange = "binanceusdm"
    ccxt_id = "binanceusdm"
    lag_s = 2.0
    has_positions = True
    has_dead_man = True
    private_acks = 1

    def options(self) -> Mapping[str, Any]:
        return {"options": {"defaultType": "swap", "defaultSubType": "linear", "fetchMarkets": {"types": ["linear"]}}}

    # Reference

    async def server_time_ms(self, calls: Calls) -> int | None:
        return int((await told(calls, Call("fapiPublicGetTime", {})))["serverTime"])

    async def instruments(self, calls: Calls, venue: str, symbols: Sequence[str]) -> Sequence[Listed]:
        about = await told(calls, Call("fapiPublicGetExchangeInfo", {}))
        rows = {str(row["symbol"]): row for row in about["symbols"] if row["contractType"] == PERPETUAL}
        is_hedged = await self._is_hedged(calls)
        found = []
        for symbol in symbols:
            base, quote = symbol.split("/")
            row = rows.get(base + quote)
            if row is None or row["marginAsset"] != quote:
                raise UsageError(say(phrases.FEED_UNKNOWN_SYMBOL, exchange=self.exchange, symbol=symbol))
            asked = {"symbol": str(row["symbol"])}
            fees = await told(calls, Call("fapiPrivateGetCommissionRate", asked, weight=20))
            maker, taker = number(fees["makerCommissionRate"]), number(fees["takerCommissionRate"])
            config = await self._config(calls, asked)
            brackets = rows_of(await calls.ask(Call("fapiPrivateGetLeverageBracket", asked)))
            rules = replace(
                words.rules_of(row, maker, taker),
                leverage=int(config["leverage"]),
                brackets=words.brackets_of(brackets[0]["brackets"]),
            )
            instrument = Instrument(
                venue, symbol, base, quote, rules, kind=InstrumentKind.PERP, is_hedged=is_hedged
            )  # fmt: skip
            found.append(Listed(instrument, str(row["symbol"]), row["status"] == "TRADING"))
        return tuple(found)

    async def probe(self, calls: Calls, listed: Sequence[Listed]) -> KeyFacts:
        """What only the wallet's API says of a key stays None when that one does not answer."""
        account = await told(calls, Call("fapiPrivateGetAccountConfig", {}, weight=5))
        configs = [await self._config(calls, {"symbol": each.market_id}) for each in listed]
        try:
            key: Mapping[str, Any] = await told(calls, Call("sapiGetAccountApiRestrictions", {}))
        except NoAnswer:
            key = {}
        expires = key.get("tradingAuthorityExpirationTime")
        margins = sorted({"isolated" if row["marginType"] == "ISOLATED" else "cross" for row in configs})
        fees = [(each.instrument.rules.maker_fee, each.instrument.rules.taker_fee) for each in listed]
        return KeyFacts(
            can_trade=bool(account["canTrade"]) and bool(key.get("enableFutures", True)),
            can_withdraw=key.get("enableWithdrawals"),
            is_ip_bound=key.get("ipRestrict"),
            expires_at_ms=None if expires is None else int(expires),
            position_mode=words.MODES[bool(account["dualSidePosition"])],
            margin_mode="/".join(margins) or None,
            leverage=tuple(
                (each.instrument.symbol, int(row["leverage"])) for each, row in zip(listed, configs, strict=True)
            ),
            fees=fees[0] if fees else None,
        )

    # Orders

    def place(self, order: Order, listed: Listed, best: Decimal | None) -> Call:
        instrument = listed.instrument
        params = {
            "symbol": listed.market_id,
            "side": order.side.value.upper(),
            "quantity": written(order.quantity),
            "newClientOrderId": order.client_order_id,
            "newOrderRespType": "RESULT",
        }
        if instrument.is_hedged:
            params["positionSide"] = "LONG" if (order.side is Side.BUY) != order.is_reduce_only else "SHORT"
        elif order.is_reduce_only:
            params["reduceOnly"] = "true"
        if order.kind is OrderKind.MARKET:
            params["type"] = "MARKET"
        else:
            assert order.price is not None
            params["type"] = "LIMIT"
            params["price"] = written(order.price)
            params["timeInForce"] = words.MAKER_ONLY if order.post_only else "GTC"
        urgency = Urgency.PROTECT if order.is_reduce_only else Urgency.ENTRY
        return Call("fapiPrivatePostOrder", params, weight=0, urgency=urgency, is_order=True)

    def accepted(self, answer: Answer, order: Order) -> Seen | None:
        body = answer.body
        if answer.status != OK or not isinstance(body, Mapping):
            return None
        if body.get("clientOrderId") != order.client_order_id or not body.get("orderId"):
            return None
        at_ms = int(body["updateTime"])
        seen = Seen(
            order.client_order_id, str(body["orderId"]), order.symbol, order.side, order.price, order.quantity,
            number(body["executedQty"]), STATES[body["status"]], at_ms, at_ms,
            is_reduce_only=order.is_reduce_only,
        )  # fmt: skip
        return words.ended(seen, str(body["status"]), str(body["timeInForce"]))

    def refused(self, answer: Answer) -> RejectReason | None:
        return words.refusal_of(answer)

    def cancel(self, order: Order, listed: Listed) -> Call:
        # By its number where we know it: that is found at once.
        name = (
            ("orderId", order.venue_order_id) if order.venue_order_id else ("origClientOrderId", order.client_order_id)
        )
        return Call(
            "fapiPrivateDeleteOrder", {"symbol": listed.market_id, name[0]: name[1]}, urgency=Urgency.PROTECT
        )  # fmt: skip

    def is_cancel_taken(self, answer: Answer) -> bool:
        return answer.status == OK and isinstance(answer.body, Mapping) and bool(answer.body.get("orderId"))

    async def look_up(self, calls: Calls, order: Order, listed: Listed) -> Seen | Absent | None:
        params = {"symbol": listed.market_id, "origClientOrderId": order.client_order_id}
        answer = await calls.ask(Call("fapiPrivateGetOrder", params))
        if code_of(answer) == NO_SUCH_ORDER and answer.status == BAD_REQUEST:
            return Absent()
        row = answer.body
        if answer.status != OK or not isinstance(row, Mapping) or row.get("clientOrderId") != order.client_order_id:
            return None
        return await self._with_fills(calls, words.seen_of(row, listed), listed)

    async def look_back(self, calls: Calls, order: Order, listed: Listed) -> Seen | Absent | None:
        decided_ms = milliseconds(order.created_at)
        params = {
            "symbol": listed.market_id, "startTime": decided_ms - BEFORE_MS, "endTime": decided_ms + AFTER_MS,
            "limit": MOST_ORDERS,
        }  # fmt: skip
        rows = rows_of(await calls.ask(Call("fapiPrivateGetAllOrders", params, weight=5)))
        for row in rows:
            if row["clientOrderId"] == order.client_order_id:
                return await self._with_fills(calls, words.seen_of(row, listed), listed)
        return Absent() if len(rows) < MOST_ORDERS else None

    async def open_orders(self, calls: Calls, listed: Listed) -> Sequence[Seen]:
        rows = rows_of(await calls.ask(Call("fapiPrivateGetOpenOrders", {"symbol": listed.market_id})))
        return tuple(words.seen_of(row, listed) for row in rows)

    # The account

    async def balances(self, calls: Calls) -> BalancesTold:
        """Wallets and positions are of one instant: they come in one answer."""
        body = await told(calls, Call("fapiPrivateV3GetAccount", {}, weight=5))
        at_ms = max((int(row["updateTime"]) for row in (*body["assets"], *body["positions"])), default=0)
        return BalancesTold(words.ledger_of(body), at_ms, is_whole=True)

    async def positions(self, calls: Calls, listed: Sequence[Listed]) -> Sequence[PositionTold]:
        known = {each.market_id: each for each in listed}
        rows = rows_of(await calls.ask(Call("fapiPrivateV3GetPositionRisk", {}, weight=5)))
        return [
            words.position_of(row, known[row["symbol"]], known[row["symbol"]].instrument.rules.leverage)
            for row in rows
            if row["symbol"] in known
        ]

    async def funding(self, calls: Calls, listed: Listed, since_ms: int) -> Sequence[FundingTold]:
        found: dict[str, FundingTold] = {}
        begin_ms = since_ms
        while True:
            params = {
                "symbol": listed.market_id, "incomeType": "FUNDING_FEE", "startTime": begin_ms, "limit": MOST_INCOME,
            }  # fmt: skip
            rows = rows_of(await calls.ask(Call("fapiPrivateGetIncome", params, weight=30)))
            for row in rows:
                each = words.funding_of(row, listed)
                found[each.reference] = each
            if len(rows) < MOST_INCOME:
                return tuple(found.values())
            begin_ms = max(int(row["time"]) for row in rows)

    def arm(self, after_s: int, listed: Sequence[Listed]) -> Sequence[Call]:
        return tuple(
            Call(
                "fapiPrivatePostCountdownCancelAll",
                {"symbol": each.market_id, "countdownTime": after_s * 1000},
                weight=10,
                urgency=Urgency.PROTECT,
            )
            for each in listed
        )

    def is_armed(self, answer: Answer) -> bool:
        return answer.status == OK and isinstance(answer.body, Mapping) and "countdownTime" in answer.body

    def set_leverage(self, listed: Listed, leverage: int) -> Call:
        return Call("fapiPrivatePostLeverage", {"symbol": listed.market_id, "leverage": leverage})

    # Streams

    async def top(self, calls: Calls, listed: Listed) -> TopOfBook | None:
        body = await told(calls, Call("fapiPublicGetTickerBookTicker", {"symbol": listed.market_id}, weight=2))
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
        kind = frame.get("e") if isinstance(frame, Mapping) else None
        if kind == "ORDER_TRADE_UPDATE":
            about = listed.get(str(frame["o"]["s"]))
            return () if about is None else (words.report_of(frame, about),)
        if kind == "ACCOUNT_UPDATE":
            return self._account_heard(frame, listed)
        if kind in ("listenKeyExpired", "ACCOUNT_CONFIG_UPDATE"):
            # Another leverage or mode is other rules: they are read with the next connection.
            raise VenueUnavailable(say(phrases.FEED_BROKE_OFF, exchange=self.exchange))
        return () if kind in ("TRADE_LITE", "MARGIN_CALL") else None

    def confirms(self, frame: Any) -> bool:
        """The account's stream is subscribed by its address, so it is confirmed when its line is there."""
        return isinstance(frame, Mapping) and PRIVATE in str(frame.get(CONNECTED, ""))

    def _account_heard(self, frame: Mapping[str, Any], listed: Mapping[str, Listed]) -> Sequence[Heard]:
        told_here, at_ms = frame["a"], int(frame["T"])
        rows = [row for row in told_here["P"] if row["s"] in listed]
        moved: list[Heard] = [words.moved_position(row, listed[row["s"]], at_ms) for row in rows]
        if told_here["m"] == "FUNDING_FEE":
            # The frame does not say of which instrument, nor under what number.
            return (*moved, FundingDue(at_ms))
        return moved or (BalancesTold((), at_ms, is_whole=False),)

    async def _config(self, calls: Calls, asked: Mapping[str, str]) -> Mapping[str, Any]:
        rows = rows_of(await calls.ask(Call("fapiPrivateGetSymbolConfig", asked, weight=5)))
        if not rows:
            raise NoAnswer(f"nothing said of {asked['symbol']}")
        return rows[0]

    async def _is_hedged(self, calls: Calls) -> bool:
        return bool((await told(calls, Call("fapiPrivateGetPositionSideDual", {}, weight=30)))["dualSidePosition"])

    async def _with_fills(self, calls: Calls, seen: Seen, listed: Listed) -> Seen | None:
        if not seen.filled_quantity:
            return seen
        params = {"symbol": listed.market_id, "orderId": seen.venue_order_id, "limit": MOST_ORDERS}
        rows = rows_of(await calls.ask(Call("fapiPrivateGetUserTrades", params, weight=5)))
        return replace(seen, fills=tuple(words.fill_of(row, seen, listed) for row in rows))
