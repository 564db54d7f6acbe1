"""Candles a second of a two-leg backtest with the real kernel, and of the premium series alone.

Run by hand: .venv/bin/python -m tests.bench.bench_backtest
"""

import sys
import time
from decimal import Decimal

from engine.domain.arbitrage import ArbitrageConfig
from engine.domain.money import install_decimal_context
from engine.lab.arbitrage.experiment import FOREIGN, CandleTape, Experiment, LegSource, RateSource, read_tapes, run
from engine.lab.arbitrage.summary import summary_of
from engine.lab.premium_series import premium_series
from tests.bench.shared_market import data_folder

DAY_S = 86_400
#: Name, home, foreign, size, entry, exit, seconds that a leg may take.
RUNS = (
    ("two weeks of minutes", "upbit_BTC-KRW_1m", "binance_BTC-USDT_5m", "0.01", "0.2", "-0.2", 600),
    ("two weeks against a perpetual", "upbit_BTC-KRW_1m", "binanceusdm_BTC-USDT_5m", "0.01", "0.2", "-0.2", 600),
    ("hours of three years", "upbit_BTC-KRW_1h", "binance_BTC-USDT_1h", "0.1", "3", "0.5", 7200),
)


def show(what: str, count: int, seconds: float, more: str = "") -> None:
    sys.stdout.write(f"{what:<44}{count:>9,} in {seconds:6.2f} s  {count / seconds:>10,.0f}/s  {more}\n")


def main() -> None:
    install_decimal_context()
    folder = data_folder()
    if folder is None:
        sys.stdout.write("There is no shared market data.\n")
        return
    rates = RateSource(folder / "fx" / "usdkrw_daily.parquet", "usdkrw_ecb_ffill", Decimal(15), has_weekends=False)
    for name, home, foreign, size, entry, exit_, wait_s in RUNS:
        config = ArbitrageConfig(
            FOREIGN, "BTC/USDT", Decimal(size), Decimal(entry), Decimal(exit_), "USDKRW",
            "usdkrw_daily.parquet:usdkrw_ecb_ffill", confirmations=1, max_slippage_pct=Decimal(2),
            max_fx_age_s=Decimal(5 * DAY_S), leg_timeout_s=Decimal(wait_s), max_imbalance_s=Decimal(wait_s),
            max_imbalance_value=Decimal(10**9),
        )  # fmt: skip
        candles = folder / "candles"
        experiment = Experiment(
            LegSource(candles / f"{home}.parquet"), LegSource(candles / f"{foreign}.parquet"), rates, config
        )
        tapes = read_tapes(experiment)
        outcome = run(experiment, tapes)
        show(f"candles, {name}", outcome.coverage.items, outcome.elapsed_s, f"{summary_of(outcome).closed} closed")
        assert isinstance(tapes.home, CandleTape)
        assert isinstance(tapes.foreign, CandleTape)
        began_s = time.perf_counter()
        premium_series(tapes.home.candles, tapes.foreign.candles, tapes.rates)
        show("  the series of premiums alone", outcome.coverage.items, time.perf_counter() - began_s)


if __name__ == "__main__":
    main()
