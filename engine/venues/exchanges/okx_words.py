"""What OKX writes (API version 5): rows of its answers and frames as orders, fills, positions. Pure."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from engine.domain.instrument import MarginBracket
from engine.domain.money import ZERO
from engine.domain.order import Fill, Liquidity, OrderState, Side
from engine.domain.rejections import RejectCode, RejectReason
from engine.venues.exchanges.dialect import POST_ONLY_ENDED, Answer, FundingTold, Listed, PositionTold, Seen
from engine.venues.exchanges.written import number, number_or_none, number_or_zero
from engine.venues.tape import instant

Row = Mapping[str, Any]

#: The certain no to an order, by sCode. Not among them: 50001, 50004, 50013 and 50026, which say that nobody knows.
REFUSALS: Mapping[str, RejectCode] = {
    "51000": RejectCode.OTHER,
    "51001": RejectCode.OTHER,
    "51004": RejectCode.MAX_QUANTITY,
    "51005": RejectCode.MAX_QUANTITY,
    "51006": RejectCode.PRICE_INCREMENT,
    "51007": RejectCode.MIN_QUANTITY,
    "51008": RejectCode.INSUFFICIENT_FUNDS,
    "51009": RejectCode.OTHER,
    "51010": RejectCode.OTHER,
    "51016": RejectCode.DUPLICATE_ID,
    "51020": RejectCode.MIN_QUANTITY,
    "51021": RejectCode.OTHER,
    "51022": RejectCode.SUSPENDED,
    "51024": RejectCode.OTHER,
    "51027": RejectCode.OTHER,
    "51028": RejectCode.OTHER,
    "51029": RejectCode.OTHER,
    "51030": RejectCode.OTHER,
    "51100": RejectCode.MIN_QUANTITY,
    "51101": RejectCode.MAX_QUANTITY,
    "51102": RejectCode.MAX_OPEN_ORDERS,
    "51103": RejectCode.MAX_OPEN_ORDERS,
    "51109": RejectCode.NO_MARKET,
    "51112": RejectCode.OTHER,
    "51116": RejectCode.OTHER,
    "51118": RejectCode.MIN_NOTIONAL,
    "51119": RejectCode.INSUFFICIENT_FUNDS,
    "51120": RejectCode.MIN_QUANTITY,
    "51121": RejectCode.SIZE_INCREMENT,
    "51127": RejectCode.INSUFFICIENT_FUNDS,
    "51131": RejectCode.INSUFFICIENT_FUNDS,
    "51137": RejectCode.OTHER,
    "51138": RejectCode.OTHER,
    "51169": RejectCode.OTHER,
    "51174": RejectCode.MAX_OPEN_ORDERS,
    "51201": RejectCode.MAX_QUANTITY,
    "51202": RejectCode.MAX_QUANTITY,
    "51203": RejectCode.MAX_QUANTITY,
    "51205": RejectCode.OTHER,
    # The request was not let in: its signature, its key, its address or its form.
    "50002": RejectCode.OTHER,
    "50014": RejectCode.OTHER,
    "50027": RejectCode.OTHER,
    "50100": RejectCode.OTHER,
    "50101": RejectCode.OTHER,
    "50102": RejectCode.OTHER,
    "50103": RejectCode.OTHER,
    "50104": RejectCode.OTHER,
    "50105": RejectCode.OTHER,
    "50106": RejectCode.OTHER,
    "50107": RejectCode.OTHER,
    "50110": RejectCode.OTHER,
    "50111": RejectCode.OTHER,
    "50112": RejectCode.OTHER,
    "50113": RejectCode.OTHER,
    "50114": RejectCode.OTHER,
    "50119": RejectCode.OTHER,
    "50120": RejectCode.OTHER,
}
#: Turned away at the door because too many came, and how long the door counts: nothing was done with the order.
TOO_MANY, DOOR_S = frozenset({"50011", "50061"}), 2
#: What a cancel is answered with when it was taken, or when there is nothing left to cancel.
CANCELLED = frozenset({"0", "51400", "51401", "51402", "51410", "51603"})
NOT_FOUND = "51603"
STATES = {
    "live": OrderState.OPEN,
    "partially_filled": OrderState.OPEN,
    "filled": OrderState.FILLED,
    "canceled": OrderState.CANCELED,
    "mmp_canceled": OrderState.CANCELED,
}
#: The exchange ended a post-only order that would have traded.
ENDED_POST_ONLY = "31"


def code_of(answer: Answer) -> str:
    """The code of an answer of OKX's own form; "" for anything else."""
    body = answer.body
    return str(body["code"]) if isinstance(body, Mapping) and "code" in body else ""


def rows_of(answer: Answer) -> Sequence[Any] | None:
    """The rows of a success; None for everything else, an empty page or another form among them."""
    body = answer.body
    if answer.status != 200 or code_of(answer) != "0" or not isinstance(body, Mapping):
        return None
    rows = body.get("data")
    return rows if isinstance(rows, list) else None


