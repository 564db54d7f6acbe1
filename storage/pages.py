"""What the command line reads from the history besides the domain's own values."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from engine.domain.bot import Bot
from engine.domain.grid import Rung


@dataclass(frozen=True, slots=True)
class BotWithRungs:
    """A bot as it was last journaled, with the rungs of its present ladder in order."""

    bot: Bot
    rungs: tuple[Rung, ...]


@dataclass(frozen=True, slots=True)
class DayPnl:
    """One bot's day. `turnover` is the value of its fills before fees, `matched_profit` of closed cycles after fees.

    Both in quote. `fees` are (asset, paid).
    """

    bot_id: str
    day: date
    fills: int
    turnover: Decimal
    matched_profit: Decimal
    fees: tuple[tuple[str, Decimal], ...]


@dataclass(frozen=True, slots=True)
class LedgerSum:
    """What all entries of one kind come to, for an account and an asset; positive came in."""

    account_id: str
    asset: str
    kind: str
    amount: Decimal
    entries: int
