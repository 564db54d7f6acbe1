"""Bitget (classic account, API version 2): one host for its spot market and its USDT futures, over one core each."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from tests.support.exchange.ports import Answer, Asked, Core, Socket, Trouble
from tests.support.exchange.skins import bitget_rows as rows
from tests.support.exchange.skins.bitget_account import BitgetFutures
from tests.support.exchange.skins.bitget_market import BitgetMarket
from tests.support.exchange.skins.bitget_streams import BitgetStream
from tests.support.exchange.skins.bitget_trading import BitgetFailed, BitgetTrading, Caller
from tests.support.exchange.skins.limits import Windows
from tests.support.exchange.skins.signing import hmac_base64, is_same
from tests.support.exchange.skins.texts import filled, parsed, plain, whole
from tests.support.exchange.values import ApiKey, Kind

Row = dict[str, Any]
Query = Mapping[str, str]

WINDOW_MS = 30_000
READ_RIGHTS = ("coor", "cpor", "stor", "taxr")
TRADE_RIGHTS = ("coow", "cpow", "stow")
WITHDRAW_RIGHT = "wwow"


class BitgetSkin:
    """Bitget over a core of spot listings, one of futures, or both; each has a balance of its own."""

    hosts = ("api.bitget.com", "ws.bitget.com")

    def __init__(self, *cores: Core) -> None:
        self.core = cores[0]
        self.cores = cores
        self._cores: Mapping[Kind, Core] = {core.listings()[0].kind: core for core in cores}
        self._trading = {kind: BitgetTrading(core, kind) for kind, core in self._cores.items()}
        perp = self._cores.get(Kind.PERP)
        self._futures = BitgetFutures(perp, self._trading[Kind.PERP]) if perp else None
        self.trouble: Trouble | None = None
        #: Whether its accounts are unified ones, which the classic API does not serve.
        self.is_unified = False
        house = self.core.house
        self._requests = Windows(house.request_limit, self.core.now_ms)
        self._order_count = Windows(house.order_limit, self.core.now_ms)
        self._streams: dict[int, BitgetStream] = {}
        self._public = BitgetMarket(self._trading).endpoints()
        self._asking = self._asking_endpoints()
        self._doing = self._doing_endpoints()

    # REST

    def answer(self, asked: Asked) -> Answer:
        path = asked.path.removeprefix("/api/v2/")
        asked = replace(asked, query=filled(asked.query))
        if not self._requests.take("ip").is_allowed:
            return self.ban(asked, retry_after_s=1, is_ban=False)
        try:
            if asked.method == "GET" and path in self._public:
                return self._ok(self._public[path](asked.query))
            found = self._authenticated(asked)
            if isinstance(found, Answer):
                return found
            caller, key = found
            if asked.path == "/api/v3/account/settings" and self.is_unified:
                return self._ok({"uid": "7264631750", "accountMode": "unified", "holdMode": "one_way_mode"})
            if self.is_unified:
                text = "You are in Unified Account mode, and the Classic Account API is not supported at this time"
                return self._failed("40085", text, 400)
            if asked.method == "GET" and path == "spot/account/info":
                return self._ok(self._info(key))
            if asked.method == "GET" and path in self._asking:
                return self._ok(self._asking[path](caller, asked.query))
            if asked.method == "POST" and path in self._doing:
                body = filled(parsed(asked.body))
                if not isinstance(body, dict):
                    return self._failed("40017", "Parameter verification failed", 400)
                if self.is_order_entry(asked) and not self._order_count.take(str(caller.accounts)).is_allowed:
                    return self.ban(asked, retry_after_s=1, is_ban=False)
                if not key.can_trade:
                    return self._failed("40014", "Incorrect permissions, need trade permissions", 400)
                return self._ok(self._doing[path](caller, body))
        except BitgetFailed as failed:
            return self._failed(failed.code, failed.text, 400)
        return self._failed("40404", "Request URL NOT FOUND", 404)

    def _authenticated(self, asked: Asked) -> tuple[Caller, ApiKey] | Answer:
        head = {name.upper(): value for name, value in asked.headers.items()}
        missing = (("40001", "KEY"), ("40002", "SIGN"), ("40003", "TIMESTAMP"), ("40011", "PASSPHRASE"))
        for code, name in missing:
            if not head.get(f"ACCESS-{name}"):
                return self._failed(code, f"ACCESS_{name} cannot be empty", 400)
        found = self._sign_in(head["ACCESS-KEY"])
        if found is None:
            return self._failed("40037", "Apikey does not exist", 400)
        key = found[1]
        at_ms = whole(head["ACCESS-TIMESTAMP"], -1)
        if at_ms < 0:
            return self._failed("40005", "Invalid ACCESS_TIMESTAMP", 400)
        if abs(self.core.now_ms() - at_ms) > WINDOW_MS:
            return self._failed("40008", "Request timestamp expired", 400)
        if not is_same(head["ACCESS-PASSPHRASE"], key.passphrase):
            return self._failed("40012", "apikey/password is incorrect", 400)
        # The query is signed as it is meant, not as it is escaped.
        query = f"?{unquote(asked.raw_query)}" if asked.raw_query else ""
        signed = head["ACCESS-TIMESTAMP"] + asked.method + asked.path + query + asked.body
        if not is_same(head["ACCESS-SIGN"], hmac_base64(key.secret, signed)):
            return self._failed("40009", "sign signature error", 400)
        if key.expires_ms is not None and self.core.now_ms() > key.expires_ms:
            return self._failed("40041", "User's ApiKey does not exist", 400)
        return found

    def _info(self, key: ApiKey) -> Row:
        rights = [*READ_RIGHTS, *(TRADE_RIGHTS if key.can_trade else ())]
        return {
            "authorities": [*rights, *([WITHDRAW_RIGHT] if key.can_withdraw else ())], "channel": "", "channelCode": "",
            "inviterId": "", "ips": "203.0.113.7" if key.is_ip_bound else "", "parentId": 1,
            "regisTime": "1246566789345", "traderType": "not_trader", "userId": "7264631750",
        }  # fmt: skip

    # What may be asked and done

    def _asking_endpoints(self) -> Mapping[str, Callable[[Caller, Query], Any]]:
        told: dict[str, Callable[[Caller, Query], Any]] = {"common/trade-rate": self._rate}
        spot = self._trading.get(Kind.SPOT)
        if spot is not None:
            told |= {
                "spot/account/assets": lambda caller, query: self._assets(spot, caller, query),
                "spot/trade/orderInfo": lambda caller, query: self._spot_order(spot, caller, query),
                "spot/trade/unfilled-orders": lambda caller, query: self._spot_orders(spot, caller, query, True),
                "spot/trade/history-orders": lambda caller, query: self._spot_orders(spot, caller, query, False),
                "spot/trade/fills": lambda caller, query: [rows.spot_fill(*each) for each in spot.fills(caller, query)],
            }
        perp, futures = self._trading.get(Kind.PERP), self._futures
        if perp is not None and futures is not None:
            told |= {
                "mix/account/accounts": lambda caller, _: futures.accounts(caller),
                "mix/account/account": futures.account,
                "mix/account/bill": futures.bills,
                "mix/position/all-position": lambda caller, _: futures.positions(caller, None),
                "mix/position/single-position": lambda caller, query: futures.positions(caller, query.get("symbol")),
                "mix/order/detail": lambda caller, query: self._mix_order(perp, futures, caller, query),
                "mix/order/orders-pending": lambda caller, query: self._mix_orders(perp, futures, caller, query, True),
                "mix/order/orders-history": lambda caller, query: self._mix_orders(perp, futures, caller, query, False),
                "mix/order/fills": lambda caller, query: self._mix_fills(perp, caller, query),
                "mix/order/fill-history": lambda caller, query: self._mix_fills(perp, caller, query),
            }
        return told

    def _doing_endpoints(self) -> Mapping[str, Callable[[Caller, Row], Any]]:
        told: dict[str, Callable[[Caller, Row], Any]] = {}
        spot, perp, futures = self._trading.get(Kind.SPOT), self._trading.get(Kind.PERP), self._futures
        if spot is not None:
            told |= {
                "spot/trade/place-order": spot.place,
                "spot/trade/batch-orders": lambda caller, asked: spot.in_lot(caller, asked, "orderList", spot.place),
                "spot/trade/cancel-order": spot.cancel,
                "spot/trade/batch-cancel-order": lambda caller, asked: spot.in_lot(
                    caller, asked, "orderList", spot.cancel
                ),
                "spot/trade/cancel-symbol-order": lambda caller, asked: self._cancel_symbol(spot, caller, asked),
                "spot/trade/cancel-replace-order": lambda caller, asked: spot.change(caller, asked, "size", "price"),
            }
        if perp is not None and futures is not None:
            told |= {
                "mix/order/place-order": perp.place,
                "mix/order/batch-place-order": lambda caller, asked: perp.in_lot(
                    caller, asked, "orderList", perp.place
                ),
                "mix/order/cancel-order": perp.cancel,
                "mix/order/batch-cancel-orders": lambda caller, asked: perp.in_lot(
                    caller, asked, "orderIdList", perp.cancel
                ),
                "mix/order/cancel-all-orders": lambda caller, asked: perp.cancel_all(caller, asked.get("symbol")),
                "mix/order/modify-order": lambda caller, asked: perp.change(caller, asked, "newSize", "newPrice"),
                "mix/account/set-leverage": futures.set_leverage,
                "mix/account/set-margin-mode": futures.set_margin_mode,
                "mix/account/set-position-mode": futures.set_position_mode,
            }
        return told

    def _assets(self, spot: BitgetTrading, caller: Caller, query: Query) -> list[Row]:
        held = spot.core.balances(spot.account(caller))
        now = spot.core.now_ms()
        return [rows.asset(each, now) for each in held if query.get("coin", each.asset).upper() == each.asset]

    def _rate(self, caller: Caller, query: Query) -> Row:
        kind = {"spot": Kind.SPOT, "mix": Kind.PERP}.get(query.get("businessType", ""))
        trading = self._trading.get(kind) if kind else None
        if trading is None:
            raise BitgetFailed("40020", "Parameter businessType error")
        listing = trading.listing(query.get("symbol"))
        return {"makerFeeRate": plain(listing.maker_fee), "takerFeeRate": plain(listing.taker_fee)}

    def _spot_order(self, spot: BitgetTrading, caller: Caller, query: Query) -> list[Row]:
        """A list: empty where there is no such order."""
        order = spot.find(caller, query)
        listing = spot.core.listing(order.symbol) if order else None
        return [rows.spot_order(order, listing, is_pending=False)] if order and listing else []

    def _spot_orders(self, spot: BitgetTrading, caller: Caller, query: Query, is_open: bool) -> list[Row]:
        told = []
        for order in spot.orders(caller, query, is_open=is_open):
            listing = spot.core.listing(order.symbol)
            if listing is not None:
                told.append(rows.spot_order(order, listing, is_pending=is_open))
        return told

    def _cancel_symbol(self, spot: BitgetTrading, caller: Caller, asked: Row) -> Row:
        spot.cancel_all(caller, asked.get("symbol"))
        return {"symbol": str(asked.get("symbol"))}

    def _mix_order(self, perp: BitgetTrading, futures: BitgetFutures, caller: Caller, query: Query) -> Row:
        order = perp.find(caller, query)
        listing = perp.core.listing(order.symbol) if order else None
        if order is None or listing is None:
            raise BitgetFailed("40109", "The data of the order cannot be found, please confirm the order number")
        return futures.row(order, listing, name="state")

    def _mix_orders(
        self, perp: BitgetTrading, futures: BitgetFutures, caller: Caller, query: Query, is_open: bool
    ) -> Row:
        told = []
        for order in perp.orders(caller, query, is_open=is_open):
            listing = perp.core.listing(order.symbol)
            if listing is not None:
                told.append(futures.row(order, listing, name="status"))
        return {"entrustedList": told or None, "endId": told[-1]["orderId"] if told else None}

    def _mix_fills(self, perp: BitgetTrading, caller: Caller, query: Query) -> Row:
        told = [rows.mix_fill(*each) for each in perp.fills(caller, query)]
        return {"fillList": told or None, "endId": told[-1]["tradeId"] if told else None}

    # Streams

    def connect(self, socket: Socket) -> bool:
        if socket.path not in ("/v2/ws/public", "/v2/ws/private"):
            return False
        self._streams[id(socket)] = BitgetStream(
            socket, self._trading, self._futures, self._sign_in, lambda: self.trouble
        )
        socket.on_close(lambda: self._forget(socket))
        return True

    def hear(self, socket: Socket, text: str) -> None:
        if (stream := self._streams.get(id(socket))) is not None:
            stream.hear(text)

    def _forget(self, socket: Socket) -> None:
        self._streams.pop(id(socket), None)

    # For the server

    def is_order_entry(self, asked: Asked) -> bool:
        return asked.method == "POST" and asked.path.endswith(("/place-order", "/batch-orders", "/batch-place-order"))

    def is_cancel(self, asked: Asked) -> bool:
        ends = (
            "/cancel-order",
            "/batch-cancel-order",
            "/batch-cancel-orders",
            "/cancel-symbol-order",
            "/cancel-all-orders",
        )
        return asked.method == "POST" and asked.path.endswith(ends)

    def ban(self, asked: Asked, *, retry_after_s: int, is_ban: bool) -> Answer:
        """Bitget says no when one may come back."""
        if is_ban:
            return self._failed("30007", "request over limit, please try again later", 403)
        return self._failed("429", "Too Many Requests", 429)

    def unsure(self, _asked: Asked) -> Answer:
        return self._failed("40010", "Request timed out", 400)

    def expire_streams(self) -> None:
        """Every signed-in socket is closed."""
        for stream in tuple(self._streams.values()):
            stream.expire()

    def _ok(self, data: Any) -> Answer:
        return Answer({"code": "00000", "msg": "success", "requestTime": self.core.now_ms(), "data": data})

    def _failed(self, code: str, text: str, status: int) -> Answer:
        return Answer({"code": code, "msg": text, "requestTime": self.core.now_ms(), "data": None}, status)

    def _sign_in(self, key: str) -> tuple[Caller, ApiKey] | None:
        accounts: dict[Kind, str] = {}
        known: ApiKey | None = None
        for kind, core in self._cores.items():
            found = core.key(key)
            if found is not None:
                accounts[kind], known = found
        return (Caller(accounts, known.can_trade), known) if known is not None else None
