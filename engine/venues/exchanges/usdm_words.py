"""What Binance's USDM futures say, read: rules and brackets, orders and trades, frames of the account. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from engine.domain.instrument import POSITION_SUFFIX, SHORT_SUFFIX, FeeAsset, MarginBracket, PriceBand, VenueRules
from engine.domain.messages import RejectCode, RejectReason
from engine.domain.money import ZERO
from engine.domain.order import Fill, Liquidity, OrderState, Side
from engine.venues.exchanges.binance_words import MONEY, OK, SERVER_ERROR, STATES, code_of, plain, trade_id
from engine.venues.exchanges.dialect import POST_ONLY_ENDED, Answer, FundingTold, Listed, PositionTold, Seen
from engine.venues.exchanges.written import number, number_or_none
from engine.venues.tape import instant

#: Certain noes to an order, by their code.
MEANINGS = {
    -2019: RejectCode.INSUFFICIENT_FUNDS,
    -5022: RejectCode.POST_ONLY,
    -4013: RejectCode.PRICE_INCREMENT,
    -4014: RejectCode.PRICE_INCREMENT,
    -1111: RejectCode.SIZE_INCREMENT,
    -4023: RejectCode.SIZE_INCREMENT,
    -4003: RejectCode.MIN_QUANTITY,
    -4004: RejectCode.MIN_QUANTITY,
    -4005: RejectCode.MAX_QUANTITY,
    -4164: RejectCode.MIN_NOTIONAL,
    -2025: RejectCode.MAX_OPEN_ORDERS,
    -4116: RejectCode.DUPLICATE_ID,
    -4131: RejectCode.NO_MARKET,
    -4140: RejectCode.SUSPENDED,
    -1121: RejectCode.NO_MARKET,
}
#: Codes that mean for certain that no order came of a request: the engine's own noes (-20xx), what a filter refuses and
#: what does not fit the account's modes (-4xxx), too many requests, not understood, not signed, no right to.
CERTAIN = frozenset(
    {*MEANINGS, -1002, -1003, -1013, -1015, -1020, -1021, -1022, -1100, -1101, -1102, -1103, -1104, -1105, -1106, -1108}
    | {-1112, -1114, -1115, -1116, -1117, -1118, -1119, -1130, -1131, -2010, -2014, -2015, -2018, -2020, -2021, -2022}
    | {-2023, -2024, -2026, -2027, -2028, -4001, -4002, -4006, -4007, -4015, -4016, -4024, -4060, -4061, -4087, -4088}
    | {-4109, -4118, -4183, -4184, -4400, -5021, -5028}
)
MAKER_ONLY = "GTX"
MODES = {True: "hedge", False: "one_way"}
#: Trades by which the venue itself closes positions carry these as their execution type.
TRADES = frozenset({"TRADE", "CALCULATED"})


def refusal_of(answer: Answer) -> RejectReason | None:
    """A certain no to an order; None for everything else."""
    code = code_of(answer)
    if code not in CERTAIN or answer.status >= SERVER_ERROR or answer.status == OK:
        return None
    return RejectReason(MEANINGS.get(code, RejectCode.OTHER), f"{code} {answer.body.get('msg', '')}"[:200])


def rules_of(row: Mapping[str, Any], maker: Decimal, taker: Decimal) -> VenueRules:
    """The rules that a symbol of exchangeInfo states. An order may be a market order, so both largest sizes hold."""
    by_kind = {each["filterType"]: each for each in row["filters"]}
    size = by_kind["LOT_SIZE"]
    market = by_kind.get("MARKET_LOT_SIZE", size)
    most = [plain(each["maxQty"]) for each in (size, market) if plain(each["maxQty"])]
    return VenueRules(
        (PriceBand(ZERO, plain(by_kind["PRICE_FILTER"]["tickSize"])),),
        plain(size["stepSize"]),
        max(plain(size["minQty"]), plain(market["minQty"])),
        min(most) if most else None,
        plain(by_kind["MIN_NOTIONAL"]["notional"]),
        int(by_kind["MAX_NUM_ORDERS"]["limit"]),
        maker,
        taker,
        FeeAsset.QUOTE,
        MONEY,
    )


def brackets_of(rows: Sequence[Mapping[str, Any]]) -> tuple[MarginBracket, ...]:
    """A symbol's brackets, ascending; Binance tells them either way round."""
    told = (
        MarginBracket(
            plain(row["notionalFloor"]), plain(row["notionalCap"]), int(row["initialLeverage"]),
            plain(row["maintMarginRatio"]), plain(row["cum"]),
        )
        for row in rows
    )  # fmt: skip
    return tuple(sorted(told, key=lambda bracket: bracket.from_value))


def seen_of(row: Mapping[str, Any], listed: Listed) -> Seen:
    """An order as answers tell it."""
    at_ms = int(row["updateTime"])
    state = STATES[row["status"]]
    return ended(
        Seen(
            str(row["clientOrderId"]), str(row["orderId"]), listed.instrument.symbol, Side(str(row["side"]).lower()),
            number(row["price"]) or None, number(row["origQty"]), number(row["executedQty"]), state, at_ms, at_ms,
            is_reduce_only=bool(row["reduceOnly"]),
        ),
        str(row["status"]),
        str(row["timeInForce"]),
    )  # fmt: skip


