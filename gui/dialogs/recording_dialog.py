"""Opening a recorded market: which file, how fast, under whose rules, with how much paper money."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFileDialog,
    QLineEdit,
    QPushButton,
    QWidget,
)

from gui.dialogs.field_row import FieldRow
from gui.dialogs.number_field import NumberField
from gui.dialogs.row_stack import stack_rows
from gui.theme import Theme

SPEEDS = (Decimal(1), Decimal(10), Decimal(60), Decimal(600), Decimal(3600))
ENDINGS = "*.parquet *.csv *.jsonl *.jsonl.gz"


@dataclass(frozen=True, slots=True)
class RecordingChoice:
    """What the trader chose. `speed` 1 is real time, None as fast as possible.

    `rules` is the name of a rule book, `symbol` "BASE/QUOTE", both "" for what the file's name says; `volume_unit` is
    "base", "quote" or "" likewise. `cash` is starting money in quote, None for the usual amount.
    """

    path: Path
    speed: Decimal | None
    rules: str
    volume_unit: str
    symbol: str
    cash: Decimal | None


class RecordingDialog(QDialog):
    """`submitted(RecordingChoice)` when a file is chosen and the fields make sense. Opened with `open()`.

    `rule_books` are the names of the rules on offer, `last_folder` is where the file dialog begins.
    """

    submitted = Signal(object)

    def __init__(
        self, theme: Theme, rule_books: Sequence[str], last_folder: Path | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._last_folder = last_folder or Path.home()
        self.path = QLineEdit()
        self.browse = QPushButton(self.tr("Browse..."))
        self.speed = QComboBox()
        self.rules = QComboBox()
        self.volume_unit = QComboBox()
        self.symbol = QLineEdit()
        self.cash = NumberField(lambda value: Decimal(1).scaleb(value.adjusted() - 1))
        self.rows = {
            "path": FieldRow(theme, self.tr("File"), self.path, self.browse, has_unit=False),
            "speed": FieldRow(theme, self.tr("Speed"), self.speed, has_unit=False),
            "rules": FieldRow(theme, self.tr("Venue rules"), self.rules, has_unit=False),
            "volume_unit": FieldRow(theme, self.tr("Volume"), self.volume_unit, has_unit=False),
            "symbol": FieldRow(theme, self.tr("Symbol"), self.symbol, has_unit=False),
            "cash": FieldRow(theme, self.tr("Starting cash"), self.cash, has_unit=False),
        }
        self.open_button = QPushButton(self.tr("Open"))
        self._fill(rule_books)
        self._lay_out()
        self._check()

    def choice(self) -> RecordingChoice | None:
        """What the fields say, or None while something is missing or wrong."""
        path = self._path()
        cash = self.cash.value
        if path is None or not path.is_file() or not (self.cash.is_blank or (cash is not None and cash > 0)):
            return None
        return RecordingChoice(
            path=path,
            speed=self.speed.currentData(),
            rules=self.rules.currentData(),
            volume_unit=self.volume_unit.currentData(),
            symbol=self.symbol.text().strip().upper(),
            cash=cash,
        )

    def _path(self) -> Path | None:
        text = self.path.text().strip()
        return Path(text).expanduser() if text else None

    def _fill(self, rule_books: Sequence[str]) -> None:
        self.speed.addItem(self.tr("As fast as possible"), None)
        for speed in SPEEDS:
            text = self.tr("Real time") if speed == 1 else self.tr("{count} times").format(count=f"{speed:,}")
            self.speed.addItem(text, speed)
        self.speed.setCurrentIndex(1 + SPEEDS.index(Decimal(60)))
        self.rules.addItem(self.tr("As the file's name says"), "")
        for name in rule_books:
            self.rules.addItem(name, name)
        for unit, text in (
            ("", self.tr("As the file's name says")),
            ("base", self.tr("In base")),
            ("quote", self.tr("In quote")),
        ):
            self.volume_unit.addItem(text, unit)
        self.path.setPlaceholderText(self.tr("Parquet or CSV with ts, open, high, low, close, volume"))
        self.symbol.setPlaceholderText(self.tr("as the file's name says"))
        self.cash.setPlaceholderText(self.tr("the usual amount"))
        self.rows["symbol"].set_rule(self.tr("For example XRP/KRW; a file named upbit_XRP-KRW_1m says it itself."))

    def _lay_out(self) -> None:
        self.setWindowTitle(self.tr("Open a recorded market"))
        stack_rows(self, self.rows.values(), self.open_button, QPushButton(self.tr("Cancel")))
        self.open_button.clicked.connect(self._submit)
        self.browse.clicked.connect(self._browse)
        self.path.textChanged.connect(self._check)
        self.cash.textChanged.connect(self._check)
        self.resize(560, 400)

    def _browse(self) -> None:
        """Qt's own file dialog, not blocking: a native one would run its own loop inside of ours."""
        path = self._path()
        folder = path.parent if path is not None and path.parent.is_dir() else self._last_folder
        name_filter = self.tr("Recorded markets ({endings})").format(endings=ENDINGS)
        dialog = QFileDialog(self, self.tr("Open a recorded market"), str(folder), name_filter)
        dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self.path.setText)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _check(self) -> None:
        path = self._path()
        is_missing = path is not None and not path.is_file()
        self.rows["path"].set_refusal(self.tr("There is no such file.") if is_missing else "")
        cash = self.cash.value
        is_bad = not self.cash.is_blank and (cash is None or cash <= 0)
        self.rows["cash"].set_refusal(self.tr("Starting cash must be a number above 0.") if is_bad else "")
        self.open_button.setEnabled(self.choice() is not None)

    def _submit(self) -> None:
        choice = self.choice()
        if choice is not None:
            self.submitted.emit(choice)
            self.accept()
