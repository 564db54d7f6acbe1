"""The tape of two venues: closes of the same period only, and every gap counted."""

import numpy as np
import pytest

from engine.errors import UsageError
from engine.lab.arbitrage.periods import Moment, Periods, periods_of
from engine.venues.recording import CandleRecording, read_recording
from tests.engine.lab.shared_files import FOLDER, needs_recordings
from tests.engine.lab.test_premium_series import MINUTE_MS, START_MS, candles


def minutes(*opened: int) -> CandleRecording:
    return candles(60, dict.fromkeys(opened, (10.0, 1.0)))


def fives(*opened: int) -> CandleRecording:
    return candles(300, dict.fromkeys(opened, (10.0, 1.0)))


def listed(periods: Periods) -> list[Moment]:
    return [periods[at] for at in range(len(periods))]


def test_a_moment_is_the_end_of_a_period_with_the_last_candle_of_each() -> None:
    found = periods_of(minutes(0, 1, 3, 5, 9, 14), fives(0, 5, 10))
    assert [(moment.at_ms - START_MS) // MINUTE_MS for moment in listed(found)] == [5, 10, 15]
    assert [(moment.home, moment.foreign) for moment in listed(found)] == [(2, 0), (4, 1), (5, 2)]
    assert (found.span, found.home_alone, found.foreign_alone, found.neither) == (3, 0, 0, 0)


def test_gaps_of_each_venue_are_counted_between_the_later_beginning_and_the_earlier_end() -> None:
    found = periods_of(minutes(0, 10, 15, 30, 35, 40), fives(5, 10, 20, 25, 35, 60))
    # From minute 5 to minute 40: 10 and 35 have both; 15, 30 and 40 are of home alone; 5, 20 and 25 of the other.
    assert [(moment.at_ms - START_MS) // MINUTE_MS for moment in listed(found)] == [15, 40]
    assert (found.span, found.home_alone, found.foreign_alone, found.neither) == (8, 3, 3, 0)


def test_a_stretch_can_be_asked_for() -> None:
    both = range(0, 60, 5)
    found = periods_of(minutes(*both), fives(*both), START_MS + 7 * MINUTE_MS, START_MS + 25 * MINUTE_MS)
    assert [(moment.at_ms - START_MS) // MINUTE_MS for moment in listed(found)] == [15, 20, 25]
    assert found.span == 3


def test_files_that_never_meet_are_refused() -> None:
    with pytest.raises(UsageError, match="no period in common"):
        periods_of(minutes(0, 1), fives(10, 15))
    with pytest.raises(UsageError, match="no period in common"):
        periods_of(minutes(0, 1), candles(300, {0: (1.0, 0.0)}))
    with pytest.raises(UsageError, match="180 s and 300 s have no common period"):
        periods_of(candles(180, {0: (1.0, 1.0)}), fives(0))


@needs_recordings
def test_the_recorded_hours_have_their_maintenance_and_their_lost_half_year() -> None:
    home = read_recording(FOLDER / "candles" / "upbit_BTC-KRW_1h.parquet")
    foreign = read_recording(FOLDER / "candles" / "binance_BTC-USDT_1h.parquet")
    assert isinstance(home, CandleRecording)
    assert isinstance(foreign, CandleRecording)
    found = periods_of(home, foreign)
    assert found.span == 35_064
    assert len(found) + found.home_alone + found.foreign_alone + found.neither == found.span
    assert (len(found) + found.home_alone, len(found) + found.foreign_alone) == (
        int((home.volume > 0).sum()),
        int((foreign.volume > 0).sum()),
    )
    # July to December 2021 is in neither file.
    assert found.neither >= 184 * 24
    assert bool((np.diff(found.closes_ms) > 0).all())
