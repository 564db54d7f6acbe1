"""OKX's trading endpoints over the books of its spot and its swap market."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.support.exchange.ports import Core
from tests.support.exchange.skins import okx_rows as rows
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

#: sCode and sMsg of each refusal of an order.
REFUSALS: Mapping[Reason, tuple[str, str]] = {
    Reason.POST_ONLY: ("51000", "Parameter ordType error"),
    Reason.INSUFFICIENT_FUNDS: ("51008", "Order failed. Insufficient balance in account."),
    Reason.PRICE_INCREMENT: ("51006", "Order price is not within the price limit"),
    Reason.SIZE_INCREMENT: ("51121", "Order quantity must be a multiple of the lot size."),
    Reason.MIN_QUANTITY: ("51020", "Your order should meet or exceed the minimum order amount."),
    Reason.MAX_QUANTITY: ("51005", "Your order amount exceeds the max order amount."),
    Reason.MIN_NOTIONAL: ("51020", "Your order should meet or exceed the minimum order amount."),
    Reason.MAX_OPEN_ORDERS: ("51174", "The number of pending orders reached the upper limit of orders."),
    Reason.DUPLICATE_ID: ("51016", "Duplicated client order ID"),
    Reason.BAD_ID: ("51000", "Parameter clOrdId error"),
    Reason.NO_MARKET: ("51109", "No available offer"),
    Reason.HALTED: ("51022", "Instrument suspended"),
    Reason.SELF_TRADE: ("51000", "Parameter stpMode error"),
    Reason.REDUCE_ONLY: ("51169", "You don't have any positions in this direction to reduce or close."),
    Reason.POSITION_SIDE: ("51000", "Parameter posSide error"),
    Reason.LEVERAGE: ("51004", "Order amount exceeds the current tier limit."),
    Reason.BAD_REQUEST: ("51000", "Parameter error"),
    Reason.NOT_FOUND: ("51400", "Cancellation failed as the order doesn't exist."),
    Reason.ALREADY_DONE: ("51402", "Cancellation failed as the order is already completed."),
}
#: A post-only order that would trade is taken and then ended: the house must not refuse it.
STP_MODES = {
    "": None,
    "cancel_maker": SelfTrade.CANCEL_RESTING,
    "cancel_taker": SelfTrade.CANCEL_NEW,
    "cancel_both": SelfTrade.CANCEL_NEW,
}


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose key it is: the account of it on each market, and whether it may trade."""

    accounts: Mapping[Kind, str]
    can_trade: bool


@dataclass(frozen=True, slots=True)
class Place:
    """A market of a caller."""

    core: Core
    account: str
    listing: Listing


