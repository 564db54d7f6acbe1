"""A whole backtest on a few candles, by hand: the real kernel, both venues, and nothing of the future."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from engine.domain.arbitrage import ArbitrageConfig, PairStage
from engine.domain.instrument import Instrument, InstrumentKind
from engine.errors import UsageError
from engine.lab.arbitrage.candle_decisions import CandleDecisions
from engine.lab.arbitrage.candle_venue import CandleVenue, Terms
from engine.lab.arbitrage.experiment import FOREIGN, HOME, CandleTape, Experiment, LegSource, Tapes, run
from engine.lab.arbitrage.market import FundingDue
from engine.lab.arbitrage.parts import Parts
from engine.lab.arbitrage.periods import periods_of
from engine.lab.arbitrage.replay import PairReplay
from engine.lab.arbitrage.summary import Summary, summary_of
from engine.lab.arbitrage.trace import Trace
from engine.lab.rates import RateHistory
from engine.venues.recording import CandleRecording
from tests.engine.venues.builders import FREE, START_MS, D

HOUR_MS = 3_600_000
SOURCE = LegSource(Path("unread"), Terms(D(0), 0, D(1)))
RULES = replace(FREE, taker_fee=D("0.001"), min_notional=D(5), min_quantity=D("0.01"))
CONFIG = ArbitrageConfig(
    hedge_account_id=FOREIGN, hedge_symbol="BTC/USDT", size=D(2), entry_pct=D(5), exit_pct=D(1), fx_pair="USDKRW",
    fx_source="bank", confirmations=1, max_slippage_pct=D(5), max_fx_age_s=D(86_400 * 5), leg_timeout_s=D(7200),
    max_imbalance_value=D(10**9), max_imbalance_s=D(7200),
)  # fmt: skip
#: Closes of hours; the open of an hour is the close of the one before.
HOMES = (1000.0, 1100.0, 1110.0, 1060.0, 1005.0, 1000.0, 1000.0)
FOREIGNS = (10.0, 10.0, 10.0, 10.0, 10.0, 10.0, 10.0)


def hours(closes: tuple[float, ...], volume: float = 100.0) -> CandleRecording:
    opens = (closes[0], *closes[:-1])
    low, high = np.minimum(opens, closes), np.maximum(opens, closes)
    ts = np.array([START_MS + at * HOUR_MS for at in range(len(closes))], np.int64)
    return CandleRecording(
        3600, ts, np.array(opens), high, low, np.array(closes), np.full(len(closes), volume)
    )  # fmt: skip


def tapes(
    homes: tuple[float, ...] = HOMES,
    foreigns: tuple[float, ...] = FOREIGNS,
    rates: tuple[tuple[int, float], ...] = ((0, 100.0),),
    funding: tuple[FundingDue, ...] = (),
    *,
    is_perp: bool = False,
) -> Tapes:
    kind = InstrumentKind.PERP if is_perp else InstrumentKind.SPOT
    known = RateHistory(
        "USDKRW", "bank", np.array([START_MS + hour * HOUR_MS for hour, _ in rates], np.int64),
        np.array([rate for _, rate in rates]),
    )  # fmt: skip
    return Tapes(
        CandleTape(Instrument(HOME, "BTC/KRW", "BTC", "KRW", RULES), hours(homes)),
        CandleTape(Instrument(FOREIGN, "BTC/USDT", "BTC", "USDT", RULES, kind), hours(foreigns)),
        known,
        funding,
    )


def backtest(tape: Tapes, config: ArbitrageConfig = CONFIG, *, latency_ms: int = 0) -> tuple[Trace, Summary]:
    source = replace(SOURCE, terms=replace(SOURCE.terms, latency_ms=latency_ms))
    outcome = run(Experiment(source, source, None, config), tape)
    return outcome.trace, summary_of(outcome)


def hour(at_ms: int) -> int:
    return (at_ms - START_MS) // HOUR_MS


def test_a_round_trip_by_hand() -> None:
    """In at the second close: 1,100 against 1,000 is 10 %, after both fees 9.79; out at the fifth: 0.5 %.

    Fills are the next opens, which are those closes: 2 x (1,100 - 1,005) = 190 at home, nothing abroad. Fees of 0.1 %:
    2.2 + 2.01 at home, 0.02 + 0.02 dollars abroad at 100 won.
    """
    trace, summary = backtest(tapes())
    [position] = trace.positions.values()
    assert [hour(each.at_ms) for each in trace.fills] == [2, 2, 5, 5]
    assert (position.entry.premium_pct, position.entry.home.effective_price) == (D(10), D(1100))
    assert summary.parts == Parts(premium=D(190), fees=D("-8.21"))
    assert position.pnl == D("181.79")
    assert (summary.closed, summary.won, summary.unwound, summary.open, summary.vain) == (1, 1, 0, 0, 0)
    assert summary.exposure.alone_s == 0
    assert summary.exposure.in_position_s == 3 * 3600
    assert summary.problems == ()
    assert trace.equity[-1].pnl == D("181.79")
    # At the third close the premium had gone to 11 %: 20 worse than at the entry, with the fees of it.
    assert summary.drawdown.amount == D("4.2") + 20


def test_latency_costs_the_candle_that_is_running() -> None:
    """Half a second late is the open an hour later: 1,110 and 1,000 in place of 1,100 and 1,005."""
    trace, summary = backtest(tapes(), latency_ms=500)
    assert [hour(each.at_ms) for each in trace.fills] == [3, 3, 6, 6]
    assert summary.parts.premium == 2 * D(110)


def test_a_leg_without_a_print_leaves_the_other_alone_until_one_comes() -> None:
    """Nobody trades abroad in the third hour, in which the entry would be filled there."""
    tape = tapes()
    assert isinstance(tape.foreign, CandleTape)
    volume = tape.foreign.candles.volume.copy()
    volume[2] = 0.0
    quiet = replace(tape, foreign=replace(tape.foreign, candles=replace(tape.foreign.candles, volume=volume)))
    trace, summary = backtest(quiet)
    assert [hour(each.at_ms) for each in trace.fills] == [2, 3, 5, 5]
    assert (summary.exposure.alone_s, summary.exposure.stretches) == (D(3600), 1)
    assert summary.exposure.worst_value == D(2200)


def test_a_leg_that_runs_away_is_chased_as_the_settings_say() -> None:
    """Abroad the price jumps from 10 to 12 before the buy arrives, above its limit of 10.5; after two hours the kernel
    completes the entry at the next open all the same.
    """
    foreigns = (10.0, 10.0, 12.0, 12.0, 12.0, 12.0, 12.0, 12.0)
    homes = (1000.0, 1100.0, 1110.0, 1110.0, 1200.0, 1200.0, 1200.0, 1200.0)
    trace, summary = backtest(tapes(homes, foreigns), latency_ms=500)
    [position] = trace.positions.values()
    assert position.entry.home.effective_price == D(1110)
    assert position.entry.foreign.effective_price == D(12)
    assert summary.exposure.alone_s >= 7200
    assert position.stage in (PairStage.OPEN, PairStage.EXITING, PairStage.CLOSED)


def test_the_change_of_the_rate_is_a_part_of_its_own() -> None:
    """The dollar rises from 100 to 102 won before the exit: 20 dollars that come back are 40 won more."""
    trace, summary = backtest(tapes(rates=((0, 100.0), (4, 102.0))))
    [position] = trace.positions.values()
    assert position.exit is not None
    assert position.exit.rate is not None
    assert position.exit.rate.rate == D(102)
    assert (summary.parts.fx, summary.parts.other) == (D(40), D(0))
    assert summary.tied == D(40)


def test_funding_is_paid_on_what_is_held_abroad() -> None:
    """2 long at a mark of 10 pay 1 %: 0.2 dollars; before the entry there is nothing to pay for."""
    dues = tuple(FundingDue(START_MS + at * HOUR_MS + 1000, D("0.01"), D(10)) for at in (1, 3))
    trace, summary = backtest(tapes(funding=dues, is_perp=True))
    assert [amount for _, amount, _ in trace.funding] == [D("-0.2")]
    assert summary.parts.funding == D(-20)
    assert summary.problems == ()


def test_a_premium_without_a_fresh_rate_is_not_entered() -> None:
    _, none = backtest(tapes(rates=((100, 100.0),)))
    assert none.entered == 0
    assert "no rate" in " ".join(none.waits)
    _, old = backtest(tapes(), replace(CONFIG, max_fx_age_s=D(3600)))
    assert old.entered == 0
    assert any("The rate" in wait for wait in old.waits)


def test_what_comes_later_changes_nothing_before_it() -> None:
    """Everything after an instant is replaced, on both venues and in the rate: all before it stays as it was."""
    wild = (7.0, 90_000.0)
    whole, _ = backtest(tapes(rates=((0, 100.0), (3, 101.0))))
    for cut in range(2, len(HOMES)):
        changed = tapes(
            (*HOMES[:cut], *(wild[at % 2] for at in range(len(HOMES) - cut))),
            (*FOREIGNS[:cut], *(wild[at % 2] for at in range(len(HOMES) - cut))),
            ((0, 100.0), (3, 101.0), (cut, 5.0)) if cut > 3 else ((0, 100.0), (cut, 5.0)),
        )
        other, _ = backtest(changed)
        limit_ms = START_MS + cut * HOUR_MS
        assert known(whole, limit_ms) == known(other, limit_ms), cut


def known(trace: Trace, before_ms: int) -> tuple[object, ...]:
    """Fills and worth of the time before an instant."""
    return (
        [(each.at_ms, each.fill.price, each.fill.quantity) for each in trace.fills if each.at_ms < before_ms],
        [(point.at_ms, point.pnl) for point in trace.equity if point.at_ms < before_ms],
    )


def test_the_same_input_gives_the_same_trace() -> None:
    first, _ = backtest(tapes(), latency_ms=500)
    second, _ = backtest(tapes(), latency_ms=500)
    assert first == second


def test_what_our_own_risk_refuses_is_counted_with_its_reason() -> None:
    """2 are sold for 2,200 won; when they are to be bought back they cost 4,000, which the account does not have."""
    tape = tapes((1000.0, 1100.0, 1100.0, 2000.0, 2000.0), (10.0, 10.0, 10.0, 20.0, 20.0))
    assert isinstance(tape.home, CandleTape)
    assert isinstance(tape.foreign, CandleTape)
    home = CandleVenue(tape.home.instrument, tape.home.candles, {"BTC": D(2), "KRW": D(10)}, SOURCE.terms, "h")
    foreign = CandleVenue(tape.foreign.instrument, tape.foreign.candles, {"USDT": D(100)}, SOURCE.terms, "f")
    decisions = CandleDecisions(periods_of(tape.home.candles, tape.foreign.candles), home, foreign, tape.rates)
    trace = PairReplay(home, foreign, decisions, CONFIG).run()
    [position] = trace.positions.values()
    assert position.stage is PairStage.EXITING
    assert [reason for reason in trace.refused if "own risk" in reason and "{needed}" in reason]
    assert trace.problems == []


def test_settings_that_the_bot_would_refuse_are_refused_here_in_its_words() -> None:
    with pytest.raises(UsageError, match="A round trip loses"):
        backtest(tapes(), replace(CONFIG, exit_pct=D("4.9")))
    with pytest.raises(UsageError, match="must be above 0"):
        backtest(tapes(), replace(CONFIG, size=Decimal(0)))
