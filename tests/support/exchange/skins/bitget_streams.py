"""Bitget's streams (version 2): signing in, subscribing, and what each channel says."""

import zlib
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from tests.support.exchange.ports import Core, Socket, Trouble
from tests.support.exchange.skins import bitget_rows as rows
from tests.support.exchange.skins.bitget_account import BitgetFutures
from tests.support.exchange.skins.bitget_trading import BitgetFailed, BitgetTrading, Caller
from tests.support.exchange.skins.signing import hmac_base64, is_same
from tests.support.exchange.skins.texts import parsed, plain, whole
from tests.support.exchange.values import (
    ZERO,
    AccountEvent,
    ApiKey,
    BalanceEvent,
    BookEvent,
    FundingEvent,
    Kind,
    Listing,
    MarketEvent,
    OrderEvent,
    PositionEvent,
    PrintEvent,
)

Row = dict[str, Any]

PRIVATE = frozenset({"orders", "account", "positions", "fill"})
BOOKS = {"books1": 1, "books5": 5, "books15": 15, "books": 20}
LOGIN_WINDOW_S = 30
MINUTE_MS = 60_000
PAST_TRADES = 50


class BitgetStream:
    """One socket: what it has subscribed to."""

    def __init__(
        self,
        socket: Socket,
        trading: Mapping[Kind, BitgetTrading],
        futures: BitgetFutures | None,
        sign_in: Callable[[str], tuple[Caller, ApiKey] | None],
        trouble: Callable[[], Trouble | None],
    ) -> None:
        self._trouble = trouble
        self._socket = socket
        self._trading = trading
        self._futures = futures
        self._sign_in = sign_in
        self._caller: Caller | None = None
        self._ends: dict[str, Callable[[], None]] = {}
        self._levels: dict[str, BookEvent] = {}
        socket.on_close(self.end)

    def hear(self, text: str) -> None:
        if text == "ping":
            self._socket.send("pong")
            return
        asked = parsed(text)
        operation = asked.get("op") if isinstance(asked, dict) else None
        arguments = asked.get("args") if isinstance(asked, dict) else None
        if operation not in ("login", "subscribe", "unsubscribe") or not isinstance(arguments, list):
            self._error(30003, "Invalid op")
            return
        for argument in arguments:
            if operation == "login":
                self._login(argument)
            elif operation == "subscribe":
                self._subscribe(argument)
            else:
                if (end := self._ends.pop(_name(argument), None)) is not None:
                    end()
                self._socket.send({"event": "unsubscribe", "arg": argument})

    def end(self) -> None:
        for call in self._ends.values():
            call()
        self._ends.clear()

    def expire(self) -> None:
        """Its sign-in counts no more."""
        if self._caller is not None:
            self._fail(30004, "User needs to log in")

    # Signing in

    def _login(self, asked: Row) -> None:
        found = self._sign_in(str(asked.get("apiKey", "")))
        trouble = self._trouble()
        if found is None or (trouble is not None and trouble.is_login_refused(self._socket)):
            self._fail(30011, "Invalid ACCESS_KEY")
            return
        caller, key = found
        now_s = next(iter(self._trading.values())).core.now_ms() // 1000
        if not is_same(str(asked.get("passphrase", "")), key.passphrase):
            self._fail(30012, "Invalid ACCESS_PASSPHRASE")
        elif abs(now_s - whole(asked.get("timestamp", ""), 0)) > LOGIN_WINDOW_S:
            self._fail(30014, "Request timestamp expired")
        elif not is_same(str(asked.get("sign", "")), hmac_base64(key.secret, f"{asked['timestamp']}GET/user/verify")):
            self._fail(30015, "Invalid sign")
        else:
            self._caller = caller
            self._socket.send({"event": "login", "code": 0})

    def _fail(self, code: int, text: str) -> None:
        self._error(code, text)
        self._socket.close()

    def _error(self, code: int, text: str, argument: Row | None = None) -> None:
        about = {} if argument is None else {"arg": argument}
        self._socket.send({"event": "error", **about, "code": code, "msg": text, "op": "subscribe"})

    # Subscribing

    def _subscribe(self, argument: Row) -> None:
        channel = str(argument.get("channel", ""))
        kind = {"SPOT": Kind.SPOT, rows.PRODUCT: Kind.PERP}.get(str(argument.get("instType", "")))
        trading = self._trading.get(kind) if kind else None
        trouble = self._trouble()
        if trouble is not None and trouble.is_subscribe_refused(self._socket, channel):
            self._error(30001, f"channel:{channel} doesn't exist", argument)
            return
        if trading is None or _name(argument) in self._ends:
            if trading is None:
                self._error(30001, f"instType:{argument.get('instType')},channel:{channel} doesn't exist", argument)
            return
        if channel in PRIVATE:
            self._follow_account(argument, channel, trading)
            return
        listing = self._listed(trading, str(argument.get("instId", "")))
        known = channel in BOOKS or channel in ("ticker", "trade") or channel.startswith("candle")
        if listing is None or not known or not self._socket.path.endswith("/public"):
            self._error(30001, f"channel:{channel},instId:{argument.get('instId')} doesn't exist", argument)
            return
        self._socket.send({"event": "subscribe", "arg": argument})
        self._follow_market(argument, channel, trading.core, listing)

    def _listed(self, trading: BitgetTrading, symbol: str) -> Listing | None:
        try:
            return trading.listing(symbol)
        except BitgetFailed:
            return None

    def _push(self, argument: Row, data: list[Any], core: Core, *, action: str = "snapshot") -> None:
        self._socket.send({"action": action, "arg": argument, "data": data, "ts": core.now_ms()})

    # Accounts

    def _follow_account(self, argument: Row, channel: str, trading: BitgetTrading) -> None:
        caller = self._caller
        account = caller.accounts.get(trading.kind) if caller else None
        if caller is None or account is None or not self._socket.path.endswith("/private"):
            self._error(30004, "User needs to log in", argument)
            return
        core = trading.core

        def hear(event: AccountEvent) -> None:
            told = self._said(argument, channel, trading, caller, event)
            if told is not None:
                self._push(argument, told, core)

        self._socket.send({"event": "subscribe", "arg": argument})
        self._ends[_name(argument)] = core.listen_account(account, hear)
        if channel == "account":
            self._push(argument, self._assets(trading, caller, account), core)
        elif channel == "positions" and self._futures is not None:
            self._push(argument, self._positions(core, account), core)

    def _said(
        self, argument: Row, channel: str, trading: BitgetTrading, caller: Caller, event: AccountEvent
    ) -> list[Row] | None:
        """The rows to push; None for nothing."""
        core, only = trading.core, str(argument.get("instId", "default"))
        if isinstance(event, OrderEvent) and channel in ("orders", "fill"):
            listing = core.listing(event.order.symbol)
            if listing is None or only not in ("default", rows.symbol_of(listing)):
                return None
            if channel == "fill":
                return [self._fill(event, listing)] if event.fill else None
            mode, level = "crossed", 0
            if listing.kind is Kind.PERP and self._futures is not None:
                mode = self._futures.mode(event.order.account, listing)
                level = core.leverage(event.order.account, listing.symbol)
            return [rows.pushed_order(event.order, event.fill, listing, mode, level)]
        if isinstance(event, BalanceEvent | FundingEvent) and channel == "account":
            assets = {each.asset for each in event.changed} if isinstance(event, BalanceEvent) else None
            account = trading.account(caller)
            return [
                row
                for row in self._assets(trading, caller, account)
                if assets is None or row.get("coin", row.get("marginCoin")) in assets
            ]
        if isinstance(event, PositionEvent) and channel == "positions":
            # The channel always tells all that is open; what is closed is no longer there.
            return self._positions(core, trading.account(caller))
        return None

    def _fill(self, event: OrderEvent, listing: Listing) -> Row:
        assert event.fill is not None
        if listing.kind is Kind.SPOT:
            row = rows.spot_fill(event.order, event.fill, listing)
            return row | {"feeDetail": [row["feeDetail"] | {"totalDeductionFee": "0"}]}
        return rows.mix_fill(event.order, event.fill, listing) | {"clientOid": event.order.client_order_id}

    def _assets(self, trading: BitgetTrading, caller: Caller, account: str) -> list[Row]:
        core = trading.core
        if trading.kind is Kind.SPOT:
            return [rows.asset(held, core.now_ms()) for held in core.balances(account)]
        told = self._futures.accounts(caller) if self._futures else []
        return [
            {
                "marginCoin": row["marginCoin"], "frozen": row["locked"], "available": row["available"],
                "maxOpenPosAvailable": row["crossedMaxAvailable"], "maxTransferOut": row["maxTransferOut"],
                "equity": row["accountEquity"], "usdtEquity": row["usdtEquity"], "crossedRiskRate": "0",
                "unrealizedPL": row["unrealizedPL"] or "0", "assetsMode": "single",
            }
            for row in told
        ]  # fmt: skip

    def _positions(self, core: Core, account: str) -> list[Row]:
        told = []
        for held in core.positions(account):
            listing = core.listing(held.symbol)
            if listing is not None and held.size:
                told.append(rows.position(held, listing, is_pushed=True))
        return told

    # Markets

    def _follow_market(self, argument: Row, channel: str, core: Core, listing: Listing) -> None:
        symbol = listing.symbol

        def hear(event: MarketEvent) -> None:
            self._market(argument, channel, core, core.listing(symbol) or listing, event)

        self._ends[_name(argument)] = core.listen_market(symbol, hear)
        if channel in BOOKS:
            self._book(argument, channel, core, core.book(symbol, BOOKS[channel]), is_first=True)
        elif channel == "ticker":
            self._push(argument, [pushed_ticker(core, listing)], core)
        elif channel == "trade":
            past = core.prints(symbol, PAST_TRADES)
            if past:
                self._push(argument, [rows.print_row(told) for told in reversed(past)], core)

    def _market(self, argument: Row, channel: str, core: Core, listing: Listing, event: MarketEvent) -> None:
        if isinstance(event, BookEvent):
            if channel in BOOKS:
                self._book(argument, channel, core, event, is_first=False)
            elif channel == "ticker":
                self._push(argument, [pushed_ticker(core, listing)], core)
        elif isinstance(event, PrintEvent):
            if channel == "trade":
                self._push(argument, [rows.print_row(event)], core, action="update")
            elif channel == "candle1m":
                newest = core.candles(listing.symbol, MINUTE_MS, 1)
                told = [[str(at), *(plain(value) for value in rest)] for at, *rest in newest]
                self._push(argument, [[*row, row[-1], row[-1]] for row in told], core, action="update")

    def _book(self, argument: Row, channel: str, core: Core, told: BookEvent, *, is_first: bool) -> None:
        """`books` is a snapshot and then what differs; the others are whole each time."""
        name, depth = _name(argument), BOOKS[channel]
        before, self._levels[name] = self._levels.get(name), told
        row = rows.book(told, depth) | {"seq": told.sequence, "checksum": 0}
        if channel != "books" or is_first or before is None:
            self._push(argument, [row], core)
            return
        row |= {
            "bids": _changes(before.bids, told.bids), "asks": _changes(before.asks, told.asks),
            "pseq": before.sequence, "checksum": checksum(told),
        }  # fmt: skip
        self._push(argument, [row], core, action="update")