class OkxTrading:
    """Places, cancels, changes and finds orders."""

    def __init__(self, cores: Mapping[Kind, Core]) -> None:
        self._cores = cores
        self._by_client: dict[tuple[str, str], int] = {}
        self._modes: dict[tuple[str, int], str] = {}

    def find_listing(self, inst_id: str) -> tuple[Core, Listing] | None:
        kind = Kind.PERP if inst_id.endswith("-SWAP") else Kind.SPOT
        core = self._cores.get(kind)
        listing = core.listing(inst_id.removesuffix("-SWAP").replace("-", "/")) if core else None
        return (core, listing) if core and listing else None

    def mode_of(self, order: OrderRecord, listing: Listing) -> str:
        return self._modes.get((order.account, order.order_id), "cross" if listing.kind is Kind.PERP else "cash")

    # Placing

    def place(self, caller: Caller, asked: Row) -> Row:
        """One order: a row of the answer, with its sCode."""
        client_id = str(asked.get("clOrdId", ""))
        try:
            found = self._place_of(caller, asked)
            order = self._place(found, asked, client_id)
        except Refused as refused:
            return self._outcome("", client_id, *_code(refused), found_at=self._now())
        return self._outcome(rows.order_id(order.order_id), client_id, "0", "Order placed", found_at=self._now())

    def _place(self, found: Place, asked: Row, client_id: str) -> OrderRecord:
        if client_id and not (client_id.isascii() and client_id.isalnum() and len(client_id) <= 32):
            raise Refused(Reason.BAD_ID)
        request = request_of(found, asked, client_id)
        mode = str(asked.get("tdMode", ""))
        if mode not in (("cross", "isolated") if found.listing.kind is Kind.PERP else ("cash",)):
            raise Refused(Reason.BAD_REQUEST, "Parameter tdMode error")
        if found.listing.kind is Kind.PERP and found.core.is_hedged(found.account):
            if request.position_side is PositionSide.BOTH:
                raise Refused(Reason.POSITION_SIDE)
        elif request.position_side is not PositionSide.BOTH:
            raise Refused(Reason.POSITION_SIDE)
        if found.listing.kind is Kind.PERP:
            found.core.set_isolated(found.account, found.listing.symbol, is_isolated=mode == "isolated")
        order = found.core.place(found.account, request)
        self._modes[found.account, order.order_id] = mode
        if client_id:
            self._by_client[found.account, client_id] = order.order_id
        return order

    # Cancelling and changing

    def cancel(self, caller: Caller, asked: Row) -> Row:
        client_id = str(asked.get("clOrdId", ""))
        number: int | None = None
        try:
            found = self._place_of(caller, asked)
            number = self._number(found.account, asked)
            if number is None:
                raise Refused(Reason.NOT_FOUND)
            order = found.core.cancel(found.account, number)
        except Refused as refused:
            written = str(asked.get("ordId", "")) or ("" if number is None else rows.order_id(number))
            return self._outcome(written, client_id, *_code(refused), found_at=self._now())
        return self._outcome(
            rows.order_id(order.order_id), order.client_order_id, "0", "", found_at=self._now()
        )  # fmt: skip

    def amend(self, caller: Caller, asked: Row) -> Row:
        client_id = str(asked.get("clOrdId", ""))
        try:
            found = self._place_of(caller, asked)
            number = self._number(found.account, asked)
            if number is None:
                raise Refused(Reason.NOT_FOUND)
            size, price = amount(asked.get("newSz", "")), amount(asked.get("newPx", ""))
            if size is None and price is None:
                raise Refused(Reason.BAD_REQUEST)
            order = found.core.amend(found.account, number, size, price)
        except Refused as refused:
            code = {Reason.NOT_FOUND: "51503", Reason.ALREADY_DONE: "51510"}.get(refused.reason, _code(refused)[0])
            told = self._outcome(str(asked.get("ordId", "")), client_id, code, _code(refused)[1], found_at=self._now())
            return told | {"reqId": str(asked.get("reqId", ""))}
        told = self._outcome(
            rows.order_id(order.order_id), order.client_order_id, "0", "", found_at=self._now()
        )  # fmt: skip
        return told | {"reqId": str(asked.get("reqId", ""))}

    # Asking

    def order(self, caller: Caller, query: Mapping[str, str]) -> Row | None:
        """One order by its number or its client order id; None where there is none, or none yet."""
        found = self._place_of(caller, query)
        client_id, written = query.get("clOrdId", ""), query.get("ordId", "")
        number = rows.number_of(written) if written else None
        order: OrderRecord | None
        if written:
            order = found.core.find(found.account, order_id=number) if number is not None else None
        else:
            order = found.core.find(found.account, client_order_id=client_id)
        return rows.order(order, found.listing, None, self.mode_of(order, found.listing)) if order else None

    def pending(self, caller: Caller, query: Mapping[str, str]) -> list[Row]:
        """Open orders, newest first."""
        told = []
        for kind, core in self._cores.items():
            account = caller.accounts.get(kind)
            if account is not None and _is_of_kind(query, kind):
                told += self._rows(core, core.open_orders(account), query)
        return _page(told, query, "ordId")

    def history(self, caller: Caller, query: Mapping[str, str]) -> list[Row]:
        """Orders that are done, newest first."""
        told = []
        for kind, core in self._cores.items():
            account = caller.accounts.get(kind)
            if account is not None and _is_of_kind(query, kind):
                done = [order for order in core.orders(account) if order.status.is_final]
                told += self._rows(core, done, query)
        return _page(told, query, "ordId")

    def fills(self, caller: Caller, query: Mapping[str, str]) -> list[Row]:
        """Executions, newest first."""
        told: list[tuple[Fill, Row]] = []
        number = rows.number_of(query["ordId"]) if query.get("ordId") else None
        for kind, core in self._cores.items():
            account = caller.accounts.get(kind)
            if account is None or not _is_of_kind(query, kind):
                continue
            for order in core.orders(account):
                listing = core.listing(order.symbol)
                if listing is None or number not in (None, order.order_id):
                    continue
                if query.get("instId", rows.inst_id(listing)) == rows.inst_id(listing):
                    told += [(fill, rows.fill_row(order, fill, listing)) for fill in order.fills]
        told.sort(key=lambda each: (each[0].at_ms, each[0].trade_id))
        return _page([row for _, row in told], query, "billId")

    def _rows(self, core: Core, orders: Sequence[OrderRecord], query: Mapping[str, str]) -> list[Row]:
        told = []
        for order in sorted(orders, key=lambda each: each.order_id):
            listing = core.listing(order.symbol)
            if listing is not None and query.get("instId", rows.inst_id(listing)) == rows.inst_id(listing):
                told.append(rows.order(order, listing, None, self.mode_of(order, listing)))
        return told

    def _place_of(self, caller: Caller, asked: Mapping[str, Any]) -> Place:
        found = self.find_listing(str(asked.get("instId", "")))
        if found is None:
            raise Refused(Reason.BAD_REQUEST, "51001")
        core, listing = found
        account = caller.accounts.get(listing.kind)
        if account is None:
            raise Refused(Reason.BAD_REQUEST, "51010")
        return Place(core, account, listing)

    def _number(self, account: str, asked: Mapping[str, Any]) -> int | None:
        if asked.get("ordId"):
            return rows.number_of(asked["ordId"])
        return self._by_client.get((account, str(asked.get("clOrdId", ""))))

    def _outcome(self, order_id: str, client_id: str, code: str, text: str, *, found_at: int) -> Row:
        return {"clOrdId": client_id, "ordId": order_id, "sCode": code, "sMsg": text, "tag": "", "ts": str(found_at)}

    def _now(self) -> int:
        return next(iter(self._cores.values())).now_ms()


