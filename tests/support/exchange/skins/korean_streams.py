"""Streams of Upbit and Bithumb: one list of what is wanted, which a later list takes the place of."""

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tests.support.exchange.ports import Socket
from tests.support.exchange.skins import korean_rows as rows
from tests.support.exchange.skins.korean_rows import Row
from tests.support.exchange.skins.korean_token import Caller, No
from tests.support.exchange.values import (
    AccountEvent,
    BalanceEvent,
    BookEvent,
    Listing,
    MarketEvent,
    OrderEvent,
    PrintEvent,
)

if TYPE_CHECKING:
    from tests.support.exchange.skins.korean import KoreanSkin

PUBLIC = frozenset({"ticker", "trade", "orderbook"})
PRIVATE = frozenset({"myOrder", "myAsset"})


class KoreanStream:
    """One socket. `caller` is None on the public one. Frames are binary, as JSON in the long form or the short one."""

    def __init__(self, socket: Socket, skin: "KoreanSkin", caller: Caller | None) -> None:
        self._socket = socket
        self._skin = skin
        self._caller = caller
        self._wanted: dict[str, set[str]] = {}
        self._is_short = False
        self._ends: list[Callable[[], None]] = []
        socket.on_close(self.end)

    def end(self) -> None:
        """Hear of nothing any more."""
        for call in self._ends:
            call()
        self._ends.clear()
        self._wanted.clear()

    def hear(self, text: str) -> None:
        if text.strip().upper() == "PING":
            self._send({"status": "UP"})
            return
        try:
            asked = json.loads(text)
            self._skin.limits.take("websocket-message", f"{id(self._socket)}")
        except ValueError:
            self._fail("WRONG_FORMAT")
            return
        except No:
            self._socket.close(1008)
            return
        if not isinstance(asked, list) or not all(isinstance(each, dict) for each in asked):
            self._fail("WRONG_FORMAT")
        elif not any("ticket" in each for each in asked):
            self._fail("NO_TICKET")
        else:
            self._subscribe(asked)

    def _subscribe(self, asked: list[dict[str, Any]]) -> None:
        types = [each for each in asked if "type" in each]
        allowed = PRIVATE if self._caller is not None else PUBLIC
        if not types:
            self._fail("NO_TYPE")
            return
        if any(each["type"] not in allowed for each in types):
            self._fail("INVALID_PARAM")
            return
        trouble = self._skin.trouble
        if trouble is not None and any(trouble.is_subscribe_refused(self._socket, each["type"]) for each in types):
            self._fail("INTERNAL_ERROR")
            return
        if self._skin.is_replaced_by_later(self._socket):
            self.end()
        self._is_short = any(str(each.get("format", "")).startswith("SIMPLE") for each in asked)
        if self._caller is not None:
            self._listen_private(types)
        else:
            self._listen_public(types)

    def _listen_private(self, types: list[dict[str, Any]]) -> None:
        assert self._caller is not None
        for each in types:
            self._wanted[each["type"]] = set(each.get("codes") or ())
        if not self._ends:
            self._ends.append(self._skin.core.listen_account(self._caller.account, self._account_changed))

    def _listen_public(self, types: list[dict[str, Any]]) -> None:
        by_id = {rows.market_id(listing): listing for listing in self._skin.core.listings()}
        listened = {code for codes in self._wanted.values() for code in codes}
        for each in types:
            codes = [code for code in each.get("codes") or () if code in by_id]
            if not codes:
                self._fail("NO_CODES")
                return
            for code in codes:
                if not each.get("isOnlyRealtime"):
                    self._snapshot(each["type"], by_id[code])
                if each.get("isOnlySnapshot"):
                    continue
                self._wanted.setdefault(each["type"], set()).add(code)
                if code not in listened:
                    listened.add(code)
                    self._ends.append(self._skin.core.listen_market(by_id[code].symbol, self._market_moved))

    def _snapshot(self, kind: str, listing: Listing) -> None:
        core = self._skin.core
        if kind == "orderbook":
            self._tell(kind, listing, rows.book_row(core.book(listing.symbol, rows.DEPTH), rows.DEPTH), "SNAPSHOT")
        elif kind == "ticker":
            self._tell(kind, listing, rows.ticker_row(core, listing), "SNAPSHOT")
        else:
            for told in core.prints(listing.symbol, 1):
                self._tell(kind, listing, rows.trade_frame(told), "SNAPSHOT")

    def _market_moved(self, event: MarketEvent) -> None:
        listing = self._skin.core.listing(event.symbol)
        if listing is None:
            return
        code = rows.market_id(listing)
        if isinstance(event, BookEvent):
            if code in self._wanted.get("orderbook", ()):
                self._tell("orderbook", listing, rows.book_row(event, rows.DEPTH), "REALTIME")
            return
        assert isinstance(event, PrintEvent)
        if code in self._wanted.get("trade", ()):
            self._tell("trade", listing, rows.trade_frame(event), "REALTIME")
        if code in self._wanted.get("ticker", ()):
            self._tell("ticker", listing, rows.ticker_row(self._skin.core, listing), "REALTIME")

    def _account_changed(self, event: AccountEvent) -> None:
        if isinstance(event, OrderEvent) and "myOrder" in self._wanted:
            codes = self._wanted["myOrder"]
            if not codes or rows.market_id(self._skin.listing_of(event.order)) in codes:
                for frame in self._skin.order_frames(event):
                    self._send({"type": "myOrder", **frame, "stream_type": "REALTIME"})
        elif isinstance(event, BalanceEvent) and "myAsset" in self._wanted:
            self._send(self._skin.asset_frame(event))

    def _tell(self, kind: str, listing: Listing, row: Row, stream_type: str) -> None:
        self._send({"type": kind, "code": rows.market_id(listing), **row, "stream_type": stream_type})

    def _fail(self, name: str) -> None:
        self._socket.send({"error": {"name": name, "message": name}}, is_binary=True)

    def _send(self, frame: Mapping[str, Any]) -> None:
        told = rows.shortened(frame, self._skin.short_names) if self._is_short else frame
        self._socket.send(_doubles(told), is_binary=True)


def _doubles(value: Any) -> Any:
    """Decimals as doubles write themselves; `Digits` stay."""
    if isinstance(value, Decimal):
        return rows.double(value)
    if isinstance(value, Mapping):
        return {name: _doubles(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_doubles(each) for each in value]
    return value
