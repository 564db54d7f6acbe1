"""Bithumb, API 2: api.bithumb.com and ws-api.bithumb.com. As Upbit, with a time in the token and names of its own.

The API before it is in bithumb_old.py. Not played: batches, TWAP, stop orders.
"""

from collections.abc import Mapping
from decimal import Decimal

from tests.support.exact_json import Digits
from tests.support.exchange.ports import Answer, Asked, Core, Socket
from tests.support.exchange.skins import korean_rows as rows
from tests.support.exchange.skins.bithumb_old import PLACES, OldApi
from tests.support.exchange.skins.korean import KoreanSkin, Way
from tests.support.exchange.skins.korean_limits import Limit, groups_of
from tests.support.exchange.skins.korean_orders import Wish, no_of, wish_of
from tests.support.exchange.skins.korean_rows import Row
from tests.support.exchange.skins.korean_token import Caller, No, Params, text_of
from tests.support.exchange.values import (
    BalanceEvent,
    FeeRule,
    House,
    IdRule,
    Kind,
    Life,
    Listing,
    OrderEvent,
    OrderRecord,
    Refused,
    SelfTrade,
    Side,
    Status,
)

#: Bithumb publishes no table; these are the steps its books were seen to move in.
KRW_BANDS = (
    ("0", "0.00000001"), ("0.00001", "0.0000001"), ("0.0001", "0.000001"), ("0.001", "0.00001"), ("0.01", "0.0001"),
    ("0.1", "0.001"), ("1", "0.01"), ("10", "0.1"), ("100", "1"), ("5000", "5"), ("10000", "10"), ("50000", "50"),
    ("100000", "100"), ("500000", "500"), ("1000000", "1000"),
)  # fmt: skip
#: A second each. The public and the private limit are by address; orders on one market may be restricted beyond 20 a
#: second, which is played where a house counts them.
GROUPS = {
    "public": Limit(150, 1000), "candles": Limit(150, 1000), "private": Limit(140, 1000),
    "order": Limit(10**6, 1000), "websocket-connect": Limit(10, 1000),
    "websocket-message": Limit(1000, 1000),
}  # fmt: skip
TOKEN_WINDOW_MS = 30_000
#: What ends so soon was ended by its own time in force.
AT_ONCE_MS = 50
#: Always since 2026-05-07; the older endpoint refuses at once.
PREVENTIONS = {"cancel_taker": SelfTrade.CANCEL_NEW}
PREVENTIONS_V1 = {"cancel_taker": SelfTrade.REFUSE}
ORDER_PATHS = frozenset({"/v1/orders", "/v2/orders", "/trade/place", "/trade/market_buy", "/trade/market_sell"})
PREFIX, TRADE_PREFIX = "C0101", "T0101"
SHORT = {
    "type": "ty", "code": "cd", "stream_type": "st", "order_id": "oid", "client_order_id": "coid", "side": "sd",
    "order_type": "ot", "state": "s", "time_in_force": "tif", "order_price": "op", "order_quantity": "oq",
    "order_amount": "oa", "trade_id": "tid", "trade_price": "tp", "trade_quantity": "tq", "trade_amount": "ta",
    "trade_timestamp": "ttms", "remaining_quantity": "rq", "executed_quantity": "eq", "executed_amount": "ea",
    "reserved_fee": "rsf", "remaining_fee": "rmf", "paid_fee": "pf", "cancel_type": "ct", "order_timestamp": "otms",
    "timestamp": "tms", "orderbook_units": "obu", "ask_price": "ap", "bid_price": "bp", "ask_size": "as",
    "bid_size": "bs", "total_ask_size": "tas", "total_bid_size": "tbs", "trade_volume": "tv", "ask_bid": "ab",
    "sequential_id": "sid",
}  # fmt: skip


def listing(symbol: str, **changes: object) -> Listing:
    """A won market under Bithumb's rules, at its list fee."""
    base, quote = symbol.split("/")
    fee = Decimal("0.0025")
    rules: dict[str, object] = {
        "price_bands": tuple((Decimal(start), Decimal(step)) for start, step in KRW_BANDS),
        "size_increment": Decimal("0.00000001"), "min_size": Decimal("0.00000001"), "max_size": Decimal(10**15),
        "min_notional": Decimal(5000), "max_open_orders": 1000, "maker_fee": fee, "taker_fee": fee,
    }  # fmt: skip
    return Listing(symbol, base, quote, Kind.SPOT, **(rules | changes))  # type: ignore[arg-type]


