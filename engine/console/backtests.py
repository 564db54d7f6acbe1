"""`arb backtest` and `arb sweep`: files and settings in, a report out. Needs no database and no desk."""

from argparse import Namespace
from dataclasses import fields, replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TextIO

from engine.console.backtest_report import positions_csv, report_json, report_text
from engine.console.listing import dump
from engine.console.sweep_report import sweep_csv, sweep_json, sweep_text
from engine.domain.arbitrage import ArbitrageConfig, ImbalancePolicy, LegStyle, Ways
from engine.domain.money import ONE
from engine.errors import UsageError
from engine.lab.arbitrage.candle_venue import Terms
from engine.lab.arbitrage.experiment import (
    FOREIGN,
    CandleTape,
    Experiment,
    LegSource,
    RateSource,
    Tapes,
    read_tapes,
    run,
)
from engine.lab.arbitrage.summary import summary_of
from engine.lab.arbitrage.sweep import sweep, walk_forward
from engine.lab.premium_series import common_period_s
from engine.venues.tape import milliseconds

#: Words of a command line that are values of a field.
CHOICES = {"ways": Ways, "style": LegStyle, "policy": ImbalancePolicy}
WHOLE = frozenset({"max_positions", "confirmations"})
DAY_S = 86_400
#: A leg waits so many periods for a print before it is taken back.
PATIENCE_PERIODS = 2


def run_research(options: Namespace, out: TextIO) -> int:
    """`arb backtest` or `arb sweep`; gives the exit code."""
    return run_backtest(options, out) if options.arb_command == "backtest" else run_sweep(options, out)


def run_backtest(options: Namespace, out: TextIO) -> int:
    """One run and its report. Raises UsageError with one sentence for bad input."""
    experiment, tapes = _asked(options)
    outcome = run(experiment, tapes)
    summary = summary_of(outcome)
    if options.csv:
        _write(Path(options.csv), positions_csv(outcome))
    out.write((dump(report_json(outcome, summary)) if options.json else report_text(outcome, summary)) + "\n")
    return 0


def run_sweep(options: Namespace, out: TextIO) -> int:
    """All combinations, as a table; with --split the best of the first part is judged on the rest."""
    varied = dict(options.vary)
    for field, tried in varied.items():
        setattr(options, field, tried[0])
    experiment, _ = _asked(options)
    processes = options.processes
    if options.split is not None:
        if not 0 < options.split < 100:
            raise UsageError("--split must lie between 0 and 100 percent.")
        found = walk_forward(experiment, varied, options.split, processes)
    else:
        found = sweep(experiment, varied, processes)
    if options.csv:
        _write(Path(options.csv), sweep_csv(found))
    out.write((dump(sweep_json(found)) if options.json else sweep_text(found)) + "\n")
    return 0


def _asked(options: Namespace) -> tuple[Experiment, Tapes]:
    """What was typed, with everything read that it names."""
    for name in ("size", "entry_pct", "exit_pct"):
        if getattr(options, name, None) is None:
            raise UsageError(f"Say --{name.removesuffix('_pct')}, or vary it.")
    terms = {
        leg: _terms(getattr(options, f"{leg}_slippage"), getattr(options, f"{leg}_latency_ms"), options.participation)
        for leg in ("home", "foreign")
    }
    rates = None
    if options.fx is not None:
        rates = RateSource(
            Path(options.fx), options.fx_column, options.fx_known_after, has_weekends=not options.fx_weekdays
        )
    experiment = Experiment(
        LegSource(Path(options.home), terms["home"], tuple(options.home_rule or ()), options.home_market),
        LegSource(Path(options.foreign), terms["foreign"], tuple(options.foreign_rule or ()), options.foreign_market),
        rates,
        _draft(options),
        Path(options.funding) if options.funding else None,
        _ms(options.from_at),
        _ms(options.to_at),
    )
    tapes = read_tapes(experiment)
    home, foreign = tapes.home.instrument, tapes.foreign.instrument
    changes: dict[str, object] = {"hedge_symbol": foreign.symbol}
    if tapes.rates is not None and home.quote != foreign.quote:
        pair = options.fx_pair or f"USD{home.quote}"
        tapes = replace(tapes, rates=replace(tapes.rates, pair=pair))
        changes |= {"fx_pair": pair, "fx_source": tapes.rates.source if tapes.rates is not None else ""}
    else:
        changes |= {"fx_pair": "", "fx_source": ""}
    if isinstance(tapes.home, CandleTape) and isinstance(tapes.foreign, CandleTape):
        changes |= _patient(options, experiment.config, tapes.home, tapes.foreign)
    return experiment.with_config(**changes), tapes


def _draft(options: Namespace) -> ArbitrageConfig:
    """The bot's settings as typed, and what of them is different where a market is known by its candles."""
    typed = {each.name: getattr(options, each.name) for each in fields(ArbitrageConfig) if hasattr(options, each.name)}
    for name, choice in CHOICES.items():
        if name in typed:
            typed[name] = choice(typed[name])
    for name in WHOLE & typed.keys():
        typed[name] = int(typed[name])
    usual: dict[str, object] = {
        "hedge_account_id": FOREIGN,
        "hedge_symbol": "",
        "fx_pair": "",
        "fx_source": "recorded",
        "max_fx_age_s": options.fx_max_age_days * DAY_S,
    }
    return ArbitrageConfig(**(usual | typed))  # type: ignore[arg-type]


def _terms(slippage_pct: Decimal, latency_ms: int, participation: Decimal) -> Terms:
    if not 0 <= slippage_pct < 50:
        raise UsageError(f"A slippage must lie between 0 and 50 percent, not {slippage_pct}.")
    if not 0 <= latency_ms <= DAY_S * 1000:
        raise UsageError(f"A latency must lie between 0 ms and a day, not {latency_ms} ms.")
    if not 0 < participation <= 1:
        raise UsageError(f"--participation must lie above 0 and at most at 1, not {participation}.")
    return Terms(slippage_pct, latency_ms, participation)


def _patient(
    options: Namespace, config: ArbitrageConfig, home: CandleTape, foreign: CandleTape
) -> dict[str, object]:  # fmt: skip
    """Seconds that candles can meet, and a value that no position exceeds, where nothing was said."""
    try:
        waited = Decimal(PATIENCE_PERIODS * common_period_s(home.candles, foreign.candles))
    except ValueError as error:
        raise UsageError(f"The candles of the two files cannot be compared: {error}.") from None
    highest = Decimal(repr(home.candles.high.max().item()))
    usual: dict[str, object] = {
        "leg_timeout_s": waited,
        "max_imbalance_s": waited,
        "max_imbalance_value": highest * config.size * config.max_positions,
        "confirmations": 1,
        "max_slippage_pct": ONE,
    }
    return {name: value for name, value in usual.items() if not hasattr(options, name)}


def _ms(at: datetime | None) -> int | None:
    return None if at is None else milliseconds(at)


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise UsageError(f"The file {path} cannot be written ({error.strerror or 'OSError'}).") from error
