"""What a sweep came to: every trial as a line, how many there were, and what the best of them did on other days."""

import csv
import io
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal

from engine.console.backtest_report import CENT, PERCENT
from engine.console.listing import Column, Value, as_table, exact, json_row
from engine.domain.codec import Json
from engine.lab.arbitrage.sweep import Sweep, Trial
from engine.venues.tape import instant


def sweep_json(found: Sweep) -> dict[str, Json]:
    """All trials, and the choice of a walk forward."""
    columns = _columns(found)
    return {
        "quote": found.quote,
        "trials": len(found.trials),
        "profitable": _profitable(found.trials),
        "rows": [json_row(columns, trial) for trial in found.trials],
        "best": None if found.best is None else json_row(columns, found.best),
        "split_at": None if found.split_ms is None else instant(found.split_ms).isoformat(),
        "judged": None if found.judged is None else json_row(columns, found.judged),
        "rest": [json_row(columns, trial) for trial in found.rest],
    }


def sweep_text(found: Sweep) -> str:
    """The table, best first, and what it does not mean."""
    columns = _columns(found)
    ranked = sorted(found.trials, key=lambda trial: (trial.pnl is None, -(trial.pnl or Decimal(0))))
    lines = [as_table(columns, ranked, empty="Nothing was tried."), ""]
    count, ran, won = len(found.trials), _ran(found.trials), _profitable(found.trials)
    lines.append(
        f"{count:,} trials, {count - ran:,} refused, {won:,} with a gain. The first line is the best of {ran:,}, and "
        "for that reason alone it looks better than it is."
    )
    if found.split_ms is not None:
        lines.append(f"These are of the time before {instant(found.split_ms):%Y-%m-%d %H:%M} UTC. After it:")
        judged = [found.judged] if found.judged is not None else []
        lines.append(as_table(columns, judged, empty="Nothing was chosen."))
        lines.append(
            f"Of {_ran(found.rest):,} trials {_profitable(found.rest):,} gained there"
            + (f"; the chosen one is number {_rank(found)} of them." if found.judged is not None else ".")
        )
    return "\n".join(lines)


def sweep_csv(found: Sweep) -> str:
    """A line a trial, of both parts where there are two."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    columns = _columns(found)
    rows.writerow(["part", *(column.key for column in columns)])
    for part, trials in (("first" if found.split_ms is not None else "whole", found.trials), ("rest", found.rest)):
        rows.writerows([part, *(_cell(column.value(trial)) for column in columns)] for trial in trials)
    return text.getvalue()


def _columns(found: Sweep) -> tuple[Column[Trial], ...]:
    names = [name for name, _ in found.trials[0].settings] if found.trials else []
    return (
        *(Column(name, name, _setting(name)) for name in names),
        Column("entered", "Entered", lambda row: row.summary.entered if row.summary else None),
        Column("closed", "Closed", lambda row: row.summary.closed if row.summary else None),
        Column("won", "Won", lambda row: row.summary.won if row.summary else None),
        Column("open", "Open", lambda row: row.summary.open if row.summary else None),
        Column("pnl", f"PnL ({found.quote})", _pnl, is_signed=True),
        Column("mean_pct", "Mean %", lambda row: _rounded(row.summary.mean_pct, PERCENT) if row.summary else None),
        Column(
            "max_drawdown",
            "Drawdown",
            lambda row: _rounded(row.summary.drawdown.amount, CENT) if row.summary else None,
        ),
        Column("alone_s", "Alone s", lambda row: row.summary.exposure.alone_s if row.summary else None),
        Column(
            "in_position_s", "In position s", lambda row: row.summary.exposure.in_position_s if row.summary else None
        ),
        Column("refusal", "Refused", lambda row: row.refusal),
    )


def _setting(name: str) -> Callable[[Trial], Value]:
    return lambda row: dict(row.settings)[name]


def _pnl(row: Trial) -> Decimal | None:
    return None if row.pnl is None else _rounded(row.pnl, CENT)


def _rounded(value: Decimal, step: Decimal) -> Decimal:
    return value.quantize(step, ROUND_HALF_UP)


def _profitable(trials: tuple[Trial, ...]) -> int:
    return sum(trial.pnl is not None and trial.pnl > 0 for trial in trials)


def _ran(trials: tuple[Trial, ...]) -> int:
    return sum(trial.summary is not None for trial in trials)


def _rank(found: Sweep) -> int:
    """The place of the chosen settings among all of the rest, 1 is the best."""
    assert found.judged is not None
    own = found.judged.pnl
    return 1 + sum(trial.pnl is not None and own is not None and trial.pnl > own for trial in found.rest)


def _cell(value: Value) -> str:
    if value is None:
        return ""
    return exact(value) if isinstance(value, Decimal) else str(value)
