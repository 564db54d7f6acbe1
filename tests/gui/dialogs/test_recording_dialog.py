"""Opening a recording: what can be chosen, and what is submitted."""

from decimal import Decimal
from pathlib import Path

import pytest

from gui.dialogs.recording_dialog import RecordingChoice, RecordingDialog
from gui.theme import Theme


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "upbit_XRP-KRW_1m.parquet"
    path.write_bytes(b"")
    return path


def test_the_choice_is_what_the_fields_say(theme: Theme, file: Path) -> None:
    dialog = RecordingDialog(theme, ("upbit", "plain"))
    submitted: list[object] = []
    dialog.submitted.connect(submitted.append)
    dialog.open()
    dialog.path.setText(str(file))
    dialog.speed.setCurrentIndex(0)
    dialog.rules.setCurrentIndex(1)
    dialog.volume_unit.setCurrentIndex(2)
    dialog.symbol.setText("xrp/krw")
    dialog.cash.setText("5,000,000")
    dialog.open_button.click()

    assert submitted == [RecordingChoice(file, None, "upbit", "quote", "XRP/KRW", Decimal(5_000_000))]
    assert not dialog.isVisible()


def test_untouched_fields_leave_the_choice_to_the_file(theme: Theme, file: Path) -> None:
    dialog = RecordingDialog(theme, ("upbit",))
    dialog.path.setText(str(file))

    assert dialog.choice() == RecordingChoice(file, Decimal(60), "", "", "", None)
    assert "60" in dialog.speed.currentText()


@pytest.mark.parametrize("cash", ["0", "-1", "lots"])
def test_cash_that_cannot_be_is_refused_beside_its_field(theme: Theme, file: Path, cash: str) -> None:
    dialog = RecordingDialog(theme, ())
    dialog.path.setText(str(file))
    dialog.cash.setText(cash)

    assert dialog.rows["cash"].refusal
    assert not dialog.open_button.isEnabled()


def test_a_missing_file_is_refused_and_a_blank_one_only_waits(theme: Theme, tmp_path: Path) -> None:
    dialog = RecordingDialog(theme, ())
    assert dialog.rows["path"].refusal == ""
    assert not dialog.open_button.isEnabled()

    dialog.path.setText(str(tmp_path / "none.parquet"))
    assert dialog.rows["path"].refusal == "There is no such file."

    dialog.path.setText(str(tmp_path))
    assert not dialog.open_button.isEnabled()
