"""Files that are used, and many that are refused in one sentence naming the file, the row and the cause."""

import gzip
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from engine.domain.order import Side
from engine.errors import RecordingError
from engine.venues.recording import CandleRecording, EventRecording, digest_of, read_recording
from engine.venues.recording_name import name_of, timeframe_of
from engine.venues.tape import Print, TopOfBook
from tests.engine.venues.builders import START_MS, D

HEAD = "ts,open,high,low,close,volume\n"
T0, T1, T2 = START_MS, START_MS + 60_000, START_MS + 120_000
GOOD = f"{HEAD}{T0},100,110,90,105,3\n{T1},105,106,104,105,0\n"

BAD_CSV = [
    ("empty file", "", "has no rows"),
    ("only a header", HEAD, "has no rows"),
    ("no time column", "open,high,low,close,volume\n1,1,1,1,1\n", "lacks the column ts; it has open, high"),
    ("no volume column", f"ts,open,high,low,close\n{T0},1,1,1,1\n", "lacks the column volume"),
    ("no close column", f"ts,open,high,low,volume\n{T0},1,1,1,1\n", "lacks the column close"),
    ("a column twice", f"ts,open,open,high,low,close,volume\n{T0},1,1,1,1,1,1\n", "has the column open twice"),
    ("a word for a price", f"{HEAD}{T0},100,110,90,cheap,3\n", "Row 2 of {file}: close is cheap, which is not"),
    ("an empty price", f"{HEAD}{T0},100,110,90,,3\n", "Row 2 of {file}: close is empty"),
    ("NaN", f"{HEAD}{T0},100,110,90,105,3\n{T1},nan,110,90,105,3\n", "Row 3 of {file}: open is nan, which is not"),
    ("infinite", f"{HEAD}{T0},100,inf,90,105,3\n", "Row 2 of {file}: high is inf, which is not a number"),
    ("price zero", f"{HEAD}{T0},100,110,0,105,3\n", "Row 2 of {file}: low is 0.0; it must be above 0"),
    ("price negative", f"{HEAD}{T0},-100,110,90,105,3\n", "Row 2 of {file}: open is -100.0; it must be above 0"),
    ("volume negative", f"{HEAD}{T0},100,110,90,105,-3\n", "Row 2 of {file}: volume is -3.0; it must not be negative"),
    ("high below low", f"{HEAD}{T0},100,89,90,95,3\n", "Row 2 of {file}: high 89.0 is below low 90.0"),
    ("open above high", f"{HEAD}{T0},111,110,90,95,3\n", "Row 2 of {file}: open 111.0 lies outside low 90.0 and high"),
    ("close below low", f"{HEAD}{T0},100,110,90,89,3\n", "Row 2 of {file}: close 89.0 lies outside low 90.0"),
    ("unordered", f"{GOOD}{T0 + 1},100,110,90,105,3\n", "Row 4 of {file} is older than the row before it"),
    ("doubled", f"{GOOD}{T1},100,110,90,105,3\n", "Row 4 of {file} has the same time as the row before it"),
    ("time is a word", f"{HEAD}soon,100,110,90,105,3\n", "Row 2 of {file}: ts is soon, which is not a time"),
    ("time is empty", f"{HEAD},100,110,90,105,3\n", "Row 2 of {file}: ts is empty, which is not a time"),
    ("time in seconds", f"{HEAD}{T0 // 1000},100,110,90,105,3\n", "which is not a time"),
    ("half a millisecond", f"{HEAD}{T0}.5,100,110,90,105,3\n", "which is not a time"),
    ("a line too short", f"{GOOD}{T2},100\n", "Row 4 of {file} cannot be read (it has 2 fields and the header has 6)"),
    ("a line too long", f"{HEAD}{T0},1,1,1,1,1,1\n", "Row 2 of {file} cannot be read (it has 7 fields"),
    ("a line missing", f"{GOOD}\n{T2},1,1,1,1,1\n", "Row 4 of {file} cannot be read (the line is empty)"),
    ("trade without a side", f"ts,price,qty\n{T0},1,1\n", "lacks the column side"),
    ("trade with a strange side", f"ts,price,qty,side\n{T0},1,1,both\n", "side is both; it must be buy or sell"),
    ("trade of nothing", f"ts,price,qty,side\n{T0},1,0,buy\n", "Row 2 of {file}: qty is 0.0; it must be above 0"),
    ("trades unordered", f"ts,price,qty,side\n{T1},1,1,buy\n{T0},1,1,buy\n", "Row 3 of {file} is older"),
    ("quote crossed", f"ts,bid,ask,bid_qty,ask_qty\n{T0},2,1,1,1\n", "Row 2 of {file}: bid 2.0 is above ask 1.0"),
    ("quote with negative size", f"ts,bid,ask,bid_qty,ask_qty\n{T0},1,2,-1,1\n", "bid_qty is -1.0; it must not be"),
    ("quote without a size", f"ts,bid,ask,bid_qty\n{T0},1,2,1\n", "lacks the column ask_qty"),
]


