"""OKX's spot market: which call asks what, over `okx_words`. `okx_swap.OkxSwap` is what differs on its swaps."""

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
from engine.venues.exchanges import okx_words as words
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
    by_fills,
    ccxt_symbol,
)
from engine.venues.exchanges.written import number, number_or_zero, urgency_of, written
from engine.venues.tape import Print, TopOfBook, milliseconds
from engine.venues.wire import top_of_book

#: Open orders of one account on one instrument.
MOST_OPEN = 500
PAGE = 100
#: More pages than an order or an instrument can have.
MOST_PAGES = 50
#: After so long OKX may have forgotten an order that ended with nothing filled.
FORGOTTEN_MS = 3_600_000
#: An order that nobody found is looked for in the history from so long before it was made.
LOOK_BACK_MS = 60_000
#: The dead-man switch takes these seconds.
SHORTEST_ARM_S, LONGEST_ARM_S = 10, 120
UNKNOWN_INSTRUMENT = "51001"


class Okx(SpotMarket):
    """`Dialect` of the spot market. Orders are paid from what is there (tdMode cash), never with borrowed money."""

    exchange = "okx"
    ccxt_id = "okx"
    #: How long OKX's queries may not know of an order that was taken.
    lag_s = 5.0
    has_dead_man = True
    private_acks = 2
    inst_type = "SPOT"
    #: Account modes: 1 is spot, 2 spot and futures. In 3 and 4 all coins are one margin, and spot may be borrowed.
    levels: tuple[str, ...] = ("1", "2")

    def options(self) -> Mapping[str, Any]:
        return {"options": {"fetchMarkets": {"types": ["spot"]}, "defaultType": "spot"}}

    def market_id(self, symbol: str) -> str:
        return symbol.replace("/", "-")

    # Rules

    async def instruments(self, calls: Calls, venue: str, symbols: Sequence[str]) -> Sequence[Listed]:
        level = str((await self.config(calls)).get("acctLv"))
        if level not in self.levels:
            text = f"account mode {level}; {self.exchange} is traded in account mode {' or '.join(self.levels)}"
            raise VenueUnavailable(say(phrases.FEED_REFUSED, exchange=self.exchange, text=text))
        return [await self._instrument(calls, venue, symbol) for symbol in symbols]

    async def config(self, calls: Calls) -> words.Row:
        """What is set for the account. Raises VenueUnavailable."""
        answer = await calls.ask(Call("privateGetAccountConfig", {}))
        rows = words.rows_of(answer)
        if not rows or "perm" not in rows[0]:
            raise self.trouble("account/config", answer)
        row: words.Row = rows[0]
        return row

    async def _instrument(self, calls: Calls, venue: str, symbol: str) -> Listed:
        market_id = self.market_id(symbol)
        asked = {"instType": self.inst_type, "instId": market_id}
        answer = await calls.ask(Call("publicGetPublicInstruments", asked))
        rows = words.rows_of(answer)
        if words.code_of(answer) == UNKNOWN_INSTRUMENT or rows == []:
            raise UsageError(say(phrases.FEED_UNKNOWN_SYMBOL, exchange=self.exchange, symbol=symbol))
        if rows is None or rows[0].get("instId") != market_id:
            raise self.trouble("instruments", answer)
        row = rows[0]
        fees = await self._fees(calls, market_id)
        return Listed(self.described(venue, symbol, row, fees), market_id, row["state"] == "live")

    def described(self, venue: str, symbol: str, row: words.Row, fees: tuple[Decimal, Decimal]) -> Instrument:
        base, quote = symbol.split("/")
        return Instrument(venue, symbol, base, quote, rules_of(row, Decimal(1), fees, FeeAsset.RECEIVED))

    async def _fees(self, calls: Calls, market_id: str) -> tuple[Decimal, Decimal]:
        """Maker and taker as fractions; OKX writes what is paid as negative."""
        asked = {"instType": self.inst_type, "instId": market_id}
        answer = await calls.ask(Call("privateGetAccountTradeFee", asked))
        rows = words.rows_of(answer)
        if not rows:
            raise self.trouble("trade-fee", answer)
        maker = rows[0].get("makerU") or rows[0]["maker"]
        taker = rows[0].get("takerU") or rows[0]["taker"]
        return ZERO - number(maker), ZERO - number(taker)

    async def server_time_ms(self, calls: Calls) -> int | None:
        rows = words.rows_of(await calls.ask(Call("publicGetPublicTime", {})))
        return int(rows[0]["ts"]) if rows else None

    # Orders

    def place(self, order: Order, listed: Listed, best: Decimal | None) -> Call:
        params: dict[str, Any] = {
            "instId": listed.market_id,
            "tdMode": "cash",
            "side": order.side.value,
            "clOrdId": order.client_order_id,
            "sz": written(order.quantity / listed.instrument.contract_size),
        }
        if order.kind is OrderKind.MARKET:
            # Without tgtCcy OKX takes the size of a market buy for money. What must go through ends a rung of ours
            # that is in its way, not itself.
            params |= {"ordType": "market", "tgtCcy": "base_ccy", "stpMode": "cancel_maker"}
        else:
            assert order.price is not None, "a limit order has a price"
            ord_type = "post_only" if order.post_only else "limit"
            params |= {"ordType": ord_type, "px": written(order.price), "stpMode": "cancel_taker"}
        return self.entry(order, params)

    def entry(self, order: Order, params: Mapping[str, Any]) -> Call:
        """The call that places."""
        return Call("privatePostTradeOrder", params, urgency=urgency_of(order), is_order=True)

    def accepted(self, answer: Answer, order: Order) -> Seen | None:
        row = words.outcome_of(answer)
        if row is None or answer.status != 200 or words.code_of(answer) != "0" or str(row["sCode"]) != "0":
            return None
        if not row.get("ordId") or row.get("clOrdId") != order.client_order_id:
            return None
        at_ms = int(row["ts"]) if row.get("ts") else 0
        return Seen(
            order.client_order_id, str(row["ordId"]), order.symbol, order.side, order.price, order.quantity, ZERO,
            OrderState.OPEN, at_ms,
        )  # fmt: skip

    def refused(self, answer: Answer) -> RejectReason | None:
        return words.refusal(answer)

    def cancel(self, order: Order, listed: Listed) -> Call:
        named = {"ordId": order.venue_order_id} if order.venue_order_id else {"clOrdId": order.client_order_id}
        return Call("privatePostTradeCancelOrder", {"instId": listed.market_id} | named, urgency=Urgency.PROTECT)

    def is_cancel_taken(self, answer: Answer) -> bool:
        row = words.outcome_of(answer)
        return row is not None and str(row["sCode"]) in words.CANCELLED

    async def look_up(self, calls: Calls, order: Order, listed: Listed) -> Seen | Absent | None:
        asked = {"instId": listed.market_id, "clOrdId": order.client_order_id}
        answer = await calls.ask(Call("privateGetTradeOrder", asked))
        if answer.status == 200 and words.code_of(answer) == words.NOT_FOUND:
            return await self._forgotten(calls, order, listed)
        rows = words.rows_of(answer)
        if not rows or rows[0].get("clOrdId") != order.client_order_id or rows[0].get("instId") != listed.market_id:
            return None
        return await self._whole(calls, rows[0], listed)

    async def look_back(self, calls: Calls, order: Order, listed: Listed) -> Seen | Absent | None:
        begin = milliseconds(order.created_at) - LOOK_BACK_MS
        asked = {"instType": self.inst_type, "instId": listed.market_id, "begin": str(begin)}
        # The first goes back a week, the second three months.
        for method in ("privateGetTradeOrdersHistory", "privateGetTradeOrdersHistoryArchive"):
            for row in await self._pages(calls, method, asked, "ordId"):
                if row["clOrdId"] == order.client_order_id:
                    return await self._whole(calls, row, listed)
        return Absent()

    async def _forgotten(self, calls: Calls, order: Order, listed: Listed) -> Seen | Absent:
        """OKX forgets an order that ended with nothing filled after two hours; its number says that it was there."""
        now_ms = await self.server_time_ms(calls)
        is_old = now_ms is not None and now_ms - milliseconds(order.created_at) > FORGOTTEN_MS
        if not order.venue_order_id or not is_old:
            return Absent()
        fills = await self._fills(calls, order.venue_order_id, order.quantity, listed)
        return by_fills(order, fills)

    async def _whole(self, calls: Calls, row: words.Row, listed: Listed) -> Seen:
        """An order with all its fills, however many pages they are on."""
        fills: tuple[Fill, ...] = ()
        if filled := number_or_zero(row["accFillSz"]):
            filled *= listed.instrument.contract_size
            fills = await self._fills(calls, str(row["ordId"]), filled, listed)
        return words.seen(row, listed, fills)

    async def _fills(self, calls: Calls, order_id: str, filled: Decimal, listed: Listed) -> tuple[Fill, ...]:
        """All executions: those of three days ago and before are in another list."""
        asked = {"instType": self.inst_type, "instId": listed.market_id, "ordId": order_id}
        found: tuple[Fill, ...] = ()
        for method in ("privateGetTradeFills", "privateGetTradeFillsHistory"):
            rows = await self._pages(calls, method, asked, "billId")
            found = tuple(words.fill(row, listed) for row in reversed(rows))
            if sum((each.quantity for each in found), ZERO) >= filled:
                break
        return found

    async def open_orders(self, calls: Calls, listed: Listed) -> Sequence[Seen]:
        asked = {"instType": self.inst_type, "instId": listed.market_id}
        rows = await self._pages(calls, "privateGetTradeOrdersPending", asked, "ordId")
        return [words.seen(row, listed) for row in rows if row["instId"] == listed.market_id]

    async def _pages(self, calls: Calls, method: str, asked: Mapping[str, str], key: str) -> list[words.Row]:
        """All rows, newest first. Raises NoAnswer unless every page was one."""
        told: list[words.Row] = []
        after: Mapping[str, str] = {}
        for _ in range(MOST_PAGES):
            rows = words.rows_of(await calls.ask(Call(method, {**asked, **after, "limit": str(PAGE)})))
            if rows is None:
                raise NoAnswer(f"{self.exchange} {method}: no list")
            told += rows
            if len(rows) < PAGE:
                return told
            after = {"after": str(rows[-1][key])}
        raise NoAnswer(f"{self.exchange} {method}: no end")

    # The account

    async def balances(self, calls: Calls) -> BalancesTold:
        row = await self._account(calls)
        return BalancesTold(balances_of(row), int(row["uTime"]), is_whole=True)

    async def _account(self, calls: Calls) -> words.Row:
        rows = words.rows_of(await calls.ask(Call("privateGetAccountBalance", {})))
        if not rows or not isinstance(rows[0].get("details"), list):
            raise NoAnswer(f"{self.exchange}: no balance")
        row: words.Row = rows[0]
        return row

    async def probe(self, calls: Calls, listed: Sequence[Listed]) -> KeyFacts:
        row = await self.config(calls)
        rights = str(row["perm"]).split(",")
        fees = listed[0].instrument.rules if listed else None
        return KeyFacts(
            can_trade="trade" in rights,
            can_withdraw="withdraw" in rights,
            is_ip_bound=bool(row.get("ip")),
            self_trade_prevention=str(row["acctStpMode"]) if row.get("acctStpMode") else None,
            fees=(fees.maker_fee, fees.taker_fee) if fees else None,
            **await self.account_mode(calls, row, listed),
        )

    async def account_mode(self, calls: Calls, config: words.Row, listed: Sequence[Listed]) -> dict[str, Any]:
        """What of the account matters on this market, as `KeyFacts` calls it."""
        return {}

    async def top(self, calls: Calls, listed: Listed) -> TopOfBook | None:
        rows = words.rows_of(await calls.ask(Call("publicGetMarketBooks", {"instId": listed.market_id, "sz": "1"})))
        if not rows:
            raise NoAnswer(f"{self.exchange}: no book")
        found = _top(rows[0], listed, int(rows[0]["ts"]))
        return found[0] if found else None

    def arm(self, after_s: int, listed: Sequence[Listed]) -> Sequence[Call]:
        seconds = min(max(after_s, SHORTEST_ARM_S), LONGEST_ARM_S) if after_s else 0
        return [Call("privatePostTradeCancelAllAfter", {"timeOut": str(seconds)}, urgency=Urgency.PROTECT)]

    def is_armed(self, answer: Answer) -> bool:
        rows = words.rows_of(answer)
        return rows is not None and len(rows) == 1 and "triggerTime" in rows[0]

    # Streams

    def public_streams(self, ccxt: Any, listed: Sequence[Listed]) -> Sequence[Awaitable[object]]:
        names = [ccxt_symbol(each.instrument) for each in listed]
        return [ccxt.watch_bids_asks(names), ccxt.watch_trades_for_symbols(names)]

    def private_streams(self, ccxt: Any, listed: Sequence[Listed]) -> Sequence[Awaitable[object]]:
        return [ccxt.watch_orders(params={"type": self.inst_type}), ccxt.watch_balance()]

    def hear_public(self, frame: Any, listed: Mapping[str, Listed], at_ms: int) -> Sequence[PublicWord] | None:
        channel, about = _topic(frame)
        if channel not in ("bbo-tbt", "trades"):
            return None
        found = listed.get(str(about.get("instId")))
        if found is None:
            return ()
        if channel == "bbo-tbt":
            return [PublicWord(found, told) for told in _top(frame["data"][-1], found, at_ms)]
        unit = found.instrument.contract_size
        prints = [
            Print(at_ms, number(row["px"]), number(row["sz"]) * unit, Side(row["side"])) for row in frame["data"]
        ]  # fmt: skip
        return [PublicWord(found, told) for told in prints]

    def hear_private(self, frame: Any, listed: Mapping[str, Listed]) -> Sequence[Heard] | None:
        channel, _ = _topic(frame)
        if channel == "orders":
            told = []
            for row in frame["data"]:
                found = listed.get(str(row["instId"]))
                if found is not None:
                    fill = words.pushed_fill(row, found)
                    told.append(words.seen(row, found, (fill,) if fill else ()))
            return told
        return self.hear_account(channel, frame, listed)

    def hear_account(self, channel: str, frame: Any, listed: Mapping[str, Listed]) -> Sequence[Heard] | None:
        if channel != "account":
            return None
        return [BalancesTold(balances_of(row), int(row["uTime"]), is_whole=False) for row in frame["data"]]

    def confirms(self, frame: Any) -> bool:
        if not isinstance(frame, Mapping) or frame.get("event") != "subscribe":
            return False
        about = frame.get("arg")
        return isinstance(about, Mapping) and about.get("channel") in ("orders", "account", "positions")

    def trouble(self, what: str, answer: Answer) -> VenueUnavailable:
        """What the exchange refuses, in its words, or what cannot be read of it."""
        code = words.code_of(answer)
        if code in ("", "0"):
            return VenueUnavailable(say(phrases.FEED_STRANGE, exchange=self.exchange, cause=what))
        text = f"{code} {answer.body.get('msg')}"[:200]
        return VenueUnavailable(say(phrases.FEED_REFUSED, exchange=self.exchange, text=text))


