"""OKX's streams: signing in, subscribing, and what each channel says."""

import zlib
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from tests.support.exchange.ports import Core, Socket, Trouble
from tests.support.exchange.skins import okx_rows as rows
from tests.support.exchange.skins.okx_account import OkxAccounts
from tests.support.exchange.skins.okx_trading import Caller, OkxTrading
from tests.support.exchange.skins.signing import hmac_base64, is_same
from tests.support.exchange.skins.texts import filled, parsed, plain, whole
from tests.support.exchange.values import (
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

PRIVATE = frozenset({"orders", "account", "positions", "fills"})
BOOKS = {"bbo-tbt": 1, "books5": 5, "books": 20}
LOGIN_WINDOW_S = 30
MINUTE_MS = 60_000


class OkxStream:
    """One socket: what it has subscribed to."""

    def __init__(
        self,
        socket: Socket,
        cores: Mapping[Kind, Core],
        trading: OkxTrading,
        accounts: OkxAccounts,
        sign_in: Callable[[str], tuple[Caller, ApiKey] | None],
        trouble: Callable[[], Trouble | None],
    ) -> None:
        self._trouble = trouble
        self._socket = socket
        self._cores = cores
        self._trading = trading
        self._accounts = accounts
        self._sign_in = sign_in
        self._caller: Caller | None = None
        self._ends: dict[str, list[Callable[[], None]]] = {}
        self._private: list[Row] = []
        self._levels: dict[str, BookEvent] = {}
        #: Orders may be entered by these words too.
        self._orders = {
            "order": trading.place, "batch-orders": trading.place, "cancel-order": trading.cancel,
            "batch-cancel-orders": trading.cancel, "amend-order": trading.amend, "batch-amend-orders": trading.amend,
        }  # fmt: skip
        socket.on_close(self.end)

    def hear(self, text: str) -> None:
        if text == "ping":
            self._socket.send("pong")
            return
        asked = parsed(text)
        operation = asked.get("op") if isinstance(asked, dict) else None
        arguments = asked.get("args") if isinstance(asked, dict) else None
        if operation in self._orders and isinstance(arguments, list):
            self._enter(asked, arguments)
            return
        if operation not in ("login", "subscribe", "unsubscribe") or not isinstance(arguments, list):
            self._error("60012", f"Illegal request: {text}")
            return
        for argument in arguments:
            if operation == "login":
                self._login(argument)
            elif operation == "subscribe":
                self._subscribe(argument)
            else:
                self._unsubscribe(argument)

    def end(self) -> None:
        for calls in self._ends.values():
            for call in calls:
                call()
        self._ends.clear()
        self._private.clear()

    def expire(self) -> None:
        """Its sign-in counts no more."""
        if self._caller is not None:
            self._fail("60015", "Connection refused as the sign-in has expired")

    def tell(self, event: AccountEvent) -> None:
        """Something happened to an account; it is said where it was subscribed to."""
        caller = self._caller
        if caller is None:
            return
        for argument in self._private:
            for row in self._said(argument, caller, event):
                self._socket.send({"arg": argument | {"uid": "44705892343619584"}, "data": [row]})

    def _enter(self, asked: Row, arguments: list[Row]) -> None:
        caller = self._caller
        if caller is None or not self._socket.path.endswith("/private"):
            self._error("60011", "Please log in")
            return
        told = [self._orders[asked["op"]](caller, filled(row)) for row in arguments]
        failed = sum(row["sCode"] != "0" for row in told)
        code = "0" if not failed else "1" if failed == len(told) else "2"
        at_us = str(next(iter(self._cores.values())).now_ms() * 1000)
        about = {"id": str(asked.get("id", "")), "op": asked["op"], "code": code, "msg": ""}
        self._socket.send(about | {"data": told, "inTime": at_us, "outTime": at_us})

    # Signing in

    def _login(self, asked: Row) -> None:
        found = self._sign_in(str(asked.get("apiKey", "")))
        trouble = self._trouble()
        if found is None or (trouble is not None and trouble.is_login_refused(self._socket)):
            self._fail("60005", "Invalid apiKey")
            return
        caller, key = found
        at_s = whole(asked.get("timestamp", ""), 0)
        now_s = next(iter(self._cores.values())).now_ms() // 1000
        if not is_same(str(asked.get("passphrase", "")), key.passphrase):
            self._fail("60024", "Wrong passphrase")
        elif abs(now_s - at_s) > LOGIN_WINDOW_S:
            self._fail("60006", "Timestamp request expired")
        elif not is_same(
            str(asked.get("sign", "")), hmac_base64(key.secret, f"{asked['timestamp']}GET/users/self/verify")
        ):
            self._fail("60007", "Invalid sign")
        else:
            self._caller = caller
            self._socket.send({"event": "login", "msg": "", "code": "0", "connId": "a4d3ae55"})

    def _fail(self, code: str, text: str) -> None:
        self._error(code, text)
        self._socket.close(4001)

    def _error(self, code: str, text: str) -> None:
        self._socket.send({"event": "error", "code": code, "msg": text, "connId": "a4d3ae55"})

    # Subscribing

    def _subscribe(self, argument: Row) -> None:
        channel = str(argument.get("channel", ""))
        trouble = self._trouble()
        if trouble is not None and trouble.is_subscribe_refused(self._socket, channel):
            self._error("60018", f"channel:{channel} doesn't exist")
            return
        if channel in PRIVATE:
            if self._caller is None or not self._socket.path.endswith("/private"):
                self._error("60011", "Please log in")
                return
            self._answer("subscribe", argument)
            self._follow_account(argument, self._caller)
            return
        found = self._trading.find_listing(str(argument.get("instId", "")))
        is_candle = channel.startswith("candle")
        at = "/business" if is_candle else "/public"
        known = channel in BOOKS or is_candle or channel in ("trades", "tickers", "mark-price", "funding-rate")
        if found is None or not known or not self._socket.path.endswith(at):
            self._error("60018", f"Wrong URL or channel:{channel},instId:{argument.get('instId')} doesn't exist")
            return
        self._answer("subscribe", argument)
        self._follow_market(argument, *found)

    def _unsubscribe(self, argument: Row) -> None:
        for call in self._ends.pop(_name(argument), ()):
            call()
        self._private = [kept for kept in self._private if _name(kept) != _name(argument)]
        self._answer("unsubscribe", argument)

    def _answer(self, event: str, argument: Row) -> None:
        self._socket.send({"event": event, "arg": argument, "connId": "a4d3ae55"})

    def _follow_account(self, argument: Row, caller: Caller) -> None:
        if any(_name(kept) == _name(argument) for kept in self._private):
            return
        if not self._private:
            self._ends["private"] = [
                core.listen_account(caller.accounts[kind], self.tell)
                for kind, core in self._cores.items()
                if kind in caller.accounts
            ]
        self._private.append(argument)
        about = argument | {"uid": "44705892343619584"}
        if argument["channel"] == "account":
            told = [self._accounts.balance(caller, str(argument.get("ccy", "")))]
            whole_ = {"eventType": "snapshot", "curPage": 1, "lastPage": True}
            self._socket.send({"arg": about, **whole_, "data": told})
        elif argument["channel"] == "positions":
            held = self._accounts.positions(caller, str(argument.get("instId", "")))
            self._socket.send({"arg": about, "eventType": "snapshot", "curPage": 1, "lastPage": True, "data": held})

    def _said(self, argument: Row, caller: Caller, event: AccountEvent) -> list[Row]:
        """What a channel says of an event."""
        channel = argument["channel"]
        if isinstance(event, OrderEvent) and channel in ("orders", "fills"):
            found = self._listing_of(event.order.account, event.order.symbol)
            if found is None or not _is_about(argument, found):
                return []
            if channel == "fills":
                return [rows.fill_row(event.order, event.fill, found)] if event.fill else []
            return [rows.pushed(event.order, found, event.fill, self._trading.mode_of(event.order, found))]
        if isinstance(event, BalanceEvent) and channel == "account":
            return [self._accounts.told(caller, event.changed)]
        if isinstance(event, FundingEvent) and channel == "account":
            return [self._accounts.balance(caller)]
        if isinstance(event, PositionEvent) and channel == "positions":
            told = []
            for held in event.positions:
                listing = self._listing_of(event.account, held.symbol)
                if listing is not None and _is_about(argument, listing):
                    told.append(rows.position(held, listing))
            return told
        return []

    def _listing_of(self, account: str, symbol: str) -> Listing | None:
        assert self._caller is not None
        for kind, core in self._cores.items():
            listing = core.listing(symbol)
            if listing is not None and self._caller.accounts.get(kind) == account:
                return listing
        return None

    # Markets

    def _follow_market(self, argument: Row, core: Core, listing: Listing) -> None:
        channel, symbol = str(argument["channel"]), listing.symbol

        def hear(event: MarketEvent) -> None:
            present = core.listing(symbol) or listing
            self._market(argument, core, present, event)

        self._ends.setdefault(_name(argument), []).append(core.listen_market(symbol, hear))
        if channel in BOOKS:
            self._book(argument, core.book(symbol, BOOKS[channel]), is_first=True)
        elif channel in ("tickers", "mark-price", "funding-rate"):
            self._socket.send({"arg": argument, "data": [self._present(channel, core, listing)]})

    def _market(self, argument: Row, core: Core, listing: Listing, event: MarketEvent) -> None:
        channel = str(argument["channel"])
        if isinstance(event, BookEvent):
            if channel in BOOKS:
                self._book(argument, event, is_first=False)
            elif channel in ("tickers", "mark-price"):
                self._socket.send({"arg": argument, "data": [self._present(channel, core, listing)]})
        elif isinstance(event, PrintEvent):
            if channel == "trades":
                row = rows.print_row(event, listing) | {"seqId": event.trade_id}
                self._socket.send({"arg": argument, "data": [row]})
            elif channel == "candle1m":
                newest = core.candles(listing.symbol, MINUTE_MS, 1)
                told = [[str(at), *(plain(Decimal(value)) for value in rest)] for at, *rest in newest]
                self._socket.send({"arg": argument, "data": [[*row, row[-1], row[-1], "0"] for row in told]})

    def _present(self, channel: str, core: Core, listing: Listing) -> Row:
        about = {"instId": rows.inst_id(listing), "instType": rows.inst_type(listing), "ts": str(core.now_ms())}
        if channel == "mark-price":
            return about | {"markPx": rows.mark(core.mark_price(listing.symbol))}
        if channel == "funding-rate":
            rate, at_ms = core.funding(listing.symbol)
            then = {"fundingTime": str(at_ms), "nextFundingTime": str(at_ms + 8 * 3_600_000)}
            return about | {"fundingRate": plain(rate)} | then
        return ticker(core, listing)

    def _book(self, argument: Row, told: BookEvent, *, is_first: bool) -> None:
        """bbo-tbt and books5 are whole each time; books is a snapshot and then what differs."""
        channel, name = str(argument["channel"]), _name(argument)
        depth = BOOKS[channel]
        row = rows.book(told, depth) | {"seqId": told.sequence}
        if channel != "books":
            before = self._levels.get(name)
            self._levels[name] = told
            if before is not None and (before.bids[:depth], before.asks[:depth]) == (
                told.bids[:depth],
                told.asks[:depth],
            ):
                return
            self._socket.send({"arg": argument, "data": [row]})
            return
        before, self._levels[name] = self._levels.get(name), told
        if is_first or before is None:
            row |= {"prevSeqId": -1, "checksum": checksum(told)}
            self._socket.send({"arg": argument, "action": "snapshot", "data": [row]})
            return
        changed = {"bids": _changes(before.bids, told.bids), "asks": _changes(before.asks, told.asks)}
        row |= changed | {"prevSeqId": before.sequence, "checksum": checksum(told)}
        self._socket.send({"arg": argument, "action": "update", "data": [row]})


def ticker(core: Core, listing: Listing) -> Row:
    """The best of the book and the last trade, as `market/ticker` and the channel `tickers` tell them."""
    book = core.book(listing.symbol, 1)
    last = core.prints(listing.symbol, 1)
    bid, ask = (book.bids[0] if book.bids else None), (book.asks[0] if book.asks else None)
    price = plain(last[-1].price) if last else ""
    return {
        "instType": rows.inst_type(listing), "instId": rows.inst_id(listing), "last": price,
        "lastSz": plain(last[-1].size) if last else "", "askPx": plain(ask[0]) if ask else "",
        "askSz": plain(ask[1]) if ask else "", "bidPx": plain(bid[0]) if bid else "",
        "bidSz": plain(bid[1]) if bid else "", "open24h": price, "high24h": price, "low24h": price, "sodUtc0": price,
        "sodUtc8": price, "volCcy24h": "0", "vol24h": "0", "ts": str(core.now_ms()),
    }  # fmt: skip


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
    gone = [(price, Decimal(0)) for price in old if price not in new]
    return rows.levels(changed + gone)


def _name(argument: Row) -> str:
    return "|".join(f"{name}={argument[name]}" for name in sorted(argument))


def _is_about(argument: Row, listing: Listing) -> bool:
    wanted = argument.get("instType", "ANY")
    if wanted not in ("ANY", rows.inst_type(listing)):
        return False
    return str(argument.get("instId", rows.inst_id(listing))) == rows.inst_id(listing)
