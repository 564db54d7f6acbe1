"""The columns of every list of the command line."""

from dataclasses import dataclass
from decimal import Decimal

from engine.console.desk import DayProfit, DeskRow, LeaseRow, LedgerTotal
from engine.console.listing import Column
from engine.domain.bot import Account, Bot
from engine.domain.grid import GridConfig, Rung
from engine.domain.messages import DecisionLogged, FillRecorded
from engine.domain.money import ZERO
from engine.domain.order import Order
from engine.domain.sentences import plain


@dataclass(frozen=True, slots=True)
class BotRow:
    """A bot with its money at the last recorded price. Profits in quote; floating and total None without a price."""

    bot: Bot
    quote: str
    base_held: Decimal
    price: Decimal | None
    floating: Decimal | None

    @property
    def total(self) -> Decimal | None:
        return None if self.floating is None else self.bot.matched_profit + self.floating

    @property
    def state(self) -> str:
        return "removed" if self.bot.is_removed else self.bot.state.value


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One asset of an account. `reserved` is held back by open orders."""

    account: Account
    total: LedgerTotal
    reserved: Decimal


def bot_row(bot: Bot, quote: str, rungs: tuple[Rung, ...], price: Decimal | None) -> BotRow:
    """A bot's money from its ladder: what open cycles and spare base are worth at `price`, less what they cost, with
    funding. One that is in no run shows the result of its last.
    """
    held = sum((rung.held for rung in rungs), ZERO) + bot.spare_base
    if not bot.is_in_run:
        result = bot.matched_profit if bot.final_pnl is None else bot.final_pnl
        return BotRow(bot, quote, held, price, result - bot.matched_profit)
    cash = sum((rung.cash_flow for rung in rungs), ZERO) + bot.spare_cash + bot.funding
    if price is None:
        return BotRow(bot, quote, held, None, None if held else cash)
    return BotRow(bot, quote, held, price, cash + held * price)


def pair_row(bot: Bot, quote: str, price: Decimal | None, *, is_open: bool) -> BotRow:
    """A half of a two-leg bot: what its closed positions brought. What open ones are worth no single market says."""
    return BotRow(bot, quote, bot.spare_base, price, None if is_open else ZERO)


def _grid(row: BotRow) -> GridConfig | None:
    return row.bot.grid if row.bot.is_grid else None


BOTS: tuple[Column[BotRow], ...] = (
    Column("bot", "Bot", lambda row: row.bot.bot_id),
    Column("name", "Name", lambda row: row.bot.name),
    Column("state", "State", lambda row: row.state),
    Column("account", "Account", lambda row: row.bot.account_id),
    Column("symbol", "Symbol", lambda row: row.bot.symbol),
    Column("lower", "Lower", lambda row: grid.lower if (grid := _grid(row)) else None),
    Column("upper", "Upper", lambda row: grid.upper if (grid := _grid(row)) else None),
    Column("grid_count", "Grids", lambda row: grid.grid_count if (grid := _grid(row)) else None),
    Column("investment", "Investment", lambda row: grid.investment if (grid := _grid(row)) else None),
    Column("cycles", "Cycles", lambda row: row.bot.closed_cycles),
    Column("matched", "Matched", lambda row: row.bot.matched_profit, is_signed=True),
    Column("floating", "Floating", lambda row: row.floating, is_signed=True),
    Column("total", "Total", lambda row: row.total, is_signed=True),
    Column("quote", "Quote", lambda row: row.quote),
    Column("last_event", "Last event", lambda row: str(row.bot.last_event) if row.bot.last_event else None),
)

PROFITS: tuple[Column[BotRow], ...] = (
    Column("bot", "Bot", lambda row: row.bot.bot_id),
    Column("name", "Name", lambda row: row.bot.name),
    Column("state", "State", lambda row: row.state),
    Column("fills", "Fills", lambda row: row.bot.buy_fills + row.bot.sell_fills),
    Column("cycles", "Cycles", lambda row: row.bot.closed_cycles),
    Column("matched", "Matched", lambda row: row.bot.matched_profit, is_signed=True),
    Column("floating", "Floating", lambda row: row.floating, is_signed=True),
    Column("total", "Total", lambda row: row.total, is_signed=True),
    Column("fees", "Fees", lambda row: row.bot.fees_quote),
    Column("fees_base", "Fees in base", lambda row: row.bot.fees_base),
    Column("base_held", "Base held", lambda row: row.base_held),
    Column("price", "Price", lambda row: row.price),
    Column("quote", "Quote", lambda row: row.quote),
)

DAYS: tuple[Column[DayProfit], ...] = (
    Column("day", "Day", lambda row: row.day.isoformat()),
    Column("bot", "Bot", lambda row: row.bot_id),
    Column("fills", "Fills", lambda row: row.fills),
    Column("matched", "Matched", lambda row: row.matched, is_signed=True),
    Column("fees", "Fees", lambda row: ", ".join(f"{plain(fee)} {asset}" for asset, fee in row.fees) or None),
)

RUNGS: tuple[Column[Rung], ...] = (
    Column("rung", "Rung", lambda rung: rung.index, is_index=True),
    Column("buy_price", "Buy", lambda rung: rung.buy_price),
    Column("sell_price", "Sell", lambda rung: rung.sell_price),
    Column("quantity", "Quantity", lambda rung: rung.quantity),
    Column("state", "State", lambda rung: rung.status.value),
    Column("held", "Held", lambda rung: rung.held),
    Column("cycle", "Cycle", lambda rung: rung.cycle),
    Column("profit", "Profit", lambda rung: rung.profit, is_signed=True),
)

ACCOUNTS: tuple[Column[AccountRow], ...] = (
    Column("account", "Account", lambda row: row.account.account_id),
    Column("name", "Name", lambda row: row.account.name),
    Column("mode", "Mode", lambda row: row.account.mode.value),
    Column("asset", "Asset", lambda row: row.total.asset),
    Column("total", "Total", lambda row: row.total.total),
    Column("reserved", "Reserved", lambda row: row.reserved),
    Column("free", "Free", lambda row: row.total.total - row.reserved),
    Column("deposited", "Deposited", lambda row: row.total.deposited),
)

FILLS: tuple[Column[FillRecorded], ...] = (
    Column("at", "Time", lambda row: row.fill.at),
    Column("bot", "Bot", lambda row: row.order.bot_id),
    Column("symbol", "Symbol", lambda row: row.fill.symbol),
    Column("side", "Side", lambda row: row.fill.side.value),
    Column("price", "Price", lambda row: row.fill.price),
    Column("quantity", "Quantity", lambda row: row.fill.quantity),
    Column("value", "Value", lambda row: row.fill.value),
    Column("fee", "Fee", lambda row: row.fill.fee),
    Column("fee_asset", "In", lambda row: row.fill.fee_asset),
    Column("liquidity", "As", lambda row: row.fill.liquidity.value),
    Column("profit", "Profit", lambda row: row.profit, is_signed=True),
    Column("trade_id", "Trade", lambda row: row.fill.trade_id),
    Column("client_order_id", "Order", lambda row: row.order.client_order_id),
)

ORDERS: tuple[Column[Order], ...] = (
    Column("at", "Time", lambda order: order.created_at),
    Column("bot", "Bot", lambda order: order.bot_id),
    Column("symbol", "Symbol", lambda order: order.symbol),
    Column("side", "Side", lambda order: order.side.value),
    Column("kind", "Kind", lambda order: order.kind.value),
    Column("price", "Price", lambda order: order.price),
    Column("quantity", "Quantity", lambda order: order.quantity),
    Column("filled", "Filled", lambda order: order.filled_quantity),
    Column("state", "State", lambda order: order.state.value),
    Column("rung", "Rung", lambda order: order.rung if order.rung >= 0 else None, is_index=True),
    Column("reason", "Reason", lambda order: order.reason or None),
    Column("client_order_id", "Order", lambda order: order.client_order_id),
)

DESKS: tuple[Column[DeskRow], ...] = (
    Column("desk", "Desk", lambda row: row.desk_id),
    Column("name", "Name", lambda row: row.name),
    Column("is_running", "Running", lambda row: row.is_running),
    Column("started_at", "Last start", lambda row: row.started_at),
)

LEASES: tuple[Column[LeaseRow], ...] = (
    Column("account", "Account", lambda row: row.account_id),
    Column("desk", "Desk", lambda row: row.desk or None),
    Column("expires_at", "Until", lambda row: row.expires_at),
    Column("bots", "Running bots", lambda row: row.bots),
    Column("token", "Token", lambda row: row.token),
    Column("preferred", "Prefers", lambda row: row.preferred or None),
    Column("bound", "Bound to", lambda row: row.bound or None),
    Column("requested", "Asked for by", lambda row: row.requested or None),
)

LOG: tuple[Column[DecisionLogged], ...] = (
    Column("at", "Time", lambda row: row.at),
    Column("bot", "Bot", lambda row: row.bot_id or None),
    Column("level", "Level", lambda row: row.level.value),
    Column("sentence", "What", lambda row: str(row.sentence)),
)
