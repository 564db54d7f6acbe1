"""Bitget's perpetual futures that are settled in USDT (classic account): positions, leverage, funding."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from engine.domain import phrases
from engine.domain.instrument import POSITION_SUFFIX, FeeAsset, Instrument, InstrumentKind, PriceBand, VenueRules
from engine.domain.money import ONE, ZERO
from engine.domain.order import Fill, Order, Side
from engine.domain.sentences import say
from engine.errors import VenueUnavailable
from engine.venues.exchanges import bitget_words as words
from engine.venues.exchanges.bitget import LOOK_BACK_MS, Bitget
from engine.venues.exchanges.dialect import (
    Absent,
    BalancesTold,
    Call,
    Calls,
    FundingTold,
    Heard,
    Listed,
    NoAnswer,
    PositionTold,
    Seen,
    Urgency,
)
from engine.venues.exchanges.written import cash, number, number_or_none, number_or_zero, urgency_of
from engine.venues.tape import milliseconds

PRODUCT = "USDT-FUTURES"
MARGIN_COIN = "USDT"
#: Positions and balance are two questions: they are asked again until nothing traded between them.
TRIES = 5
#: The longest span of one question about bills.
SPAN_MS = 29 * 24 * 3_600_000
MODES = {"one_way_mode": "one_way", "hedge_mode": "hedge"}
MARGINS = {"crossed": "cross", "isolated": "isolated"}


class BitgetMix(Bitget):
    """`Dialect` of the futures. All margin is crossed; sizes on the wire are in base."""

    exchange = "bitgetmix"
    has_positions = True
    private_acks = 3
    inst_type = PRODUCT
    channels = ("orders", "account", "positions")
    business = "mix"
    trades = frozenset({"coow", "trade"})

    def options(self) -> Mapping[str, Any]:
        return {"options": {"uta": False, "fetchMarkets": {"types": ["swap"]}, "defaultType": "swap"}}

    # Rules

    async def instruments(self, calls: Calls, venue: str, symbols: Sequence[str]) -> Sequence[Listed]:
        told = []
        for each in await super().instruments(calls, venue, symbols):
            account = await self._settings(calls, each)
            asked = {"symbol": each.market_id, "productType": PRODUCT}
            answer = await calls.ask(Call("publicMixGetV2MixMarketQueryPositionLever", asked))
            tiers = words.list_of(answer)
            if tiers is None:
                raise self.trouble("query-position-lever", answer)
            rules = replace(each.instrument.rules, leverage=_leverage(account), brackets=words.brackets(tiers))
            is_hedged = account["posMode"] == "hedge_mode"
            told.append(replace(each, instrument=replace(each.instrument, rules=rules, is_hedged=is_hedged)))
        return told

    def listing_call(self, market_id: str) -> Call:
        return Call("publicMixGetV2MixMarketContracts", {"symbol": market_id, "productType": PRODUCT})

    def described(
        self, venue: str, symbol: str, row: words.Row, fees: tuple[Decimal, Decimal]
    ) -> tuple[Instrument, bool]:
        base, quote = symbol.split("/")
        if row["symbolType"] != "perpetual" or quote not in row["supportMarginCoins"]:
            cause = f"{row['symbol']} is no perpetual future settled in {quote}"
            raise VenueUnavailable(say(phrases.FEED_STRANGE, exchange=self.exchange, cause=cause))
        largest = [number(row[name]) for name in ("maxOrderQty", "maxMarketOrderQty") if number_or_none(row.get(name))]
        price_step = number(row["priceEndStep"]).scaleb(-int(row["pricePlace"]))
        rules = VenueRules(
            (PriceBand(ZERO, price_step),), number(row["sizeMultiplier"]), number(row["minTradeNum"]),
            min(largest) if largest else None, number(row["minTradeUSDT"]), int(row["maxSymbolOrderNum"]),
            fees[0], fees[1], FeeAsset.QUOTE,
        )  # fmt: skip
        instrument = Instrument(venue, symbol, base, quote, rules, InstrumentKind.PERP, ONE)
        return instrument, row["symbolStatus"] == "normal"

    # Orders

    def common(self) -> Mapping[str, str]:
        return {"productType": PRODUCT, "marginCoin": MARGIN_COIN}

    def at_once(self, order: Order, listed: Listed, best: Decimal | None) -> Mapping[str, Any]:
        return {"orderType": "market", "stpMode": "cancel_maker"}

    def entry(self, order: Order, listed: Listed, params: Mapping[str, Any]) -> Call:
        more: dict[str, str] = {"marginMode": "crossed"}
        if listed.instrument.is_hedged:
            # Here the side names the position, and what reduces it closes.
            is_long = (order.side is Side.BUY) != order.is_reduce_only
            more["side"] = "buy" if is_long else "sell"
            more["tradeSide"] = "close" if order.is_reduce_only else "open"
        elif order.is_reduce_only:
            more["reduceOnly"] = "YES"
        asked = {**params, **more}
        return Call("privateMixPostV2MixOrderPlaceOrder", asked, urgency=urgency_of(order), is_order=True)

    def cancelling(self, params: Mapping[str, Any]) -> Call:
        return Call("privateMixPostV2MixOrderCancelOrder", params, urgency=Urgency.PROTECT)

    async def look_up(self, calls: Calls, order: Order, listed: Listed) -> Seen | Absent | None:
        asked = {"symbol": listed.market_id, "productType": PRODUCT, "clientOid": order.client_order_id}
        answer = await calls.ask(Call("privateMixGetV2MixOrderDetail", asked))
        if answer.status < 500 and words.code_of(answer) in words.NOT_FOUND:
            return await self.absent(calls, order, listed)
        row = words.data_of(answer)
        if not isinstance(row, Mapping) or row.get("clientOid") != order.client_order_id:
            return None
        if row.get("symbol") != listed.market_id:
            return None
        return await self._mix_whole(calls, row, order, listed)

    async def look_back(self, calls: Calls, order: Order, listed: Listed) -> Seen | Absent | None:
        begin = milliseconds(order.created_at) - LOOK_BACK_MS
        asked = {"symbol": listed.market_id, "productType": PRODUCT, "startTime": str(begin)}
        rows = await self.pages(calls, "privateMixGetV2MixOrderOrdersHistory", asked, "orderId", "entrustedList")
        for row in rows:
            if row["clientOid"] == order.client_order_id:
                return await self._mix_whole(calls, row, order, listed)
        return Absent()

    async def _mix_whole(self, calls: Calls, row: words.Row, order: Order, listed: Listed) -> Seen:
        fills: tuple[Fill, ...] = ()
        if number_or_zero(row["baseVolume"]):
            fills = await self.fills(calls, str(row["orderId"]), order.client_order_id, listed)
        return words.mix_seen(row, listed, fills)

    async def fills(self, calls: Calls, order_id: str, client_id: str, listed: Listed) -> tuple[Fill, ...]:
        asked = {"symbol": listed.market_id, "productType": PRODUCT, "orderId": order_id}
        rows = await self.pages(calls, "privateMixGetV2MixOrderFills", asked, "tradeId", "fillList")
        return tuple(words.fill(row, listed, client_id) for row in reversed(rows))

    async def open_orders(self, calls: Calls, listed: Listed) -> Sequence[Seen]:
        asked = {"symbol": listed.market_id, "productType": PRODUCT}
        rows = await self.pages(calls, "privateMixGetV2MixOrderOrdersPending", asked, "orderId", "entrustedList")
        return [words.mix_seen(row, listed) for row in rows]

    # The account

    async def balances(self, calls: Calls) -> BalancesTold:
        for _ in range(TRIES):
            before = await self._held(calls)
            answer = await calls.ask(Call("privateMixGetV2MixAccountAccounts", {"productType": PRODUCT}))
            accounts = words.list_of(answer)
            if accounts is None:
                raise NoAnswer(f"{self.exchange}: no balance")
            held = await self._held(calls)
            if _sizes(before) == _sizes(held):
                return BalancesTold(_as_ledger(accounts, held), int(answer.body["requestTime"]), is_whole=True)
        raise NoAnswer(f"{self.exchange}: positions change while they are asked for")

    async def positions(self, calls: Calls, listed: Sequence[Listed]) -> Sequence[PositionTold]:
        known = {each.market_id: each for each in listed}
        return [
            words.position(row, known[row["symbol"]]) for row in await self._held(calls) if row["symbol"] in known
        ]  # fmt: skip

    async def _held(self, calls: Calls) -> Sequence[words.Row]:
        asked = {"productType": PRODUCT, "marginCoin": MARGIN_COIN}
        rows = words.list_of(await calls.ask(Call("privateMixGetV2MixPositionAllPosition", asked)))
        if rows is None:
            raise NoAnswer(f"{self.exchange}: no positions")
        return rows

    async def funding(self, calls: Calls, listed: Listed, since_ms: int) -> Sequence[FundingTold]:
        now_ms = await self.server_time_ms(calls)
        if now_ms is None:
            raise NoAnswer(f"{self.exchange}: no time")
        told: list[FundingTold] = []
        begin = since_ms
        while begin <= now_ms:
            end = min(begin + SPAN_MS, now_ms)
            asked = {
                "productType": PRODUCT, "symbol": listed.market_id, "businessType": "contract_settle_fee",
                "startTime": str(begin), "endTime": str(end),
            }  # fmt: skip
            rows = await self.pages(calls, "privateMixGetV2MixAccountBill", asked, "billId", "bills")
            told += [words.funding(row, listed) for row in reversed(rows) if row["symbol"] == listed.market_id]
            begin = end + 1
        return told

    async def account_mode(self, calls: Calls, listed: Sequence[Listed]) -> dict[str, Any]:
        levels, modes, margins = [], set(), set()
        for each in listed:
            account = await self._settings(calls, each)
            levels.append((each.instrument.symbol, _leverage(account)))
            modes.add(MODES.get(account["posMode"], account["posMode"]))
            margins.add(MARGINS.get(account["marginMode"], account["marginMode"]))
        return {
            "position_mode": "/".join(sorted(modes)) or None,
            "margin_mode": "/".join(sorted(margins)) or None,
            "leverage": tuple(levels),
        }

    async def _settings(self, calls: Calls, listed: Listed) -> Mapping[str, Any]:
        asked = {"symbol": listed.market_id, "productType": PRODUCT, "marginCoin": MARGIN_COIN}
        answer = await calls.ask(Call("privateMixGetV2MixAccountAccount", asked))
        account = words.data_of(answer)
        if not isinstance(account, Mapping) or "posMode" not in account:
            raise self.trouble("account", answer)
        return account

    def set_leverage(self, listed: Listed, leverage: int) -> Call:
        params = {
            "symbol": listed.market_id, "productType": PRODUCT, "marginCoin": MARGIN_COIN, "leverage": str(leverage),
        }  # fmt: skip
        return Call("privateMixPostV2MixAccountSetLeverage", params)

    def book_call(self, market_id: str) -> Call:
        asked = {"symbol": market_id, "productType": PRODUCT, "limit": "1"}
        return Call("publicMixGetV2MixMarketMergeDepth", asked)

    # Streams

    def hear_account(self, channel: str, frame: Any, listed: Mapping[str, Listed]) -> Sequence[Heard]:
        if channel == "account":
            # The wallet alone is no balance of ours, since what positions cost is told elsewhere, and later or earlier:
            # it says that there is something to ask for.
            return [BalancesTold((), int(frame["ts"]), is_whole=False)]
        rows = [row for row in frame["data"] if row.get("instId") in listed]
        told = [words.position(row, listed[row["instId"]]) for row in rows]
        open_now = {(row["instId"], words.side_of(row)) for row in rows}
        for market_id, each in listed.items():
            sides = ("long", "short") if each.instrument.is_hedged else ("both",)
            gone = [side for side in sides if (market_id, side) not in open_now]
            told += [words.no_position(each, side, int(frame["ts"])) for side in gone]
        return told


def _leverage(account: Mapping[str, Any]) -> int:
    """What positions of this symbol are opened with."""
    name = "crossedMarginLeverage" if account["marginMode"] == "crossed" else "isolatedLongLever"
    return int(number(account[name]))


def _sizes(rows: Sequence[words.Row]) -> list[tuple[str, str, str, str]]:
    return sorted((row["symbol"], row["holdSide"], str(row["total"]), str(row["openPriceAvg"])) for row in rows)


def _as_ledger(accounts: Sequence[words.Row], held: Sequence[words.Row]) -> tuple[tuple[str, Decimal, Decimal], ...]:
    """The wallets less what positions cost, and each position under its own name (docs/futures.md).

    What Bitget calls equity has in it what open positions have won or lost so far.
    """
    costs: dict[str, list[tuple[Decimal, Decimal]]] = {}
    sizes: dict[str, Decimal] = {}
    for row in held:
        coin, size = str(row["marginCoin"]).upper(), number(row["total"])
        signed = -size if row["holdSide"] == "short" else size
        if not signed or not str(row["symbol"]).endswith(coin):
            continue
        costs.setdefault(coin, []).append((signed, number(row["openPriceAvg"])))
        asset = f"{str(row['symbol']).removesuffix(coin)}/{coin}{POSITION_SUFFIX}"
        sizes[asset] = sizes.get(asset, ZERO) + signed
    wallets = []
    for account in accounts:
        coin = str(account["marginCoin"]).upper()
        wallet = number(account["accountEquity"]) - number_or_zero(account["unrealizedPL"])
        wallets.append((coin, cash(wallet, costs.get(coin, [])), number_or_zero(account["locked"])))
    return (*wallets, *((asset, size, ZERO) for asset, size in sizes.items()))
