"""Binance USDM's endpoints of the account: balances, positions, margin, modes, income."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from tests.support.exchange.core import Exchange
from tests.support.exchange.ports import Answer
from tests.support.exchange.skins import usdm_words as words
from tests.support.exchange.skins.binance_keys import Caller, Denied
from tests.support.exchange.skins.binance_words import market_id
from tests.support.exchange.skins.usdm_orders import Params, UsdmOrders
from tests.support.exchange.values import Balance, Listing, Position, PositionSide, Refused
from tests.support.exchange.writing import fixed, plain

SUCCESS: Mapping[str, Any] = {"code": 200, "msg": "success"}
ZERO = Decimal(0)


class UsdmAccount:
    """Raises Denied, Refused."""

    def __init__(self, core: Exchange, orders: UsdmOrders) -> None:
        self._core = core
        self._orders = orders

    def account(self, caller: Caller, _params: Params) -> Answer:
        """Version 3: positions of symbols with a position or an order."""
        balances = self._core.balances(caller.account)
        unrealized = {
            held.asset: sum((each.unrealized for each in self._quoted(caller, held.asset)), ZERO) for held in balances
        }
        assets = [self._asset(caller, held, unrealized[held.asset]) for held in balances]
        wallet = sum((held.total for held in balances), ZERO)
        open_pnl = sum(unrealized.values(), ZERO)
        used = sum((held.locked for held in balances), ZERO)
        positions = [_position(each) for each in self._core.positions(caller.account)]
        sums = {
            "totalInitialMargin": used,
            "totalMaintMargin": ZERO,
            "totalWalletBalance": wallet,
            "totalUnrealizedProfit": open_pnl,
            "totalMarginBalance": wallet + open_pnl,
            "totalPositionInitialMargin": used,
            "totalOpenOrderInitialMargin": ZERO,
            "totalCrossWalletBalance": wallet,
            "totalCrossUnPnl": open_pnl,
            "availableBalance": max(wallet + open_pnl - used, ZERO),
            "maxWithdrawAmount": max(wallet + open_pnl - used, ZERO),
        }
        told = {name: fixed(words.cut(value)) for name, value in sums.items()}
        return Answer({**told, "assets": assets, "positions": positions})

    def balance(self, caller: Caller, _params: Params) -> Answer:
        rows = []
        for held in self._core.balances(caller.account):
            unrealized = sum((each.unrealized for each in self._quoted(caller, held.asset)), ZERO)
            rows.append(
                {
                    "accountAlias": "SgsR",
                    "asset": held.asset,
                    "balance": fixed(words.cut(held.total)),
                    "crossWalletBalance": fixed(words.cut(held.total)),
                    "crossUnPnl": fixed(words.cut(unrealized)),
                    "availableBalance": fixed(words.cut(max(held.total + unrealized - held.locked, ZERO))),
                    "maxWithdrawAmount": fixed(words.cut(max(held.total - held.locked, ZERO))),
                    "marginAvailable": True,
                    "updateTime": self._core.now_ms(),
                }
            )
        return Answer(rows)

    def positions(self, caller: Caller, params: Params, *, is_old: bool = False) -> Answer:
        """Version 3 tells symbols with a position or an order, version 2 all."""
        wanted = self._orders.symbol(params) if "symbol" in params else None
        held = {(each.symbol, each.side): each for each in self._core.positions(caller.account)}
        touched = {order.symbol for order in self._core.open_orders(caller.account)} | {symbol for symbol, _ in held}
        is_hedged = self._core.is_hedged(caller.account)
        sides = (PositionSide.LONG, PositionSide.SHORT) if is_hedged else (PositionSide.BOTH,)
        rows = []
        for listing in self._core.listings():
            if wanted not in (None, listing.symbol) or not (is_old or listing.symbol in touched):
                continue
            for side in sides:
                position = held.get((listing.symbol, side)) or self._flat(caller, listing, side)
                rows.append(words.position_risk(position, listing, is_old=is_old))
        return Answer(rows)

    def old_positions(self, caller: Caller, params: Params) -> Answer:
        return self.positions(caller, params, is_old=True)

    def brackets(self, _caller: Caller, params: Params) -> Answer:
        if "symbol" in params:
            listing = self._core.listing(self._orders.symbol(params))
            assert listing is not None
            return Answer([words.brackets(listing)])
        return Answer([words.brackets(listing) for listing in self._core.listings()])

    def symbol_config(self, caller: Caller, params: Params) -> Answer:
        wanted = self._orders.symbol(params) if "symbol" in params else None
        rows = []
        for listing in self._core.listings():
            if wanted in (None, listing.symbol):
                leverage = self._core.leverage(caller.account, listing.symbol)
                is_isolated = self._core.is_isolated(caller.account, listing.symbol)
                rows.append(
                    {
                        "symbol": market_id(listing.symbol),
                        "marginType": "ISOLATED" if is_isolated else "CROSSED",
                        "isAutoAddMargin": False,
                        "leverage": leverage,
                        "maxNotionalValue": words.max_notional(listing, leverage),
                    }
                )
        return Answer(rows)

    def account_config(self, caller: Caller, _params: Params) -> Answer:
        return Answer(
            {
                "feeTier": 0,
                "canTrade": caller.key.can_trade,
                "canDeposit": True,
                "canWithdraw": caller.key.can_withdraw,
                "dualSidePosition": self._core.is_hedged(caller.account),
                "updateTime": 0,
                "multiAssetsMargin": False,
                "tradeGroupId": -1,
            }
        )

    def fees(self, _caller: Caller, params: Params) -> Answer:
        listing = self._core.listing(self._orders.symbol(params))
        assert listing is not None
        rates = {"makerCommissionRate": plain(listing.maker_fee), "takerCommissionRate": plain(listing.taker_fee)}
        return Answer({"symbol": market_id(listing.symbol), **rates})

    def fee_burn(self, _caller: Caller, _params: Params) -> Answer:
        return Answer({"feeBurn": bool(self._core.house.fee_asset)})

    def is_hedged(self, caller: Caller, _params: Params) -> Answer:
        return Answer({"dualSidePosition": self._core.is_hedged(caller.account)})

    def set_hedged(self, caller: Caller, params: Params) -> Answer:
        wanted = params.get("dualSidePosition", "").lower() == "true"
        if wanted == self._core.is_hedged(caller.account):
            raise Denied(400, -4059, "No need to change position side.")
        try:
            self._core.set_hedge_mode(caller.account, is_hedged=wanted)
        except Refused as refused:
            if "orders" in refused.text:
                raise Denied(400, -4067, "Position side cannot be changed if there exists open orders.") from None
            raise Denied(400, -4068, "Position side cannot be changed if there exists position.") from None
        return Answer(SUCCESS)

    def is_multi_asset(self, _caller: Caller, _params: Params) -> Answer:
        return Answer({"multiAssetsMargin": False})

    def set_leverage(self, caller: Caller, params: Params) -> Answer:
        symbol = self._orders.symbol(params)
        text = params.get("leverage", "")
        try:
            self._core.set_leverage(caller.account, symbol, int(text) if text.isdecimal() else 0)
        except Refused:
            raise Denied(400, -4028, f"Leverage {text} is not valid") from None
        listing = self._core.listing(symbol)
        assert listing is not None
        most = words.max_notional(listing, int(text))
        return Answer({"symbol": market_id(symbol), "leverage": int(text), "maxNotionalValue": most})

    def set_margin_type(self, caller: Caller, params: Params) -> Answer:
        symbol = self._orders.symbol(params)
        kind = params.get("marginType", "")
        if kind not in ("ISOLATED", "CROSSED"):
            raise Denied(400, -4049, "Invalid margin type.")
        is_isolated = kind == "ISOLATED"
        if is_isolated == self._core.is_isolated(caller.account, symbol):
            raise Denied(400, -4046, "No need to change margin type.")
        try:
            self._core.set_isolated(caller.account, symbol, is_isolated=is_isolated)
        except Refused:
            raise Denied(400, -4048, "Margin type cannot be changed if there exists position.") from None
        return Answer(SUCCESS)

    def income(self, caller: Caller, params: Params) -> Answer:
        """Funding, oldest first; by default of the last seven days."""
        wanted = self._orders.symbol(params) if "symbol" in params else None
        if params.get("incomeType") not in (None, "FUNDING_FEE"):
            return Answer([])
        since = int(params.get("startTime", str(self._core.now_ms() - 7 * 86_400_000)))
        until = int(params.get("endTime", str(self._core.now_ms())))
        rows = []
        for number, event in enumerate(self._core.funding_paid(caller.account)):
            listing = self._core.listing(event.symbol)
            is_wanted = wanted in (None, event.symbol) and since <= event.at_ms <= until
            if listing is not None and is_wanted:
                rows.append(words.income(event, listing, number))
        return Answer(rows[: min(int(params.get("limit", "100")), 1000)])

    def _quoted(self, caller: Caller, asset: str) -> list[Position]:
        return [each for each in self._core.positions(caller.account) if each.symbol.split("/")[1] == asset]

    def _asset(self, caller: Caller, held: Balance, unrealized: Decimal) -> dict[str, Any]:
        positions = sum((each.margin for each in self._quoted(caller, held.asset)), ZERO)
        numbers = {
            "walletBalance": held.total,
            "unrealizedProfit": unrealized,
            "marginBalance": held.total + unrealized,
            "maintMargin": ZERO,
            "initialMargin": held.locked,
            "positionInitialMargin": positions,
            "openOrderInitialMargin": held.locked - positions,
            "crossWalletBalance": held.total,
            "crossUnPnl": unrealized,
            "availableBalance": max(held.total + unrealized - held.locked, ZERO),
            "maxWithdrawAmount": max(held.total + unrealized - held.locked, ZERO),
        }
        told = {name: fixed(words.cut(value)) for name, value in numbers.items()}
        return {"asset": held.asset, **told, "updateTime": self._core.now_ms()}

    def _flat(self, caller: Caller, listing: Listing, side: PositionSide) -> Position:
        core = self._core
        mark = core.mark_price(listing.symbol) or ZERO
        leverage = core.leverage(caller.account, listing.symbol)
        is_isolated = core.is_isolated(caller.account, listing.symbol)
        return Position(listing.symbol, side, ZERO, ZERO, mark, ZERO, leverage, is_isolated, ZERO, None, 0)


def _position(held: Position) -> dict[str, Any]:
    notional = words.cut(held.size * held.mark_price)
    return {
        "symbol": market_id(held.symbol),
        "positionSide": held.side.value.upper(),
        "positionAmt": fixed(held.size, 3),
        "unrealizedProfit": fixed(words.cut(held.unrealized)),
        "isolatedMargin": fixed(words.cut(held.margin)) if held.is_isolated else "0",
        "notional": fixed(notional),
        "isolatedWallet": fixed(words.cut(held.margin)) if held.is_isolated else "0",
        "initialMargin": fixed(words.cut(held.margin)),
        "maintMargin": "0",
        "updateTime": held.updated_ms,
    }
