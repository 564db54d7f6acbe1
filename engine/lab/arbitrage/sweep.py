"""Many settings over the same recordings, each a run of its own on some processor; and the best of them judged anew.

The best of many trials looks good by being the best: how many there were belongs to every result, and what was chosen
on one stretch of time says something only on another.
"""

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from itertools import product
from multiprocessing import get_context

from engine.domain.money import HUNDRED, install_decimal_context
from engine.errors import UsageError
from engine.lab.arbitrage.experiment import CandleTape, Experiment, Tapes, read_tapes, run
from engine.lab.arbitrage.periods import periods_of
from engine.lab.arbitrage.summary import Summary, summary_of

#: More than anybody would wait for, or believe.
MOST_TRIALS = 10_000


@dataclass(frozen=True, slots=True)
class Trial:
    """One combination of settings with what came of it; `refusal` where the bot would not be started with it."""

    settings: tuple[tuple[str, Decimal], ...]
    summary: Summary | None
    refusal: str = ""

    @property
    def pnl(self) -> Decimal | None:
        """The PnL of the closed and, at the last closes, of the open positions."""
        return None if self.summary is None else self.summary.parts.pnl + self.summary.open_pnl


@dataclass(frozen=True, slots=True)
class Sweep:
    """All trials in the order of the settings. In a walk forward they are of the time before `split_ms`, `chosen` is
    the best of them and `judged` the same settings on the time after it; `rest` are all trials there, to compare.
    """

    quote: str
    trials: tuple[Trial, ...]
    split_ms: int | None = None
    chosen: Trial | None = None
    judged: Trial | None = None
    rest: tuple[Trial, ...] = ()

    @property
    def best(self) -> Trial | None:
        """The trial with the highest PnL; the first of equals. None where none could be run."""
        return best_of(self.trials)


def sweep(experiment: Experiment, varied: Mapping[str, Sequence[Decimal]], processes: int | None = None) -> Sweep:
    """Every combination of the varied settings over the whole time. Raises UsageError where they are too many."""
    combinations = list(_combinations(varied))
    quote = read_tapes(experiment).home.instrument.quote
    return Sweep(quote, tuple(_run_all(experiment, combinations, processes)))


def walk_forward(
    experiment: Experiment, varied: Mapping[str, Sequence[Decimal]], split_pct: Decimal, processes: int | None = None
) -> Sweep:
    """Choose on the first `split_pct` percent of the periods, judge on the rest. Positions open at the split are not
    carried over: what they would have brought then counts for the first part.
    """
    combinations = list(_combinations(varied))
    tapes = read_tapes(experiment)
    if not isinstance(tapes.home, CandleTape) or not isinstance(tapes.foreign, CandleTape):
        raise UsageError("Order books of minutes are too short to be split.")
    periods = periods_of(tapes.home.candles, tapes.foreign.candles, experiment.from_ms, experiment.to_ms)
    at = int(len(periods) * split_pct / HUNDRED)
    if not 0 < at < len(periods):
        raise UsageError("The split leaves no period on one of its sides.")
    split_ms = periods[at].at_ms - periods.period_s * 1000
    first, rest = experiment.between(experiment.from_ms, split_ms), experiment.between(split_ms, experiment.to_ms)
    trials = tuple(_run_all(first, combinations, processes))
    others = tuple(_run_all(rest, combinations, processes))
    chosen = best_of(trials)
    judged = others[trials.index(chosen)] if chosen is not None else None
    return Sweep(tapes.home.instrument.quote, trials, split_ms, chosen, judged, others)


def best_of(trials: Sequence[Trial]) -> Trial | None:
    """The trial with the highest PnL; the first of equals, None of none."""
    found = [(trial.pnl, -at) for at, trial in enumerate(trials) if trial.pnl is not None]
    return trials[-max(found)[1]] if found else None


def _combinations(varied: Mapping[str, Sequence[Decimal]]) -> Iterator[tuple[tuple[str, Decimal], ...]]:
    count = 1
    for tried in varied.values():
        count *= len(tried)
    if not 0 < count <= MOST_TRIALS:
        raise UsageError(f"These are {count:,} combinations; at most {MOST_TRIALS:,} are tried.")
    for values in product(*varied.values()):
        yield tuple(zip(varied, values, strict=True))


def _run_all(
    experiment: Experiment, combinations: Sequence[tuple[tuple[str, Decimal], ...]], processes: int | None
) -> list[Trial]:
    """In this process where one is enough, else in several that read the files once each."""
    # A packaged program is no Python that could be started again for a share of the work.
    most = 1 if getattr(sys, "frozen", False) else processes or os.cpu_count() or 1
    count = min(most, len(combinations))
    if count <= 1:
        tapes = read_tapes(experiment)
        return [_trial(experiment, tapes, settings) for settings in combinations]
    # Spawned, not forked: a copy of a process with threads of its own may stand still for ever.
    with ProcessPoolExecutor(count, get_context("spawn"), install_decimal_context) as pool:
        shares = [combinations[at::count] for at in range(count)]
        done = list(pool.map(partial(_run_share, experiment), shares))
    trials = {trial.settings: trial for share in done for trial in share}
    return [trials[settings] for settings in combinations]


def _run_share(experiment: Experiment, combinations: Sequence[tuple[tuple[str, Decimal], ...]]) -> list[Trial]:
    tapes = read_tapes(experiment)
    return [_trial(experiment, tapes, settings) for settings in combinations]


def _trial(experiment: Experiment, tapes: Tapes, settings: tuple[tuple[str, Decimal], ...]) -> Trial:
    changes: dict[str, object] = {
        name: int(value) if name in ("max_positions", "confirmations") else value for name, value in settings
    }
    try:
        return Trial(settings, summary_of(run(experiment.with_config(**changes), tapes)))
    except UsageError as error:
        return Trial(settings, None, str(error))