def refusal(path: Path) -> str:
    """The sentence with which a file is refused; one line, ending in a full stop, naming the file."""
    with pytest.raises(RecordingError) as caught:
        read_recording(path)
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert sentence.endswith(".")
    assert str(path) in sentence
    return sentence


@pytest.mark.parametrize(("text", "part"), [case[1:] for case in BAD_CSV], ids=[case[0] for case in BAD_CSV])
def test_bad_csv(tmp_path: Path, text: str, part: str) -> None:
    path = tmp_path / "market.csv"
    path.write_text(text)
    assert part.format(file=path) in refusal(path)


def columns(**changes: object) -> dict[str, object]:
    whole: dict[str, object] = {"ts": [T0, T1], "open": [1.0, 1.0], "high": [1.0, 1.0], "low": [1.0, 1.0]}
    whole |= {"close": [1.0, 1.0], "volume": [1.0, 1.0]}
    return {name: values for name, values in (whole | changes).items() if values is not None}


BAD_PARQUET: list[tuple[str, dict[str, object], str]] = [
    ("a missing column", columns(low=None), "lacks the column low"),
    ("no rows", {name: pa.array([], pa.float64()) for name in columns()}, "has no rows"),
    ("a hole", columns(high=[1.0, None]), "Row 2 of {file}: high is empty, which is not a number"),
    ("text", columns(open=["1", "2"]), "Row 1 of {file}: open is 1, which is not a number"),
    ("a time missing", columns(ts=[T0, None]), "Row 2 of {file}: ts is empty, which is not a time"),
    ("seconds", columns(ts=[T0 // 1000, T1 // 1000]), "Row 1 of {file}: ts is"),
    ("doubled", columns(ts=[T0, T0]), "Row 2 of {file} has the same time"),
    ("NaN", columns(volume=[1.0, float("nan")]), "Row 2 of {file}: volume is nan"),
    ("true for a price", columns(open=[True, True]), "Row 1 of {file}: open is True, which is not a number"),
]


@pytest.mark.parametrize(("table", "part"), [case[1:] for case in BAD_PARQUET], ids=[case[0] for case in BAD_PARQUET])
def test_bad_parquet(tmp_path: Path, table: dict[str, object], part: str) -> None:
    path = tmp_path / "market.parquet"
    pq.write_table(pa.table(table), path)
    assert part.format(file=path) in refusal(path)


def cut(path: Path) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])


def damage(path: Path) -> None:
    whole = bytearray(path.read_bytes())
    whole[4:200] = b"\xff" * 196
    path.write_bytes(whole)


@pytest.mark.parametrize(
    "spoil",
    [cut, damage, lambda path: path.write_bytes(b""), lambda path: path.write_text("PAR1 this is no Parquet PAR1")],
    ids=["cut", "damaged", "empty", "pretending"],
)
def test_broken_parquet(tmp_path: Path, spoil: Callable[[Path], object]) -> None:
    path = tmp_path / "market.parquet"
    pq.write_table(pa.table(columns()), path)
    spoil(path)
    assert "is not a complete Parquet file" in refusal(path)


def test_files_that_are_not_there_or_of_no_known_kind(tmp_path: Path) -> None:
    assert "There is no file" in refusal(tmp_path / "nowhere.parquet")
    assert "There is no file" in refusal(tmp_path)
    (tmp_path / "market.xlsx").write_text(GOOD)
    assert "is neither Parquet, CSV nor a recorded stream" in refusal(tmp_path / "market.xlsx")
    (tmp_path / "korean.csv").write_bytes("ts,가격\n".encode("euc-kr"))
    assert "cannot be read" in refusal(tmp_path / "korean.csv")


STREAM = (
    f'{T0}000001 {{"stream":"btcusdt@bookTicker","data":{{"b":"100.10","B":"2","a":"100.20","A":"3.5"}}}}\n'
    f'{T0}500000 {{"stream":"btcusdt@depth@100ms","data":{{"b":[],"a":[]}}}}\n'
    f'{T1}000000 {{"stream":"btcusdt@trade","data":{{"p":"100.20000000","q":"0.50","m":false}}}}\n'
    f'{T1}000001 {{"stream":"btcusdt@trade","data":{{"p":"1.0","q":"9","m":true,"X":"INSURANCE_FUND"}}}}\n'
    f'{T1}000002 {{"stream":"btcusdt@trade","data":{{"p":"100.10","q":"0.25","m":true}}}}\n'
)


def test_a_recorded_stream_gives_quotes_and_prints_in_order(tmp_path: Path) -> None:
    path = tmp_path / "binance.jsonl.gz"
    path.write_bytes(gzip.compress(STREAM.encode()))
    recording = read_recording(path)
    assert isinstance(recording, EventRecording)
    assert recording.has_quotes
    assert [recording.event(at) for at in range(len(recording))] == [
        TopOfBook(T0, D("100.1"), D("100.2"), D(2), D("3.5")),
        Print(T1, D("100.2"), D("0.5"), Side.BUY),
        Print(T1, D("100.1"), D("0.25"), Side.SELL),
    ]


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (gzip.compress(STREAM.encode())[:-40], "cannot be read"),
        (b"this is not gzip", "cannot be read"),
        (gzip.compress(b""), "has no rows"),
        (gzip.compress(STREAM.encode() + b"tail"), "Row 6 of {file} cannot be read (ValueError"),
        (gzip.compress(b'1 {"stream":"x@trade","data":{"p":"1"}}\n'), "Row 1 of {file} cannot be read (KeyError"),
        (gzip.compress(b"1 [1]\n"), "Row 1 of {file} cannot be read"),
        (gzip.compress(STREAM.replace('"100.20000000"', '"0"').encode()), "Row 3 of {file}: price is 0.0"),
    ],
    ids=["cut", "no gzip", "empty", "no JSON", "no quantity", "no object", "price zero"],
)
def test_bad_streams(tmp_path: Path, content: bytes, part: str) -> None:
    path = tmp_path / "binance.jsonl.gz"
    path.write_bytes(content)
    assert part.format(file=path) in refusal(path)


