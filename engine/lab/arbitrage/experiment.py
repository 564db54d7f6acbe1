"""What is asked of a backtest: two recordings, a rate, the bot's settings, and what is stated as nobody knows it."""

import time
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path

from engine.domain.arbitrage import ArbitrageConfig
from engine.domain.instrument import Instrument, InstrumentKind
from engine.domain.money import HUNDRED, ONE, ceil_to
from engine.errors import UsageError
from engine.lab.arbitrage.book_decisions import LOOKS_EVERY_MS, BookDecisions
from engine.lab.arbitrage.book_venue import BookVenue
from engine.lab.arbitrage.candle_decisions import CandleDecisions
from engine.lab.arbitrage.candle_venue import CandleVenue, Terms
from engine.lab.arbitrage.depth_recording import DepthChange, read_depth
from engine.lab.arbitrage.market import FundingDue
from engine.lab.arbitrage.periods import periods_of
from engine.lab.arbitrage.replay import PairReplay
from engine.lab.arbitrage.trace import Trace
from engine.lab.rates import RateHistory, read_rates
from engine.venues import rule_books
from engine.venues.recording import CandleRecording, read_recording
from engine.venues.recording_columns import read_columns
from engine.venues.recording_name import name_of

HOME, FOREIGN = "lab:home", "lab:foreign"
#: Deposits leave room for entries that cost more than the highest price that was recorded.
ROOM = Decimal("1.1")


@dataclass(frozen=True, slots=True)
class LegSource:
    """One leg: its recording, what is stated of it, and venue rules in place of those of its rule book.

    `market` is (exchange, base, quote) where the file's name does not say them.
    """

    file: Path
    terms: Terms = field(default_factory=Terms)
    options: tuple[tuple[str, str], ...] = ()
    market: tuple[str, str, str] | None = None


@dataclass(frozen=True, slots=True)
class RateSource:
    """A file of rates, see `engine.lab.rates.read_rates`."""

    file: Path
    column: str = ""
    known_after_h: Decimal = Decimal(0)
    has_weekends: bool = True


@dataclass(frozen=True, slots=True)
class Experiment:
    """Everything that a run depends on. Nothing else does: the same experiment gives the same trace."""

    home: LegSource
    foreign: LegSource
    rates: RateSource | None
    config: ArbitrageConfig
    funding: Path | None = None
    from_ms: int | None = None
    to_ms: int | None = None

    def with_config(self, **changes: object) -> "Experiment":
        """The same with other settings of the bot."""
        return replace(self, config=replace(self.config, **changes))  # type: ignore[arg-type]

    def between(self, from_ms: int | None, to_ms: int | None) -> "Experiment":
        """The same over a stretch of the recordings."""
        return replace(self, from_ms=from_ms, to_ms=to_ms)


@dataclass(frozen=True, slots=True)
class CandleTape:
    """Recorded candles of an instrument."""

    instrument: Instrument
    candles: CandleRecording


@dataclass(frozen=True, slots=True)
class DepthTape:
    """The recorded order book of an instrument."""

    instrument: Instrument
    changes: tuple[DepthChange, ...]


LegTape = CandleTape | DepthTape


