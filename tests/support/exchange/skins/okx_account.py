"""OKX's endpoints of an account: balances, positions, settings, fees, bills, the dead-man switch."""

from collections.abc import Mapping, Sequence
from typing import Any

from tests.support.exchange.ports import Core
from tests.support.exchange.skins import okx_rows as rows
from tests.support.exchange.skins.okx_trading import Caller, OkxTrading
from tests.support.exchange.skins.texts import plain, whole
from tests.support.exchange.values import ApiKey, Balance, Kind, Position, Reason, Refused

Row = dict[str, Any]


class OkxFailed(Exception):
    """An answer whose code is not 0, with HTTP 200."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


class OkxAccounts:
    """One account of OKX has spot and swap under one balance: where a key is known on both, they are told together."""

    def __init__(self, cores: Mapping[Kind, Core], trading: OkxTrading) -> None:
        self._cores = cores
        self._trading = trading

    def balance(self, caller: Caller, only: str = "") -> Row:
        return self.told(caller, [held for held in self._balances(caller) if only in ("", held.asset)])

    def told(self, caller: Caller, balances: Sequence[Balance]) -> Row:
        """The account with some of its balances."""
        core = self._cores.get(Kind.PERP)
        held = self._positions(caller)
        quotes = {listing.symbol: listing.quote for listing in core.listings()} if core else {}
        return rows.account(balances, held, quotes, self._now())

    def positions(self, caller: Caller, inst_id: str = "") -> list[Row]:
        core = self._cores.get(Kind.PERP)
        told = []
        for held in self._positions(caller):
            listing = core.listing(held.symbol) if core else None
            if listing is not None and held.size and inst_id in ("", rows.inst_id(listing)):
                told.append(rows.position(held, listing))
        return told

    def config(self, caller: Caller, key: ApiKey) -> Row:
        core = self._cores.get(Kind.PERP)
        account = caller.accounts.get(Kind.PERP)
        is_hedged = core is not None and account is not None and core.is_hedged(account)
        rights = ["read_only"] + ["trade"] * key.can_trade + ["withdraw"] * key.can_withdraw
        return {
            "acctLv": "2", "acctStpMode": "cancel_maker", "autoLoan": False, "ctIsoMode": "automatic",
            "enableSpotBorrow": False, "greeksType": "PA", "ip": "203.0.113.7" if key.is_ip_bound else "",
            "kycLv": "3", "label": "gridwright", "level": "Lv1", "levelTmp": "", "liquidationGear": "-1",
            "mainUid": "44705892343619584", "mgnIsoMode": "automatic", "opAuth": "0", "perm": ",".join(rights),
            "posMode": "long_short_mode" if is_hedged else "net_mode", "roleType": "0", "spotBorrowAutoRepay": False,
            "spotOffsetType": "", "spotRoleType": "0", "spotTraderInsts": [], "stgyType": "0", "traderInsts": [],
            "type": "0", "uid": "44705892343619584",
        }  # fmt: skip

    def fees(self, caller: Caller, query: Mapping[str, str]) -> Row:
        """Rates as OKX writes them: what is paid is negative."""
        listings = [
            listing
            for core in self._cores.values()
            for listing in core.listings()
            if query.get("instType") == rows.inst_type(listing)
            and query.get("instId", rows.inst_id(listing)) == rows.inst_id(listing)
        ]
        if not listings:
            raise OkxFailed("51000", "Parameter instType error")
        maker, taker = plain(-listings[0].maker_fee), plain(-listings[0].taker_fee)
        is_perp = listings[0].kind is Kind.PERP
        return {
            "category": "1", "delivery": "", "exercise": "",
            "feeGroup": [{"groupId": "1", "maker": maker, "taker": taker}],
            "instType": query["instType"], "level": "Lv1", "maker": "" if is_perp else maker,
            "makerU": maker if is_perp else "", "makerUSDC": "", "ruleType": "normal", "settle": "",
            "taker": "" if is_perp else taker, "takerU": taker if is_perp else "", "takerUSDC": "",
            "ts": str(self._now()),
        }  # fmt: skip

    def bills(self, caller: Caller, query: Mapping[str, str]) -> list[Row]:
        """Funding paid and received (type 8), newest first; other bills are not kept here."""
        core, account = self._cores.get(Kind.PERP), caller.accounts.get(Kind.PERP)
        if core is None or account is None or query.get("type", "8") != "8":
            return []
        begin, end = whole(query.get("begin", ""), 0), whole(query.get("end", ""), 1 << 62)
        after, limit = whole(query.get("after", ""), 0), min(whole(query.get("limit", ""), 100), 100)
        told = []
        for number, paid in enumerate(core.funding_paid(account)):
            listing = core.listing(paid.symbol)
            if listing is None or not begin <= paid.at_ms <= end:
                continue
            row = rows.bill(paid, number, listing)
            if (not after or int(row["billId"]) < after) and query.get("instId", row["instId"]) == row["instId"]:
                told.append(row)
        return told[::-1][:limit]

    def leverage(self, caller: Caller, query: Mapping[str, str]) -> list[Row]:
        core, account, symbol = self._swap(caller, query)
        level = str(core.leverage(account, symbol))
        sides = ["long", "short"] if core.is_hedged(account) else ["net"]
        told = {"ccy": "", "instId": query["instId"], "lever": level, "mgnMode": query.get("mgnMode", "cross")}
        return [told | {"posSide": side} for side in sides]

    def set_leverage(self, caller: Caller, asked: Row) -> list[Row]:
        core, account, symbol = self._swap(caller, asked)
        wanted = whole(asked.get("lever", ""), 0)
        try:
            core.set_leverage(account, symbol, wanted)
        except Refused as refused:
            raise OkxFailed("59102", "Leverage exceeds the maximum limit.") from refused
        told = {"instId": asked["instId"], "lever": str(wanted), "mgnMode": asked.get("mgnMode", "cross")}
        return [told | {"posSide": asked.get("posSide", "")}]

    def set_position_mode(self, caller: Caller, asked: Row) -> list[Row]:
        core, account = self._cores.get(Kind.PERP), caller.accounts.get(Kind.PERP)
        mode = asked.get("posMode")
        if core is None or account is None or mode not in ("net_mode", "long_short_mode"):
            raise OkxFailed("51000", "Parameter posMode error")
        try:
            core.set_hedge_mode(account, is_hedged=mode == "long_short_mode")
        except Refused as refused:
            text = "Setting failed. Cancel any open orders, close positions, and stop trading bots first."
            raise OkxFailed("59000", text) from refused
        return [{"posMode": mode}]

    def cancel_all_after(self, caller: Caller, asked: Row) -> list[Row]:
        """OKX takes 0, or 10 to 120 seconds, and means everything of the account."""
        seconds = whole(asked.get("timeOut", ""), -1)
        if seconds != 0 and not 10 <= seconds <= 120:
            raise OkxFailed("51000", "Parameter timeOut error")
        for kind, core in self._cores.items():
            if kind in caller.accounts:
                core.arm(caller.accounts[kind], seconds * 1000)
        now = self._now()
        return [{"triggerTime": str(now + seconds * 1000) if seconds else "0", "tag": "", "ts": str(now)}]

    def _balances(self, caller: Caller) -> list[Balance]:
        merged: dict[str, Balance] = {}
        for kind, core in self._cores.items():
            if kind not in caller.accounts:
                continue
            for held in core.balances(caller.accounts[kind]):
                before = merged.get(held.asset)
                total, locked = (before.total, before.locked) if before else (0, 0)
                merged[held.asset] = Balance(held.asset, held.total + total, held.locked + locked)
        return list(merged.values())

    def _positions(self, caller: Caller) -> Sequence[Position]:
        core, account = self._cores.get(Kind.PERP), caller.accounts.get(Kind.PERP)
        return core.positions(account) if core is not None and account is not None else ()

    def _swap(self, caller: Caller, asked: Mapping[str, Any]) -> tuple[Core, str, str]:
        found = self._trading.find_listing(str(asked.get("instId", "")))
        account = caller.accounts.get(Kind.PERP)
        if found is None or account is None or found[1].kind is not Kind.PERP:
            raise OkxFailed("51000", f"Parameter instId error ({Reason.BAD_REQUEST})")
        return found[0], account, found[1].symbol

    def _now(self) -> int:
        return next(iter(self._cores.values())).now_ms()
