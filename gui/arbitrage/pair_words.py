"""The words of two-leg trading in the reader's language."""

from decimal import Decimal

from PySide6.QtCore import QCoreApplication

from engine.domain.arbitrage import ImbalancePolicy, LegStyle, PairStage, Ways
from engine.domain.premium import Direction, Pair
from gui.models.columns import Meaning

translate = QCoreApplication.translate


def exchange(name: str) -> str:
    """An exchange as people call it; the name itself where it is none of those we know."""
    match name:
        case "upbit":
            return translate("exchange", "Upbit")
        case "bithumb":
            return translate("exchange", "Bithumb")
        case "binance":
            return translate("exchange", "Binance")
        case "binanceusdm":
            return translate("exchange", "Binance futures")
        case "okx":
            return translate("exchange", "OKX")
        case "bitget":
            return translate("exchange", "Bitget")
        case _:
            return name


def fx_source(name: str) -> str:
    """Who says a rate."""
    match name:
        case "":
            return translate("arbitrage", "The first that has one")
        case "endpoint":
            return translate("arbitrage", "Rate address")
        case "static":
            return translate("arbitrage", "Fixed rate")
        case "database":
            return translate("arbitrage", "Database")
        case _:
            return exchange(name)


def decimal_of(value: float) -> Decimal:
    """A number of a recorded series as a number of a table."""
    return Decimal(repr(value))


def venues(pair: Pair) -> str:
    """Home and foreign venue."""
    return f"{exchange(pair.home_venue)} / {exchange(pair.foreign_venue)}"


def symbols(pair: Pair) -> str:
    """Both symbols, for a tool tip."""
    return f"{pair.home_symbol} – {pair.foreign_symbol}"


def direction(value: Direction) -> str:
    """Short, for a column."""
    if value is Direction.SELL_HOME:
        return translate("arbitrage", "Sell home")
    return translate("arbitrage", "Buy home")


def direction_whole(value: Direction) -> str:
    if value is Direction.SELL_HOME:
        return translate("arbitrage", "Sell home, buy abroad")
    return translate("arbitrage", "Buy home, sell abroad")


def ways(value: Ways) -> str:
    match value:
        case Ways.SELL_HOME:
            return direction_whole(Direction.SELL_HOME)
        case Ways.BUY_HOME:
            return direction_whole(Direction.BUY_HOME)
        case Ways.BOTH:
            return translate("arbitrage", "Both ways")


def style(value: LegStyle) -> str:
    match value:
        case LegStyle.TAKER_TAKER:
            return translate("arbitrage", "Both legs at once (taker, taker)")
        case LegStyle.MAKER_TAKER:
            return translate("arbitrage", "Rest at home, hedge abroad (maker, taker)")


def policy(value: ImbalancePolicy) -> str:
    match value:
        case ImbalancePolicy.COMPLETE:
            return translate("arbitrage", "Complete the leg that lacks")
        case ImbalancePolicy.UNWIND:
            return translate("arbitrage", "Take the other leg back")


def stage(value: PairStage) -> str:
    """With a sign that can be told apart without colour."""
    match value:
        case PairStage.ENTERING:
            return "▷ " + translate("arbitrage", "Entering")
        case PairStage.OPEN:
            return "● " + translate("arbitrage", "Open")
        case PairStage.EXITING:
            return "□ " + translate("arbitrage", "Closing")
        case PairStage.UNWINDING:
            return "◆ " + translate("arbitrage", "Taking back")
        case PairStage.CLOSED:
            return "○ " + translate("arbitrage", "Closed")


def stage_meaning(value: PairStage) -> Meaning:
    match value:
        case PairStage.UNWINDING:
            return Meaning.LOOK
        case PairStage.CLOSED:
            return Meaning.MUTED
        case _:
            return Meaning.PLAIN
