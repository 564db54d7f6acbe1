"""Bitget's trading endpoints over the books of its spot and its futures market."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.support.exchange.ports import Core
from tests.support.exchange.skins import bitget_rows as rows
from tests.support.exchange.skins.texts import amount, whole
from tests.support.exchange.values import (
    Fill,
    Kind,
    Life,
    Listing,
    OrderRecord,
    PositionSide,
    Reason,
    Refused,
    Request,
    SelfTrade,
    Side,
    Type,
)

Row = dict[str, Any]

#: Code and text of each refusal, on spot and on futures.
SPOT_REFUSALS: Mapping[Reason, tuple[str, str]] = {
    Reason.POST_ONLY: ("40017", "Parameter verification failed"),
    Reason.INSUFFICIENT_FUNDS: ("43012", "Insufficient balance"),
    Reason.PRICE_INCREMENT: ("40808", "Parameter verification exception price checkBDScale error"),
    Reason.SIZE_INCREMENT: ("40808", "Parameter verification exception size checkBDScale error"),
    Reason.MIN_QUANTITY: ("43006", "The order quantity is less than the minimum transaction quantity"),
    Reason.MAX_QUANTITY: ("43007", "The order quantity is greater than the maximum transaction quantity"),
    Reason.MIN_NOTIONAL: ("45110", "less than the minimum amount 1 USDT"),
    Reason.MAX_OPEN_ORDERS: ("43005", "Exceed the maximum number of orders"),
    Reason.DUPLICATE_ID: ("43118", "clientOrderId duplicate"),
    Reason.BAD_ID: (
        "40305",
        "clientOid or clientOrderId length cannot greater than 64, and cannot be Martian characters",
    ),
    Reason.NO_MARKET: ("22045", "Insufficient liquidity in the market, please operate later"),
    Reason.HALTED: ("41114", "The current trading pair is under maintenance"),
    Reason.SELF_TRADE: ("40020", "Parameter stpMode error"),
    Reason.BAD_REQUEST: ("40017", "Parameter verification failed"),
    Reason.NOT_FOUND: ("43001", "The order does not exist"),
    Reason.ALREADY_DONE: ("43004", "There is no order to cancel"),
}
MIX_REFUSALS: Mapping[Reason, tuple[str, str]] = {
    **SPOT_REFUSALS,
    Reason.INSUFFICIENT_FUNDS: ("40762", "The order amount exceeds the balance"),
    Reason.PRICE_INCREMENT: ("45115", "The price you enter should be a multiple of the step"),
    Reason.MIN_QUANTITY: ("45111", "less than the minimum order quantity"),
    Reason.MAX_QUANTITY: ("45112", "more than the maximum order quantity"),
    Reason.MIN_NOTIONAL: ("45110", "less than the minimum amount 5 USDT"),
    Reason.MAX_OPEN_ORDERS: ("45118", "Reached the upper limit of the order of transactions"),
    Reason.DUPLICATE_ID: ("45034", "clientOid duplicate"),
    Reason.HALTED: ("45043", "Due to settlement or maintenance reasons, the trade is suspended"),
    Reason.REDUCE_ONLY: ("22002", "No position to close"),
    Reason.POSITION_SIDE: (
        "40774",
        "The order type for unilateral position must also be the unilateral position type.",
    ),
    Reason.LEVERAGE: ("40921", "The order size cannot exceed the maximum size of the positionLevel"),
    Reason.NOT_FOUND: ("40768", "Order does not exist"),
    Reason.ALREADY_DONE: ("22001", "No order to cancel"),
}
STP_MODES = {
    "": None, "none": SelfTrade.ALLOW, "cancel_maker": SelfTrade.CANCEL_RESTING, "cancel_taker": SelfTrade.CANCEL_NEW,
    "cancel_both": SelfTrade.CANCEL_NEW,
}  # fmt: skip
LONGEST_ID = 64


class BitgetFailed(Exception):
    """An answer with an error's code, with HTTP 400."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose key it is: the account of it on each market, and whether it may trade."""

    accounts: Mapping[Kind, str]
    can_trade: bool


