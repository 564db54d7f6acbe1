"""Numbers as a trader reads them: thousands separators, one rule of decimals per kind, a sign on every PnL.

All functions take exact decimals and round half even for display only; nothing here is ever computed with.
"""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

from PySide6.QtCore import QCoreApplication

from engine.domain.instrument import Instrument
from engine.domain.money import decimals_of

NOTHING = "–"
MINUS = "\u2212"
WON_WHOLE_FROM = Decimal(1000)
#: Decimals of an amount by its asset; all others are shown with eight.
_MONEY_DECIMALS = (("KRW", 2), ("USDT", 2), ("USDC", 2), ("USD", 2), ("EUR", 2))


def fixed(value: Decimal, decimals: int, *, signed: bool = False) -> str:
    """A number with exactly this many decimals. Zero after rounding carries no sign."""
    text = f"{abs(value):,.{decimals}f}"
    is_zero = not text.strip("0.,")
    if is_zero:
        return text
    if value < 0:
        return MINUS + text
    return f"+{text}" if signed else text


def money(amount: Decimal | None, asset: str, *, signed: bool = False) -> str:
    """An amount of an asset without its name. Won from 1,000 upwards have no decimals."""
    if amount is None:
        return NOTHING
    decimals = dict(_MONEY_DECIMALS).get(asset, 8)
    if asset == "KRW" and abs(amount) >= WON_WHOLE_FROM:
        decimals = 0
    return fixed(amount, decimals, signed=signed)


def money_with_asset(amount: Decimal | None, asset: str, *, signed: bool = False) -> str:
    """An amount followed by its asset, as in "12,000 KRW"."""
    return f"{money(amount, asset, signed=signed)} {asset}".rstrip()


def known_money(amount: Decimal | None, asset: str, *, signed: bool = False) -> str:
    """The same, without the asset where the amount is not known."""
    return NOTHING if amount is None else money_with_asset(amount, asset, signed=signed)


def price(value: Decimal | None, instrument: Instrument | None) -> str:
    """A price on the decimals of the venue's increment at that price."""
    if value is None:
        return NOTHING
    if instrument is None:
        return f"{value:,f}"
    return fixed(value, decimals_of(instrument.rules.price_increment(value)))


def quantity(value: Decimal | None, instrument: Instrument | None) -> str:
    """A quantity of base on the decimals of the venue's size increment."""
    if value is None:
        return NOTHING
    if instrument is None:
        return f"{value:,f}"
    return fixed(value, decimals_of(instrument.rules.size_increment))


def quantity_within(value: Decimal, instrument: Instrument, fits: Callable[[str], bool]) -> str:
    """A quantity with as many of its decimals as fit; "" when not even the whole number does.

    A number that is cut off reads as another number, so decimals are rounded away instead, but never to zero.
    """
    for decimals in range(decimals_of(instrument.rules.size_increment), -1, -1):
        text = fixed(value, decimals)
        if value and not text.strip("0.,"):
            return ""
        if fits(text):
            return text
    return ""


def percent(value: Decimal | None, decimals: int = 2, *, signed: bool = False) -> str:
    """A percentage without its sign %, which stands in the header."""
    return NOTHING if value is None else fixed(value, decimals, signed=signed)


def exact(value: Decimal) -> str:
    """Every digit there is, for tool tips and the clipboard."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def instant(at: datetime | None) -> str:
    """Date and time to the second, in the time zone of the person."""
    return NOTHING if at is None else at.astimezone().strftime("%Y-%m-%d %H:%M:%S")


def instant_short(at: datetime | None) -> str:
    """The same without the year, for columns of recent things; the tool tip has the whole."""
    return NOTHING if at is None else at.astimezone().strftime("%m-%d %H:%M:%S")


def age(seconds: float | None) -> str:
    """How old a value is, in the largest unit that says enough; None where nobody knows."""
    if seconds is None:
        return NOTHING
    if seconds < 60:
        return QCoreApplication.translate("age", "{count} s").format(count=int(seconds))
    if seconds < 3600:
        return QCoreApplication.translate("age", "{count} min").format(count=int(seconds // 60))
    if seconds < 86400:
        return QCoreApplication.translate("age", "{count} h").format(count=int(seconds // 3600))
    return QCoreApplication.translate("age", "{count} d").format(count=int(seconds // 86400))
