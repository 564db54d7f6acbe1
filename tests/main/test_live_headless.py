"""The shipped program trades a 40-rung grid with real keys on each exchange of the loopback: to the last unit.

It trades an hour of a recorded market, half of it before and half after a restart, during which the market goes on;
on futures funding is paid in between.
The ordinary run takes three exchanges, GRIDWRIGHT_SWEEP=full takes all.
"""

import os
from collections import Counter
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from engine.domain.bot import BotState
from engine.domain.order import Side
from tests.main.ladders import Ladder, ladder_of
from tests.main.loopback import Exchange, LiveDesk, exchange
from tests.support.exchange.recorded import FOLDER
from tests.support.exchange.told import Wish
from tests.support.exchange.values import FeeRule, Kind, Status
from tests.support.exchange.venues_under_test import VARIANTS, VENUES, VenueUnderTest
from tests.support.waiting import wait_until

IS_FULL = os.environ.get("GRIDWRIGHT_SWEEP") == "full"
#: Fees in a third asset, in quote on a Korean exchange, and of a future.
ORDINARY = ("binance-bnb", "upbit", "okxswap")
CASES = [what for what in (*VENUES, *VARIANTS) if IS_FULL or str(what) in ORDINARY]
#: Lively hours: a recording of minutes, and the number of the first. Fees make the lines of other exchanges too wide
#: for Upbit's.
LIVELY = ("candles/binanceusdm_NEAR-USDT_1m.parquet", 162_180)
LIVELY_AT = {"upbit": ("candles/upbit_ETH-KRW_1m.parquet", 2280)}
RUNGS = 40
#: Market time in a second, where the others' flow is invented in steps of a second, and where it is recorded.
SPEED, RECORDED_SPEED = 60, 180
HALF_AN_HOUR_MS = 1_800_000
#: On each side, in each half hour, at least.
FILLS = 2
#: Of futures: so little that the whole ladder stands before its liquidation.
LEVERAGE = 5


def flow_of(what: VenueUnderTest) -> tuple[list[str], int]:
    """What the exchange is told of its other traders, and how fast they are."""
    file, first = LIVELY_AT.get(what.exchange, LIVELY)
    if not (FOLDER / file).exists():
        return [], SPEED
    return ["--flow", "candles", "--candles", str(FOLDER / file), "--first-candle", str(first)], RECORDED_SPEED


