"""The program's two-leg bot over recorded candles; the simple reference must get the same numbers to the last unit.

The ordinary run takes a few days of each recording, GRIDWRIGHT_SWEEP=full the whole files.
"""

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pyarrow.parquet
import pytest

from engine.domain.arbitrage import ArbitrageConfig, Leg, PairStage, TwoLegPosition, Ways
from engine.lab.arbitrage.candle_venue import Terms
from engine.lab.arbitrage.experiment import FOREIGN, Experiment, LegSource, Outcome, RateSource, read_tapes, run
from engine.lab.arbitrage.summary import summary_of
from tests.reference.simple_ladder import UPBIT_TICKS
from tests.reference.simple_pair import SimpleLeg, SimplePair, SimplePosition, SimpleRun, simulate_pair, weekdays

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(os.environ.get("GRIDWRIGHT_DATA", ROOT.parent / "shared" / "data"))
IS_FULL = os.environ.get("GRIDWRIGHT_SWEEP") == "full"
MINUTE_MS = 60_000
DAY_S = 86_400


@dataclass(frozen=True)
class Case:
    """Two recordings under `candles/` with a bot. `days` is what an ordinary run takes of them, first and last."""

    name: str
    home: str
    foreign: str
    spans_min: tuple[int, int]
    foreign_step: str
    foreign_size_step: str
    foreign_fee: str
    size: str
    entry: str
    exit: str
    days: tuple[str, str]
    least: int
    sells_home: bool = True
    is_perp: bool = False
    latency_ms: tuple[int, int] = (0, 0)
    max_positions: int = 1
    step: str = "0"
    participation: str = "1"
    min_depth: str = "1"


CASES = (
    Case("btc_minutes", "upbit_BTC-KRW_1m", "binance_BTC-USDT_5m", (1, 5), "0.01", "0.00001", "0.001", "0.01", "0.2",
         "-0.2", ("2025-09-08", "2025-09-12"), 1),
    Case("eth_minutes_steps", "upbit_ETH-KRW_1m", "binance_ETH-USDT_5m", (1, 5), "0.01", "0.0001", "0.001", "0.1",
         "0.1", "-0.1", ("2025-09-08", "2025-09-11"), 2, latency_ms=(200, 300), max_positions=3, step="0.05"),
    Case("xrp_minutes", "upbit_XRP-KRW_1m", "binance_XRP-USDT_5m", (1, 5), "0.0001", "0.1", "0.001", "100", "0.1",
         "-0.1", ("2025-09-08", "2025-09-12"), 1, latency_ms=(200, 0), participation="0.5"),
    Case("btc_perp_both_short", "upbit_BTC-KRW_1m", "binanceusdm_BTC-USDT_5m", (1, 5), "0.1", "0.001", "0.0005",
         "0.01", "0.1", "-0.1", ("2025-09-01", "2025-09-04"), 1, sells_home=False, is_perp=True, latency_ms=(200, 200)),
    Case("btc_hours_mania", "upbit_BTC-KRW_1h", "binance_BTC-USDT_1h", (60, 60), "0.01", "0.00001", "0.001", "0.1",
         "8", "4", ("2021-04-01", "2021-05-10"), 3, latency_ms=(200, 200), max_positions=4, step="2", min_depth="2"),
)  # fmt: skip


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_backtest_of_recorded_candles(case: Case) -> None:
    if not (FOLDER / "candles" / f"{case.home}.parquet").is_file():
        pytest.skip(f"{case.home} is not on this machine; set GRIDWRIGHT_DATA to the folder of recorded markets")
    begin, end = (None, None) if IS_FULL else (day_ms(day) for day in case.days)
    outcome = of_program(case, begin, end)
    expected = of_reference(case, begin, end)
    found = list(outcome.trace.positions.values())
    assert outcome.trace.decisions == expected.decisions
    assert [numbers_of(each) for each in found] == [numbers_of_simple(each) for each in expected.positions]
    summary = summary_of(outcome)
    assert Fraction(summary.parts.pnl) == sum(
        (each.pnl for each in expected.positions if each.pnl is not None), Fraction(0)
    )
    assert Fraction(summary.exposure.alone_s) * 1000 == expected.alone_ms
    assert summary.problems == ()
    assert not summary.refused
    assert summary.closed >= case.least, "a bot that hardly trades proves nothing"


