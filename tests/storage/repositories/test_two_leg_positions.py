"""Positions of two legs: opened once, closed once; and the spreads and rates they were decided by."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from engine.domain.market import FxRate, Spread
from engine.errors import UsageError
from storage.database import Database
from storage.repositories.fx_rates import FxRateRepository
from storage.repositories.order_legs import Leg, OrderLegRepository, slippage_bps
from storage.repositories.spreads import SpreadRepository
from storage.repositories.two_leg_positions import TwoLegPosition, TwoLegPositionRepository
from tests.storage.builders import D

T0 = datetime(2026, 11, 15, 3, 40, 15, tzinfo=UTC)
ENTRY: dict[str, Any] = {
    "reference": "pos_001",
    "symbol": "BTC",
    "direction": "upbit_short_binance_long",
    "size": D("0.01"),
    "entry_won_price": D("137000000"),
    "entry_foreign_price": D("100000.5"),
    "entry_spread_pct": D("1.4810"),
    "opened_at": T0,
}
EXIT: dict[str, Any] = {
    "exit_won_price": D("136000000"),
    "exit_foreign_price": D("100100.25"),
    "exit_spread_pct": D("0.63"),
    "pnl_krw": D("8650.12345678"),
    "pnl_pct": D("0.6313"),
    "closed_at": T0 + timedelta(hours=2),
}


@pytest.fixture
def positions(database: Database) -> TwoLegPositionRepository:
    return TwoLegPositionRepository(database)


@pytest.fixture
async def position(positions: TwoLegPositionRepository, alice: int) -> TwoLegPosition:
    return await positions.log_position_open(alice, ENTRY)


async def test_an_open_position(positions: TwoLegPositionRepository, position: TwoLegPosition, bob: int) -> None:
    user = position.user_id
    assert {name: getattr(position, name) for name in ENTRY} == ENTRY
    assert (position.status, position.exit_won_price, position.pnl_krw, position.closed_at) == (
        "OPEN",
        None,
        None,
        None,
    )
    assert await positions.log_position_open(user, ENTRY) == position
    assert await positions.open_positions(user) == [position]
    assert await positions.open_positions(user, "ETH") == []
    assert (await positions.open_positions(bob), await positions.get(bob, position.id)) == ([], None)
    (trade,) = await positions.trades(user, position.id)
    assert (trade.side, trade.won_price, trade.foreign_price, trade.size, trade.pnl_krw, trade.traded_at) == (
        "OPEN", D(137000000), D("100000.5"), D("0.01"), None, T0,
    )  # fmt: skip


async def test_closing(positions: TwoLegPositionRepository, position: TwoLegPosition, bob: int) -> None:
    user = position.user_id
    closed = await positions.log_position_close(user, position.id, **EXIT)
    assert {name: getattr(closed, name) for name in EXIT} == EXIT
    assert closed.status == "CLOSED"
    assert await positions.log_position_close(user, position.id, **EXIT) == closed
    assert await positions.get(user, position.id) == closed
    assert [trade.side for trade in await positions.trades(user, position.id)] == ["OPEN", "CLOSE"]
    assert (await positions.trades(user, position.id))[1].pnl_krw == D("8650.12345678")
    assert (await positions.open_positions(user), await positions.closed_positions(user)) == ([], [closed])
    assert await positions.closed_positions(user, "BTC", before=closed.closed_at) == []
    for who, number, changes, sentence in (
        (user, position.id, {"pnl_krw": D(1)}, f"The position {position.id} was closed otherwise already."),
        (bob, position.id, {}, f"There is no position {position.id}."),
    ):
        with pytest.raises(UsageError) as refused:
            await positions.log_position_close(who, number, **EXIT | changes)
        assert str(refused.value) == sentence


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"reference": "pos_001", "size": D(1)}, "The reference 'pos_001' stands for another position already."),
        ({"size": None}, "A position needs its size."),
        ({"size": D(0)}, "The size must be above 0, not 0."),
        ({"opened_at": datetime(2026, 1, 1)}, "The time of opening must be a time with its zone."),  # noqa: DTZ001
        ({"reference": "r", "bot_uid": "nobody"}, "There is no such bot to have opened the position."),
        ({"status": "CLOSED"}, "A position has no 'status'."),
    ],
)
async def test_positions_that_cannot_be(
    positions: TwoLegPositionRepository, position: TwoLegPosition, changes: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(UsageError) as refused:
        await positions.log_position_open(position.user_id, ENTRY | changes)
    assert str(refused.value) == sentence
    assert len(await positions.open_positions(position.user_id)) == 1


async def test_nothing_closes_before_it_opened(positions: TwoLegPositionRepository, position: TwoLegPosition) -> None:
    with pytest.raises(UsageError, match="A position cannot be closed before it was opened"):
        await positions.log_position_close(
            position.user_id, position.id, **EXIT | {"closed_at": T0 - timedelta(microseconds=1)}
        )
    assert len(await positions.trades(position.user_id, position.id)) == 1


async def test_days_are_of_a_zone(positions: TwoLegPositionRepository, alice: int) -> None:
    # 14:59 and 15:00 UTC are two days in Seoul.
    for number, (pnl, hour, minute) in enumerate([(D(100), 14, 59), (D(-40), 15, 0), (D(70), 15, 30)]):
        opened = await positions.log_position_open(alice, ENTRY | {"reference": f"p{number}"})
        at = datetime(2026, 11, 15, hour, minute, tzinfo=UTC)
        await positions.log_position_close(
            alice, opened.id, **EXIT | {"pnl_krw": pnl, "pnl_pct": pnl / 10, "closed_at": at}
        )
    (utc,) = await positions.pnl_by_day(alice)
    assert (utc.day, utc.trades, utc.total_pnl_krw) == (date(2026, 11, 15), 3, D(130))
    newest, oldest = await positions.pnl_by_day(alice, "Asia/Seoul")
    assert (newest.day, newest.symbol, newest.trades, newest.total_pnl_krw) == (date(2026, 11, 16), "BTC", 2, D(30))
    assert (newest.avg_pnl_pct, newest.max_pnl_krw, newest.min_pnl_krw) == (D("1.5"), D(70), D(-40))
    assert (oldest.day, oldest.total_pnl_krw) == (date(2026, 11, 15), D(100))
    with pytest.raises(UsageError, match="There is no time zone 'Nowhere/Town'"):
        await positions.pnl_by_day(alice, "Nowhere/Town")


LEG = Leg("BTC", "upbit", "sell", D("0.01"), D(1000), "pos_001_leg_0", T0)


async def test_legs(
    database: Database, positions: TwoLegPositionRepository, position: TwoLegPosition, bob: int
) -> None:
    legs = OrderLegRepository(database)
    user = position.user_id
    sent = await legs.log_leg(user, position.id, LEG)
    assert (sent.price_effective, sent.slippage_bps, sent.venue_order_id) == (None, None, None)
    filled = await legs.log_leg(user, position.id, replace(LEG, price_effective=D(999), venue_order_id="v1"))
    assert (filled.id, filled.price_effective, filled.slippage_bps, filled.venue_order_id) == (
        sent.id,
        D(999),
        D(10),
        "v1",
    )
    assert await legs.log_leg(user, position.id, LEG) == filled
    other = await legs.log_leg(
        user, position.id, replace(LEG, leg_id="pos_001_leg_1", side="long", ordered_at=T0 + timedelta(seconds=1))
    )
    assert await legs.of_position(user, position.id) == [filled, other]
    for who, number, leg, sentence in (
        (bob, position.id, LEG, "There is no such position for the leg."),
        (user, position.id, replace(LEG, leg_id="x", client_order_id="none"), "There is no such order for the leg."),
        (user, None, replace(LEG, side="up"), "The side must be one of buy, sell, long, short, not 'up'."),
    ):
        with pytest.raises(UsageError) as refused:
            await legs.log_leg(who, number, leg)
        assert str(refused.value) == sentence


@pytest.mark.parametrize(
    ("side", "effective", "bps"),
    [("buy", D(1001), D(10)), ("long", D(999), D(-10)), ("sell", D(999), D(10)), ("short", D("1000.5"), D(-5))],
)
def test_worse_is_above_zero(side: str, effective: Decimal, bps: Decimal) -> None:
    assert slippage_bps(side, D(1000), effective) == bps


def spread(seconds: int, pct: str, is_opportunity: bool = False, symbol: str = "BTC") -> Spread:
    at = datetime(2026, 11, 15, 3, 0, tzinfo=UTC) + timedelta(seconds=seconds)
    return Spread(
        symbol, "upbit", "binance_futures", D("137000000.5"), D("100000.1"), D("135000135"), D(pct),
        D(pct) - D("0.25"), is_opportunity, at,
    )  # fmt: skip


async def test_spreads(database: Database) -> None:
    spreads = SpreadRepository(database)
    readings = [spread(0, "1.5"), spread(60, "0.5", True), spread(3600, "2"), spread(0, "9", symbol="ETH")]
    assert await spreads.log_spreads(readings) == 4
    assert await spreads.log_spreads([spread(0, "7"), spread(3660, "4")]) == 1
    assert await spreads.log_spreads([]) == 0
    assert await spreads.latest("BTC", 2) == [spread(3660, "4"), spread(3600, "2")]
    assert await spreads.latest("BTC", before=readings[2].at) == [readings[1], readings[0]]
    assert await spreads.latest("BTC", only_opportunities=True) == [readings[1]]
    newest, oldest = await spreads.hourly_averages("BTC")
    assert (newest.hour.hour, newest.avg_spread_pct, newest.max_spread_pct, newest.min_spread_pct) == (4, 3.0, 4.0, 2.0)
    assert (oldest.hour.hour, oldest.avg_spread_pct, oldest.avg_net_spread_pct) == (3, 1.0, 0.75)
    with pytest.raises(UsageError, match="The won price must be above 0, not 0"):
        await spreads.log_spreads([spread(9, "1"), replace(spread(9, "1"), won_price=D(0))])
    assert len(await spreads.latest("BTC")) == 4


async def test_rates(database: Database) -> None:
    rates = FxRateRepository(database)
    readings = [FxRate("USDKRW", D(text), source, T0 + timedelta(seconds=at)) for text, source, at in READINGS]
    assert await rates.log_rates(readings) == 3
    assert await rates.log_rates([replace(readings[0], rate=D(1))]) == 0
    minute = timedelta(minutes=1)
    for at, source, found in (
        (0, None, readings[0]),
        (59, None, readings[1]),
        (60, None, readings[2]),
        (60, "upbit", readings[1]),
        (120, None, readings[2]),
        (121, None, None),
        (-1, None, None),
    ):
        assert await rates.rate_at("USDKRW", T0 + timedelta(seconds=at), minute, source) == found, at
    assert await rates.between("USDKRW", T0, T0 + minute) == readings[:2]
    for attempt, sentence in (
        (rates.log_rates([replace(readings[0], rate=D(-1))]), "The rate must be above 0, not -1."),
        (rates.rate_at("USDKRW", T0, -minute), "The greatest age of a rate must not be negative."),
    ):
        with pytest.raises(UsageError) as refused:
            await attempt
        assert str(refused.value) == sentence


READINGS: Sequence[tuple[str, str, int]] = (("1350.25", "static", 0), ("1351.1", "upbit", 30), ("1352", "api", 60))