def ticker(core: Core, listing: Listing) -> Row:
    """The best of the book and the last trade, as REST tells them."""
    book = core.book(listing.symbol, 1)
    last = core.prints(listing.symbol, 1)
    bid, ask = (book.bids[0] if book.bids else (ZERO, ZERO)), (book.asks[0] if book.asks else (ZERO, ZERO))
    price = plain(last[-1].price) if last else "0"
    return {
        "symbol": rows.symbol_of(listing), "lastPr": price, "bidPr": plain(bid[0]), "askPr": plain(ask[0]),
        "bidSz": plain(bid[1]), "askSz": plain(ask[1]), "open": price, "high24h": price, "low24h": price,
        "openUtc": price, "change24h": "0", "changeUtc24h": "0", "baseVolume": "0", "quoteVolume": "0",
        "usdtVolume": "0", "ts": str(core.now_ms()),
    }  # fmt: skip


def pushed_ticker(core: Core, listing: Listing) -> Row:
    row = ticker(core, listing) | {"instId": rows.symbol_of(listing)}
    if listing.kind is Kind.PERP:
        rate, at_ms = core.funding(listing.symbol)
        mark = rows.mark(core.mark_price(listing.symbol))
        row |= {"fundingRate": plain(rate), "nextFundingTime": str(at_ms), "markPrice": mark, "indexPrice": mark}
    return row


def checksum(told: BookEvent) -> int:
    """CRC32 of the best 25 levels, bid and ask by turns, as a signed number."""
    parts: list[str] = []
    for at in range(25):
        for side in (told.bids, told.asks):
            if at < len(side):
                parts += [plain(side[at][0]), plain(side[at][1])]
    found = zlib.crc32(":".join(parts).encode())
    return found - (1 << 32) if found >= 1 << 31 else found


def _changes(before: tuple[tuple[Decimal, Decimal], ...], now: tuple[tuple[Decimal, Decimal], ...]) -> list[list[str]]:
    """Levels that are new or other; those that are gone with size 0."""
    old, new = dict(before), dict(now)
    changed = [(price, size) for price, size in now if old.get(price) != size]
    return rows.levels(changed + [(price, ZERO) for price in old if price not in new])


def _name(argument: Row) -> str:
    return "|".join(f"{name}={argument[name]}" for name in sorted(argument))
