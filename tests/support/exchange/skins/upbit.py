"""Upbit (Korea): api.upbit.com, REST under /v1, streams under /websocket/v1 and /websocket/v1/private.

Not played: stop orders (state "watch" stays empty), smp_type "reduce", deposits and withdrawals that move anything.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from uuid import UUID

from tests.support.exact_json import Digits
from tests.support.exchange.ports import Asked, Core, Socket
from tests.support.exchange.skins import korean_rows as rows
from tests.support.exchange.skins.korean import KoreanSkin, Way
from tests.support.exchange.skins.korean_limits import Limit, groups_of
from tests.support.exchange.skins.korean_orders import Wish, no_of, rehearse, wish_of
from tests.support.exchange.skins.korean_rows import Row
from tests.support.exchange.skins.korean_token import Caller, No, Params, text_of, texts_of
from tests.support.exchange.values import (
    BalanceEvent,
    FeeRule,
    House,
    IdRule,
    Kind,
    Listing,
    OrderEvent,
    OrderRecord,
    Refused,
    SelfTrade,
    Status,
)

#: docs.upbit.com/kr/docs/krw-market-info, since 2025-07-31.
KRW_BANDS = (
    ("0", "0.00000001"), ("0.00001", "0.0000001"), ("0.0001", "0.000001"), ("0.001", "0.00001"), ("0.01", "0.0001"),
    ("0.1", "0.001"), ("1", "0.01"), ("10", "0.1"), ("100", "1"), ("1000", "1"), ("5000", "5"), ("10000", "10"),
    ("50000", "50"), ("100000", "100"), ("500000", "500"), ("1000000", "1000"),
)  # fmt: skip
#: Dollar coins against won, since 2025-03-21.
DOLLAR_BANDS = tuple(
    (start, "0.5" if start in ("1000", "5000") else step) for start, step in KRW_BANDS
)  # fmt: skip
BTC_BANDS = (("0", "0.00000001"),)
USDT_BANDS = (
    ("0", "0.00000001"), ("0.0001", "0.0000001"), ("0.001", "0.000001"), ("0.01", "0.00001"), ("0.1", "0.0001"),
    ("1", "0.001"), ("10", "0.01"),
)  # fmt: skip
MINIMUMS = {"KRW": Decimal(5000), "BTC": Decimal("0.00005"), "USDT": Decimal("0.5")}
FEES = {"KRW": Decimal("0.0005"), "BTC": Decimal("0.0025"), "USDT": Decimal("0.0025")}

#: A second each where nothing else is said; docs.upbit.com/kr/reference/rate-limits, orders since 2026-08-21.
GROUPS = {
    "market": Limit(10, 1000), "candles": Limit(10, 1000), "crix-trades": Limit(10, 1000), "ticker": Limit(10, 1000),
    "orderbook": Limit(10, 1000), "default": Limit(30, 1000), "order": Limit(12, 1000), "order-test": Limit(12, 1000),
    "order-cancel-all": Limit(1, 2000), "websocket-connect": Limit(5, 1000), "websocket-message": Limit(5, 1000),
    "origin": Limit(1, 10_000),
}  # fmt: skip
QUOTATION = frozenset({"market", "candles", "crix-trades", "ticker", "orderbook"})
#: Since 2026-11-09 an order that says nothing cancels the maker.
PREVENTIONS = {
    "cancel_maker": SelfTrade.CANCEL_RESTING, "cancel_taker": SelfTrade.CANCEL_NEW, "none": SelfTrade.ALLOW,
}  # fmt: skip
ORDER_MARK = 0xC0DE4A7E << 96
TRADE_MARK = 0x7ADE4A7E << 96
LOW = (1 << 96) - 1
SHORT = {
    "type": "ty", "code": "cd", "timestamp": "tms", "total_ask_size": "tas", "total_bid_size": "tbs",
    "orderbook_units": "obu", "ask_price": "ap", "bid_price": "bp", "ask_size": "as", "bid_size": "bs",
    "stream_type": "st", "trade_date": "td", "trade_time": "ttm", "trade_timestamp": "ttms", "trade_price": "tp",
    "trade_volume": "tv", "ask_bid": "ab", "prev_closing_price": "pcp", "change": "c", "change_price": "cp",
    "sequential_id": "sid", "opening_price": "op", "high_price": "hp", "low_price": "lp", "uuid": "uid",
    "order_type": "ot", "state": "s", "trade_uuid": "tuid", "price": "p", "avg_price": "ap", "volume": "v",
    "remaining_volume": "rv", "executed_volume": "ev", "trades_count": "tc", "reserved_fee": "rsf",
    "remaining_fee": "rmf", "paid_fee": "pf", "locked": "l", "executed_funds": "ef", "time_in_force": "tif",
    "trade_fee": "tf", "is_maker": "im", "identifier": "id", "smp_type": "smpt", "prevented_volume": "pv",
    "prevented_locked": "pl", "order_timestamp": "otms", "asset_uuid": "astuid", "assets": "ast", "currency": "cu",
    "balance": "b", "asset_timestamp": "asttms",
}  # fmt: skip


def listing(symbol: str, **changes: object) -> Listing:
    """A market under Upbit's rules of today."""
    base, quote = symbol.split("/")
    table = {"BTC": BTC_BANDS, "USDT": USDT_BANDS}.get(quote, DOLLAR_BANDS if base in ("USDT", "USDC") else KRW_BANDS)
    rules: dict[str, object] = {
        "price_bands": tuple((Decimal(start), Decimal(step)) for start, step in table),
        "size_increment": Decimal("0.00000001"), "min_size": Decimal("0.00000001"), "max_size": Decimal(10**15),
        "min_notional": MINIMUMS[quote], "max_open_orders": 1000, "maker_fee": FEES[quote], "taker_fee": FEES[quote],
    }  # fmt: skip
    return Listing(symbol, base, quote, Kind.SPOT, **(rules | changes))  # type: ignore[arg-type]


