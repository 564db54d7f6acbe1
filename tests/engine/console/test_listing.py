"""Tables on a terminal."""

import json
from datetime import UTC, datetime
from decimal import Decimal

from engine.console.listing import Column, as_json, as_pairs, as_table, shown, width

Row = tuple[str, Decimal | None]
COLUMNS: tuple[Column[Row], ...] = (
    Column("name", "Name", lambda row: row[0]),
    Column("pnl", "PnL", lambda row: row[1], is_signed=True),
)


def test_text_stands_left_and_numbers_right() -> None:
    rows: list[Row] = [("a", Decimal("12345.50")), ("longer", Decimal(-3)), ("c", None)]
    assert as_table(COLUMNS, rows, empty="-").splitlines() == [
        "Name          PnL",
        "a       +12,345.5",
        "longer         -3",
        "c               -",
    ]


def test_hangul_takes_two_cells() -> None:
    assert width("격자a") == 5
    lines = as_table(COLUMNS, [("격자", Decimal(1)), ("abcd", Decimal(22))], empty="-").splitlines()
    assert lines[1:] == ["격자   +1", "abcd  +22"]


def test_no_rows_are_a_sentence() -> None:
    assert as_table(COLUMNS, [], empty="There are no bots.") == "There are no bots."


def test_json_is_exact() -> None:
    found = json.loads(as_json(COLUMNS, [("격자", Decimal("0.10000000000000000001")), ("b", None)]))
    assert found == [{"name": "격자", "pnl": "0.10000000000000000001"}, {"name": "b", "pnl": None}]


def test_a_rung_is_counted_from_one_for_a_person_and_from_zero_for_a_program() -> None:
    columns: tuple[Column[int | None], ...] = (Column("rung", "Rung", lambda index: index, is_index=True),)
    assert as_table(columns, [0, 11, None], empty="-").splitlines() == ["Rung", "   1", "  12", "   -"]
    assert json.loads(as_json(columns, [0, None])) == [{"rung": 0}, {"rung": None}]


def test_pairs_stand_under_each_other() -> None:
    assert as_pairs([("State", "running"), ("Fills", 1200), ("PnL", Decimal("-3.5"))]).splitlines() == [
        "State  running",
        "Fills  1,200",
        "PnL     -3.5",
    ]


def test_yes_no_and_instants() -> None:
    assert (shown(True), shown(False), shown(None)) == ("yes", "no", "-")
    at = datetime(2025, 9, 1, 12, 30, tzinfo=UTC)
    assert shown(at) == at.astimezone().strftime("%Y-%m-%d %H:%M:%S")