@dataclass(frozen=True, slots=True)
class Tapes:
    """What an experiment's files hold, read once for many runs."""

    home: LegTape
    foreign: LegTape
    rates: RateHistory | None
    funding: tuple[FundingDue, ...] = ()


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of the time both tapes cover: `span` periods of `period_s`, and those in which nothing was decided.

    `items` are the candles, or the changes of books, of both venues. Of books all but these two is 0.
    """

    period_s: Decimal
    span: int
    items: int
    home_alone: int = 0
    foreign_alone: int = 0
    neither: int = 0
    longest_gap_s: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """A run: what was asked, what the tapes cover, and everything that happened, in `elapsed_s` of real time."""

    experiment: Experiment
    tapes: Tapes
    coverage: Coverage
    trace: Trace
    elapsed_s: float


def read_tapes(experiment: Experiment) -> Tapes:
    """All files of an experiment. Raises RecordingError or UsageError with one sentence."""
    rates = None
    if (source := experiment.rates) is not None:
        rates = read_rates(
            source.file,
            experiment.config.fx_pair,
            column=source.column,
            known_after_h=source.known_after_h,
            has_weekends=source.has_weekends,
        )
    return Tapes(
        _tape(HOME, experiment.home),
        _tape(FOREIGN, experiment.foreign),
        rates,
        read_funding(experiment.funding) if experiment.funding is not None else (),
    )


def run(experiment: Experiment, tapes: Tapes) -> Outcome:
    """One run from the first instant that both tapes cover to the last. Raises UsageError."""
    began_s = time.perf_counter()
    match tapes.home, tapes.foreign:
        case CandleTape() as home, CandleTape() as foreign:
            coverage, trace = _run_candles(experiment, tapes, home, foreign)
        case DepthTape() as home, DepthTape() as foreign:
            coverage, trace = _run_books(experiment, tapes, home, foreign)
        case _:
            raise UsageError("One file holds candles and the other an order book; both must be of one kind.")
    return Outcome(experiment, tapes, coverage, trace, time.perf_counter() - began_s)


def _run_candles(experiment: Experiment, tapes: Tapes, home: CandleTape, foreign: CandleTape) -> tuple[Coverage, Trace]:
    periods = periods_of(home.candles, foreign.candles, experiment.from_ms, experiment.to_ms)
    here, there = (
        CandleVenue(
            tape.instrument,
            tape.candles,
            _deposits(
                tape.instrument, experiment.config, tape.candles.high[int(used[0]) : int(used[-1]) + 1].max().item()
            ),
            source.terms,
            name,
        )
        for tape, source, used, name in (
            (home, experiment.home, periods.home, "h"),
            (foreign, experiment.foreign, periods.foreign, "f"),
        )
    )
    decisions = CandleDecisions(periods, here, there, tapes.rates)
    funding = _funding_of(tapes, periods.closes_ms.item(0), periods.closes_ms.item(-1))
    coverage = Coverage(
        Decimal(periods.period_s),
        periods.span,
        int(periods.home[-1] - periods.home[0] + periods.foreign[-1] - periods.foreign[0]) + 2,
        periods.home_alone,
        periods.foreign_alone,
        periods.neither,
        periods.longest_gap_s,
    )
    return coverage, PairReplay(here, there, decisions, experiment.config, funding).run()


def _run_books(experiment: Experiment, tapes: Tapes, home: DepthTape, foreign: DepthTape) -> tuple[Coverage, Trace]:
    here, there = (
        BookVenue(
            tape.instrument,
            tape.changes,
            _deposits(tape.instrument, experiment.config, float(max(price for price, _ in tape.changes[0].bids))),
            source.terms.latency_ms,
            name,
        )
        for tape, source, name in ((home, experiment.home, "h"), (foreign, experiment.foreign, "f"))
    )
    decisions = BookDecisions(here, there, tapes.rates)
    first_ms, last_ms = max(here.first_ms, there.first_ms), min(here.last_ms, there.last_ms)
    trace = PairReplay(here, there, decisions, experiment.config, _funding_of(tapes, first_ms, last_ms)).run()
    every_s = Decimal(LOOKS_EVERY_MS) / 1000
    return Coverage(every_s, trace.decisions, len(home.changes) + len(foreign.changes)), trace


def _funding_of(tapes: Tapes, first_ms: int, last_ms: int) -> list[FundingDue]:
    if tapes.foreign.instrument.kind is not InstrumentKind.PERP:
        return []
    return [due for due in tapes.funding if first_ms <= due.at_ms <= last_ms]


def read_funding(path: Path) -> tuple[FundingDue, ...]:
    """Funding from a file with ts, funding_rate and, where it is known, mark_open. Raises RecordingError."""
    columns = read_columns(path)
    ts, rates = columns.times().tolist(), columns.numbers("funding_rate").tolist()
    marks: list[float | None] = [None] * len(ts)
    if "mark_open" in columns.names:
        marks = [mark if mark == mark else None for mark in columns.numbers("mark_open", may_lack=True).tolist()]
    return tuple(
        FundingDue(at_ms, Decimal(repr(rate)), None if mark is None else Decimal(repr(mark)))
        for at_ms, rate, mark in zip(ts, rates, marks, strict=True)
    )


def _deposits(instrument: Instrument, config: ArbitrageConfig, highest: float) -> dict[str, Decimal]:
    """Enough of both assets for all positions at the highest price: money is not what is tried here."""
    base = config.size * config.max_positions * ROOM
    # What an order may cost at its limit is held back for it.
    quote = ceil_to(base * Decimal(repr(highest)) * ROOM * (ONE + config.max_slippage_pct / HUNDRED), ONE)
    if instrument.kind is InstrumentKind.PERP:
        return {instrument.quote: 2 * quote}
    return {instrument.quote: quote, instrument.base: ceil_to(base, instrument.rules.size_increment)}


def _tape(venue: str, source: LegSource) -> LegTape:
    if source.file.name.endswith((".jsonl", ".jsonl.gz")):
        changes = tuple(read_depth(source.file))
        return DepthTape(_instrument(venue, source, changes[0].bids[0][0]), changes)
    recording = read_recording(source.file)
    if not isinstance(recording, CandleRecording):
        raise UsageError(f"The file {source.file} holds neither candles nor an order book of both sides.")
    return CandleTape(_instrument(venue, source, Decimal(repr(recording.row(0)[1]))), recording)


def _instrument(venue: str, source: LegSource, price: Decimal) -> Instrument:
    market = source.market
    if market is None:
        name = name_of(source.file)
        if name is None:
            raise UsageError(
                f"The file name {source.file.name} does not name its market as venue_BASE-QUOTE_timeframe; "
                "say which one it is."
            )
        market = (name.venue, name.base, name.quote)
    exchange, base, quote = market
    rules = rule_books.rules_of(rule_books.guess(exchange), base, quote, price, dict(source.options))
    kind = InstrumentKind.PERP if exchange == rule_books.BINANCE_FUTURES else InstrumentKind.SPOT
    return Instrument(venue, f"{base}/{quote}", base, quote, rules, kind)