def report_of(frame: Mapping[str, Any], listed: Listed) -> Seen:
    """An ORDER_TRADE_UPDATE."""
    event, at_ms = frame["o"], int(frame["T"])
    symbol, side, identity = listed.instrument.symbol, Side(str(event["S"]).lower()), str(event["c"])
    seen = Seen(
        identity, str(event["i"]), symbol, side, number(event["p"]) or None, number(event["q"]), number(event["z"]),
        STATES[event["X"]], at_ms, at_ms, is_reduce_only=bool(event["R"]),
    )  # fmt: skip
    if event["x"] not in TRADES:
        return ended(seen, str(event["X"]), str(event["f"]))
    fill = Fill(
        listed.instrument.venue, trade_id(listed, event["t"]), identity, symbol, side, number(event["L"]),
        number(event["l"]), number(event.get("n") or 0), str(event.get("N") or ""),
        Liquidity.MAKER if event["m"] else Liquidity.TAKER, instant(at_ms),
    )  # fmt: skip
    return replace(seen, fills=(fill,))


def ended(seen: Seen, status: str, time_in_force: str) -> Seen:
    """A post-only order that was taken and ended at once, because it would have traded."""
    if status == "EXPIRED" and time_in_force == MAKER_ONLY and not seen.filled_quantity and not seen.is_reduce_only:
        return replace(seen, state=OrderState.REJECTED, reason=POST_ONLY_ENDED)
    return seen


def fill_of(row: Mapping[str, Any], seen: Seen, listed: Listed) -> Fill:
    """One of an order's trades."""
    return Fill(
        listed.instrument.venue, trade_id(listed, row["id"]), seen.client_order_id, seen.symbol, seen.side,
        number(row["price"]), number(row["qty"]), number(row["commission"]), str(row["commissionAsset"]),
        Liquidity.MAKER if row["maker"] else Liquidity.TAKER, instant(int(row["time"])),
    )  # fmt: skip


def ledger_of(account: Mapping[str, Any]) -> tuple[tuple[str, Decimal, Decimal], ...]:
    """The wallets less what positions cost, and each position under its own name (docs/futures.md).

    What a position cost is its value less what it has won or lost: both are told exactly, its entry price is not.
    Positions of instruments that the account does not trade here cost their quote, too.
    """
    spent: dict[str, Decimal] = {}
    sizes: dict[str, Decimal] = {}
    quotes = sorted((str(row["asset"]) for row in account["assets"]), key=len, reverse=True)
    for row in account["positions"]:
        size = number(row["positionAmt"])
        if not size:
            continue
        market = str(row["symbol"])
        quote = next((each for each in quotes if market.endswith(each)), "")
        cost = number(row["notional"]) - number(row["unrealizedProfit"])
        spent[quote] = spent.get(quote, ZERO) + cost
        symbol = f"{market.removesuffix(quote)}/{quote}"
        suffix = SHORT_SUFFIX if row["positionSide"] == "SHORT" else POSITION_SUFFIX
        sizes[symbol + suffix] = size
    rows = []
    for row in account["assets"]:
        asset = str(row["asset"])
        wallet = number(row["walletBalance"])
        total = (wallet - spent.get(asset, ZERO)).quantize(MONEY, ROUND_HALF_EVEN)
        if total or wallet:
            rows.append((asset, total, number(row["initialMargin"])))
    return (*rows, *((asset, size, ZERO) for asset, size in sizes.items()))


def position_of(row: Mapping[str, Any], listed: Listed, leverage: int | None) -> PositionTold:
    """A row of positionRisk. A liquidation price of 0 is none."""
    liquidation = number_or_none(row.get("liquidationPrice"))
    isolated = number_or_none(row.get("isolatedWallet"))
    return PositionTold(
        listed.instrument.symbol, str(row["positionSide"]).lower(), number(row["positionAmt"]),
        number(row["entryPrice"]), number_or_none(row.get("markPrice")), liquidation or None,
        number_or_none(row.get("unRealizedProfit")), leverage, None if isolated is None else bool(isolated),
        int(row["updateTime"]),
    )  # fmt: skip


def moved_position(row: Mapping[str, Any], listed: Listed, at_ms: int) -> PositionTold:
    """A position of an ACCOUNT_UPDATE."""
    return PositionTold(
        listed.instrument.symbol, str(row["ps"]).lower(), number(row["pa"]), number(row["ep"]), None, None,
        number(row["up"]), None, row["mt"] == "isolated", at_ms,
    )  # fmt: skip


def funding_of(row: Mapping[str, Any], listed: Listed) -> FundingTold:
    """A row of income."""
    reference = f"funding:{listed.instrument.venue}:{listed.market_id}:{row['tranId']}"
    return FundingTold(
        listed.instrument.symbol, str(row["asset"]), number(row["income"]), reference, int(row["time"])
    )  # fmt: skip
