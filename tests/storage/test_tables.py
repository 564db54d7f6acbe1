"""Rules that every table keeps, and a page that describes all of them."""

from pathlib import Path

from sqlalchemy import DateTime, Float, Integer, Numeric, PrimaryKeyConstraint, UniqueConstraint

from storage.tables import Row

TABLES = Row.metadata.sorted_tables
PAGE = Path(__file__).resolve().parents[2] / "docs" / "data-model.md"

#: Recorded market series, which are looked at and never booked.
MEASURED = {
    "candles", "tickers", "orderbooks", "transactions", "technical_indicators", "spreads", "fx_rates", "funding_rates",
    "replayed_candles", "replayed_tickers", "candle_rollups", "spread_rollups",
}  # fmt: skip


def test_money_has_no_scale_and_no_float() -> None:
    for table in TABLES:
        for column in table.columns:
            if isinstance(column.type, Float):
                assert table.name in MEASURED, f"{table.name}.{column.name}"
            elif isinstance(column.type, Numeric):
                assert (column.type.precision, column.type.scale) == (None, None), f"{table.name}.{column.name}"


def test_every_instant_has_a_zone() -> None:
    kinds = {str(column): column.type for table in TABLES for column in table.columns}
    zoned = {name: kind.timezone for name, kind in kinds.items() if isinstance(kind, DateTime)}
    assert len(zoned) > 20
    assert [name for name, has_zone in zoned.items() if not has_zone] == []


def test_row_numbers_have_64_bits() -> None:
    numbers = [table.columns["id"] for table in TABLES if "id" in table.columns]
    assert len(numbers) > 10
    assert {type(column.type).__name__ for column in numbers} == {"BigInteger"}
    assert all(isinstance(column.type, Integer) for column in numbers)


def test_money_outlives_a_deleted_user() -> None:
    for name in ("orders", "trades", "ledger_entries"):
        table = Row.metadata.tables[name]
        assert [key.ondelete for key in table.foreign_keys] == [None] * len(table.foreign_keys)


def test_keys_of_series_contain_their_time() -> None:
    """So that each can become a hypertable."""
    for name, time in (("candles", "timestamp"), ("equity_snapshots", "at")):
        table = Row.metadata.tables[name]
        keys = [key for key in table.constraints if isinstance(key, PrimaryKeyConstraint | UniqueConstraint)]
        unique = [key for key in keys if len(key.columns)]
        assert unique
        assert all(time in index.columns for index in unique)
        assert "id" not in table.columns


def test_the_page_describes_every_table() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert [table.name for table in TABLES if f"| `{table.name}` |" not in page] == []
