"""The words of the domain in the reader's language."""

from PySide6.QtCore import QCoreApplication

from engine.domain.bot import BotState
from engine.domain.live import ForeignKind
from engine.domain.messages import Level
from engine.domain.order import Liquidity, Order, OrderKind, OrderState, Purpose, Side
from engine.domain.views import EngineState
from gui.models.columns import Meaning


def bot_state(state: BotState) -> str:
    """With a sign that can be told apart without colour."""
    match state:
        case BotState.STOPPED:
            return "○ " + QCoreApplication.translate("bot state", "Stopped")
        case BotState.WAITING:
            return "◇ " + QCoreApplication.translate("bot state", "Waiting")
        case BotState.STARTING:
            return "▷ " + QCoreApplication.translate("bot state", "Starting")
        case BotState.RUNNING:
            return "● " + QCoreApplication.translate("bot state", "Running")
        case BotState.REBALANCING:
            return "◆ " + QCoreApplication.translate("bot state", "Rebalancing")
        case BotState.PAUSED:
            return "‖ " + QCoreApplication.translate("bot state", "Paused")
        case BotState.STOPPING:
            return "□ " + QCoreApplication.translate("bot state", "Stopping")
        case BotState.ERROR:
            return "▲ " + QCoreApplication.translate("bot state", "Error")


def bot_state_meaning(state: BotState) -> Meaning:
    match state:
        case BotState.ERROR:
            return Meaning.TROUBLE
        case BotState.PAUSED:
            return Meaning.LOOK
        case BotState.STOPPED:
            return Meaning.MUTED
        case _:
            return Meaning.PLAIN


def engine_state(state: EngineState) -> str:
    match state:
        case EngineState.STARTING:
            return QCoreApplication.translate("engine state", "Starting")
        case EngineState.RUNNING:
            return QCoreApplication.translate("engine state", "Running")
        case EngineState.HALTED:
            return QCoreApplication.translate("engine state", "Halted")
        case EngineState.DEGRADED:
            return QCoreApplication.translate("engine state", "Not trading")
        case EngineState.STOPPING:
            return QCoreApplication.translate("engine state", "Stopping")
        case EngineState.STOPPED:
            return QCoreApplication.translate("engine state", "Stopped")


def engine_state_meaning(state: EngineState) -> Meaning:
    match state:
        case EngineState.RUNNING:
            return Meaning.PLAIN
        case EngineState.HALTED | EngineState.DEGRADED:
            return Meaning.TROUBLE
        case _:
            return Meaning.LOOK


def side(value: Side) -> str:
    if value is Side.BUY:
        return QCoreApplication.translate("side", "Buy")
    return QCoreApplication.translate("side", "Sell")


def side_meaning(value: Side) -> Meaning:
    return Meaning.UP if value is Side.BUY else Meaning.DOWN


def order_kind(kind: OrderKind, *, post_only: bool) -> str:
    if kind is OrderKind.MARKET:
        return QCoreApplication.translate("order", "Market")
    if post_only:
        return QCoreApplication.translate("order", "Limit, post-only")
    return QCoreApplication.translate("order", "Limit")


def order_state(state: OrderState) -> str:
    match state:
        case OrderState.INTENT:
            return QCoreApplication.translate("order", "Being sent")
        case OrderState.OPEN:
            return QCoreApplication.translate("order", "Open")
        case OrderState.UNKNOWN:
            return QCoreApplication.translate("order", "Unknown, asking")
        case OrderState.FILLED:
            return QCoreApplication.translate("order", "Filled")
        case OrderState.CANCELED:
            return QCoreApplication.translate("order", "Cancelled")
        case OrderState.DENIED:
            return QCoreApplication.translate("order", "Denied by our rules")
        case OrderState.REJECTED:
            return QCoreApplication.translate("order", "Rejected by the venue")
        case OrderState.LOST:
            return QCoreApplication.translate("order", "Never arrived")


def purpose(order: Order) -> str:
    """Why an order exists. Rungs count from 0 in the engine and from 1 for people."""
    match order.purpose:
        case Purpose.RUNG_BUY | Purpose.RUNG_SELL:
            return QCoreApplication.translate("order", "Rung {number}").format(number=order.rung + 1)
        case Purpose.INITIAL_BUY:
            return QCoreApplication.translate("order", "First purchase")
        case Purpose.REBALANCE_SELL:
            return QCoreApplication.translate("order", "Rebalancing")
        case Purpose.LIQUIDATION:
            return QCoreApplication.translate("order", "Closing sale")
        case Purpose.LEG_OPEN:
            return QCoreApplication.translate("order", "Entry {number}").format(number=order.generation)
        case Purpose.LEG_CLOSE:
            return QCoreApplication.translate("order", "Exit {number}").format(number=order.generation)


def foreign_kind(value: ForeignKind) -> str:
    """Whose an order is that is not ours."""
    match value:
        case ForeignKind.PERSON:
            return QCoreApplication.translate("order", "By hand")
        case ForeignKind.PROGRAM:
            return QCoreApplication.translate("order", "Another program")
        case ForeignKind.OTHER_DESK:
            return QCoreApplication.translate("order", "Another Gridwright")
        case ForeignKind.UNKNOWN:
            return QCoreApplication.translate("order", "Our name, not in our books")


def liquidity(value: Liquidity) -> str:
    if value is Liquidity.MAKER:
        return QCoreApplication.translate("order", "Maker")
    return QCoreApplication.translate("order", "Taker")


def level(value: Level) -> str:
    match value:
        case Level.INFO:
            return QCoreApplication.translate("level", "Note")
        case Level.LOOK:
            return QCoreApplication.translate("level", "Look")
        case Level.ERROR:
            return QCoreApplication.translate("level", "Error")


def level_meaning(value: Level) -> Meaning:
    match value:
        case Level.INFO:
            return Meaning.MUTED
        case Level.LOOK:
            return Meaning.LOOK
        case Level.ERROR:
            return Meaning.TROUBLE


def cache_kind(kind: str) -> str:
    """Where the cache lives, by the name the cache gives itself."""
    if kind == "in process":
        return QCoreApplication.translate("cache", "In this program")
    return QCoreApplication.translate("cache", "Redis server")