def rules_of(row: words.Row, unit: Decimal, fees: tuple[Decimal, Decimal], fee_asset: FeeAsset) -> VenueRules:
    """The rules of a row of `public/instruments`, where one of its sizes is `unit` base."""
    largest = min(number(row["maxLmtSz"]), number(row["maxMktSz"])) if row.get("maxMktSz") else number(row["maxLmtSz"])
    return VenueRules(
        (PriceBand(ZERO, number(row["tickSz"])),), number(row["lotSz"]) * unit, number(row["minSz"]) * unit,
        largest * unit, ZERO, MOST_OPEN, fees[0], fees[1], fee_asset,
    )  # fmt: skip


def balances_of(row: words.Row) -> tuple[tuple[str, Decimal, Decimal], ...]:
    """(currency, total, of which held back) of a row of `account/balance` or of the channel `account`."""
    return tuple(
        (str(held["ccy"]), number(held["cashBal"]), number_or_zero(held["frozenBal"])) for held in row["details"]
    )  # fmt: skip


def _topic(frame: Any) -> tuple[str, Mapping[str, Any]]:
    """The channel of a frame with data and what it is about; "" for any other."""
    if not isinstance(frame, Mapping):
        return "", {}
    about = frame.get("arg")
    if not isinstance(about, Mapping) or not isinstance(frame.get("data"), list):
        return "", {}
    return str(about.get("channel", "")), about


def _top(row: words.Row, listed: Listed, at_ms: int) -> tuple[TopOfBook, ...]:
    bids, asks, unit = row["bids"], row["asks"], listed.instrument.contract_size
    if not bids or not asks:
        return ()
    return top_of_book(at_ms, bids[0][0], asks[0][0], number(bids[0][1]) * unit, number(asks[0][1]) * unit)