def request_of(found: Place, asked: Row, client_id: str) -> Request:
    """An order of the wire; raises Refused BAD_REQUEST for what is none."""
    written, side = str(asked.get("ordType", "")), str(asked.get("side", ""))
    size, price = amount(asked.get("sz", "")), amount(asked.get("px", ""))
    is_market = written == "market"
    if side not in ("buy", "sell") or size is None or not (is_market or (written in rows.LIVES and price is not None)):
        raise Refused(Reason.BAD_REQUEST)
    position_side = rows.POSITION_SIDES.get(str(asked.get("posSide", "")))
    if position_side is None:
        raise Refused(Reason.POSITION_SIDE)
    stp_mode = str(asked.get("stpMode", ""))
    if stp_mode not in STP_MODES:
        raise Refused(Reason.SELF_TRADE)
    by_cost = is_market and found.listing.kind is Kind.SPOT
    by_cost = by_cost and str(asked.get("tgtCcy", "quote_ccy" if side == "buy" else "base_ccy")) == "quote_ccy"
    return Request(
        found.listing.symbol, Side(side), Type.MARKET if is_market else Type.LIMIT, None if by_cost else size,
        None if is_market else price, size if by_cost else None, rows.LIVES.get(written, Life.GTC), client_id,
        position_side, str(asked.get("reduceOnly", "false")).lower() == "true" and found.listing.kind is Kind.PERP,
        STP_MODES[stp_mode],
    )  # fmt: skip


def _code(refused: Refused) -> tuple[str, str]:
    if refused.text in ("51001", "51010"):
        return refused.text, "Instrument ID or account mode does not fit."
    code, text = REFUSALS[refused.reason]
    return code, refused.text if refused.reason is Reason.BAD_REQUEST and refused.text != "bad_request" else text


def _is_of_kind(query: Mapping[str, str], kind: Kind) -> bool:
    return query.get("instType", "ANY") in ("ANY", "SWAP" if kind is Kind.PERP else "SPOT")


def _page(told: list[Row], query: Mapping[str, str], key: str) -> list[Row]:
    """Newest first, at most `limit`; `after` asks for what is older than an id, `before` for what is newer."""
    after, before = whole(query.get("after", ""), 0), whole(query.get("before", ""), 0)
    begin, end = whole(query.get("begin", ""), 0), whole(query.get("end", ""), 1 << 62)
    chosen = [
        row
        for row in reversed(told)
        if (not after or int(row[key]) < after)
        and int(row[key]) > before
        and begin <= int(row["ts"] if "ts" in row else row["uTime"]) <= end
    ]
    return chosen[: min(whole(query.get("limit", ""), 100), 100)]
