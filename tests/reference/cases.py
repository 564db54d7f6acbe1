"""The recorded markets and grids on which the product's replay is held against the simple reference."""

import os
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet

from tests.reference.simple_grid import SimpleResult, simulate
from tests.reference.simple_ladder import UPBIT_TICKS, SimpleConfig

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Case:
    """One recording under `candles/` with its grid; `rules` is the profile of venue rules the program is asked for."""

    name: str
    recording: str
    rules: str
    config: SimpleConfig


CASES = (
    Case(
        "xrp_krw_40_rungs",
        "upbit_XRP-KRW_1m.parquet",
        "upbit",
        SimpleConfig(
            lower=Decimal(3700),
            upper=Decimal(4420),
            count=40,
            investment=Decimal(10_000_000),
            cash=Decimal(12_000_000),
            ticks=UPBIT_TICKS,
            min_notional=Decimal(5000),
            maker=Decimal("0.0005"),
            taker=Decimal("0.0005"),
        ),
    ),
    Case(
        "btc_perp_geometric",
        "ftx_BTC-PERP_1m.parquet",
        "plain",
        SimpleConfig(
            lower=Decimal(32_000),
            upper=Decimal(49_000),
            count=60,
            investment=Decimal(100_000),
            cash=Decimal(100_000),
            geometric=True,
            equal_quote=True,
            compounding=True,
            volume_in_quote=True,
            min_notional=Decimal(5),
            maker=Decimal("0.001"),
            taker=Decimal("0.001"),
        ),
    ),
    Case(
        "btc_krw_geometric",
        "upbit_BTC-KRW_1m.parquet",
        "upbit",
        SimpleConfig(
            lower=Decimal(148_000_000),
            upper=Decimal(163_000_000),
            count=50,
            investment=Decimal(500_000_000),
            cash=Decimal(600_000_000),
            ticks=UPBIT_TICKS,
            geometric=True,
            min_notional=Decimal(5000),
            maker=Decimal("0.0005"),
            taker=Decimal("0.0005"),
        ),
    ),
)


def recording_path(case: Case) -> Path | None:
    """The recorded file, from GRIDWRIGHT_DATA or ../shared/data; None where the machine does not have it."""
    folder = Path(os.environ.get("GRIDWRIGHT_DATA", ROOT.parent / "shared" / "data"))
    path = folder / "candles" / case.recording
    return path if path.is_file() else None


def run_reference(path: Path, config: SimpleConfig) -> SimpleResult:
    """The simple grid over a recording."""
    table = pyarrow.parquet.read_table(path)
    ts, opens, highs, lows, closes, volumes = (
        table.column(name).to_pylist() for name in ("ts", "open", "high", "low", "close", "volume")
    )
    return simulate(ts, opens, highs, lows, closes, volumes, config)


def report_of(result: SimpleResult) -> dict[str, str]:
    """The numbers that must agree, as exact decimal text without trailing zeros."""
    counts = {"fills": str(len(result.fills)), "cycles": str(result.cycles)}
    names = ("matched", "floating", "fees", "fees_base", "base", "cash", "equity")
    return counts | {name: exact(getattr(result, name)) for name in names}


def exact(value: Decimal) -> str:
    """A number as text, written in one way only: 10, 0.5, never 1E+1 or 0.50."""
    text = format(value, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text
