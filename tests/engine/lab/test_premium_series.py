"""The program's own series over candles: small ones by hand, the recorded ones against what others computed."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from engine.domain.premium import premium_pct
from engine.errors import RecordingError
from engine.lab.premium_series import closes_of, common_period_s, premium_series, premiums
from engine.lab.rates import DAY_MS, HOUR_MS, RateHistory, read_rates
from engine.venues.recording import CandleRecording, read_recording
from engine.venues.recording_columns import read_columns
from tests.engine.lab.shared_files import FOLDER, needs_recordings

MINUTE_MS = 60_000
#: A Monday.
START_MS = 1_756_684_800_000
FIVE_DAYS = timedelta(days=5)


def candles(timeframe_s: int, rows: dict[int, tuple[float, float]]) -> CandleRecording:
    """Candles that open so many minutes after the start: (close, volume), all four prices alike."""
    ts = np.array([START_MS + minute * MINUTE_MS for minute in rows], np.int64)
    price = np.array([close for close, _ in rows.values()])
    volume = np.array([volume for _, volume in rows.values()])
    return CandleRecording(timeframe_s, ts, price, price, price, price, volume)


def rates(*known: tuple[int, float]) -> RateHistory:
    """Rates known so many hours after the start."""
    hours, values = zip(*known, strict=True)
    known_ms = np.array([START_MS + hour * HOUR_MS for hour in hours], np.int64)
    return RateHistory("USDKRW", "test", known_ms, np.array(values))


def test_only_periods_in_which_both_venues_traded_count() -> None:
    home = candles(60, {0: (10.0, 1.0), 1: (11.0, 1.0), 4: (12.0, 1.0), 6: (13.0, 1.0), 11: (14.0, 1.0)})
    foreign = candles(300, {0: (1.0, 5.0), 5: (1.0, 0.0), 10: (2.0, 5.0)})
    series = premium_series(home, foreign, rates((0, 8.0)))
    # Minutes 0 to 4 close at 12; 5 to 9 have no print abroad; 10 to 14 close at 14 against 2 x 8.
    assert (series.ts - START_MS).tolist() == [0, 10 * MINUTE_MS]
    assert series.home.tolist() == [12.0, 14.0]
    assert series.premium_pct.tolist() == [50.0, -12.5]
    assert series.home_count.tolist() == [3, 1]


def test_a_premium_without_a_fresh_rate_is_refused_not_guessed() -> None:
    home = candles(3600, {0: (12.0, 1.0), 60: (12.0, 1.0), 180: (12.0, 1.0)})
    foreign = candles(3600, {0: (1.0, 1.0), 60: (1.0, 1.0), 180: (1.0, 1.0)})
    late = premium_series(home, foreign, rates((2, 8.0)), max_rate_age=timedelta(hours=1))
    # The first closes an hour before the rate is known, the last two hours after.
    assert (late.ts - START_MS).tolist() == [HOUR_MS]
    assert late.without_rate == 2
    assert len(premium_series(home, foreign, rates((9, 8.0)))) == 0


def test_a_rate_counts_from_the_instant_at_which_it_was_known() -> None:
    known = rates((0, 8.0), (24, 9.0))
    assert known.known(START_MS - 1, FIVE_DAYS) is None
    assert known.known(START_MS + DAY_MS - 1, FIVE_DAYS) == known.rate(0)
    assert known.known(START_MS + DAY_MS, FIVE_DAYS) == known.rate(1)
    assert known.rate(1).rate == Decimal("9.0")
    assert known.known(START_MS + 6 * DAY_MS, FIVE_DAYS) == known.rate(1)
    assert known.known(START_MS + 6 * DAY_MS + 1, FIVE_DAYS) is None


def test_a_rate_of_the_future_changes_nothing_before_it() -> None:
    home = candles(3600, dict.fromkeys(range(0, 2400, 60), (12.0, 1.0)))
    foreign = candles(3600, dict.fromkeys(range(0, 2400, 60), (1.0, 1.0)))
    before, after = (premium_series(home, foreign, rates((0, 8.0), (24, later))) for later in (9.0, 99.0))
    known = before.ts + HOUR_MS < START_MS + DAY_MS
    assert known.sum() == 23
    assert before.premium_pct[known].tolist() == after.premium_pct[known].tolist()
    assert not np.array_equal(before.premium_pct, after.premium_pct)


def test_two_timeframes_meet_in_the_longer_one() -> None:
    assert common_period_s(candles(60, {0: (1.0, 1.0)}), candles(300, {0: (1.0, 1.0)})) == 300
    with pytest.raises(ValueError, match="180 s and 300 s"):
        common_period_s(candles(180, {0: (1.0, 1.0)}), candles(300, {0: (1.0, 1.0)}))


def test_closes_are_those_of_candles_with_a_print() -> None:
    closes = closes_of(candles(60, {0: (1.0, 1.0), 4: (2.0, 0.0), 5: (3.0, 0.0), 9: (4.0, 1.0)}), 300)
    assert closes.at.tolist() == [0, 3]
    assert closes.count.tolist() == [1, 1]


def test_weekends_of_a_daily_rate_are_fridays_and_have_its_age(tmp_path: Path) -> None:
    path = tmp_path / "usdkrw.csv"
    days = range(4, 8)  # Friday to Monday
    rows = [f"{START_MS + day * DAY_MS},{1390 if day < 7 else 1395}" for day in days]
    path.write_text("ts,rate\n" + "\n".join(rows) + "\n", encoding="utf-8")
    carried = read_rates(path, "USDKRW", known_after_h=Decimal(15), has_weekends=False)
    assert carried.values.tolist() == [1390.0, 1395.0]
    sunday = START_MS + 6 * DAY_MS
    assert carried.known(sunday, timedelta(days=1)) is None
    found = carried.known(sunday, timedelta(days=2))
    assert found is not None
    assert found.at.isoformat() == "2025-09-05T15:00:00+00:00"


def test_a_file_of_rates_that_cannot_be_used_is_refused_in_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "rates.csv"
    for text, said in (
        ("ts,rate\n1756684800000,-3\n", "Row 2 of .*: rate is -3.0; it must be above 0."),
        ("ts,rate\n1756684800000,\n", "no value in its column rate"),
        ("ts,a,b\n1756684800000,1,2\n", "Say with --fx-column which column of .* is the rate; it has a, b."),
        ("ts,rate\n1756684800000,1\n1756684800000,2\n", "Row 3 of .* is not newer"),
        ("ts,rate\n1756684800000,x\n", "rate is x, which is not a number"),
    ):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(RecordingError, match=said):
            read_rates(path, "USDKRW")


@needs_recordings
@pytest.mark.parametrize("coin", ["BTC", "ETH", "XRP"])
def test_the_series_of_recorded_candles_is_the_one_that_was_derived_from_them(coin: str) -> None:
    home = read_recording(FOLDER / "candles" / f"upbit_{coin}-KRW_1m.parquet")
    foreign = read_recording(FOLDER / "candles" / f"binance_{coin}-USDT_5m.parquet")
    assert isinstance(home, CandleRecording)
    assert isinstance(foreign, CandleRecording)
    daily = read_rates(FOLDER / "fx" / "usdkrw_daily.parquet", "USDKRW", column="usdkrw_ecb_ffill")
    # They converted with the rate of the day in which a period began, before it could be known.
    series = premium_series(home, foreign, daily, is_rate_of_close=False)
    columns = read_columns(FOLDER / "kimchi" / "derived_kimchi_5m.parquet")
    theirs = _symbols(FOLDER / "kimchi" / "derived_kimchi_5m.parquet") == coin
    assert len(series) == 4032
    assert np.array_equal(series.ts, columns.times()[theirs])
    assert np.array_equal(series.home_count, columns.numbers("n")[theirs])
    for name, ours in (("krw", series.home), ("usdt", series.foreign), ("fx", series.rate)):
        assert np.array_equal(ours, columns.numbers(name)[theirs]), name
    assert np.array_equal(series.premium_pct, columns.numbers("premium_pct")[theirs])
    exact = premium_pct(*(Decimal(repr(value[0].item())) for value in (series.home, series.foreign, series.rate)))
    assert abs(exact - Decimal(repr(series.premium_pct[0].item()))) < Decimal("1e-10")


@needs_recordings
def test_the_inputs_of_a_third_party_give_its_premium_within_its_rounding() -> None:
    columns = read_columns(FOLDER / "kimchi" / "kimchi_daily_snu.parquet")
    home, foreign, rate, theirs = (
        columns.numbers(name) for name in ("btc_krw_price", "foreignusd", "fx_rate", "btc_premium_pct")
    )
    apart = np.abs(premiums(home, foreign, rate) - theirs)
    assert len(apart) == 1277
    assert apart.max() <= 0.005 + 1e-9
    # April 2021 is among the days, so this is not about zeros.
    assert theirs.max() > 15


def _symbols(path: Path) -> "np.ndarray[tuple[int], np.dtype[np.str_]]":
    # Only this file has a column of words.
    from pyarrow import parquet

    return np.array(parquet.read_table(path).column("symbol").to_pylist())
