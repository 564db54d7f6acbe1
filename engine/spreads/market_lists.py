"""What exchanges list, and what they say of it beside prices: answers of their public endpoints, read. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from engine.domain.money import ONE
from engine.venues.tape import instant
from engine.venues.wire import number

Row = Mapping[str, Any]
#: What Binance writes as the day on which a perpetual future ends while it does not.
NEVER_MS = 4_133_404_800_000
#: Contracts of Bitget without a word of their own are paid each so many hours.
USUAL_HOURS = Decimal(8)


@dataclass(frozen=True, slots=True)
class Listed:
    """A market of an exchange. `contract` is the base of one unit of its sizes; `name` the coin's, "" where not told.

    `notice` is the exchange's own word on why it does not trade, is about to be delisted or is warned of. Deposits and
    withdrawals of the base are None where nobody is told. `funding_h` are the hours between two fundings of a future.
    """

    symbol: str
    market_id: str
    is_trading: bool = True
    contract: Decimal = ONE
    name: str = ""
    notice: str = ""
    is_delisting: bool = False
    is_warned: bool = False
    can_deposit: bool | None = None
    can_withdraw: bool | None = None
    funding_h: Decimal = USUAL_HOURS

    @property
    def base(self) -> str:
        return self.symbol.partition("/")[0]

    @property
    def quote(self) -> str:
        return self.symbol.partition("/")[2]


def binance_spot(body: Row) -> Iterable[Listed]:
    """`exchangeInfo`."""
    for row in body["symbols"]:
        status = row["status"]
        is_trading = status == "TRADING"
        yield Listed(
            f"{row['baseAsset']}/{row['quoteAsset']}", row["symbol"], is_trading, notice="" if is_trading else status
        )  # fmt: skip


def binance_futures(body: Row) -> Iterable[Listed]:
    """`exchangeInfo` of USDM: perpetual ones. One that ends has its day in `deliveryDate`."""
    for row in body["symbols"]:
        if row.get("contractType") != "PERPETUAL":
            continue
        status, ends_ms = row["status"], int(row.get("deliveryDate") or NEVER_MS)
        is_ending = ends_ms < NEVER_MS
        notice = _ends(instant(ends_ms)) if is_ending else "" if status == "TRADING" else str(status)
        yield Listed(
            f"{row['baseAsset']}/{row['quoteAsset']}", row["symbol"], status == "TRADING", notice=notice,
            is_delisting=is_ending,
        )  # fmt: skip


def okx_spot(body: Row) -> Iterable[Listed]:
    """`public/instruments` of SPOT. What is to be delisted has an `expTime`."""
    for row in body["data"]:
        yield _okx(row, f"{row['baseCcy']}/{row['quoteCcy']}", ONE)


def okx_swaps(body: Row) -> Iterable[Listed]:
    """`public/instruments` of SWAP: linear ones. Sizes are in contracts of `ctVal`."""
    for row in body["data"]:
        base, quote, *_ = row["instId"].split("-")
        if row.get("ctType") == "linear" and row.get("settleCcy", quote) == quote:
            yield _okx(row, f"{base}/{quote}", number(row["ctVal"]))


def bitget_spot(body: Row) -> Iterable[Listed]:
    """`spot/public/symbols`. `offTime` is when one that is to be delisted goes."""
    for row in body["data"]:
        yield _bitget(row, row["status"] == "online", row["status"])


def bitget_futures(body: Row) -> Iterable[Listed]:
    """`mix/market/contracts` of USDT futures."""
    for row in body["data"]:
        if row.get("symbolType", "perpetual") == "perpetual":
            listed = _bitget(row, row["symbolStatus"] == "normal", row["symbolStatus"])
            yield replace(listed, funding_h=number(row.get("fundInterval") or USUAL_HOURS))


def korean(body: Sequence[Row]) -> Iterable[Listed]:
    """`market/all` of Upbit and Bithumb, with details: what they warn of may be delisted."""
    for row in body:
        quote, base = row["market"].split("-")
        event = row.get("market_event") or {}
        cautions = [name for name, is_on in (event.get("caution") or {}).items() if is_on]
        word = row.get("market_warning", "NONE")
        is_warned = bool(event.get("warning")) or word not in ("NONE", "", None)
        notice = ", ".join(cautions) or (
            str(word) if word not in ("NONE", "", None) else "WARNING" if is_warned else ""
        )
        yield Listed(
            f"{base}/{quote}", row["market"], name=str(row.get("english_name") or ""), notice=notice,
            is_warned=is_warned or bool(cautions),
        )  # fmt: skip


def bithumb_wallets(body: Row) -> Mapping[str, tuple[bool, bool]]:
    """`assetsstatus/multichain/ALL`: by coin, whether any of its networks takes deposits, and withdrawals."""
    return _any_network(
        (row["currency"], row["deposit_status"] == 1, row["withdrawal_status"] == 1) for row in _of(body)
    )


def bitget_wallets(body: Row) -> Mapping[str, tuple[bool, bool]]:
    """`spot/public/coins`: the same."""
    return _any_network(
        (row["coin"], chain["rechargeable"] == "true", chain["withdrawable"] == "true")
        for row in _of(body)
        for chain in row["chains"]
    )


def with_wallets(listed: Iterable[Listed], wallets: Mapping[str, tuple[bool, bool]]) -> list[Listed]:
    """The same with what is known of their bases' wallets."""
    found = []
    for each in listed:
        deposit, withdraw = wallets.get(each.base, (None, None))
        found.append(replace(each, can_deposit=deposit, can_withdraw=withdraw))
    return found


