"""The table model against Qt's own model tester and a plain list."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QItemSelection, QItemSelectionModel, QModelIndex, QRect, Qt
from PySide6.QtGui import QImage, QPainter, QPalette
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication

from gui.models.cell_painter import CellPainter, Place
from gui.models.columns import Cell, Column, Meaning
from gui.models.table_model import TableModel
from gui.models.table_view import TableView
from gui.theme import Theme


@dataclass(frozen=True)
class Item:
    name: str
    worth: int | None
    is_old: bool = False


def columns() -> list[Column[Item]]:
    return [
        Column("name", "Name", lambda item: item.name, lambda item: item.name),
        Column(
            "worth",
            "Worth",
            lambda item: "" if item.worth is None else str(item.worth),
            lambda item: None if item.worth is None else float(item.worth),
            unit="KRW",
            is_number=True,
            is_live=True,
        ),
    ]


def make_model() -> TableModel[Item]:
    return TableModel(columns(), lambda item: item.name, lambda item: item.is_old)


def blank(theme: Theme) -> QImage:
    image = QImage(130, 30, QImage.Format.Format_RGB32)
    image.fill(theme.panel)
    return image


def names(model: TableModel[Item]) -> list[str]:
    return [model.row_at(at).name for at in range(model.rowCount())]


def changes(model: TableModel[Item]) -> list[tuple[int, int, int]]:
    """(row, first column, last column) of every announcement from now on."""
    seen: list[tuple[int, int, int]] = []
    model.dataChanged.connect(lambda a, b, _roles: seen.append((a.row(), a.column(), b.column())))
    return seen


def test_only_changed_cells_of_visible_rows_are_announced(qapp: QApplication) -> None:
    model = make_model()
    model.show_rows([Item(name, 1) for name in "abcdef"])
    model.set_visible(0, 2)
    [model.cell(row, 0) for row in range(3)]
    seen = changes(model)
    model.show_rows([Item(name, 2) if name in "bf" else model.row_at(at) for at, name in enumerate("abcdef")])
    assert seen == [(1, 1, 1)]
    assert model.index(5, 1).data() == "2", "an unseen change is there when somebody looks"


def test_an_equal_text_is_not_announced(qapp: QApplication) -> None:
    model = make_model()
    model.show_rows([Item("a", 1)])
    model.cell(0, 0)
    seen = changes(model)
    model.show_rows([Item("a", 1)])
    assert seen == []


def test_live_cells_of_a_stale_row_are_dimmed_when_time_passes(qapp: QApplication) -> None:
    old: set[str] = set()
    model: TableModel[Item] = TableModel(columns(), lambda item: item.name, lambda item: item.name in old)
    model.show_rows([Item("a", 1)])
    assert not model.cell(0, 1).is_stale
    old.add("a")
    seen = changes(model)
    model.refresh()
    assert seen == [(0, 1, 1)]
    assert model.cell(0, 1).is_stale
    assert not model.cell(0, 0).is_stale, "a name does not age"


def test_sorting_puts_unknown_values_last_both_ways(qapp: QApplication) -> None:
    model = make_model()
    model.show_rows([Item("a", 2), Item("b", None), Item("c", 3), Item("d", 1)])
    model.sort(1, Qt.SortOrder.AscendingOrder)
    assert names(model) == ["d", "a", "c", "b"]
    model.sort(1, Qt.SortOrder.DescendingOrder)
    assert names(model) == ["c", "a", "d", "b"]


def test_rows_stay_where_they_are_until_the_next_resort(qapp: QApplication) -> None:
    model = make_model()
    model.show_rows([Item("a", 1), Item("b", 2)])
    model.sort(1, Qt.SortOrder.DescendingOrder)
    model.show_rows([Item("a", 9), Item("b", 2)])
    assert names(model) == ["b", "a"]
    model.resort()
    assert names(model) == ["a", "b"]


def test_a_resort_announces_only_the_rows_on_show_that_changed_places(qapp: QApplication) -> None:
    model = make_model()
    model.show_rows([Item(name, worth) for worth, name in enumerate("abcdefgh")])
    model.sort(1, Qt.SortOrder.AscendingOrder)
    model.set_visible(0, 5)
    model.show_rows([Item(name, {"b": 3, "d": 1, "g": 9, "h": 8}.get(name, at)) for at, name in enumerate("abcdefgh")])
    seen, laid_out = changes(model), []
    model.layoutChanged.connect(lambda: laid_out.append(True))
    model.resort()
    assert names(model) == ["a", "d", "c", "b", "e", "f", "h", "g"]
    assert seen == [(1, 0, 1), (3, 0, 1)], "g and h are further down than anybody sees"
    assert not laid_out, "rows have no other place for anything but their texts"


def test_rows_that_are_selected_together_are_the_same_after_a_resort(qapp: QApplication, theme: Theme) -> None:
    model = make_model()
    view = TableView(model, theme)
    model.show_rows([Item(name, worth) for worth, name in enumerate("abcd")])
    model.sort(1, Qt.SortOrder.AscendingOrder)
    view.choose("b")
    view.selectionModel().select(
        QItemSelection(model.index(1, 0), model.index(2, 1)), QItemSelectionModel.SelectionFlag.ClearAndSelect
    )
    model.show_rows([Item(name, worth) for name, worth in zip("abcd", (1, 9, 0, 4), strict=True)])
    model.resort()
    assert names(model) == ["c", "a", "d", "b"]
    assert view.chosen_keys() == ["c", "b"]
    assert view.chosen_key() == "b"


def test_a_cell_is_drawn_as_qt_draws_its_text(qapp: QApplication, theme: Theme) -> None:
    """At first sight, and again from the text that was laid out and kept."""
    painter = CellPainter(theme)
    for text, is_number in (("-1,234.567", True), ("Upbit / 바이낸스", False), ("far too long for this column", False)):
        cell = Cell(text, Meaning.PLAIN, is_number, is_stale=False, badge=None)
        drawn = []
        for _ in range(3):
            image = blank(theme)
            with QPainter(image) as brush:
                painter.paint_row(brush, 3, [cell], [Place(0, 5, 120)], is_selected=False)
            drawn.append(image)
        wanted = blank(theme)
        with QPainter(wanted) as brush:
            brush.setFont(theme.numbers_font() if is_number else theme.font())
            brush.setPen(theme.text)
            side = Qt.AlignmentFlag.AlignRight if is_number else Qt.AlignmentFlag.AlignLeft
            fitting = brush.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, 104)
            brush.drawText(QRect(13, 3, 104, 24), side | Qt.AlignmentFlag.AlignVCenter, fitting)
        assert drawn == [wanted] * 3, text


def test_a_selected_row_is_tinted_from_end_to_end(qapp: QApplication, theme: Theme) -> None:
    model = make_model()
    view = TableView(model, theme)
    model.show_rows([Item("a", 1), Item("b", 2)])
    view.resize(300, 100)
    view.choose("b")
    image = view.grab().toImage()
    first = view.viewport().mapTo(view, view.visualRect(model.index(1, 0)).topLeft())
    last = view.viewport().mapTo(view, view.visualRect(model.index(1, 1)).bottomRight())
    tint = theme.palette().color(QPalette.ColorRole.Highlight).rgb()
    assert image.pixelColor(first) == theme.accent, "a mark at its beginning"
    assert image.pixelColor(last).rgb() == tint
    assert image.pixelColor(last.x(), first.y() - 2).rgb() != tint, "and the row above is not"


def test_without_sorting_new_rows_stand_where_they_are_given(qapp: QApplication) -> None:
    model = make_model()
    model.show_rows([Item("b", 1)])
    inserted: list[tuple[int, int]] = []
    model.rowsInserted.connect(lambda _parent, first, last: inserted.append((first, last)))
    model.show_rows([Item("a", 1), Item("b", 1)])
    model.show_rows([Item("a", 1), Item("b", 1), Item("c", 1)])
    assert names(model) == ["a", "b", "c"]
    assert inserted == [(0, 0), (2, 2)]


def test_the_selection_follows_its_row(qapp: QApplication, theme: Theme) -> None:
    model = make_model()
    view = TableView(model, theme)
    model.show_rows([Item("a", 1), Item("b", 2), Item("c", 3)])
    view.choose("b")
    model.sort(1, Qt.SortOrder.DescendingOrder)
    model.show_rows([Item("c", 3), Item("b", 9)])
    model.resort()
    assert view.chosen_key() == "b"
    assert names(model) == ["b", "c"]


def test_units_stand_in_the_header_and_numbers_right(qapp: QApplication) -> None:
    model = make_model()
    assert model.headerData(1, Qt.Orientation.Horizontal) == "Worth (KRW)"
    side = model.headerData(1, Qt.Orientation.Horizontal, Qt.ItemDataRole.TextAlignmentRole)
    assert side & Qt.AlignmentFlag.AlignRight


def test_copied_rows_are_exact_and_tabbed(qapp: QApplication, theme: Theme) -> None:
    model = make_model()
    view = TableView(model, theme)
    model.show_rows([Item("a", 1), Item("b", 2)])
    view.selectAll()
    view.copy_rows()
    assert QApplication.clipboard().text() == "a\t1\nb\t2"


STEPS = st.lists(
    st.tuples(st.permutations(list("abcdefgh")), st.integers(0, 8), st.integers(0, 5), st.integers(-1, 1)), max_size=8
)


@given(steps=STEPS)
def test_after_any_updates_the_model_is_the_list(
    qapp: QApplication, steps: list[tuple[list[str], int, int, int]]
) -> None:
    model = make_model()
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    for order, count, worth, column in steps:
        rows = [Item(name, (worth * ord(name)) % 7 or None) for name in order[:count]]
        model.sort(column)
        model.show_rows(rows)
        model.resort()
        assert {name: model.row_at(at) for at, name in enumerate(names(model))} == {row.name: row for row in rows}
        if column < 0:
            assert names(model) == [row.name for row in rows]
        if column == 0:
            assert names(model) == sorted(row.name for row in rows)
        for at in range(model.rowCount()):
            row = model.row_at(at)
            assert model.index(at, 1).data() == ("" if row.worth is None else str(row.worth))
    assert model.rowCount(QModelIndex()) == (len(steps[-1][0][: steps[-1][1]]) if steps else 0)