def ladder(what: VenueUnderTest, rungs: int = RUNGS) -> list[str]:
    """Around the market, with an interval that earns both fees, the dust of a fee in base, and a tenth of a percent."""
    dust = Decimal(0)
    if what.house.fee_rule is not FeeRule.QUOTE:
        dust = what.listing.size_increment / what.size
    interval = what.price * (2 * max(what.listing.maker_fee, what.listing.taker_fee) + dust + Decimal("0.001"))
    half = interval * rungs / 2
    lower, upper = ((what.price + sign * half) // what.tick * what.tick for sign in (-1, 1))
    investment = what.price * what.size * rungs
    return [
        "--symbol", what.symbol, "--lower", format(lower, "f"), "--upper", format(upper, "f"),
        "--grid-count", str(rungs), "--investment", format(investment, "f"),
    ]  # fmt: skip


def is_like_the_exchange(desk: LiveDesk) -> bool:
    """Whether every order that rests there is open here, the other way round, and at the same price and quantity."""
    rows = desk.at.act(desk.what.exchange, "orders", account="owner")
    contract = desk.what.listing.contract_size
    there = {
        row["client_order_id"]: (Decimal(row["price"]), Decimal(row["size"]) * contract)
        for row in rows
        if row["status"] == Status.OPEN
    }
    live = {name: order for name, order in desk.books().orders.items() if not order.state.is_final}
    return there == {name: (order.price, order.quantity) for name, order in live.items()}


def ladder_now(desk: LiveDesk) -> Ladder:
    """What the rungs want at the exchange's best prices."""
    top = desk.at.act(desk.what.exchange, "top", symbol=desk.what.symbol)
    return ladder_of(desk.books(), desk.what.listing, Decimal(top["bid"]), Decimal(top["ask"]))


def ladder_is_whole(desk: LiveDesk) -> bool:
    """Whether each rung has exactly the orders that it wants, in the journal and at the exchange."""
    ladder = ladder_now(desk)
    return not ladder.complaints and not desk.complaints(ladder=ladder.wishes)


def complaints(desk: LiveDesk, wishes: Sequence[Wish]) -> list[str]:
    """What the exchange's auditor has against our books, profit included, where so much should rest."""
    if found := desk.complaints(ladder=wishes):
        return found
    profit, marks = profit_of(desk)
    return desk.complaints(profit=profit, marks=marks)


def complaints_of_the_run(desk: LiveDesk) -> list[str]:
    """The same, and what the rungs have against the journal's orders; the bot runs and the others stand still."""
    ladder = ladder_now(desk)
    return ladder.complaints or complaints(desk, ladder.wishes)


def complaints_of_the_end(desk: LiveDesk) -> list[str]:
    """Of a bot that is over: nothing rests."""
    return complaints(desk, ())


def settled(desk: LiveDesk, ask: Callable[[LiveDesk], list[str]]) -> None:
    """The others stand still, everything that they did arrives, and then nobody has a complaint."""
    desk.at.act(desk.what.exchange, "stop-flow")
    found: list[str] = []

    def is_settled() -> bool:
        found[:] = ask(desk) if is_like_the_exchange(desk) else ["other orders rest there than here."]
        return not found

    try:
        wait_until(is_settled, what="the books to be the exchange's", within_s=40)
    except AssertionError as error:
        raise AssertionError(f"{error}: {found}") from None


def trade_half_an_hour(desk: LiveDesk) -> int:
    """Half an hour of the market passes while the program runs and trades on both sides; the market time (ms) of it."""
    known = len(desk.books().fills)
    began_ms = desk.at.act(desk.what.exchange, "clock")

    def passed_ms() -> int:
        passed: int = desk.at.act(desk.what.exchange, "clock") - began_ms
        return passed

    wait_until(lambda: passed_ms() >= HALF_AN_HOUR_MS, what="half an hour of the market", within_s=90)

    def has_traded() -> bool:
        sides = Counter(fill.side for fill in desk.books().fills[known:])
        return min(sides[Side.BUY], sides[Side.SELL]) >= FILLS

    wait_until(has_traded, what="fills on both sides", within_s=60)
    return passed_ms()


def is_connected(desk: LiveDesk, times: int) -> bool:
    """Whether so many programs on this desk have said that the account is there."""
    return (desk.folder / "said").read_text().count(f"The account {desk.what.exchange} is connected.") >= times


def is_stopped(desk: LiveDesk) -> bool:
    """Whether its only bot is."""
    [bot] = desk.books().bots
    return bot.state is BotState.STOPPED


def profit_of(desk: LiveDesk) -> tuple[Decimal, dict[str, Decimal]]:
    """What the account gained as the program reports it: its bot, and what the account itself has of it: what it paid
    for the bot, and what it took back at the end.
    """
    row = desk.bot()
    [instrument] = desk.instruments().values()
    marks = {instrument.position_asset: Decimal(row["price"]), **desk.what.prices_of_fees()}
    own = desk.own()
    beside = sum((amount * marks.get(asset, Decimal(1)) for asset, amount in own.items() if amount), Decimal(0))
    return Decimal(row["total"]) + beside, marks


def trade(desk: LiveDesk, at: Exchange, speed: int) -> tuple[int, int]:
    """From the first order to the last; the market time (ms) that passed while the program ran, and how many fills."""
    what = desk.what
    with desk.headless():
        desk.run("account", "go-live", desk.account, "--without-rehearsal", desk.account)
        desk.run("bot", "add", "grid", "--account", desk.account, "--name", "Live", *ladder(what), "--start")
        desk.run("bot", "confirm", "Live", "--yes")
        wait_until(lambda: len(desk.books().orders) > RUNGS // 2, what="the ladder", within_s=30)
        at.act(what.exchange, "speed", speed=speed)
        first = len(desk.books().fills)
        at.act(what.exchange, "start-flow")
        traded_ms = trade_half_an_hour(desk)
        if what.listing.kind is Kind.PERP:
            at.act(what.exchange, "fund")
    # The market goes on while nobody is there.
    with desk.headless() as running:
        wait_until(lambda: is_connected(desk, 2), what="the account after the restart", within_s=30)
        traded_ms += trade_half_an_hour(desk)
        settled(desk, complaints_of_the_run)
        fills = len(desk.books().fills) - first
        desk.run("bot", "stop", "Live", "--sell")
        wait_until(lambda: is_stopped(desk), what="the end of the bot", within_s=30)
        settled(desk, complaints_of_the_end)
        assert running.poll() is None
    return traded_ms, fills


@pytest.mark.sweep
@pytest.mark.parametrize("what", CASES, ids=str)
def test_an_hour_of_a_grid_on_a_real_account(
    what: VenueUnderTest, tmp_path: Path, database_url: str, record_property: Callable[[str, object], None]
) -> None:
    flow, speed = flow_of(what)
    with exchange(tmp_path / "exchange", str(what), *flow) as at:
        desk = LiveDesk(tmp_path / "desk", database_url, at, what)
        desk.open_vault()
        symbols = ",".join(listing.symbol for listing in what.house.listings)
        leverage = ["--leverage", str(LEVERAGE)] if what.listing.kind is Kind.PERP else []
        desk.run("account", "open-live", what.exchange, "--credential", what.exchange, "--symbols", symbols, *leverage)
        traded_ms, fills = trade(desk, at, speed)
        assert traded_ms >= 2 * HALF_AN_HOUR_MS
        cycles = sum(rung.cycle - 1 for _, rung in desk.books().rungs)
        assert cycles > 0
        record_property(
            "hour",
            f"{what}: {traded_ms / 60_000:.1f} minutes of {'recorded' if flow else 'invented'} flow, {fills} fills, "
            f"{cycles} cycles closed",
        )
        assert not any(order.state.value == "unknown" for order in desk.books().orders.values())
        errors = (desk.folder / "errors").read_text()
        assert errors == "", errors


def test_no_order_before_the_account_is_switched_on(tmp_path: Path, database_url: str) -> None:
    what = VENUES[0]
    with exchange(tmp_path / "exchange", what.exchange) as at:
        desk = LiveDesk(tmp_path / "desk", database_url, at, what)
        desk.open_vault()
        desk.run("account", "open-live", what.exchange, "--credential", what.exchange, "--symbols", what.symbol)
        with desk.headless(), pytest.raises(AssertionError, match="ended with 2"):
            desk.run("bot", "add", "grid", "--account", desk.account, *ladder(what), "--start")
        assert at.act(what.exchange, "orders", account="owner") == []
