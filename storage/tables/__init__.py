"""All tables of the program, as SQLAlchemy models. The migrations make them; the journal writes them with plain SQL."""

from storage.tables.arbitrage import ArbitrageBotConfig, OrderLeg, TwoLegPosition, TwoLegTrade, WatchedPairRow
from storage.tables.bots import BotInstance, GridBotConfig, GridOrder
from storage.tables.chain import AuthorRoyalty, Settlement, StakingRecord, StrategyRegistration, Wallet
from storage.tables.community import Follow, Notification, Portfolio, Template, TemplateClone
from storage.tables.control import CommandRow, DecisionRow
from storage.tables.credits import Credit, CreditEntry, CreditTransaction
from storage.tables.indicators import TechnicalIndicatorRow
from storage.tables.instruments import InstrumentRow, InstrumentRulesRow
from storage.tables.jobs import JobRow
from storage.tables.leases import LeaseRow
from storage.tables.live import LiveAccountRow, SpentBudget
from storage.tables.people import AccountRow, Desk, EngineStateRow, User
from storage.tables.rights import SignInAttempt, UserRightsRow
from storage.tables.rollups import (
    CandleRollupRow,
    RollupChangeRow,
    RollupProgressRow,
    SeriesRetentionRow,
    SpreadRollupRow,
)
from storage.tables.row import Row
from storage.tables.secrets import CredentialRow, VaultKeyRow, VaultRow
from storage.tables.series import (
    CandleRow,
    FundingRateRow,
    FxRateRow,
    OrderBookRow,
    ReplayedCandleRow,
    ReplayedTickerRow,
    SpreadRow,
    TickerRow,
    TransactionRow,
)
from storage.tables.sessions import DeniedToken, LoginHistoryRow, RateLimit, UserSession
from storage.tables.settings import SymbolListRow, TelegramId, UserTradingSettings
from storage.tables.strategies import BacktestResult, StrategyExecution, StrategyRow
from storage.tables.trading import EquitySnapshot, LedgerEntryRow, OrderRow, PositionRow, TradeRow
from storage.tables.trend import TrendBotConfig

__all__ = [
    "AccountRow",
    "ArbitrageBotConfig",
    "AuthorRoyalty",
    "BacktestResult",
    "BotInstance",
    "CandleRollupRow",
    "CandleRow",
    "CommandRow",
    "CredentialRow",
    "Credit",
    "CreditEntry",
    "CreditTransaction",
    "DecisionRow",
    "DeniedToken",
    "Desk",
    "EngineStateRow",
    "EquitySnapshot",
    "Follow",
    "FundingRateRow",
    "FxRateRow",
    "GridBotConfig",
    "GridOrder",
    "InstrumentRow",
    "InstrumentRulesRow",
    "JobRow",
    "LeaseRow",
    "LedgerEntryRow",
    "LiveAccountRow",
    "LoginHistoryRow",
    "Notification",
    "OrderBookRow",
    "OrderLeg",
    "OrderRow",
    "Portfolio",
    "PositionRow",
    "RateLimit",
    "ReplayedCandleRow",
    "ReplayedTickerRow",
    "RollupChangeRow",
    "RollupProgressRow",
    "Row",
    "SeriesRetentionRow",
    "Settlement",
    "SignInAttempt",
    "SpentBudget",
    "SpreadRollupRow",
    "SpreadRow",
    "StakingRecord",
    "StrategyExecution",
    "StrategyRegistration",
    "StrategyRow",
    "SymbolListRow",
    "TechnicalIndicatorRow",
    "TelegramId",
    "Template",
    "TemplateClone",
    "TickerRow",
    "TradeRow",
    "TransactionRow",
    "TrendBotConfig",
    "TwoLegPosition",
    "TwoLegTrade",
    "User",
    "UserRightsRow",
    "UserSession",
    "UserTradingSettings",
    "VaultKeyRow",
    "VaultRow",
    "Wallet",
    "WatchedPairRow",
]
