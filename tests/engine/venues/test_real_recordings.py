"""Every shared recording is read whole, and a week of real minutes conserves money to the last unit."""

import os
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from engine.domain.market import Quote
from engine.domain.order import Fill, Side
from engine.venues.candle_walk import CandleWalk
from engine.venues.factory import replay_account
from engine.venues.recording import CandleRecording, EventRecording, read_recording
from engine.venues.rule_books import rules_of
from tests.engine.venues.builders import D, buy, instrument, matching, numbered, sell

ROOT = Path(__file__).resolve().parents[3]
FOLDER = Path(os.environ.get("GRIDWRIGHT_DATA", ROOT.parent / "shared" / "data"))

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"no recorded markets in {FOLDER}")


def files(pattern: str) -> list[Path]:
    return sorted(FOLDER.glob(pattern))


@pytest.mark.parametrize("path", files("candles/*.parquet"), ids=lambda path: path.stem)
def test_every_shared_recording_can_be_used(path: Path) -> None:
    recording = read_recording(path)
    assert isinstance(recording, CandleRecording)
    assert recording.timeframe_s in (60, 300, 900, 1800, 3600, 14_400, 43_200, 86_400)
    account = replay_account(path, {})
    assert Decimal(account.setting("price")) == D(repr(recording.row(0)[1]))


@pytest.mark.parametrize("path", files("l2_trades/binance_*.jsonl.gz"), ids=lambda path: path.stem)
def test_recorded_streams_can_be_used(path: Path) -> None:
    recording = read_recording(path)
    assert isinstance(recording, EventRecording)
    assert recording.has_quotes
    assert len(recording) > 30_000


def ladder_on(recording: CandleRecording, candles: int) -> Iterator[tuple[Fill, Quote]]:
    """A plain ladder of forty buys on the first candles; each fill is answered one line away."""
    rules = rules_of("upbit", "XRP", "KRW", D(3868), {})
    engine = matching(rules, krw="12000000", btc="0", price=None)
    walk = CandleWalk(recording, instrument(rules), participation=D(1), is_volume_in_quote=False)
    name, lines = numbered(), [D(3668) + 5 * at for at in range(40)]
    totals = {"KRW": D(12_000_000), "BTC": D(0)}
    walk.step(engine)
    for line in lines:
        engine.place(buy(name("b"), str(line), "70.12345678"))
    while int(walk.position.split()[0]) < candles:
        step = walk.step(engine)
        quote = next(event for event in step.events if isinstance(event, Quote))
        for fill in step.change.fills if step.change else ():
            sign = 1 if fill.side is Side.BUY else -1
            totals["BTC"] += sign * fill.quantity
            totals["KRW"] -= sign * fill.value + fill.fee
            away = fill.price + sign * 5
            make = sell if fill.side is Side.BUY else buy
            engine.place(make(name("c"), str(away), str(fill.quantity)))
            yield fill, quote
        assert {asset: engine.balances.total(asset) for asset in totals} == totals


def test_a_week_of_real_minutes_conserves_money() -> None:
    path = FOLDER / "candles" / "upbit_XRP-KRW_1m.parquet"
    if not path.is_file():
        pytest.skip(f"no {path}")
    recording = read_recording(path)
    assert isinstance(recording, CandleRecording)
    count = 0
    for fill, quote in ladder_on(recording, 7 * 1440):
        count += 1
        assert fill.fee == (fill.value * D("0.0005")).quantize(D("0.00000001"))
        at = int((fill.at.timestamp() * 1000 - recording.opened_at_ms(0)) // 60_000)
        _, _, high, low, _, _ = recording.row(at)
        assert quote.at == fill.at
        assert low <= fill.price <= high or fill.at.second == 0
    assert count > 100