def outcome_of(answer: Answer) -> Row | None:
    """The one row about an order in the answer to placing or cancelling it: with an sCode, also when the code is 1."""
    body = answer.body
    if not isinstance(body, Mapping) or answer.status >= 500:
        return None
    rows = body.get("data")
    if not isinstance(rows, list) or len(rows) != 1 or not isinstance(rows[0], Mapping):
        return None
    return rows[0] if rows[0].get("sCode") is not None else None


def refusal(answer: Answer) -> RejectReason | None:
    """The exchange's certain no by its named list."""
    if not isinstance(answer.body, Mapping) or answer.status >= 500:
        return None
    row = outcome_of(answer)
    code = str(row["sCode"]) if row is not None else code_of(answer)
    text = f"{code} {row.get('sMsg') if row is not None else answer.body.get('msg')}"
    if code in TOO_MANY:
        return RejectReason(RejectCode.NOT_SENT, text, DOOR_S)
    return RejectReason(REFUSALS[code], text) if code in REFUSALS else None


def seen(row: Row, listed: Listed, fills: tuple[Fill, ...] = ()) -> Seen:
    """An order of REST or of the channel `orders`. Sizes are contracts of a swap, and base on spot."""
    unit = listed.instrument.contract_size
    filled = number_or_zero(row["accFillSz"]) * unit
    asked = number(row["sz"]) * unit
    if row.get("tgtCcy") == "quote_ccy":
        # Somebody's market order by money: nothing else says how much base it is for.
        asked = filled
    state, reason = STATES[row["state"]], ""
    if state is OrderState.CANCELED and str(row.get("cancelSource", "")) == ENDED_POST_ONLY:
        state, reason = OrderState.REJECTED, POST_ONLY_ENDED
    price = number_or_none(row["px"])
    return Seen(
        str(row["clOrdId"]), str(row["ordId"]), listed.instrument.symbol, Side(row["side"]), price, asked, filled,
        state, int(row["uTime"]), int(row["uTime"]), fills, str(row.get("reduceOnly")) == "true", reason,
    )  # fmt: skip


def pushed_fill(row: Row, listed: Listed) -> Fill | None:
    """The execution that a frame of the channel `orders` tells, if it tells one."""
    if not row.get("tradeId") or not number_or_zero(row.get("fillSz")):
        return None
    return _fill(row, listed, row["fillFee"], row["fillFeeCcy"])


def fill(row: Row, listed: Listed) -> Fill:
    """A row of `trade/fills`."""
    return _fill(row, listed, row["fee"], row["feeCcy"])


def _fill(row: Row, listed: Listed, fee: object, fee_asset: str) -> Fill:
    # Trades are numbered for each instrument by itself, and both sides of one have the same number.
    return Fill(
        listed.instrument.venue, f"{row['ordId']}-{row['tradeId']}", str(row["clOrdId"]), listed.instrument.symbol,
        Side(row["side"]), number(row["fillPx"]), number(row["fillSz"]) * listed.instrument.contract_size,
        ZERO - number_or_zero(fee), str(fee_asset), Liquidity.MAKER if row["execType"] == "M" else Liquidity.TAKER,
        instant(int(row["fillTime"])),
    )  # fmt: skip


def position(row: Row, listed: Listed) -> PositionTold:
    """A row of `account/positions` or of the channel `positions`."""
    size = signed_size(row) * listed.instrument.contract_size
    side = "both" if row["posSide"] == "net" else str(row["posSide"])
    lever = number_or_none(row.get("lever"))
    return PositionTold(
        listed.instrument.symbol, side, size, number_or_zero(row["avgPx"]),
        number_or_none(row.get("markPx")), number_or_none(row.get("liqPx")), number_or_none(row.get("upl")),
        None if lever is None else int(lever), row.get("mgnMode") == "isolated", int(row["uTime"]),
    )  # fmt: skip


def signed_size(row: Row) -> Decimal:
    """A position in contracts, negative when short. In hedge mode OKX tells a short one positive."""
    size = number_or_zero(row["pos"])
    return -abs(size) if row["posSide"] == "short" else size


def funding(row: Row, listed: Listed) -> FundingTold:
    """A bill of type 8."""
    return FundingTold(
        listed.instrument.symbol, str(row["ccy"]), number(row["balChg"]), str(row["billId"]), int(row["ts"])
    )  # fmt: skip


def brackets(tiers: Sequence[Row], worth: Decimal) -> tuple[MarginBracket, ...]:
    """Rows of `position-tiers`, where a contract is worth so much. A tier's rate holds for the whole position."""
    told = (
        MarginBracket(
            number(row["minSz"]) * worth, number(row["maxSz"]) * worth, int(number(row["maxLever"])), number(row["mmr"])
        )
        for row in tiers
    )
    return tuple(sorted(told, key=lambda bracket: bracket.from_value))
