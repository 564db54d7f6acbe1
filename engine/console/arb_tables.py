"""The columns of the lists of two-leg bots and premiums, and a preview for a person and for a program."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from engine.bots.arbitrage_rules import ArbitragePreview
from engine.console.arb_commands import config_of
from engine.console.listing import Column, Value, as_pairs
from engine.domain.arbitrage import Leg
from engine.domain.bot import Bot
from engine.domain.codec import Json, to_json
from engine.domain.premium_past import Opportunity, PairDay, PastPosition
from engine.domain.rebalancing import Shortage

PERCENT = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class PairRow:
    """A two-leg bot with how many of its positions are not closed, and what the closed ones brought."""

    bot: Bot
    foreign_venue: str
    quote: str
    open_positions: int

    @property
    def state(self) -> str:
        return "removed" if self.bot.is_removed else self.bot.state.value


@dataclass(frozen=True, slots=True)
class PremiumRow:
    """The last reading of a pair. Percents; `back` is the other direction; None where nothing was recorded."""

    symbol: str
    home_venue: str
    foreign_venue: str
    premium: Decimal | None = None
    net: Decimal | None = None
    back: Decimal | None = None
    back_net: Decimal | None = None
    home_price: Decimal | None = None
    foreign_price: Decimal | None = None
    rate: Decimal | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class StockRow:
    """What an account has of an asset, and the exchange it is at."""

    account: str
    exchange: str
    asset: str
    total: Decimal
    reserved: Decimal


PAIRS: tuple[Column[PairRow], ...] = (
    Column("bot", "Bot", lambda row: row.bot.bot_id),
    Column("name", "Name", lambda row: row.bot.name),
    Column("state", "State", lambda row: row.state),
    Column("home", "Home", lambda row: row.bot.account_id),
    Column("foreign", "Foreign", lambda row: config_of(row.bot).hedge_account_id),
    Column("symbol", "Symbol", lambda row: row.bot.symbol),
    Column("hedge_symbol", "Hedge", lambda row: config_of(row.bot).hedge_symbol),
    Column("ways", "Ways", lambda row: config_of(row.bot).ways.value),
    Column("entry_pct", "Entry %", lambda row: config_of(row.bot).entry_pct),
    Column("exit_pct", "Exit %", lambda row: config_of(row.bot).exit_pct),
    Column("size", "Size", lambda row: config_of(row.bot).size),
    Column("open", "Open", lambda row: row.open_positions),
    Column("max_positions", "Most", lambda row: config_of(row.bot).max_positions),
    Column("closed", "Closed", lambda row: row.bot.closed_cycles),
    Column("pnl", "PnL", lambda row: row.bot.matched_profit, is_signed=True),
    Column("quote", "Quote", lambda row: row.quote),
    Column("last_event", "Last event", lambda row: str(row.bot.last_event) if row.bot.last_event else None),
)


def _filled(leg: Leg | None) -> Decimal | None:
    return None if leg is None else leg.filled


def _price(leg: Leg | None) -> Decimal | None:
    return None if leg is None else leg.effective_price


def _slippage(leg: Leg) -> Decimal | None:
    slippage = leg.slippage_bps if leg.theoretical_price else None
    return None if slippage is None else slippage.quantize(Decimal("0.01"))


POSITIONS: tuple[Column[PastPosition], ...] = (
    Column("position", "Position", lambda row: row.position.position_id),
    Column("number", "No.", lambda row: row.position.number),
    Column("bot", "Bot", lambda row: row.position.bot_id or None),
    Column("stage", "Stage", lambda row: row.position.stage.value),
    Column("direction", "Direction", lambda row: row.position.direction.value),
    Column("symbol", "Symbol", lambda row: row.pair.home_symbol),
    Column("size", "Size", lambda row: row.position.size),
    Column("decided_at", "Decided", lambda row: row.position.entry.decided_at),
    Column("premium_pct", "Premium %", lambda row: row.position.entry.premium_pct.quantize(PERCENT)),
    Column("home_filled", "Home", lambda row: row.position.entry.home.filled),
    Column("home_price", "at", lambda row: _price(row.position.entry.home)),
    Column("home_slippage_bps", "bps", lambda row: _slippage(row.position.entry.home)),
    Column("foreign_filled", "Foreign", lambda row: row.position.entry.foreign.filled),
    Column("foreign_price", "at", lambda row: _price(row.position.entry.foreign)),
    Column("foreign_slippage_bps", "bps", lambda row: _slippage(row.position.entry.foreign)),
    Column("rate", "Rate", lambda row: row.position.entry.rate.rate if row.position.entry.rate else None),
    Column("rate_source", "By", lambda row: row.position.entry.rate.source if row.position.entry.rate else None),
    Column("exit_home_filled", "Home out", lambda row: _filled(row.position.exit.home if row.position.exit else None)),
    Column(
        "exit_foreign_filled", "Foreign out",
        lambda row: _filled(row.position.exit.foreign if row.position.exit else None),
    ),
    Column("imbalance_since", "Apart since", lambda row: row.position.imbalance_since),
    Column("closed_at", "Closed", lambda row: row.position.closed_at),
    Column("pnl", "PnL", lambda row: row.position.pnl, is_signed=True),
    Column("pnl_pct", "PnL %", lambda row: row.position.pnl_pct, is_signed=True),
)  # fmt: skip

DAYS: tuple[Column[PairDay], ...] = (
    Column("day", "Day", lambda row: row.day.isoformat()),
    Column("bot", "Bot", lambda row: row.bot_id or None),
    Column("positions", "Positions", lambda row: row.positions),
    Column("pnl", "PnL", lambda row: row.pnl, is_signed=True),
    Column("premium", "Premium", lambda row: row.premium, is_signed=True),
    Column("fees", "Fees", lambda row: row.fees),
    Column("funding", "Funding", lambda row: row.funding, is_signed=True),
    Column("fx", "Rate", lambda row: row.fx, is_signed=True),
    Column("quote", "Quote", lambda row: row.home_quote),
)

PREMIUMS: tuple[Column[PremiumRow], ...] = (
    Column("symbol", "Symbol", lambda row: row.symbol),
    Column("home", "Home", lambda row: row.home_venue),
    Column("foreign", "Foreign", lambda row: row.foreign_venue),
    Column("premium_pct", "Premium %", lambda row: row.premium, is_signed=True),
    Column("net_pct", "Net %", lambda row: row.net, is_signed=True),
    Column("back_pct", "Back %", lambda row: row.back, is_signed=True),
    Column("back_net_pct", "Back net %", lambda row: row.back_net, is_signed=True),
    Column("home_price", "Home price", lambda row: row.home_price),
    Column("foreign_price", "Foreign price", lambda row: row.foreign_price),
    Column("rate", "Rate", lambda row: row.rate),
    Column("at", "At", lambda row: row.at),
)

OPPORTUNITIES: tuple[Column[Opportunity], ...] = (
    Column("symbol", "Symbol", lambda row: row.symbol),
    Column("home", "Home", lambda row: row.home_venue),
    Column("foreign", "Foreign", lambda row: row.foreign_venue),
    Column("begun_at", "Begun", lambda row: row.begun_at),
    Column("ended_at", "Ended", lambda row: row.ended_at),
    Column("best_net_pct", "Best net %", lambda row: Decimal(repr(row.best_net_pct)), is_signed=True),
    Column("readings", "Readings", lambda row: row.readings),
    Column("entries", "Entries", lambda row: row.entries),
    Column("reasons", "Why not", lambda row: " ".join(str(reason) for reason in row.reasons) or None),
)

STOCKS: tuple[Column[StockRow], ...] = (
    Column("account", "Account", lambda row: row.account),
    Column("exchange", "Exchange", lambda row: row.exchange or None),
    Column("asset", "Asset", lambda row: row.asset),
    Column("total", "Total", lambda row: row.total),
    Column("reserved", "Reserved", lambda row: row.reserved),
    Column("free", "Free", lambda row: row.total - row.reserved),
)

SHORTAGES: tuple[Column[Shortage], ...] = (
    Column("account", "Account", lambda row: row.account),
    Column("asset", "Asset", lambda row: row.asset),
    Column("free", "Free", lambda row: row.free),
    Column("entries_left", "Entries left", lambda row: row.entries_left),
    Column("entries", "of", lambda row: row.entries),
    Column("lacking", "Lacking", lambda row: row.lacking),
    Column("transfer", "Could come", lambda row: row.transfer.amount if row.transfer else None),
    Column("source", "from", lambda row: row.transfer.source if row.transfer else None),
    Column("fee", "Fee", lambda row: row.transfer.terms.fee if row.transfer else None),
    Column("minimum", "Least", lambda row: row.transfer.terms.minimum if row.transfer else None),
)


def preview_text(seen: ArbitragePreview) -> str:
    """What a bot would do at the last recorded prices, for a person; every refusal on its own line."""
    pair = seen.pair
    rows: list[tuple[str, Value]] = [
        (f"Step of sizes ({pair.base})", seen.increment),
        (f"Value of a position ({pair.home_quote})", seen.value),
        ("Fees of an exit (%)", seen.exit_fees_pct),
        ("Left of a round trip (%)", seen.round_trip_pct),
    ]
    return "\n".join([as_pairs(rows), *(f"{refusal.field}: {refusal}" for refusal in seen.refusals)])


def preview_json(seen: ArbitragePreview) -> dict[str, Json]:
    """The same, exact."""
    return {
        "pair": to_json(seen.pair),
        "increment": to_json(seen.increment),
        "value": to_json(seen.value),
        "exit_fees_pct": to_json(seen.exit_fees_pct),
        "round_trip_pct": to_json(seen.round_trip_pct),
        "refusals": refusals_json([(refusal.field, str(refusal)) for refusal in seen.refusals]),
    }


def refusals_json(refusals: Sequence[tuple[str, str]]) -> list[Json]:
    """Fields and sentences."""
    return [{"field": field, "sentence": sentence} for field, sentence in refusals]