def is_other_coin(one: Listed, other: Listed) -> bool:
    """Whether two of one ticker are surely not one coin: where both exchanges tell its name, and they differ."""
    return bool(one.name and other.name) and _plain(one.name) != _plain(other.name)


def common(
    home: Iterable[Listed], home_quote: str, foreign: Iterable[Listed], foreign_quote: str, without: Iterable[str] = ()
) -> list[tuple[Listed, Listed]]:
    """The markets of one base against both quotes, by base. Left out: what a side does not trade, other coins of one
    ticker as far as names tell, and the bases `without`.
    """
    left_out = {base.upper() for base in without}
    abroad = {each.base: each for each in foreign if each.quote == foreign_quote and each.is_trading}
    found = []
    for each in home:
        other = abroad.get(each.base)
        if each.quote != home_quote or not each.is_trading or other is None or each.base in left_out:
            continue
        if not is_other_coin(each, other):
            found.append((each, other))
    return sorted(found, key=lambda both: both[0].base)


def _okx(row: Row, symbol: str, contract: Decimal) -> Listed:
    state, ends_ms = row["state"], int(row.get("expTime") or 0)
    is_trading = state == "live"
    notice = _ends(instant(ends_ms)) if ends_ms else "" if is_trading else str(state)
    return Listed(
        symbol, row["instId"], is_trading, contract, notice=notice, is_delisting=ends_ms > 0
    )  # fmt: skip


def _bitget(row: Row, is_trading: bool, status: str) -> Listed:
    ends_ms = int(row.get("offTime") or -1)
    notice = _ends(instant(ends_ms)) if ends_ms > 0 else "" if is_trading else str(status)
    return Listed(
        f"{row['baseCoin']}/{row['quoteCoin']}", row["symbol"], is_trading, notice=notice, is_delisting=ends_ms > 0
    )  # fmt: skip


def _ends(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _of(body: Row) -> Sequence[Row]:
    rows: Sequence[Row] = body["data"]
    return rows


def _any_network(rows: Iterable[tuple[str, bool, bool]]) -> Mapping[str, tuple[bool, bool]]:
    found: dict[str, tuple[bool, bool]] = {}
    for coin, deposit, withdraw in rows:
        before = found.get(coin, (False, False))
        found[coin] = (before[0] or deposit, before[1] or withdraw)
    return found


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