class BitgetTrading:
    """Orders of one market: spot or USDT futures."""

    def __init__(self, core: Core, kind: Kind) -> None:
        self.core = core
        self.kind = kind
        self._by_client: dict[tuple[str, str], int] = {}

    def account(self, caller: Caller) -> str:
        account = caller.accounts.get(self.kind)
        if account is None:
            raise BitgetFailed("40807", "The account does not exist")
        return account

    def listing(self, symbol: object) -> Listing:
        for listing in self.core.listings():
            if rows.symbol_of(listing) == str(symbol).upper():
                return listing
        raise BitgetFailed("40034" if self.kind is Kind.PERP else "40309", f"Parameter {symbol} does not exist")

    # Placing, cancelling, changing

    def place(self, caller: Caller, asked: Row) -> Row:
        account, listing = self.account(caller), self.listing(asked.get("symbol"))
        client_id = str(asked.get("clientOid") or "")
        try:
            if len(client_id) > LONGEST_ID or not client_id.isascii():
                raise Refused(Reason.BAD_ID)
            request = self.request_of(account, listing, asked, client_id)
            if self.kind is Kind.PERP:
                self._check_mode(account, listing, asked)
            order = self.core.place(account, request)
        except Refused as refused:
            raise self.failed(refused) from refused
        if client_id:
            self._by_client[account, client_id] = order.order_id
        return {"orderId": rows.order_id(order.order_id), "clientOid": client_id or rows.order_id(order.order_id + 1)}

    def cancel(self, caller: Caller, asked: Row) -> Row:
        account = self.account(caller)
        number = self._number(account, asked)
        try:
            if number is None:
                raise Refused(Reason.NOT_FOUND)
            order = self.core.cancel(account, number)
        except Refused as refused:
            raise self.failed(refused) from refused
        return {"orderId": rows.order_id(order.order_id), "clientOid": order.client_order_id}

    def change(self, caller: Caller, asked: Row, size: str, price: str) -> Row:
        """Another size and price for a resting order, by these names of the request."""
        account = self.account(caller)
        number = self._number(account, asked)
        try:
            if number is None:
                raise Refused(Reason.NOT_FOUND)
            order = self.core.amend(account, number, amount(asked.get(size, "")), amount(asked.get(price, "")))
        except Refused as refused:
            raise self.failed(refused) from refused
        return {"orderId": rows.order_id(order.order_id), "clientOid": order.client_order_id}

    def in_lot(self, caller: Caller, asked: Row, key: str, do: Callable[[Caller, Row], Row]) -> Row:
        """Many at once: what succeeded and what did not."""
        done: list[Row] = []
        failed: list[Row] = []
        common = {name: value for name, value in asked.items() if name != key}
        for row in asked.get(key) or ():
            try:
                done.append(do(caller, common | row))
            except BitgetFailed as error:
                named = {"orderId": str(row.get("orderId", "")), "clientOid": str(row.get("clientOid", ""))}
                failed.append(named | {"errorMsg": error.text, "errorCode": error.code})
        return {"successList": done, "failureList": failed}

    def cancel_all(self, caller: Caller, symbol: object | None) -> Row:
        account = self.account(caller)
        only = None if symbol is None else self.listing(symbol).symbol
        done = []
        for order in list(self.core.open_orders(account, only)):
            self.core.cancel(account, order.order_id)
            done.append({"orderId": rows.order_id(order.order_id), "clientOid": order.client_order_id})
        return {"successList": done, "failureList": []}

    # Asking

    def find(self, caller: Caller, query: Mapping[str, str]) -> OrderRecord | None:
        """By its number or clientOid; None where there is none, or none yet."""
        account = self.account(caller)
        if query.get("orderId"):
            number = rows.number_of(query["orderId"])
            return None if number is None else self.core.find(account, order_id=number)
        if not query.get("clientOid"):
            raise BitgetFailed("40924", "orderId and clientOid must have one")
        return self.core.find(account, client_order_id=query["clientOid"])

    def orders(self, caller: Caller, query: Mapping[str, str], *, is_open: bool) -> list[OrderRecord]:
        """Newest first, a page of them."""
        account = self.account(caller)
        symbol = self.listing(query["symbol"]).symbol if query.get("symbol") else None
        if is_open:
            told = list(self.core.open_orders(account, symbol))
        else:
            told = [order for order in self.core.orders(account, symbol) if order.status.is_final]
        below, limit = whole(query.get("idLessThan", ""), 0), min(whole(query.get("limit", ""), 100), 100)
        begin, end = whole(query.get("startTime", ""), 0), whole(query.get("endTime", ""), 1 << 62)
        told = [
            order
            for order in sorted(told, key=lambda each: -each.order_id)
            if (not below or int(rows.order_id(order.order_id)) < below) and begin <= order.created_ms <= end
        ]
        return told[:limit]

    def fills(self, caller: Caller, query: Mapping[str, str]) -> list[tuple[OrderRecord, Fill, Listing]]:
        """Newest first, a page of them."""
        account = self.account(caller)
        number = rows.number_of(query["orderId"]) if query.get("orderId") else None
        symbol = self.listing(query["symbol"]).symbol if query.get("symbol") else None
        told: list[tuple[OrderRecord, Fill, Listing]] = []
        for order in self.core.orders(account, symbol):
            listing = self.core.listing(order.symbol)
            if listing is not None and number in (None, order.order_id):
                told += [(order, fill, listing) for fill in order.fills]
        told.sort(key=lambda each: -each[1].trade_id)
        below, limit = whole(query.get("idLessThan", ""), 0), min(whole(query.get("limit", ""), 100), 100)
        return [each for each in told if not below or int(rows.order_id(each[1].trade_id)) < below][:limit]

    def failed(self, refused: Refused) -> BitgetFailed:
        table = MIX_REFUSALS if self.kind is Kind.PERP else SPOT_REFUSALS
        return BitgetFailed(*table.get(refused.reason, table[Reason.BAD_REQUEST]))

    def _number(self, account: str, asked: Row) -> int | None:
        if asked.get("orderId"):
            return rows.number_of(asked["orderId"])
        return self._by_client.get((account, str(asked.get("clientOid") or "")))

    def _check_mode(self, account: str, listing: Listing, asked: Row) -> None:
        mode = str(asked.get("marginMode", ""))
        if mode not in ("crossed", "isolated") or str(asked.get("marginCoin", "")).upper() != listing.quote:
            raise Refused(Reason.BAD_REQUEST)
        self.core.set_isolated(account, listing.symbol, is_isolated=mode == "isolated")

    def request_of(self, account: str, listing: Listing, asked: Row, client_id: str) -> Request:
        """An order of the wire; raises Refused for what is none."""
        side, kind = str(asked.get("side", "")), str(asked.get("orderType", ""))
        size, price = amount(asked.get("size", "")), amount(asked.get("price", ""))
        force = str(asked.get("force") or "gtc").lower()
        stp_mode = str(asked.get("stpMode") or "")
        is_market = kind == "market"
        if side not in ("buy", "sell") or size is None or kind not in ("limit", "market"):
            raise Refused(Reason.BAD_REQUEST)
        if not is_market and (price is None or force not in rows.LIVES):
            raise Refused(Reason.BAD_REQUEST)
        if stp_mode not in STP_MODES:
            raise Refused(Reason.SELF_TRADE)
        traded, position_side = self._sides(account, side, str(asked.get("tradeSide") or "").lower())
        by_cost = is_market and self.kind is Kind.SPOT and side == "buy"
        return Request(
            listing.symbol, traded, Type.MARKET if is_market else Type.LIMIT, None if by_cost else size,
            None if is_market else price, size if by_cost else None, Life.GTC if is_market else rows.LIVES[force],
            client_id, position_side, self.kind is Kind.PERP and str(asked.get("reduceOnly", "")).upper() == "YES",
            STP_MODES[stp_mode],
        )  # fmt: skip

    def _sides(self, account: str, side: str, trade_side: str) -> tuple[Side, PositionSide]:
        """In hedge mode `side` names the position: buy and close sells out of a long one."""
        if self.kind is Kind.SPOT or not self.core.is_hedged(account):
            if trade_side and self.kind is Kind.PERP:
                raise Refused(Reason.POSITION_SIDE)
            return Side(side), PositionSide.BOTH
        if trade_side not in ("open", "close"):
            raise Refused(Reason.POSITION_SIDE)
        named = Side(side)
        held = PositionSide.LONG if named is Side.BUY else PositionSide.SHORT
        return named if trade_side == "open" else named.opposite, held
