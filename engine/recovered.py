"""What the journal knows at a start, or when accounts come to a desk."""

from dataclasses import dataclass
from decimal import Decimal

from engine.domain.arbitrage import TwoLegPosition
from engine.domain.bot import Account, Bot
from engine.domain.grid import Rung
from engine.domain.instrument import Instrument
from engine.domain.live import LiveAccount
from engine.domain.messages import DecisionLogged, FillRecorded
from engine.domain.order import Order


@dataclass(frozen=True, slots=True)
class RecoveredState:
    """What the journal knows at start. `rungs` are those of each bot's present generation.

    `ledger_balances` are the sums of all ledger entries by (account_id, asset).
    `tokens` are the fencing tokens of the accounts' leases. `lost_orders` were given up not long ago, oldest first.
    `funding_references` are those of the funding booked in the last 40 days.
    `open_orders` are all orders not in a final state; `trade_ids` the fills already booked of those orders.
    `positions` are those of two-leg bots that are not closed. `leg_orders` are all orders, ended or not, that bots of
    these accounts have for positions that are not closed, be the position this account's or that of the other half (the
    order's `generation` is the number of the position).
    """

    accounts: tuple[Account, ...]
    instruments: tuple[Instrument, ...]
    bots: tuple[Bot, ...]
    rungs: tuple[tuple[str, Rung], ...]
    open_orders: tuple[Order, ...]
    trade_ids: frozenset[tuple[str, str]]
    is_halted: bool
    recent_fills: tuple[FillRecorded, ...] = ()
    recent_log: tuple[DecisionLogged, ...] = ()
    equity_at_midnight: tuple[tuple[str, Decimal], ...] = ()
    ledger_balances: tuple[tuple[str, str, Decimal], ...] = ()
    tokens: tuple[tuple[str, int], ...] = ()
    lost_orders: tuple[Order, ...] = ()
    funding_references: frozenset[str] = frozenset()
    live: tuple[LiveAccount, ...] = ()
    positions: tuple[TwoLegPosition, ...] = ()
    leg_orders: tuple[Order, ...] = ()
