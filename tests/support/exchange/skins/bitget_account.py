"""Bitget's endpoints of a futures account: balances, positions, settings, bills."""

from collections.abc import Mapping
from typing import Any

from tests.support.exchange.ports import Core
from tests.support.exchange.skins import bitget_rows as rows
from tests.support.exchange.skins.bitget_trading import BitgetFailed, BitgetTrading, Caller
from tests.support.exchange.skins.texts import whole
from tests.support.exchange.values import ZERO, Listing, OrderRecord, Refused

Row = dict[str, Any]

#: The longest span of one question about bills.
LONGEST_SPAN_MS = 30 * 24 * 3_600_000


class BitgetFutures:
    """The account side of the USDT futures."""

    def __init__(self, core: Core, trading: BitgetTrading) -> None:
        self._core = core
        self._trading = trading

    def row(self, order: OrderRecord, listing: Listing, *, name: str) -> Row:
        level = self._core.leverage(order.account, listing.symbol)
        return rows.mix_order(order, listing, self.mode(order.account, listing), level, name=name)

    def mode(self, account: str, listing: Listing) -> str:
        held = [each for each in self._core.positions(account) if each.symbol == listing.symbol]
        return "isolated" if any(each.is_isolated for each in held) else "crossed"

    def accounts(self, caller: Caller) -> list[Row]:
        account = self._trading.account(caller)
        gains: dict[str, Any] = {}
        for held in self._core.positions(account):
            listing = self._core.listing(held.symbol)
            if listing is not None:
                gains[listing.quote] = gains.get(listing.quote, ZERO) + held.unrealized
        return [rows.mix_account(each, gains.get(each.asset, ZERO)) for each in self._core.balances(account)]

    def account(self, caller: Caller, query: Mapping[str, str]) -> Row:
        """One margin coin, with what is set for a symbol."""
        listing = self._trading.listing(query.get("symbol"))
        account = self._trading.account(caller)
        level = str(self._core.leverage(account, listing.symbol))
        for row in self.accounts(caller):
            if row["marginCoin"] == query.get("marginCoin", "").upper():
                is_hedged = self._core.is_hedged(account)
                return row | {
                    "crossedMarginLeverage": level, "isolatedLongLever": level, "isolatedShortLever": level,
                    "marginMode": self.mode(account, listing), "posMode": "hedge_mode" if is_hedged else "one_way_mode",
                }  # fmt: skip
        raise BitgetFailed("40807", "The account does not exist")

    def positions(self, caller: Caller, symbol: str | None) -> list[Row]:
        wanted = self._trading.listing(symbol).symbol if symbol else None
        told = []
        for held in self._core.positions(self._trading.account(caller)):
            listing = self._core.listing(held.symbol)
            if listing is not None and held.size and wanted in (None, held.symbol):
                told.append(rows.position(held, listing, is_pushed=False))
        return told

    def bills(self, caller: Caller, query: Mapping[str, str]) -> Row:
        """Funding; other bills are not kept here. Newest first, in pages."""
        begin, end = whole(query.get("startTime", ""), 0), whole(query.get("endTime", ""), self._core.now_ms())
        if end - begin > LONGEST_SPAN_MS and query.get("startTime"):
            raise BitgetFailed("00001", "startTime and endTime interval cannot be greater than 30 days")
        told = []
        if query.get("businessType") in (None, "", "contract_settle_fee"):
            for number, paid in enumerate(self._core.funding_paid(self._trading.account(caller))):
                listing = self._core.listing(paid.symbol)
                if listing is not None and begin <= paid.at_ms <= end:
                    told.append(rows.bill(paid, number, listing))
        below, limit = whole(query.get("idLessThan", ""), 0), min(whole(query.get("limit", ""), 20), 100)
        page = [row for row in reversed(told) if not below or int(row["billId"]) < below][:limit]
        return {"bills": page, "endId": page[-1]["billId"] if page else ""}

    def set_leverage(self, caller: Caller, asked: Row) -> Row:
        listing = self._trading.listing(asked.get("symbol"))
        account = self._trading.account(caller)
        try:
            self._core.set_leverage(account, listing.symbol, whole(asked.get("leverage", ""), 0))
        except Refused as refused:
            raise BitgetFailed("43050", "Leverage exceeds the effective range") from refused
        return self._settings(account, listing)

    def set_margin_mode(self, caller: Caller, asked: Row) -> Row:
        listing = self._trading.listing(asked.get("symbol"))
        account = self._trading.account(caller)
        try:
            self._core.set_isolated(account, listing.symbol, is_isolated=asked.get("marginMode") == "isolated")
        except Refused as refused:
            text = "Currently holding positions or orders, the margin mode cannot be adjusted"
            raise BitgetFailed("45117", text) from refused
        return self._settings(account, listing) | {"marginMode": str(asked.get("marginMode"))}

    def set_position_mode(self, caller: Caller, asked: Row) -> Row:
        mode = asked.get("posMode")
        if mode not in ("one_way_mode", "hedge_mode"):
            raise BitgetFailed("40020", "Parameter posMode error")
        try:
            self._core.set_hedge_mode(self._trading.account(caller), is_hedged=mode == "hedge_mode")
        except Refused as refused:
            text = "Position or order exists, the position mode cannot be switched"
            raise BitgetFailed("40920", text) from refused
        return {"posMode": mode}

    def _settings(self, account: str, listing: Listing) -> Row:
        level = str(self._core.leverage(account, listing.symbol))
        return {
            "symbol": rows.symbol_of(listing), "marginCoin": listing.quote, "longLeverage": level,
            "shortLeverage": level, "crossMarginLeverage": level, "marginMode": self.mode(account, listing),
        }  # fmt: skip
