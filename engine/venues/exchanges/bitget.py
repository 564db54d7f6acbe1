"""Bitget's spot market (classic account): which call asks what, over `bitget_words`. `bitget_mix` is its futures."""

from collections.abc import Awaitable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from engine.domain import phrases
from engine.domain.instrument import FeeAsset, Instrument, PriceBand, VenueRules
from engine.domain.money import ZERO
from engine.domain.order import Fill, Order, OrderKind, OrderState, Side
from engine.domain.rejections import RejectReason
from engine.domain.sentences import say
from engine.errors import UsageError, VenueUnavailable
from engine.venues.exchanges import bitget_words as words
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
    NoMarket,
    PublicWord,
    Seen,
    SpotMarket,
    Urgency,
    by_fills,
    ccxt_symbol,
)
from engine.venues.exchanges.written import number, number_or_zero, reaching, urgency_of, written
from engine.venues.tape import Print, TopOfBook, milliseconds
from engine.venues.wire import top_of_book

PAGE = 100
#: More pages than an order or an instrument can have.
MOST_PAGES = 50
#: After so long Bitget may have forgotten an order that ended with nothing filled.
FORGOTTEN_MS = 3_600_000
#: An order that nobody found is looked for in the history from so long before it was made.
LOOK_BACK_MS = 60_000
UNKNOWN_SYMBOL = frozenset({"40309", "40034", "40102", "42016"})
#: The exchange's word for trading by a key, of spot; older keys say "trade".
TRADES = frozenset({"stow", "trade"})
WITHDRAWS = frozenset({"wwow", "withdraw"})


