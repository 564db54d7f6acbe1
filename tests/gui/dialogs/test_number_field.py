"""Numbers as people type them."""

from dataclasses import replace
from decimal import Decimal

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from engine.domain.instrument import PriceBand
from gui.dialogs.number_field import NumberField, parsed, written
from gui.theme import Theme
from tests.support import views


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,234.50", Decimal("1234.50")),
        ("1 234", Decimal(1234)),
        ("1'000'000", Decimal(1000000)),
        ("  0.00000001 ", Decimal("0.00000001")),
        ("-5", Decimal(-5)),
        ("\u22125", Decimal(-5)),
        (".5", Decimal("0.5")),
        ("", None),
        (",", None),
        ("1e5", None),
        ("NaN", None),
        ("Infinity", None),
        ("1.2.3", None),
        ("--1", None),
        ("12원", None),
        ("٣", None),
    ],
)
def test_what_a_text_means(text: str, value: Decimal | None) -> None:
    assert parsed(text) == value


@pytest.mark.parametrize(("value", "text"), [("1234567.8900", "1,234,567.89"), ("1E+3", "1,000"), ("0.10", "0.1")])
def test_how_a_number_is_written(value: str, text: str) -> None:
    assert written(Decimal(value)) == text


def test_arrows_step_onto_the_next_multiple_of_the_increment(theme: Theme) -> None:
    field = NumberField(lambda _value: Decimal("0.5"))
    field.set_value(Decimal("10.2"))

    QTest.keyClick(field, Qt.Key.Key_Up)
    assert field.value == Decimal("10.5")
    QTest.keyClick(field, Qt.Key.Key_Down)
    QTest.keyClick(field, Qt.Key.Key_Down)
    assert field.value == Decimal("9.5")
    QTest.keyClick(field, Qt.Key.Key_PageUp)
    assert field.value == Decimal("14.5")


def test_stepping_down_over_a_band_takes_the_finer_increment(theme: Theme) -> None:
    bands = (PriceBand(Decimal(0), Decimal("0.1")), PriceBand(Decimal(100), Decimal(1)))
    rules = replace(views.instrument_of().rules, price_bands=bands)
    field = NumberField(rules.price_increment)
    field.set_value(Decimal(100))

    QTest.keyClick(field, Qt.Key.Key_Down)
    assert field.value == Decimal("99.9")
    QTest.keyClick(field, Qt.Key.Key_Up)
    QTest.keyClick(field, Qt.Key.Key_Up)
    assert field.value == Decimal(101)


def test_stepping_never_reaches_zero(theme: Theme) -> None:
    field = NumberField(lambda _value: Decimal(1))
    field.set_value(Decimal(2))

    for _ in range(5):
        QTest.keyClick(field, Qt.Key.Key_Down)

    assert field.value == Decimal(1)


def test_the_same_number_again_keeps_what_was_typed(theme: Theme) -> None:
    field = NumberField()
    field.setText("1000.0")

    field.set_value(Decimal(1000))
    assert field.text() == "1000.0"
    field.set_value(Decimal(1001))
    assert field.text() == "1,001"
    field.set_value(None)
    assert field.is_blank