def house(*listings: Listing, lag_ms: int = 0) -> House:
    """How Bithumb keeps house: fees to the hundredth of a won, ids for ever."""
    return House(
        "bithumb", FeeRule.QUOTE, IdRule.EVER, lag_ms=lag_ms, money_step=Decimal("0.01"),
        self_trade=SelfTrade.CANCEL_NEW, refuses_post_only=False, listings=listings,
    )  # fmt: skip


class BithumbSkin(KoreanSkin):
    """Bithumb over one core. `groups` in place of the real limits, for tests that are about something else."""

    hosts = ("api.bithumb.com", "ws-api.bithumb.com")
    id_field = "client_order_id"
    is_limited_by_account = False

    def __init__(self, core: Core, groups: Mapping[str, Limit] | None = None) -> None:
        super().__init__(core, groups_of(core.house, GROUPS, groups), TOKEN_WINDOW_MS)

        self._old = OldApi(self)

    def answer(self, asked: Asked) -> Answer:
        return self._old.answer(asked) if asked.path.startswith(PLACES) else super().answer(asked)

    def ways(self) -> Mapping[str, Way]:
        return {
            "GET /v1/market/all": Way("public", "", self.markets),
            "GET /v1/market/virtual_asset_warning": Way("public", "", lambda who, p: []),
            "GET /v1/orderbook": Way("public", "", self.books),
            "GET /v1/ticker": Way("public", "", self.tickers),
            "GET /v1/trades/ticks": Way("public", "", self.ticks),
            "GET /v1/accounts": Way("private", "ask", self.accounts),
            "GET /v1/api_keys": Way("private", "ask", self.api_keys),
            "GET /v1/status/wallet": Way("private", "ask", self.wallet_rows),
            "GET /v1/orders/chance": Way("private", "ask", self.chance),
            "GET /v1/order": Way("private", "ask", self.order),
            "GET /v1/orders": Way("private", "ask", self._list),
            "POST /v1/orders": Way("private", "trade", self._place_v1, 201),
            "POST /v2/orders": Way("private", "trade", self._place_v2, 201),
            "DELETE /v1/order": Way("private", "trade", self._cancel_v1),
            "DELETE /v2/order": Way("private", "trade", self._cancel_v2),
            "DELETE /v1/withdraws/coin": Way("private", "withdraw", self.end_withdrawal),
        }

    def is_order_entry(self, asked: Asked) -> bool:
        return asked.method == "POST" and asked.path in ORDER_PATHS

    def is_cancel(self, asked: Asked) -> bool:
        is_old = asked.path == "/trade/cancel"
        return is_old or (asked.method == "DELETE" and asked.path in ("/v1/order", "/v2/order"))

    def uuid(self, number: int) -> str:
        return f"{PREFIX}{number:015d}" if number < 1 << 64 else f"{TRADE_PREFIX}{number:030d}"

    def number(self, uuid: str) -> int:
        digits = uuid.removeprefix(PREFIX)
        return int(digits) if digits.isascii() and digits.isdigit() else 0

    def warning(self) -> Row:
        return {"market_warning": "NONE"}

    def row(self, order: OrderRecord) -> Row:
        row = rows.order_row(order, self.listing_of(order), self.spoken_of(order), self.uuid(order.order_id))
        del row["prevented_volume"], row["prevented_locked"]
        row |= {"stp_type": "cancel_taker"} | self._why(order)
        return row | ({"client_order_id": order.client_order_id} if order.client_order_id else {})

    def is_replaced_by_later(self, socket: Socket) -> bool:
        return self.is_private(socket)

    @property
    def short_names(self) -> Mapping[str, str]:
        return SHORT

    def order_frames(self, event: OrderEvent) -> list[Row]:
        """Private v2. Fields without a value are left out; no frame tells the fee of one trade."""
        order, fill = event.order, event.fill
        listed, spoken = self.listing_of(order), self.spoken_of(order)
        price = order.price if order.price is not None and spoken.kind == "limit" else Decimal(0)
        quantity = Decimal(0) if order.cost is not None else order.size
        told = rows.amounts(order, listed)
        frame: Row = {
            "code": rows.market_id(listed), "order_id": self.uuid(order.order_id),
            "side": "buy" if order.side is Side.BUY else "sell", "order_type": spoken.kind,
            "state": rows.state_of(order), "order_price": price, "order_quantity": quantity,
            "order_amount": order.cost if order.cost is not None else price * quantity,
            "remaining_quantity": rows.remaining_of(order), "executed_quantity": order.filled,
            "executed_amount": order.value, "reserved_fee": told["reserved_fee"],
            "remaining_fee": told["remaining_fee"], "paid_fee": told["paid_fee"], "order_timestamp": order.created_ms,
            "timestamp": order.updated_ms,
        }  # fmt: skip
        if order.client_order_id:
            frame["client_order_id"] = order.client_order_id
        if spoken.life:
            frame["time_in_force"] = spoken.life
        frames = []
        if fill is not None:
            trade: Row = {
                "state": "trade", "trade_id": self.uuid(rows.trade_number(listed, fill.trade_id)),
                "trade_price": fill.price, "trade_quantity": fill.size, "trade_amount": fill.value,
                "trade_timestamp": fill.at_ms,
            }  # fmt: skip
            frames.append(frame | trade)
        if fill is None or order.status.is_final:
            frames.append(frame | self._why(order))
        return frames

    def asset_frame(self, event: BalanceEvent) -> Row:
        return {
            "type": "myAsset",
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
        return {"bid_types": ["limit", "price"], "ask_types": ["limit", "market"]}

    def chance_side(self, listing: Listing) -> Row:
        return {"price_unit": rows.digits(self.step_now(listing)), **super().chance_side(listing)}

    def _why(self, order: OrderRecord) -> Row:
        """Why an order ended, where it was cancelled."""
        if not order.status.is_final or rows.state_of(order) != "cancel":
            return {}
        if order.status is Status.PREVENTED:
            return {"cancel_type": "stp_cancel"}
        if order.status is not Status.EXPIRED:
            return {"cancel_type": "user_cancel"}
        is_at_once = order.updated_ms - order.created_ms <= AT_ONCE_MS
        return {"cancel_type": "tif_cancel" if order.life is not Life.GTC and is_at_once else "system_cancel"}

    def _list(self, caller: Caller, params: Params) -> list[Row]:
        return self.orders(caller, params, self.states_of(params, ("wait",)))

    def _wish(self, params: Params, kind_field: str, preventions: Mapping[str, SelfTrade]) -> Wish:
        return wish_of(
            self.core, self.listed(text_of(params, "market")), params, kind_field=kind_field, id_field=self.id_field,
            preventions=preventions, default="cancel_taker",
        )  # fmt: skip

    def _place_v1(self, caller: Caller, params: Params) -> Row:
        """Without a client order id, and refused at once where it would meet the account's own order."""
        if self.id_field in params:
            raise No(400, "invalid_parameter", f"{self.id_field} belongs to /v2/orders")
        wish = self._wish(params, "ord_type", PREVENTIONS_V1)
        return self.row(self.as_taken(self.place(caller, wish, text_of(params, "side"))))

    def _place_v2(self, caller: Caller, params: Params) -> Row:
        self.limits.take("order", f"{caller.account} {text_of(params, 'market')}")
        wish = self._wish(params, "order_type", PREVENTIONS)
        order = self.place(caller, wish, text_of(params, "side"))
        return self._named(order) | {
            "market": text_of(params, "market"), "side": text_of(params, "side"), "order_type": wish.spoken.kind,
            "stp_type": "cancel_taker",
        }  # fmt: skip

    def _cancel_v1(self, caller: Caller, params: Params) -> Row:
        return self.row(self._cancelled(caller, params))

    def _cancel_v2(self, caller: Caller, params: Params) -> Row:
        return self._named(self._cancelled(caller, params))

    def _cancelled(self, caller: Caller, params: Params) -> OrderRecord:
        """An order that was only just taken is not ready to be cancelled by its own number."""
        number = self.number(text_of(params, "uuid") or text_of(params, "order_id"))
        try:
            order = self.order_of(caller, params)
        except No as no:
            is_young = no.name == "order_not_found" and any(
                each.order_id == number for each in getattr(self.core, "truth", lambda _: ())(caller.account)
            )
            raise (No(422, "order_not_ready") if is_young else no) from no
        try:
            self.core.cancel(caller.account, order.order_id)
        except Refused as refused:
            raise no_of(refused, "") from refused
        return order

    def _named(self, order: OrderRecord) -> Row:
        told = {"order_id": self.uuid(order.order_id), "created_at": rows.kst(order.created_ms)}
        return told | ({"client_order_id": order.client_order_id} if order.client_order_id else {})