def house(*listings: Listing, lag_ms: int = 0) -> House:
    """How Upbit keeps house: fees to the last digit, ids for ever, post-only orders taken and ended."""
    return House(
        "upbit", FeeRule.QUOTE, IdRule.EVER, lag_ms=lag_ms, money_step=Decimal("1E-16"),
        self_trade=SelfTrade.CANCEL_RESTING, refuses_post_only=False, listings=listings,
    )  # fmt: skip


class UpbitSkin(KoreanSkin):
    """Upbit over one core. `groups` in place of the real limits, for tests that are about something else."""

    hosts = ("api.upbit.com",)
    id_field = "identifier"
    is_limited_by_account = True
    door_text = "Too many API requests."

    def __init__(self, core: Core, groups: Mapping[str, Limit] | None = None) -> None:
        super().__init__(core, groups_of(core.house, GROUPS, groups), None)

    def ways(self) -> Mapping[str, Way]:
        return {
            "GET /v1/market/all": Way("market", "", self.markets),
            "GET /v1/orderbook": Way("orderbook", "", self.books),
            "GET /v1/orderbook/instruments": Way("orderbook", "", self._instruments),
            "GET /v1/ticker": Way("ticker", "", self.tickers),
            "GET /v1/trades/ticks": Way("crix-trades", "", self.ticks),
            "GET /v1/accounts": Way("default", "ask", self.accounts),
            "GET /v1/api_keys": Way("default", "ask", self.api_keys),
            "GET /v1/status/wallet": Way("default", "ask", self.wallet_rows),
            "GET /v1/orders/chance": Way("default", "ask", self.chance),
            "GET /v1/order": Way("default", "ask", self.order),
            "GET /v1/orders": Way("default", "ask", lambda who, p: self.orders(who, p, self.states_of(p, ("wait",)))),
            "GET /v1/orders/open": Way(
                "default", "ask", lambda who, p: self.orders(who, p, self.states_of(p, ("wait",)))
            ),
            "GET /v1/orders/closed": Way(
                "default", "ask", lambda who, p: self.orders(who, p, self.states_of(p, ("done", "cancel")))
            ),
            "GET /v1/orders/uuids": Way("default", "ask", self._by_ids),
            "POST /v1/orders": Way("order", "trade", self._place, 201),
            "POST /v1/orders/test": Way("order-test", "trade", self._test, 201),
            "POST /v1/orders/cancel_and_new": Way("order", "trade", self._cancel_and_new, 201),
            "DELETE /v1/order": Way("default", "trade", self._cancel),
            "DELETE /v1/orders/uuids": Way("default", "trade", self._cancel_some),
            "DELETE /v1/orders/open": Way("order-cancel-all", "trade", self._cancel_all),
            "DELETE /v1/withdraws/coin": Way("default", "withdraw", self.end_withdrawal),
        }

    def is_order_entry(self, asked: Asked) -> bool:
        return asked.method == "POST" and asked.path in ("/v1/orders", "/v1/orders/cancel_and_new")

    def is_cancel(self, asked: Asked) -> bool:
        return asked.method == "DELETE" and asked.path.startswith("/v1/order")

    def group_of(self, asked: Asked, way: Way) -> str:
        has_origin = any(name.lower() == "origin" for name in asked.headers)
        return "origin" if has_origin and way.group in QUOTATION else way.group

    def connect(self, socket: Socket) -> bool:
        if any(name.lower() == "origin" for name in socket.headers):
            try:
                self.limits.take("origin", "ip")
            except No:
                return False
        return super().connect(socket)

    def uuid(self, number: int) -> str:
        """Orders and trades have the same kind of id."""
        return str(UUID(int=ORDER_MARK | number if number < 1 << 64 else TRADE_MARK | number))

    def number(self, uuid: str) -> int:
        try:
            return UUID(uuid).int & LOW
        except ValueError:
            return 0

    def row(self, order: OrderRecord) -> Row:
        spoken = self.spoken_of(order)
        row = rows.order_row(order, self.listing_of(order), spoken, self.uuid(order.order_id))
        row |= {"smp_type": spoken.prevention or "none"}
        return row | ({"identifier": order.client_order_id} if order.client_order_id else {})

    def is_replaced_by_later(self, socket: Socket) -> bool:
        return True

    @property
    def short_names(self) -> Mapping[str, str]:
        return SHORT

    def order_frames(self, event: OrderEvent) -> list[Row]:
        order, fill = event.order, event.fill
        listed, spoken = self.listing_of(order), self.spoken_of(order)
        told = rows.amounts(order, listed)
        frame: Row = {
            "code": rows.market_id(listed), "uuid": self.uuid(order.order_id),
            "ask_bid": rows.WORDS[order.side].upper(), "order_type": spoken.kind, "state": rows.state_of(order),
            "trade_uuid": None, "price": order.cost if order.cost is not None else order.price,
            "avg_price": order.value / order.filled if order.filled else Decimal(0), **told,
            "trades_count": len(order.fills), "time_in_force": spoken.life or None, "trade_fee": None, "is_maker": None,
            "identifier": order.client_order_id or None, "smp_type": spoken.prevention or "none",
            "trade_timestamp": None, "order_timestamp": order.created_ms, "timestamp": order.updated_ms,
        }  # fmt: skip
        frames = []
        if fill is not None:
            trade: Row = {
                "state": "trade", "trade_uuid": self.uuid(rows.trade_number(listed, fill.trade_id)),
                "price": fill.price, "volume": fill.size, "trade_fee": fill.fee, "is_maker": fill.is_maker,
                "trade_timestamp": fill.at_ms,
            }  # fmt: skip
            frames.append(frame | trade)
        if order.status is Status.PREVENTED:
            frames.append(frame | {"state": "prevented"})
        if fill is None or order.status.is_final:
            frames.append(frame)
        return frames

    def asset_frame(self, event: BalanceEvent) -> Row:
        """Balances are written to the last digit."""
        return {
            "type": "myAsset", "asset_uuid": self.uuid(1),
            "assets": [
                {
                    "currency": each.asset, "balance": Digits(rows.digits(each.total - each.locked)),
                    "locked": Digits(rows.digits(each.locked)),
                }
                for each in event.changed
            ],
            "asset_timestamp": event.at_ms, "timestamp": event.at_ms, "stream_type": "REALTIME",
        }  # fmt: skip

    def chance_types(self) -> Row:
        limits = ["best_fok", "best_ioc", "limit", "limit_fok", "limit_ioc"]
        return {"bid_types": [*limits, "price"], "ask_types": [*limits, "market"]}

    def _instruments(self, caller: Caller | None, params: Params) -> list[Row]:
        return [
            {
                "market": market, "quote_currency": market.split("-")[0],
                "tick_size": self.step_now(self.listed(market)), "supported_levels": ["0"],
            }
            for market in texts_of(params, "markets")
        ]  # fmt: skip

    def _wish(self, params: Params) -> tuple[Listing, Wish]:
        listed = self.listed(text_of(params, "market"))
        return listed, wish_of(
            self.core, listed, params, kind_field="ord_type", id_field=self.id_field, preventions=PREVENTIONS,
            default="cancel_maker",
        )  # fmt: skip

    def _place(self, caller: Caller, params: Params) -> Row:
        return self.row(self.as_taken(self._placed(caller, params)))

    def _placed(self, caller: Caller, params: Params) -> OrderRecord:
        return self.place(caller, self._wish(params)[1], text_of(params, "side"))

    def _test(self, caller: Caller, params: Params) -> Row:
        listed, wish = self._wish(params)
        try:
            rehearse(self.core, caller.account, listed, wish.request)
        except Refused as refused:
            raise no_of(refused, text_of(params, "side")) from refused
        side = text_of(params, "side")
        return {"uuid": self.uuid(0), "market": rows.market_id(listed), "state": "wait", "side": side}

    def _ended(self, caller: Caller, order: OrderRecord) -> Row:
        """As it was when its end was asked for."""
        try:
            self.core.cancel(caller.account, order.order_id)
        except Refused as refused:
            raise no_of(refused, "") from refused
        return self.row(order)

    def _cancel(self, caller: Caller, params: Params) -> Row:
        """By the exchange's own number an order is found however young it is."""
        number = self.number(text_of(params, "uuid"))
        if not number:
            return self._ended(caller, self.order_of(caller, params))
        try:
            ended = self.core.cancel(caller.account, number)
        except Refused as refused:
            raise no_of(refused, "") from refused
        return self.row(replace(ended, status=Status.OPEN))

    def _cancel_some(self, caller: Caller, params: Params) -> Row:
        return self._all_ended(caller, self._of_ids(caller, params))

    def _cancel_all(self, caller: Caller, params: Params) -> Row:
        """The newest first, 20 unless more are asked for, 300 at most."""
        pairs, side = texts_of(params, "pairs"), text_of(params, "cancel_side") or "all"
        found = [
            order
            for order in self.core.open_orders(caller.account)
            if (not pairs or rows.market_id(self.listing_of(order)) in pairs)
            and side in ("all", rows.WORDS[order.side])
        ]
        found.reverse()
        return self._all_ended(caller, found[: min(int(text_of(params, "count") or 20), 300)])

    def _all_ended(self, caller: Caller, found: Sequence[OrderRecord]) -> Row:
        done: list[Row] = []
        failed: list[Row] = []
        for order in found:
            told = {"uuid": self.uuid(order.order_id), "market": rows.market_id(self.listing_of(order))}
            try:
                self.core.cancel(caller.account, order.order_id)
                done.append(told)
            except Refused:
                failed.append(told)
        return {
            "success": {"count": len(done), "orders": done}, "failed": {"count": len(failed), "orders": failed},
        }  # fmt: skip

    def _of_ids(self, caller: Caller, params: Params) -> list[OrderRecord]:
        uuids, clients = texts_of(params, "uuids"), texts_of(params, "identifiers")
        if bool(uuids) == bool(clients):
            raise No(400, "validation_error", "uuids or identifiers")
        found = [self.core.find(caller.account, order_id=self.number(uuid)) for uuid in uuids]
        found += [self.core.find(caller.account, client_order_id=client) for client in clients]
        return [order for order in found if order is not None]

    def _by_ids(self, caller: Caller, params: Params) -> list[Row]:
        return [self.row(order) for order in self._of_ids(caller, params)]

    def _cancel_and_new(self, caller: Caller, params: Params) -> Row:
        """Not made anew when the old one could not be cancelled any more."""
        old = self.order_of(
            caller,
            {"uuid": text_of(params, "prev_order_uuid"), self.id_field: text_of(params, "prev_order_identifier")},
        )
        row = self._ended(caller, old)
        wanted: dict[str, str | Sequence[str]] = {
            name.removeprefix("new_"): value for name, value in params.items() if name.startswith("new_")
        }
        if wanted.get("volume") == "remain_only":
            wanted["volume"] = rows.digits(old.remaining)
        wanted |= {"market": rows.market_id(self.listing_of(old)), "side": rows.WORDS[old.side]}
        new = self._placed(caller, wanted)
        return row | {"new_order_uuid": self.uuid(new.order_id), "new_order_identifier": new.client_order_id or None}
