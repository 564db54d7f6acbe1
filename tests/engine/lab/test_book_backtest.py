"""A backtest on two small recorded order books, by hand: depth is known, so the fills are those of the levels."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from engine.domain.arbitrage import ArbitrageConfig
from engine.domain.instrument import InstrumentKind
from engine.errors import UsageError
from engine.lab.arbitrage.candle_venue import Terms
from engine.lab.arbitrage.experiment import FOREIGN, Experiment, LegSource, Outcome, read_tapes, run
from engine.lab.arbitrage.parts import Parts
from engine.lab.arbitrage.summary import summary_of
from tests.engine.console.test_backtests import candles
from tests.engine.venues.builders import START_MS, D

Levels = list[list[str]]
FREE = (("taker_fee", "0"), ("maker_fee", "0"))
CONFIG = ArbitrageConfig(
    hedge_account_id=FOREIGN, hedge_symbol="BTC/USDT", size=D(2), entry_pct=D(1), exit_pct=D("0.2"), fx_pair="",
    fx_source="", confirmations=1, min_depth=D(1), max_slippage_pct=D(1), max_imbalance_value=D(1000),
)  # fmt: skip


def stream(path: Path, changes: list[tuple[int, Levels, Levels]]) -> Path:
    """A snapshot of the first (ms, bids, asks), then the others as diffs."""
    at_ms, bids, asks = changes[0]
    lines = [(at_ms, {"lastUpdateId": 10, "bids": bids, "asks": asks})]
    for number, (ms, more_bids, more_asks) in enumerate(changes[1:], start=11):
        told = {"e": "depthUpdate", "U": number, "u": number, "b": more_bids, "a": more_asks}
        lines.append((ms, {"stream": "btcusdt@depth", "data": told}))
    text = "".join(f"{(START_MS + ms) * 1_000_000} {json.dumps(line)}\n" for ms, line in lines)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """Home is 2 % dearer from 1 s to 3 s; its second level is 10 worse, abroad the first level holds it all."""
    home = stream(
        tmp_path / "home.jsonl",
        [
            (0, [["1000", "5"]], [["1001", "5"]]),
            (1000, [["1000", "0"], ["1030", "1"], ["1020", "5"]], [["1001", "0"], ["1031", "5"]]),
            (3000, [["1030", "0"], ["1020", "0"], ["999", "5"]], [["1031", "0"], ["1000", "1"], ["1002", "5"]]),
            (9000, [["998", "1"]], []),
        ],
    )
    # A book that says nothing for two seconds is too old to decide on.
    quiet: list[tuple[int, Levels, Levels]] = [(ms, [["900", "1"]], []) for ms in (1500, 3000, 4500, 6000, 7500, 9000)]
    foreign = stream(tmp_path / "foreign.jsonl", [(0, [["1000", "5"]], [["1001", "5"]]), *quiet])
    return home, foreign


def backtest(files: tuple[Path, Path], config: ArbitrageConfig = CONFIG, *, latency_ms: int = 100) -> Outcome:
    legs = [
        LegSource(path, Terms(latency_ms=latency_ms), FREE, (exchange, "BTC", "USDT"))
        for path, exchange in zip(files, ("binance", "binanceusdm"), strict=True)
    ]
    experiment = Experiment(legs[0], legs[1], None, config)
    return run(experiment, read_tapes(experiment))


def test_both_legs_take_the_levels_that_stand_when_they_arrive(files: tuple[Path, Path]) -> None:
    """Sold 1 at 1,030 and 1 at 1,020, bought 2 at 1,001: 48 in. Back: 1 at 1,000, 1 at 1,002, sold 2 at 1,000: -2."""
    outcome = backtest(files)
    summary = summary_of(outcome)
    [position] = outcome.trace.positions.values()
    assert [(each.at_ms - START_MS, str(each.fill.price)) for each in outcome.trace.fills] == [
        (1100, "1030"), (1100, "1020"), (1100, "1001"), (3100, "1000"), (3100, "1002"), (3100, "1000"),
    ]  # fmt: skip
    assert position.entry.home.theoretical_price == D(1025)
    assert summary.parts == Parts(premium=D(46))
    assert (summary.exposure.alone_s, summary.exposure.in_position_s) == (D(0), D(2))
    assert summary.problems == ()
    assert outcome.tapes.foreign.instrument.kind is InstrumentKind.PERP
    assert (outcome.coverage.span, outcome.coverage.items) == (37, 11)


def test_a_leg_that_comes_too_late_finds_another_book(files: tuple[Path, Path]) -> None:
    """Two seconds and a half late the premium is gone: the sale at home lies above the book and waits in vain, and
    what was bought abroad is alone until the kernel sends the sale again.
    """
    outcome = backtest(files, latency_ms=2500)
    summary = summary_of(outcome)
    first = outcome.trace.fills[0]
    assert (first.at_ms - START_MS, first.is_home, first.fill.price) == (3500, False, D(1001))
    assert summary.exposure.alone_s > 0
    assert all(each.at_ms > first.at_ms for each in outcome.trace.fills if each.is_home)


def test_a_book_that_is_too_thin_is_not_entered(files: tuple[Path, Path]) -> None:
    outcome = backtest(files, replace(CONFIG, size=D(3), min_depth=D(2)))
    assert not outcome.trace.fills
    assert any("holds" in wait for wait in outcome.trace.waits)


def test_candles_and_books_do_not_go_together(files: tuple[Path, Path], tmp_path: Path) -> None:
    path = tmp_path / "binanceusdm_BTC-USDT_1h.csv"
    candles(path, [1000.0, 1000.0])
    with pytest.raises(UsageError, match="both must be of one kind"):
        backtest((files[0], path))