def test_good_csv_with_iso_times_and_a_space_in_its_path(tmp_path: Path) -> None:
    folder = tmp_path / "내 파일"
    folder.mkdir()
    path = folder / "binance_BTC-USDT_1d.csv"
    path.write_text(f"\ufeff{HEAD}2020-01-01,100,110,90,105,3\n2020-01-02T00:00:00+00:00,105,106,104,105,0\n")
    recording = read_recording(path)
    assert isinstance(recording, CandleRecording)
    assert recording.timeframe_s == 86_400
    assert recording.opened_at_ms(0) == 1_577_836_800_000
    assert recording.row(1)[1:] == (105, 106, 104, 105, 0)


def test_good_parquet_of_other_number_types(tmp_path: Path) -> None:
    path = tmp_path / "market.parquet"
    table = pa.table(
        {
            "ts": pa.array([T0, T1], pa.timestamp("ms", "UTC")),
            "open": pa.array([0.1, 2.5], pa.float32()),
            "high": pa.array([3, 3], pa.int32()),
            "low": pa.array([Decimal("0.10"), Decimal("0.10")], pa.decimal128(8, 2)),
            "close": [0.2, 0.2],
            "volume": [1.0, 2.0],
        }
    )
    pq.write_table(table, path)
    recording = read_recording(path)
    assert isinstance(recording, CandleRecording)
    assert recording.timeframe_s == 60
    assert recording.row(0) == (T0, 0.1, 3.0, 0.1, 0.2, 1.0)


@pytest.mark.parametrize(
    ("name", "timeframe_s"),
    [("upbit_BTC-KRW_1m.csv", 60), ("x_A-B_5m.parquet", 60), ("candles.csv", 60), ("x_A-B_30s.csv", 30)],
)
def test_the_timeframe_is_the_files_or_the_closest_rows(tmp_path: Path, name: str, timeframe_s: int) -> None:
    """A name that says less than the rows' distance is believed, one that says more is not."""
    path = tmp_path / name
    if name.endswith(".csv"):
        path.write_text(GOOD)
    else:
        pq.write_table(pa.table(columns()), path)
    recording = read_recording(path)
    assert isinstance(recording, CandleRecording)
    assert recording.timeframe_s == timeframe_s


@pytest.mark.parametrize(
    ("name", "market"),
    [
        ("upbit_XRP-KRW_1m.parquet", ("upbit", "XRP", "KRW")),
        ("ftx_BTC-PERP_1m.parquet", ("ftx", "BTC", "USD")),
        ("octobot_binance_ADA-USDT_12h_2020.parquet", ("octobot_binance", "ADA", "USDT")),
        ("upbit_1INCH-KRW_1d.csv", ("upbit", "1INCH", "KRW")),
        ("mymarket.csv", None),
    ],
)
def test_file_names_name_markets(name: str, market: tuple[str, str, str] | None) -> None:
    found = name_of(Path(name))
    assert (None if found is None else (found.venue, found.base, found.quote)) == market
    assert timeframe_of(Path("octobot_binance_ADA-USDT_12h_2020.parquet")) == 43_200


def test_digest_of_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="There is no file"):
        digest_of(tmp_path / "nowhere.csv")
