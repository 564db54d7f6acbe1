"""All tables of the program, as SQLAlchemy models. The migrations make them; the journal writes them with plain SQL."""

from storage.tables.bots import BotInstance, GridBotConfig, GridOrder
from storage.tables.control import CommandRow, DecisionRow
from storage.tables.instruments import InstrumentRow, InstrumentRulesRow
from storage.tables.people import AccountRow, Desk, EngineStateRow, User
from storage.tables.row import Row
from storage.tables.series import CandleRow, EquitySnapshot, TickerRow
from storage.tables.trading import LedgerEntryRow, OrderRow, PositionRow, TradeRow

__all__ = [
    "AccountRow",
    "BotInstance",
    "CandleRow",
    "CommandRow",
    "DecisionRow",
    "Desk",
    "EngineStateRow",
    "EquitySnapshot",
    "GridBotConfig",
    "GridOrder",
    "InstrumentRow",
    "InstrumentRulesRow",
    "LedgerEntryRow",
    "OrderRow",
    "PositionRow",
    "Row",
    "TickerRow",
    "TradeRow",
    "User",
]