class Bitget(SpotMarket):
    """`Dialect` of the spot market."""

    exchange = "bitget"
    ccxt_id = "bitget"
    #: How long Bitget's queries may not know of an order that was taken.
    lag_s = 5.0
    private_acks = 2
    inst_type = "SPOT"
    channels: tuple[str, ...] = ("orders", "account")
    business = "spot"
    trades = TRADES

    def options(self) -> Mapping[str, Any]:
        # Left to itself ccxt asks which kind of account this is, and takes every failure for an answer.
        return {"options": {"uta": False, "fetchMarkets": {"types": ["spot"]}, "defaultType": "spot"}}

    # Rules

    async def instruments(self, calls: Calls, venue: str, symbols: Sequence[str]) -> Sequence[Listed]:
        return [await self._instrument(calls, venue, symbol) for symbol in symbols]

    async def _instrument(self, calls: Calls, venue: str, symbol: str) -> Listed:
        market_id = symbol.replace("/", "")
        answer = await calls.ask(self.listing_call(market_id))
        rows = words.list_of(answer)
        if words.code_of(answer) in UNKNOWN_SYMBOL or rows == []:
            raise UsageError(say(phrases.FEED_UNKNOWN_SYMBOL, exchange=self.exchange, symbol=symbol))
        if not rows or rows[0].get("symbol") != market_id:
            raise self.trouble("symbols", answer)
        asked = {"symbol": market_id, "businessType": self.business}
        answer = await calls.ask(Call("privateCommonGetV2CommonTradeRate", asked))
        rates = words.data_of(answer)
        if not isinstance(rates, Mapping):
            raise self.trouble("trade-rate", answer)
        fees = number(rates["makerFeeRate"]), number(rates["takerFeeRate"])
        instrument, is_trading = self.described(venue, symbol, rows[0], fees)
        return Listed(instrument, market_id, is_trading)

    def listing_call(self, market_id: str) -> Call:
        return Call("publicSpotGetV2SpotPublicSymbols", {"symbol": market_id})

    def described(
        self, venue: str, symbol: str, row: words.Row, fees: tuple[Decimal, Decimal]
    ) -> tuple[Instrument, bool]:
        base, quote = symbol.split("/")
        rules = VenueRules(
            (PriceBand(ZERO, _step(row["pricePrecision"])),), _step(row["quantityPrecision"]),
            number(row["minTradeAmount"]), number(row["maxTradeAmount"]), number(row["minTradeUSDT"]),
            int(row["orderQuantity"]), fees[0], fees[1], FeeAsset.RECEIVED,
        )  # fmt: skip
        return Instrument(venue, symbol, base, quote, rules), row["status"] == "online"

    async def server_time_ms(self, calls: Calls) -> int | None:
        data = words.data_of(await calls.ask(Call("publicCommonGetV2PublicTime", {})))
        return int(data["serverTime"]) if isinstance(data, Mapping) else None

    # Orders

    def place(self, order: Order, listed: Listed, best: Decimal | None) -> Call:
        params: dict[str, Any] = {
            "symbol": listed.market_id,
            "side": order.side.value,
            "orderType": "limit",
            "size": written(order.quantity),
            "clientOid": order.client_order_id,
            **self.common(),
        }
        if order.kind is OrderKind.LIMIT:
            assert order.price is not None, "a limit order has a price"
            params |= {
                "price": written(order.price),
                "force": "post_only" if order.post_only else "gtc",
                "stpMode": "cancel_taker",
            }
        else:
            params |= self.at_once(order, listed, best)
        return self.entry(order, listed, params)

    def at_once(self, order: Order, listed: Listed, best: Decimal | None) -> Mapping[str, Any]:
        """A market order. Bought by money its size could not be ours: it is a limit order that is ended at once."""
        # What must go through ends a rung of ours that is in its way, not itself.
        if order.side is Side.SELL:
            return {"orderType": "market", "force": "gtc", "stpMode": "cancel_maker"}
        if best is None:
            raise NoMarket
        price = reaching(listed.instrument.rules, order.side, best)
        return {"price": written(price), "force": "ioc", "stpMode": "cancel_maker"}

    def common(self) -> Mapping[str, str]:
        """What every request about orders names."""
        return {}

    def entry(self, order: Order, listed: Listed, params: Mapping[str, Any]) -> Call:
        return Call("privateSpotPostV2SpotTradePlaceOrder", params, urgency=urgency_of(order), is_order=True)

    def accepted(self, answer: Answer, order: Order) -> Seen | None:
        data = words.data_of(answer)
        if not isinstance(data, Mapping) or not data.get("orderId"):
            return None
        if data.get("clientOid") != order.client_order_id:
            return None
        return Seen(
            order.client_order_id, str(data["orderId"]), order.symbol, order.side, order.price, order.quantity, ZERO,
            OrderState.OPEN, int(answer.body["requestTime"]),
        )  # fmt: skip

    def refused(self, answer: Answer) -> RejectReason | None:
        return words.refusal(answer)

    def cancel(self, order: Order, listed: Listed) -> Call:
        named = {"orderId": order.venue_order_id} if order.venue_order_id else {"clientOid": order.client_order_id}
        return self.cancelling({"symbol": listed.market_id, **self.common(), **named})

    def cancelling(self, params: Mapping[str, Any]) -> Call:
        return Call("privateSpotPostV2SpotTradeCancelOrder", params, urgency=Urgency.PROTECT)

    def is_cancel_taken(self, answer: Answer) -> bool:
        data = words.data_of(answer)
        if isinstance(data, Mapping) and data.get("orderId"):
            return True
        return answer.status < 500 and words.code_of(answer) in words.GONE

    async def look_up(self, calls: Calls, order: Order, listed: Listed) -> Seen | Absent | None:
        answer = await calls.ask(Call("privateSpotGetV2SpotTradeOrderInfo", {"clientOid": order.client_order_id}))
        rows = words.list_of(answer)
        if rows == []:
            return await self.absent(calls, order, listed)
        if not rows or rows[0].get("clientOid") != order.client_order_id or rows[0].get("symbol") != listed.market_id:
            return None
        return await self._whole(calls, rows[0], order, listed)

    async def look_back(self, calls: Calls, order: Order, listed: Listed) -> Seen | Absent | None:
        begin = milliseconds(order.created_at) - LOOK_BACK_MS
        asked = {"symbol": listed.market_id, "startTime": str(begin)}
        for row in await self.pages(calls, "privateSpotGetV2SpotTradeHistoryOrders", asked, "orderId"):
            if row["clientOid"] == order.client_order_id:
                return await self._whole(calls, row, order, listed)
        return Absent()

    async def absent(self, calls: Calls, order: Order, listed: Listed) -> Seen | Absent:
        """Bitget forgets an order that ended with nothing filled after a day; its number says that it was there."""
        now_ms = await self.server_time_ms(calls)
        is_old = now_ms is not None and now_ms - milliseconds(order.created_at) > FORGOTTEN_MS
        if not order.venue_order_id or not is_old:
            return Absent()
        fills = await self.fills(calls, order.venue_order_id, order.client_order_id, listed)
        return by_fills(order, fills)

    async def _whole(self, calls: Calls, row: words.Row, order: Order, listed: Listed) -> Seen:
        fills: tuple[Fill, ...] = ()
        if number_or_zero(row["baseVolume"]):
            fills = await self.fills(calls, str(row["orderId"]), order.client_order_id, listed)
        return words.spot_seen(row, listed, fills, is_post_only=order.post_only)

    async def fills(self, calls: Calls, order_id: str, client_id: str, listed: Listed) -> tuple[Fill, ...]:
        """All executions of an order, however many pages they are on."""
        asked = {"symbol": listed.market_id, "orderId": order_id}
        rows = await self.pages(calls, "privateSpotGetV2SpotTradeFills", asked, "tradeId")
        return tuple(words.fill(row, listed, client_id) for row in reversed(rows))

    async def open_orders(self, calls: Calls, listed: Listed) -> Sequence[Seen]:
        asked = {"symbol": listed.market_id}
        rows = await self.pages(calls, "privateSpotGetV2SpotTradeUnfilledOrders", asked, "orderId")
        return [words.spot_seen(row, listed, is_post_only=False) for row in rows]

    async def pages(
        self, calls: Calls, method: str, asked: Mapping[str, str], key: str, name: str = ""
    ) -> list[words.Row]:
        """All rows, newest first. Raises NoAnswer unless every page was one."""
        told: list[words.Row] = []
        below: Mapping[str, str] = {}
        for _ in range(MOST_PAGES):
            rows = words.list_of(await calls.ask(Call(method, {**asked, **below, "limit": str(PAGE)})), name)
            if rows is None:
                raise NoAnswer(f"{self.exchange} {method}: no list")
            told += rows
            if len(rows) < PAGE:
                return told
            below = {"idLessThan": str(rows[-1][key])}
        raise NoAnswer(f"{self.exchange} {method}: no end")

    # The account

    async def balances(self, calls: Calls) -> BalancesTold:
        answer = await calls.ask(Call("privateSpotGetV2SpotAccountAssets", {}))
        rows = words.list_of(answer)
        if rows is None:
            raise NoAnswer(f"{self.exchange}: no balance")
        return BalancesTold(_balances(rows), int(answer.body["requestTime"]), is_whole=True)

    async def probe(self, calls: Calls, listed: Sequence[Listed]) -> KeyFacts:
        answer = await calls.ask(Call("privateSpotGetV2SpotAccountInfo", {}))
        data = words.data_of(answer)
        if not isinstance(data, Mapping) or not isinstance(data.get("authorities"), list):
            raise self.trouble("account/info", answer)
        rights = {str(right) for right in data["authorities"]}
        rules = listed[0].instrument.rules if listed else None
        return KeyFacts(
            can_trade=bool(rights & self.trades),
            can_withdraw=bool(rights & WITHDRAWS),
            is_ip_bound=bool(data.get("ips")),
            # Each order says for itself what happens when it would meet another of the account.
            self_trade_prevention="per order",
            fees=(rules.maker_fee, rules.taker_fee) if rules else None,
            **await self.account_mode(calls, listed),
        )

    async def account_mode(self, calls: Calls, listed: Sequence[Listed]) -> dict[str, Any]:
        """What of the account matters on this market, as `KeyFacts` calls it."""
        return {}

    async def top(self, calls: Calls, listed: Listed) -> TopOfBook | None:
        data = words.data_of(await calls.ask(self.book_call(listed.market_id)))
        if not isinstance(data, Mapping):
            raise NoAnswer(f"{self.exchange}: no book")
        bids, asks = data["bids"], data["asks"]
        if not bids or not asks:
            return None
        found = top_of_book(int(data["ts"]), bids[0][0], asks[0][0], bids[0][1], asks[0][1])
        return found[0] if found else None

    def book_call(self, market_id: str) -> Call:
        return Call("publicSpotGetV2SpotMarketOrderbook", {"symbol": market_id, "limit": "1"})

    # Streams

    def public_streams(self, ccxt: Any, listed: Sequence[Listed]) -> Sequence[Awaitable[object]]:
        names = [ccxt_symbol(each.instrument) for each in listed]
        return [ccxt.watch_bids_asks(names), ccxt.watch_trades_for_symbols(names)]

    def private_streams(self, ccxt: Any, listed: Sequence[Listed]) -> Sequence[Awaitable[object]]:
        streams = []
        for channel in self.channels:
            which = {"coin": "default"} if channel == "account" else {"instId": "default"}
            name = f"{channel}:{self.inst_type}"
            streams.append(
                ccxt.watch_private(False, name, name, {"instType": self.inst_type, "channel": channel} | which)
            )
        return streams

    def hear_public(self, frame: Any, listed: Mapping[str, Listed], at_ms: int) -> Sequence[PublicWord] | None:
        channel, about = _topic(frame)
        if channel not in ("ticker", "trade"):
            return None
        found = listed.get(str(about.get("instId")))
        if found is None or about.get("instType") != self.inst_type:
            return ()
        if channel == "ticker":
            row = frame["data"][-1]
            told = top_of_book(at_ms, row["bidPr"], row["askPr"], row["bidSz"], row["askSz"])
            return [PublicWord(found, each) for each in told]
        if frame.get("action") == "snapshot":
            # A subscription begins with trades of the past.
            return ()
        return [
            PublicWord(found, Print(at_ms, number(row["price"]), number(row["size"]), Side(str(row["side"]).lower())))
            for row in reversed(frame["data"])
        ]

    def hear_private(self, frame: Any, listed: Mapping[str, Listed]) -> Sequence[Heard] | None:
        channel, about = _topic(frame)
        if channel not in self.channels or about.get("instType") != self.inst_type:
            return None
        if channel == "orders":
            rows = [row for row in frame["data"] if row["instId"] in listed]
            return [words.pushed_seen(row, listed[row["instId"]]) for row in rows]
        return self.hear_account(channel, frame, listed)

    def hear_account(self, channel: str, frame: Any, listed: Mapping[str, Listed]) -> Sequence[Heard]:
        return [BalancesTold(_balances(frame["data"]), int(frame["ts"]), is_whole=False)]

    def confirms(self, frame: Any) -> bool:
        if not isinstance(frame, Mapping) or frame.get("event") != "subscribe":
            return False
        about = frame.get("arg")
        return isinstance(about, Mapping) and about.get("channel") in self.channels

    def trouble(self, what: str, answer: Answer) -> VenueUnavailable:
        """What the exchange refuses, in its words, or what cannot be read of it."""
        code = words.code_of(answer)
        if code in ("", words.GOOD):
            return VenueUnavailable(say(phrases.FEED_STRANGE, exchange=self.exchange, cause=what))
        text = f"{code} {answer.body.get('msg')}"[:200]
        return VenueUnavailable(say(phrases.FEED_REFUSED, exchange=self.exchange, text=text))


def _step(places: object) -> Decimal:
    """Bitget tells increments of spot as a number of digits."""
    return Decimal(1).scaleb(-int(str(places)))


def _balances(rows: Sequence[words.Row]) -> tuple[tuple[str, Decimal, Decimal], ...]:
    told = []
    for row in rows:
        reserved = number_or_zero(row["frozen"]) + number_or_zero(row.get("locked"))
        told.append((str(row["coin"]).upper(), number(row["available"]) + reserved, reserved))
    return tuple(told)


def _topic(frame: Any) -> tuple[str, Mapping[str, Any]]:
    """The channel of a frame with data and what it is about; "" for any other."""
    if not isinstance(frame, Mapping):
        return "", {}
    about = frame.get("arg")
    if not isinstance(about, Mapping) or not isinstance(frame.get("data"), list):
        return "", {}
    return str(about.get("channel", "")), about
