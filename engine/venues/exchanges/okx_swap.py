"""OKX's perpetual swaps that are settled in their quote: contracts, positions, leverage, funding."""

from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from engine.domain import phrases
from engine.domain.instrument import POSITION_SUFFIX, FeeAsset, Instrument, InstrumentKind, MarginBracket
from engine.domain.money import ZERO, floor_to
from engine.domain.order import Order, Side
from engine.domain.sentences import say
from engine.errors import VenueUnavailable
from engine.venues.exchanges import okx_words as words
from engine.venues.exchanges.dialect import (
    BalancesTold,
    Call,
    Calls,
    FundingTold,
    Heard,
    Listed,
    NoAnswer,
    PositionTold,
)
from engine.venues.exchanges.okx import Okx, balances_of, rules_of
from engine.venues.exchanges.written import cash, number, number_or_zero

#: What ends the name of a swap.
SWAP = "-SWAP"
#: Positions and balance are two questions: they are asked again until nothing traded between them.
TRIES = 5
#: `account/bills` goes so far back; before that it is `account/bills-archive`.
RECENT_BILLS_MS = 6 * 24 * 3_600_000
MODES = {"net_mode": "one_way", "long_short_mode": "hedge"}


class OkxSwap(Okx):
    """`Dialect` of the swaps. All margin is cross; sizes on the wire are contracts of `contract_size` base."""

    exchange = "okxswap"
    has_positions = True
    private_acks = 3
    inst_type = "SWAP"
    levels = ("2",)

    def __init__(self) -> None:
        #: How much base one contract is, by OKX's name of the swap; it never changes.
        self._units: dict[str, Decimal] = {}

    def options(self) -> Mapping[str, Any]:
        return {"options": {"fetchMarkets": {"types": ["swap"]}, "defaultType": "swap"}}

    def market_id(self, symbol: str) -> str:
        return symbol.replace("/", "-") + SWAP

    async def instruments(self, calls: Calls, venue: str, symbols: Sequence[str]) -> Sequence[Listed]:
        listed = await super().instruments(calls, venue, symbols)
        is_hedged = (await self.config(calls))["posMode"] == "long_short_mode"
        levels = dict(await self._leverage(calls, listed))
        told = []
        for each in listed:
            brackets = await self._brackets(calls, each)
            rules = replace(each.instrument.rules, leverage=levels[each.instrument.symbol], brackets=brackets)
            told.append(replace(each, instrument=replace(each.instrument, rules=rules, is_hedged=is_hedged)))
        return told

    async def _brackets(self, calls: Calls, listed: Listed) -> tuple[MarginBracket, ...]:
        """Told in contracts: worth so much at a price of two digits not above the mark, so that they seldom change."""
        family = listed.market_id.removesuffix(SWAP)
        answer = await calls.ask(
            Call("publicGetPublicPositionTiers", {"instType": "SWAP", "tdMode": "cross", "instFamily": family})
        )
        tiers = words.rows_of(answer)
        asked = {"instType": "SWAP", "instId": listed.market_id}
        marks = words.rows_of(await calls.ask(Call("publicGetPublicMarkPrice", asked)))
        if tiers is None or not marks:
            raise self.trouble("position-tiers", answer)
        mark = number_or_zero(marks[0]["markPx"])
        if not mark:
            return ()
        price = floor_to(mark, Decimal(1).scaleb(mark.adjusted() - 1))
        return words.brackets(tiers, price * listed.instrument.contract_size)

    def described(self, venue: str, symbol: str, row: words.Row, fees: tuple[Decimal, Decimal]) -> Instrument:
        base, quote = symbol.split("/")
        if row["settleCcy"] != quote or row["ctType"] != "linear" or row["ctValCcy"] != base:
            cause = f"{row['instId']} is no linear swap"
            raise VenueUnavailable(say(phrases.FEED_STRANGE, exchange=self.exchange, cause=cause))
        unit = self._units[row["instId"]] = _unit(row)
        rules = rules_of(row, unit, fees, FeeAsset.QUOTE)
        return Instrument(venue, symbol, base, quote, rules, InstrumentKind.PERP, unit)

    def place(self, order: Order, listed: Listed, best: Decimal | None) -> Call:
        call = super().place(order, listed, best)
        params = dict(call.params) | {"tdMode": "cross"}
        params.pop("tgtCcy", None)
        if listed.instrument.is_hedged:
            # What an order is for follows from its side and whether it closes; OKX takes no reduceOnly here.
            params["posSide"] = "long" if (order.side is Side.BUY) != order.is_reduce_only else "short"
        else:
            params["posSide"] = "net"
            if order.is_reduce_only:
                params["reduceOnly"] = "true"
        return self.entry(order, params)

    async def balances(self, calls: Calls) -> BalancesTold:
        for _ in range(TRIES):
            before = await self._held(calls)
            row = await self._account(calls)
            held = await self._held(calls)
            if _sizes(before) == _sizes(held):
                return BalancesTold(await self._as_ledger(calls, row, held), int(row["uTime"]), is_whole=True)
        raise NoAnswer(f"{self.exchange}: positions change while they are asked for")

    async def _as_ledger(
        self, calls: Calls, account: words.Row, held: Sequence[words.Row]
    ) -> tuple[tuple[str, Decimal, Decimal], ...]:
        """The wallets less what positions cost, and each position under its own name (docs/futures.md)."""
        costs: dict[str, list[tuple[Decimal, Decimal]]] = {}
        sizes: dict[str, Decimal] = {}
        for row in held:
            base, quote, *_ = str(row["instId"]).split("-")
            if row["ccy"] != quote or not number_or_zero(row["pos"]):
                # An inverse swap is settled in its base: nothing of ours.
                continue
            size = words.signed_size(row) * await self._unit_of(calls, str(row["instId"]))
            costs.setdefault(quote, []).append((size, number(row["avgPx"])))
            asset = f"{base}/{quote}{POSITION_SUFFIX}"
            sizes[asset] = sizes.get(asset, ZERO) + size
        wallets = [
            (asset, cash(total, costs.get(asset, [])), reserved) for asset, total, reserved in balances_of(account)
        ]  # fmt: skip
        return (*wallets, *((asset, size, ZERO) for asset, size in sizes.items()))

    async def _unit_of(self, calls: Calls, market_id: str) -> Decimal:
        if market_id not in self._units:
            asked = {"instType": "SWAP", "instId": market_id}
            rows = words.rows_of(await calls.ask(Call("publicGetPublicInstruments", asked)))
            if not rows:
                raise NoAnswer(f"{self.exchange}: nothing known of {market_id}")
            self._units[market_id] = _unit(rows[0])
        return self._units[market_id]

    async def positions(self, calls: Calls, listed: Sequence[Listed]) -> Sequence[PositionTold]:
        known = {each.market_id: each for each in listed}
        rows = await self._held(calls)
        return [words.position(row, known[row["instId"]]) for row in rows if row["instId"] in known]

    async def _held(self, calls: Calls) -> Sequence[words.Row]:
        rows = words.rows_of(await calls.ask(Call("privateGetAccountPositions", {"instType": "SWAP"})))
        if rows is None:
            raise NoAnswer(f"{self.exchange}: no positions")
        return rows

    async def funding(self, calls: Calls, listed: Listed, since_ms: int) -> Sequence[FundingTold]:
        now_ms = await self.server_time_ms(calls)
        is_recent = now_ms is not None and now_ms - since_ms < RECENT_BILLS_MS
        rows = await self._pages(
            calls,
            "privateGetAccountBills" if is_recent else "privateGetAccountBillsArchive",
            {"instType": "SWAP", "type": "8", "begin": str(since_ms)},
            "billId",
        )
        told = [words.funding(row, listed) for row in reversed(rows) if row["instId"] == listed.market_id]
        return [each for each in told if each.at_ms >= since_ms]

    async def account_mode(self, calls: Calls, config: words.Row, listed: Sequence[Listed]) -> dict[str, Any]:
        return {
            "position_mode": MODES.get(str(config["posMode"]), str(config["posMode"])),
            "margin_mode": "cross",
            "leverage": await self._leverage(calls, listed),
        }

    async def _leverage(self, calls: Calls, listed: Sequence[Listed]) -> tuple[tuple[str, int], ...]:
        told = []
        for each in listed:
            asked = {"instId": each.market_id, "mgnMode": "cross"}
            answer = await calls.ask(Call("privateGetAccountLeverageInfo", asked))
            rows = words.rows_of(answer)
            if not rows:
                raise self.trouble("leverage-info", answer)
            told.append((each.instrument.symbol, int(number(rows[0]["lever"]))))
        return tuple(told)

    def set_leverage(self, listed: Listed, leverage: int) -> Call:
        params = {"instId": listed.market_id, "lever": str(leverage), "mgnMode": "cross"}
        return Call("privatePostAccountSetLeverage", params)

    def private_streams(self, ccxt: Any, listed: Sequence[Listed]) -> Sequence[Awaitable[object]]:
        return [*super().private_streams(ccxt, listed), ccxt.watch_positions()]

    def hear_account(self, channel: str, frame: Any, listed: Mapping[str, Listed]) -> Sequence[Heard] | None:
        if channel == "account":
            # The wallet alone is no balance of ours, since what positions cost is told elsewhere, and later or earlier:
            # it says that there is something to ask for. It comes every five seconds, too: then the wallet is the same.
            return [
                BalancesTold((), int(row["uTime"]), is_whole=False, mark=_wallet(row)) for row in frame["data"][-1:]
            ]
        if channel != "positions":
            return None
        rows = [row for row in frame["data"] if row["instId"] in listed]
        return [words.position(row, listed[row["instId"]]) for row in rows]


def _unit(row: words.Row) -> Decimal:
    """Base of one contract: its value times its multiplier."""
    return number(row["ctVal"]) * number(row["ctMult"] or "1")


def _wallet(row: words.Row) -> tuple[tuple[str, Decimal], ...]:
    return tuple((asset, total) for asset, total, _ in balances_of(row))


def _sizes(rows: Sequence[words.Row]) -> list[tuple[str, str, str, str]]:
    return sorted((row["instId"], row["posSide"], row["pos"], row["avgPx"]) for row in rows)
