"""Bithumb's API 1.2, which pybithumb still speaks: forms signed with HMAC-SHA512, answers with a status of four digits.

Of its errors only those are played that a trader meets; its market buys are by quantity.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from tests.support.exchange.ports import Answer, Asked
from tests.support.exchange.skins import korean_rows as rows
from tests.support.exchange.skins.korean_orders import no_of
from tests.support.exchange.skins.korean_rows import Row
from tests.support.exchange.skins.korean_token import Caller, No
from tests.support.exchange.values import Life, Listing, OrderRecord, Refused, Request, SelfTrade, Side, Status, Type

if TYPE_CHECKING:
    from tests.support.exchange.skins.bithumb import BithumbSkin

PLACES = ("/public/", "/info/", "/trade/")
INTERVALS = {"1m": 1, "3m": 3, "5m": 5, "10m": 10, "30m": 30, "1h": 60, "6h": 360, "12h": 720, "24h": 1440}
Form = Mapping[str, str]


class Failed(Exception):
    """A status of this API's own with its message; HTTP says 200."""

    def __init__(self, status: str, message: str) -> None:
        super().__init__(message)
        self.status = status


class OldApi:
    """The same books, orders and keys as the new one."""

    def __init__(self, skin: "BithumbSkin") -> None:
        self._skin = skin
        self._core = skin.core
        self._nonces: set[tuple[str, str]] = set()

    def answer(self, asked: Asked) -> Answer:
        try:
            return Answer({"status": "0000", **self._answered(asked)})
        except Failed as failed:
            return Answer({"status": failed.status, "message": str(failed)})

    def _answered(self, asked: Asked) -> Row:
        if asked.path == "/public/assetsstatus/multichain/ALL":
            return {"data": self._networks()}
        if asked.method == "GET":
            return {"data": self._public(asked)}
        form = dict(parse_qsl(asked.body, keep_blank_values=True))
        caller = self._caller(asked, form)
        doing: Mapping[str, Callable[[Caller, Form], Row]] = {
            "/info/account": self._account, "/info/balance": self._balance, "/info/orders": self._orders,
            "/info/order_detail": self._detail, "/trade/place": self._place, "/trade/cancel": self._cancel,
            "/trade/market_buy": lambda who, order: self._market(who, order, Side.BUY),
            "/trade/market_sell": lambda who, order: self._market(who, order, Side.SELL),
        }  # fmt: skip
        if asked.path not in doing:
            raise Failed("5600", "정상적으로 처리되지 못했습니다.")
        return doing[asked.path](caller, form)

    def _networks(self) -> list[Row]:
        """Whether wallets work, by coin and network; those of `wallets` take nothing in."""
        return [
            {
                "currency": each.base, "net_type": each.base, "withdrawal_status": 1,
                "deposit_status": int(each.base not in self._skin.wallets),
            }
            for each in self._core.listings()
        ]  # fmt: skip

    def _caller(self, asked: Asked, form: Form) -> Caller:
        head = {name.lower(): value for name, value in asked.headers.items()}
        found = self._core.key(head.get("api-key", ""))
        if found is None:
            raise Failed("5300", "Invalid Apikey")
        account, key = found
        nonce = head.get("api-nonce", "")
        signed = f"{asked.path}\0{asked.body}\0{nonce}"
        made = base64.b64encode(hmac.new(key.secret.encode(), signed.encode(), hashlib.sha512).hexdigest().encode())
        is_good = hmac.compare_digest(made, head.get("api-sign", "").encode())
        if not is_good or form.get("endpoint") != asked.path or (key.key, nonce) in self._nonces:
            raise Failed("5100", "Bad Request.(Auth Data)")
        self._nonces.add((key.key, nonce))
        if asked.path.startswith("/trade/") and not key.can_trade:
            raise Failed("5302", "Method Not Allowed.(Access)")
        return Caller(account, key)

    def _listing(self, base: str, quote: str) -> Listing:
        listing = self._core.listing(f"{base}/{quote or 'KRW'}")
        if listing is None:
            raise Failed("5500", "Invalid Parameter")
        return listing

    # Everybody's pages

    def _public(self, asked: Asked) -> Any:
        _, _, what, market, *more = asked.path.split("/")
        base, _, quote = market.partition("_")
        count = int(asked.query.get("count", "20"))
        if what == "ticker" and base == "ALL":
            return {each.base: self._ticker(each) for each in self._core.listings()} | {
                "date": str(self._core.now_ms())
            }
        listing = self._listing(base, quote)
        if what == "ticker":
            return self._ticker(listing) | {"date": str(self._core.now_ms())}
        if what == "orderbook":
            book = self._core.book(listing.symbol, count)
            sides = {
                name: [{"price": rows.digits(price), "quantity": rows.digits(size)} for price, size in levels]
                for name, levels in (("bids", book.bids), ("asks", book.asks))
            }
            return {
                "timestamp": str(book.at_ms), "payment_currency": listing.quote, "order_currency": listing.base,
                **sides,
            }  # fmt: skip
        if what == "transaction_history":
            return [
                {
                    "transaction_date": rows.kst(told.at_ms)[:19].replace("T", " "),
                    "type": "bid" if told.taker is Side.BUY else "ask", "units_traded": rows.digits(told.size),
                    "price": rows.digits(told.price), "total": rows.digits(told.price * told.size),
                }
                for told in self._core.prints(listing.symbol, count)
            ]  # fmt: skip
        if what == "candlestick" and more and more[0] in INTERVALS:
            candles = self._core.candles(listing.symbol, INTERVALS[more[0]] * 60_000, 200)
            return [
                [at_ms, *(rows.digits(value) for value in (first, last, high, low, volume))]
                for at_ms, first, high, low, last, volume in candles
            ]
        raise Failed("5600", "정상적으로 처리되지 못했습니다.")

    def _ticker(self, listing: Listing) -> Row:
        row = rows.ticker_row(self._core, listing)
        names = {
            "opening_price": "opening_price", "closing_price": "trade_price", "min_price": "low_price",
            "max_price": "high_price", "units_traded": "acc_trade_volume", "acc_trade_value": "acc_trade_price",
            "prev_closing_price": "prev_closing_price", "units_traded_24H": "acc_trade_volume_24h",
            "acc_trade_value_24H": "acc_trade_price_24h",
        }  # fmt: skip
        return {name: rows.digits(row[source]) for name, source in names.items()}

    # The account

    def _account(self, caller: Caller, form: Form) -> Row:
        listing = self._listing(form.get("order_currency", "BTC"), form.get("payment_currency", ""))
        return {"data": {"account_id": caller.account, "trade_fee": rows.digits(listing.taker_fee), "balance": "0"}}

    def _balance(self, caller: Caller, form: Form) -> Row:
        wanted = {form.get("currency", "BTC").upper(), "KRW"}
        told: Row = {}
        held = {each.asset: (each.total, each.locked) for each in self._core.balances(caller.account)}
        for asset in sorted(held if "ALL" in wanted else wanted):
            total, locked = held.get(asset, (Decimal(0), Decimal(0)))
            name = asset.lower()
            told |= {f"total_{name}": rows.digits(total), f"in_use_{name}": rows.digits(locked)}
            told[f"available_{name}"] = rows.digits(total - locked)
        return {"data": told}

    def _own(self, caller: Caller, form: Form) -> OrderRecord:
        order = self._core.find(caller.account, order_id=self._skin.number(form.get("order_id", "")))
        if order is None:
            raise Failed("5600", "거래 체결내역이 존재하지 않습니다.")
        return order

    def _orders(self, caller: Caller, form: Form) -> Row:
        listing = self._listing(form.get("order_currency", ""), form.get("payment_currency", ""))
        found = [
            order
            for order in self._core.open_orders(caller.account, listing.symbol)
            if form.get("order_id", "") in ("", self._skin.uuid(order.order_id))
        ]
        if not found:
            raise Failed("5600", "거래 진행중인 내역이 존재하지 않습니다.")
        return {
            "data": [
                {
                    "order_currency": listing.base, "payment_currency": listing.quote,
                    "order_id": self._skin.uuid(order.order_id), "order_date": str(order.created_ms * 1000),
                    "type": rows.WORDS[order.side], "watch_price": "0", "units": rows.digits(order.size),
                    "units_remaining": rows.digits(order.remaining), "price": rows.digits(order.price or Decimal(0)),
                    "stp_type": "cancel_taker",
                }
                for order in found
            ]
        }  # fmt: skip

    def _detail(self, caller: Caller, form: Form) -> Row:
        order = self._own(caller, form)
        listing = self._skin.listing_of(order)
        words = {Status.OPEN: "Pending", Status.FILLED: "Completed"}
        is_cancelled = order.status not in words
        return {
            "data": {
                "order_date": str(order.created_ms * 1000), "type": rows.WORDS[order.side],
                "order_status": words.get(order.status, "Cancel"), "order_currency": listing.base,
                "payment_currency": listing.quote, "watch_price": "0",
                "order_price": rows.digits(order.price or Decimal(0)), "order_qty": rows.digits(order.size),
                "cancel_date": str(order.updated_ms * 1000) if is_cancelled else "",
                "cancel_type": "사용자취소" if is_cancelled else "",
                "contract": [
                    {
                        "transaction_date": str(fill.at_ms * 1000), "price": rows.digits(fill.price),
                        "units": rows.digits(fill.size), "fee_currency": fill.fee_asset, "fee": rows.digits(fill.fee),
                        "total": rows.digits(fill.value),
                    }
                    for fill in order.fills
                ],
            }
        }  # fmt: skip

    def _place(self, caller: Caller, form: Form) -> Row:
        price = Decimal(form.get("price", "0"))
        return self._made(caller, form, rows.SIDES.get(form.get("type", "")), Type.LIMIT, price)

    def _market(self, caller: Caller, form: Form, side: Side) -> Row:
        return self._made(caller, form, side, Type.MARKET, None)

    def _made(self, caller: Caller, form: Form, side: Side | None, kind: Type, price: Decimal | None) -> Row:
        listing = self._listing(form.get("order_currency", ""), form.get("payment_currency", ""))
        if side is None:
            raise Failed("5500", "Invalid Parameter")
        request = Request(
            listing.symbol, side, kind, Decimal(form.get("units", "0")), price, life=Life.GTC,
            self_trade=SelfTrade.CANCEL_NEW,
        )  # fmt: skip
        try:
            order = self._core.place(caller.account, request)
        except Refused as refused:
            raise Failed("5600", no_of(refused, rows.WORDS[side]).text) from refused
        return {"order_id": self._skin.uuid(order.order_id)}

    def _cancel(self, caller: Caller, form: Form) -> Row:
        try:
            self._core.cancel(caller.account, self._own(caller, form).order_id)
        except Refused as refused:
            raise Failed("5600", No(404, "order_not_found").text) from refused
        return {}