def of_program(case: Case, begin: int | None, end: int | None) -> Outcome:
    here, there = (Terms(Decimal("0.02"), each, Decimal(case.participation)) for each in case.latency_ms)
    config = ArbitrageConfig(
        hedge_account_id=FOREIGN,
        hedge_symbol=case.foreign.split("_")[1].replace("-", "/"),
        size=Decimal(case.size),
        entry_pct=Decimal(case.entry),
        exit_pct=Decimal(case.exit),
        fx_pair="USDKRW",
        fx_source="usdkrw_daily.parquet:usdkrw_ecb_ffill",
        ways=Ways.SELL_HOME if case.sells_home else Ways.BUY_HOME,
        entry_step_pct=Decimal(case.step),
        max_positions=case.max_positions,
        confirmations=1,
        min_depth=Decimal(case.min_depth),
        max_slippage_pct=Decimal(30),
        max_fx_age_s=Decimal(5 * DAY_S),
        leg_timeout_s=Decimal(400 * DAY_S),
        max_imbalance_value=Decimal(10**12),
        max_imbalance_s=Decimal(400 * DAY_S),
    )
    experiment = Experiment(
        LegSource(FOLDER / "candles" / f"{case.home}.parquet", here),
        LegSource(FOLDER / "candles" / f"{case.foreign}.parquet", there),
        RateSource(FOLDER / "fx" / "usdkrw_daily.parquet", "usdkrw_ecb_ffill", Decimal(15), has_weekends=False),
        config,
        from_ms=begin,
        to_ms=end,
    )
    return run(experiment, read_tapes(experiment))


def of_reference(case: Case, begin: int | None, end: int | None) -> SimpleRun:
    home = SimpleLeg(
        candles=candles_of(case.home, begin, end),
        span_ms=case.spans_min[0] * MINUTE_MS,
        increment=upbit_increment,
        size_step=Fraction(1, 10**8),
        fee=Fraction("0.0005"),
        fee_in_base=False,
        is_perp=False,
        slippage=Fraction("0.0002"),
        latency_ms=case.latency_ms[0],
    )
    foreign = SimpleLeg(
        candles=candles_of(case.foreign, begin, end),
        span_ms=case.spans_min[1] * MINUTE_MS,
        increment=lambda _: Fraction(case.foreign_step),
        size_step=Fraction(case.foreign_size_step),
        fee=Fraction(case.foreign_fee),
        fee_in_base=not case.is_perp,
        is_perp=case.is_perp,
        slippage=Fraction("0.0002"),
        latency_ms=case.latency_ms[1],
    )
    pair = SimplePair(
        size=Fraction(case.size),
        entry_pct=Fraction(case.entry),
        exit_pct=Fraction(case.exit),
        sells_home=case.sells_home,
        max_positions=case.max_positions,
        step_pct=Fraction(case.step),
        cooldown_ms=10_000,
        min_depth=Fraction(case.min_depth),
        max_slippage=Fraction("0.3"),
        participation=Fraction(case.participation),
        max_rate_age_ms=5 * DAY_S * 1000,
    )
    table = pyarrow.parquet.read_table(FOLDER / "fx" / "usdkrw_daily.parquet")
    rows = zip(table["ts"].to_pylist(), table["usdkrw_ecb_ffill"].to_pylist(), strict=True)
    return simulate_pair(home, foreign, weekdays(list(rows), 15), pair)


def candles_of(name: str, begin: int | None, end: int | None) -> list[tuple[int, float, float, float]]:
    table = pyarrow.parquet.read_table(FOLDER / "candles" / f"{name}.parquet")
    columns = (table[column].to_pylist() for column in ("ts", "open", "close", "volume"))
    rows = zip(*columns, strict=True)
    return [row for row in rows if (begin is None or row[0] >= begin) and (end is None or row[0] < end)]


def upbit_increment(price: Fraction) -> Fraction:
    return Fraction(max((start, step) for start, step in UPBIT_TICKS if Fraction(start) <= price)[1])


def day_ms(day: str) -> int:
    return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp()) * 1000


def numbers_of(position: TwoLegPosition) -> tuple[object, ...]:
    assert position.stage in (PairStage.OPEN, PairStage.CLOSED)
    entry, exit_ = position.entry, position.exit
    assert entry.rate is not None
    first = (ms_of(entry.decided_at), price(entry.home), price(entry.foreign), Fraction(entry.rate.rate))
    if exit_ is None or position.pnl is None:
        return first
    assert exit_.rate is not None
    return (
        *first,
        ms_of(exit_.decided_at),
        price(exit_.home),
        price(exit_.foreign),
        Fraction(exit_.rate.rate),
        Fraction(position.pnl),
    )


def numbers_of_simple(position: SimplePosition) -> tuple[object, ...]:
    first = (position.decided_ms, position.home_in, position.foreign_in, position.rate_in)
    if position.pnl is None:
        return first
    return (*first, position.exit_ms, position.home_out, position.foreign_out, position.rate_out, position.pnl)


def price(leg: Leg) -> Fraction:
    return Fraction(leg.value) / Fraction(leg.filled)


def ms_of(at: datetime) -> int:
    return int(at.timestamp() * 1000)
