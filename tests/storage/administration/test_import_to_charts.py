"""The customer's CSV files are what a window and the command line read afterwards, like everything recorded here."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from math import isnan
from pathlib import Path

from engine.domain.arbitrage import PairStage
from engine.domain.arbitrage_messages import TwoLegRecorded
from engine.domain.premium import Direction, Pair
from storage.administration.import_csv import import_csv
from storage.database import Database
from storage.journal import PostgresJournal
from storage.mirror.formats import ORDERS, POSITIONS, TRADES
from storage.mirror.stored import stored_rows
from storage.premium_history import PostgresPremiumHistory
from storage.series.upkeep import SeriesUpkeep
from tests.storage.administration.books import DESK_ID
from tests.storage.administration.csv_files import write_files
from tests.storage.builders import T0
from tests.storage.pair_builders import ENTERING, EXIT, HEDGE_BOT, PAIR, PAIR_BOT, make_position, pair_foundation

FUTURES = Pair("upbit", "BTC/KRW", "binanceusdm", "BTC/USDT", "USDTKRW")
AT = datetime(2025, 11, 14, 18, 40, 15, tzinfo=UTC)
PAIR_HERE = pair_foundation(replace(PAIR_BOT, desk_id=DESK_ID), replace(HEDGE_BOT, desk_id=DESK_ID))
HEADER = "symbol,upbit_price,binance_price,binance_price_krw,spread_pct,net_spread_pct,is_opportunity,timestamp\n"


async def test_imported_files_are_read_like_what_was_recorded(database: Database, tmp_path: Path) -> None:
    assert (await import_csv(database, [write_files(tmp_path / "files")], "Asia/Seoul")).is_written
    history = PostgresPremiumHistory(database)
    seen = await history.spreads(FUTURES, AT, AT + timedelta(seconds=2))
    assert (seen.step_s, list(seen.premium_pct), list(seen.net_pct)) == (0, [0.8123, 0.8123], [0.5, 0.5])
    assert list(seen.times_s) == [AT.timestamp() + 0.123456, AT.timestamp() + 1]
    assert (list(seen.is_opportunity), round(seen.rate[0], 6)) == ([True, False], 1439.998227)
    assert isnan(seen.back_pct[0]), "the files say nothing of the way back"
    own_name = replace(FUTURES, foreign_venue="binance_futures")
    assert (await history.spreads(own_name, AT, AT + timedelta(seconds=2))).net_pct == seen.net_pct
    [stretch] = await history.opportunities(None, AT, AT + timedelta(hours=1), 10)
    assert (stretch.symbol, stretch.foreign_venue, stretch.readings, stretch.best_net_pct) == (
        "BTC", "binance_futures", 1, 0.5
    )  # fmt: skip
    first, second = await history.two_leg_positions("", None, None, 10)
    assert {(each.position.position_id, each.position.direction, each.position.stage) for each in (first, second)} == {
        ("1", Direction.SELL_HOME, PairStage.CLOSED), ("2", Direction.BUY_HOME, PairStage.OPEN)
    }  # fmt: skip
    [day] = await history.daily_pnl("", "Asia/Seoul", 10)
    assert (day.day.isoformat(), day.positions, day.pnl, day.premium) == ("2025-11-15", 1, Decimal("12345.67"), None)


async def test_years_of_readings_are_there_as_aggregates_after_the_upkeep(database: Database, tmp_path: Path) -> None:
    """Four readings a day of two years; retention drops them all, the charts keep what they came to."""
    start = datetime(2020, 1, 1, tzinfo=UTC)
    lines = [
        f"BTC,1,1,1,{n % 4},{n % 4 - 1},false,{(start + n * timedelta(hours=6)).isoformat()}\n" for n in range(4 * 730)
    ]
    file = tmp_path / "spreads.csv"
    file.write_text(HEADER + "".join(lines), encoding="utf-8")
    assert (await import_csv(database, [file], "UTC")).is_written
    for _ in range(2):
        assert (await SeriesUpkeep(database, {"spreads_1m": 0}).run_once()).troubles == []
    history = PostgresPremiumHistory(database)
    whole = await history.spreads(FUTURES, start, start + timedelta(days=730), 100)
    assert len(whole) <= 100
    assert all(abs(value - 1.5) < 0.1 for value in whole.premium_pct[1:-1])
    assert (min(whole.premium_low), max(whole.premium_high)) == (0, 3)
    day = await history.spreads(FUTURES, start, start + timedelta(days=1))
    assert (day.step_s, list(day.premium_pct), list(day.net_pct)) == (60, [0, 1, 2, 3], [-1, 0, 1, 2])
    assert (await SeriesUpkeep(database).run_once()).minutes == 4 * 730, "who wants them says so before"
    day = await history.spreads(FUTURES, start, start + timedelta(days=1))
    assert (day.step_s, list(day.premium_pct), list(day.net_pct)) == (3600, [0, 1, 2, 3], [-1, 0, 1, 2])
    again = await history.spreads(FUTURES, start, start + timedelta(days=730), 100)
    assert (again.times_s, again.premium_pct) == (whole.times_s, whole.premium_pct), "days stay as they are"


async def test_positions_of_bots_go_into_the_files_once_they_came_together(
    journal: PostgresJournal, database: Database
) -> None:
    """An entry that is under way, and one that was taken back, have no line: the files have no words for them."""
    taken_back = replace(
        ENTERING, position_id=f"{PAIR}P9", number=9, stage=PairStage.CLOSED, exit=EXIT, closed_at=T0, pnl=Decimal(-5)
    )
    under_way = replace(ENTERING, position_id="p4", number=4)
    await journal.commit([*PAIR_HERE, *(TwoLegRecorded(p) for p in (make_position(), under_way, taken_back))])
    async with database.question() as connection, connection.transaction():
        found = {
            format_.name: [row async for row in stored_rows(connection, format_)]
            for format_ in (POSITIONS, ORDERS, TRADES)
        }
    assert [row["reference"] for row in found["positions"]] == [f"{PAIR}P3"]
    assert [row["position"] for row in found["orders"]] == [f"{PAIR}P3"] * 2
    assert [(row["position"], row["side"]) for row in found["trades"]] == [(f"{PAIR}P3", "OPEN")]


async def test_a_file_closes_no_position_of_a_bot(journal: PostgresJournal, database: Database, tmp_path: Path) -> None:
    await journal.commit([*PAIR_HERE, TwoLegRecorded(make_position())])
    times = f"{make_position().opened_at},{T0 + timedelta(hours=1)}"
    row = f"{PAIR}P3,XRP,sell_home,100.5,802,0.57,1.0625,790,0.56,0.1,5,1,CLOSED,{times}"
    (tmp_path / "positions.csv").write_text(",".join(POSITIONS.header) + f"\n{row}\n", encoding="utf-8")
    done = await import_csv(database, [tmp_path / "positions.csv"], "UTC")
    assert [(each.added, each.closed, each.present) for each in done.files] == [(0, 0, 1)]
    assert (await journal.load()).positions == (make_position(),)
