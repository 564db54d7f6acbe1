"""What Bitget writes (classic account, API version 2): rows of spot and futures as orders, fills, positions. Pure."""

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

GOOD = "00000"
#: The certain no to an order, by code. Not among them: 40010, 40015, 40200, 40604, 40725, 40908, 40910 and 45001, which
#: say that nobody knows.
REFUSALS: Mapping[str, RejectCode] = {
    "43012": RejectCode.INSUFFICIENT_FUNDS,
    "40754": RejectCode.INSUFFICIENT_FUNDS,
    "40762": RejectCode.INSUFFICIENT_FUNDS,
    "40798": RejectCode.INSUFFICIENT_FUNDS,
    "40800": RejectCode.INSUFFICIENT_FUNDS,
    "45002": RejectCode.INSUFFICIENT_FUNDS,
    "41103": RejectCode.PRICE_INCREMENT,
    "43028": RejectCode.PRICE_INCREMENT,
    "45035": RejectCode.PRICE_INCREMENT,
    "45115": RejectCode.PRICE_INCREMENT,
    "22038": RejectCode.SIZE_INCREMENT,
    "43006": RejectCode.MIN_QUANTITY,
    "45111": RejectCode.MIN_QUANTITY,
    "43007": RejectCode.MAX_QUANTITY,
    "45112": RejectCode.MAX_QUANTITY,
    "45113": RejectCode.MAX_QUANTITY,
    "45120": RejectCode.MAX_QUANTITY,
    "40921": RejectCode.MAX_QUANTITY,
    "22034": RejectCode.MIN_NOTIONAL,
    "43010": RejectCode.MIN_NOTIONAL,
    "43027": RejectCode.MIN_NOTIONAL,
    "43037": RejectCode.MIN_NOTIONAL,
    "43042": RejectCode.MIN_NOTIONAL,
    "45110": RejectCode.MIN_NOTIONAL,
    "45114": RejectCode.MIN_NOTIONAL,
    "40715": RejectCode.MAX_OPEN_ORDERS,
    "40723": RejectCode.MAX_OPEN_ORDERS,
    "40761": RejectCode.MAX_OPEN_ORDERS,
    "43005": RejectCode.MAX_OPEN_ORDERS,
    "43128": RejectCode.MAX_OPEN_ORDERS,
    "45118": RejectCode.MAX_OPEN_ORDERS,
    "43118": RejectCode.DUPLICATE_ID,
    "45034": RejectCode.DUPLICATE_ID,
    "50060": RejectCode.DUPLICATE_ID,
    "22045": RejectCode.NO_MARKET,
    "40720": RejectCode.NO_MARKET,
    "40825": RejectCode.NO_MARKET,
    "41113": RejectCode.SUSPENDED,
    "41114": RejectCode.SUSPENDED,
    "45043": RejectCode.SUSPENDED,
    # A parameter, a price too far away, a position that is not there.
    **dict.fromkeys(
        ("40017", "40019", "40020", "40034", "40102", "40304", "40305", "40309", "40402", "40706", "40774", "40805",
         "40808", "40815", "40816", "40844", "40845", "43008", "43009", "43011", "43043", "43050",
         "43115", "43119", "43120", "22002", "22006", "22007", "45021", "45109"),
        RejectCode.OTHER,
    ),
    # The request was not let in: its signature, its key, its address or its form.
    **dict.fromkeys(
        ("40001", "40002", "40003", "40005", "40006", "40007", "40008", "40009", "40011", "40012", "40014", "40018",
         "40024", "40036", "40037", "40038", "40040", "40041", "40085"),
        RejectCode.OTHER,
    ),
}  # fmt: skip
#: Turned away at the door because too many came, and how long the door counts: nothing was done with the order.
TOO_MANY, DOOR_S = frozenset({"429", "30007"}), 1
#: A cancel of an order that is gone already.
GONE = frozenset({"43001", "43004", "40768", "40109", "22001", "31007", "45031", "45055", "45057"})
#: A question about an order that is not there.
NOT_FOUND = frozenset({"43001", "40109", "40768", "45057"})
STATES = {
    "live": OrderState.OPEN,
    "new": OrderState.OPEN,
    "init": OrderState.OPEN,
    "partially_filled": OrderState.OPEN,
    "filled": OrderState.FILLED,
    "cancelled": OrderState.CANCELED,
    "canceled": OrderState.CANCELED,
}
#: Bitget gives no reason when it ends a post-only order that would have traded, but it does it at once.
AT_ONCE_MS = 1_000


def code_of(answer: Answer) -> str:
    """The code of an answer of Bitget's own form; "" for anything else."""
    body = answer.body
    return str(body["code"]) if isinstance(body, Mapping) and "code" in body else ""


def data_of(answer: Answer) -> Any:
    """What a success brought; None for everything else, an empty page or another form among them."""
    body = answer.body
    if answer.status != 200 or code_of(answer) != GOOD or not isinstance(body, Mapping) or "requestTime" not in body:
        return None
    return body.get("data")


def list_of(answer: Answer, name: str = "") -> Sequence[Row] | None:
    """A list, by its name where it is inside something; Bitget writes null for an empty one there."""
    data = data_of(answer)
    if name:
        if not isinstance(data, Mapping) or name not in data:
            return None
        data = [] if data[name] is None else data[name]
    return data if isinstance(data, list) else None


def refusal(answer: Answer) -> RejectReason | None:
    """The exchange's certain no by its named list."""
    if not isinstance(answer.body, Mapping) or answer.status >= 500:
        return None
    code, text = code_of(answer), str(answer.body.get("msg"))
    if code in TOO_MANY:
        return RejectReason(RejectCode.NOT_SENT, f"{code} {text}", DOOR_S)
    found = REFUSALS.get(code)
    if found is None:
        return None
    if code == "40808" and "checkBDScale" in text:
        found = RejectCode.SIZE_INCREMENT if "size" in text else RejectCode.PRICE_INCREMENT
    return RejectReason(found, f"{code} {text}")


def spot_seen(row: Row, listed: Listed, fills: tuple[Fill, ...] = (), *, is_post_only: bool) -> Seen:
    """An order of REST. In the list of open orders the limit price stands in `priceAvg`, and there is no `price`."""
    filled = number_or_zero(row["baseVolume"])
    by_money = row["orderType"] == "market" and row["side"] == "buy"
    quantity = filled if by_money else number(row["size"])
    price = number_or_none(row["price"] if "price" in row else row["priceAvg"])
    return _seen(row, listed, Side(row["side"]), price or None, quantity, filled, fills, is_post_only, is_reduce=False)


def mix_seen(row: Row, listed: Listed, fills: tuple[Fill, ...] = ()) -> Seen:
    """An order of REST; sizes are in base."""
    filled = number_or_zero(row["baseVolume"])
    price = number_or_none(row["price"])
    is_post_only = row["force"] == "post_only"
    return _seen(
        row, listed, traded_side(row), price or None, number(row["size"]), filled, fills, is_post_only,
        is_reduce=is_reducing(row),
    )  # fmt: skip


def pushed_seen(row: Row, listed: Listed) -> Seen:
    """A row of the channel `orders` of either market."""
    is_mix = "posMode" in row
    filled = number_or_zero(row["accBaseVolume"])
    by_money = not is_mix and row["orderType"] == "market" and row["side"] == "buy"
    quantity = filled if by_money else number(row["size"] if is_mix else row["newSize"])
    price = number_or_none(row.get("price"))
    side = traded_side(row) if is_mix else Side(row["side"])
    fill = _pushed_fill(row, listed, side)
    return _seen(
        row, listed, side, price or None, quantity, filled, (fill,) if fill else (), row["force"] == "post_only",
        is_reduce=is_mix and is_reducing(row),
    )  # fmt: skip


def traded_side(row: Row) -> Side:
    """In hedge mode `side` names the position: buy and close sells out of a long one."""
    named = Side(str(row["side"]).lower())
    is_closing = row.get("posMode") == "hedge_mode" and str(row["tradeSide"]).lower().startswith("close")
    return named.opposite if is_closing else named


def is_reducing(row: Row) -> bool:
    if row.get("posMode") == "hedge_mode":
        return str(row["tradeSide"]).lower().startswith("close")
    return str(row.get("reduceOnly", "")).lower() == "yes"


def _seen(
    row: Row,
    listed: Listed,
    side: Side,
    price: Decimal | None,
    quantity: Decimal,
    filled: Decimal,
    fills: tuple[Fill, ...],
    is_post_only: bool,
    *,
    is_reduce: bool,
) -> Seen:
    state, reason = STATES[row["status"] if "status" in row else row["state"]], ""
    made_ms = int(row["cTime"])
    at_ms = int(row.get("uTime") or made_ms)
    is_at_once = at_ms - made_ms < AT_ONCE_MS and not filled and not row.get("cancelReason")
    if state is OrderState.CANCELED and is_post_only and is_at_once:
        state, reason = OrderState.REJECTED, POST_ONLY_ENDED
    return Seen(
        str(row.get("clientOid") or ""), str(row["orderId"]), listed.instrument.symbol, side, price, quantity, filled,
        state, at_ms, at_ms, fills, is_reduce, reason,
    )  # fmt: skip


def _pushed_fill(row: Row, listed: Listed, side: Side) -> Fill | None:
    if not row.get("tradeId") or not number_or_zero(row.get("baseVolume")):
        return None
    return Fill(
        listed.instrument.venue, f"{row['orderId']}-{row['tradeId']}", str(row["clientOid"]), listed.instrument.symbol,
        side, number(row["fillPrice"]), number(row["baseVolume"]), ZERO - number_or_zero(row["fillFee"]),
        str(row["fillFeeCoin"]), Liquidity.MAKER if row["tradeScope"] == "M" else Liquidity.TAKER,
        instant(int(row["fillTime"])),
    )  # fmt: skip


def fill(row: Row, listed: Listed, client_order_id: str) -> Fill:
    """A row of `trade/fills` or `order/fills`: neither names the client order id."""
    is_mix = "posMode" in row
    fee, fee_asset = _fee(row["feeDetail"])
    return Fill(
        listed.instrument.venue, f"{row['orderId']}-{row['tradeId']}", client_order_id, listed.instrument.symbol,
        traded_side(row) if is_mix else Side(row["side"]), number(row["price"] if is_mix else row["priceAvg"]),
        number(row["baseVolume"] if is_mix else row["size"]), fee, fee_asset,
        Liquidity.MAKER if row["tradeScope"] == "maker" else Liquidity.TAKER, instant(int(row["cTime"])),
    )  # fmt: skip


def _fee(told: Any) -> tuple[Decimal, str]:
    """One object on spot, a list on futures; what is paid is negative. Raises ValueError for fees in two coins."""
    parts = told if isinstance(told, list) else [told]
    coins = {str(part["feeCoin"]) for part in parts}
    if len(coins) != 1:
        raise ValueError(f"a fee in {len(coins)} coins")
    return ZERO - sum((number_or_zero(part["totalFee"]) for part in parts), ZERO), coins.pop()


def position(row: Row, listed: Listed) -> PositionTold:
    """A row of `all-position` or of the channel `positions`."""
    size = number(row["total"])
    lever = number_or_none(row.get("leverage"))
    return PositionTold(
        listed.instrument.symbol, side_of(row), -size if row["holdSide"] == "short" else size,
        number_or_zero(row["openPriceAvg"]), number_or_none(row.get("markPrice")),
        number_or_none(row.get("liquidationPrice")) or None, number_or_none(row.get("unrealizedPL")),
        None if lever is None else int(lever), row.get("marginMode") == "isolated", int(row["uTime"]),
    )  # fmt: skip


def side_of(row: Row) -> str:
    return str(row["holdSide"]) if row["posMode"] == "hedge_mode" else "both"


def no_position(listed: Listed, side: str, at_ms: int) -> PositionTold:
    """The channel tells what is open; what it does not tell is not there."""
    return PositionTold(listed.instrument.symbol, side, ZERO, ZERO, None, None, ZERO, None, None, at_ms)


def funding(row: Row, listed: Listed) -> FundingTold:
    """A bill of `contract_settle_fee`."""
    return FundingTold(
        listed.instrument.symbol, str(row["coin"]), number(row["amount"]), str(row["billId"]), int(row["cTime"])
    )  # fmt: skip


def brackets(tiers: Sequence[Row]) -> tuple[MarginBracket, ...]:
    """Rows of `query-position-lever`, in quote. A level's rate holds for the whole position."""
    told = (
        MarginBracket(
            number(row["startUnit"]), number(row["endUnit"]), int(number(row["leverage"])),
            number(row["keepMarginRate"]),
        )
        for row in tiers
    )  # fmt: skip
    return tuple(sorted(told, key=lambda bracket: bracket.from_value))
