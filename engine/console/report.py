"""The report of a replayed grid: what the market was, what the bot did with it, and whether the books agree.

Everything comes from the database and the engine's last picture. The names of the JSON are a contract: programs and the
independent reference in the tests read them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from engine.console.listing import Value, as_pairs, exact
from engine.domain.codec import Json
from engine.domain.money import ZERO
from engine.domain.views import BotView


@dataclass(frozen=True, slots=True)
class ReplayedMarket:
    """A recording: its candles (or recorded events), first and last instant; how many candles we walked in how long."""

    file: str
    candles: int
    candles_walked: int
    started_at: datetime | None
    ended_at: datetime | None
    elapsed_s: float


@dataclass(frozen=True, slots=True)
class AccountBooks:
    """Totals of one account by asset: all ledger entries, the deposits among them, and the venue's own balances."""

    ledger: Mapping[str, Decimal]
    deposits: Mapping[str, Decimal]
    venue: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class ReplayReport:
    """One bot on one replayed account. Amounts in quote but `base_held` and `fees_base`; all exact.

    `matched` + `floating` = `total`. `ledger_problems` is empty when the ledger, the venue's own books and the PnL
    agree to the last unit.
    """

    market: ReplayedMarket
    account: str
    symbol: str
    bot: str
    name: str
    state: str
    quote: str
    base: str
    buys: int
    sells: int
    cycles: int
    matched: Decimal
    floating: Decimal
    total: Decimal
    fees: Decimal
    fees_base: Decimal
    base_held: Decimal
    cash: Decimal
    price: Decimal
    equity_start: Decimal
    equity_end: Decimal
    ledger_problems: tuple[str, ...]

    @property
    def fills(self) -> int:
        return self.buys + self.sells

    @property
    def candles_per_s(self) -> float:
        return self.market.candles_walked / self.market.elapsed_s if self.market.elapsed_s > 0 else 0.0

    def as_json(self) -> dict[str, Json]:
        """Amounts as plain decimal text without exponent and trailing zeros, so that equal amounts are equal texts."""
        market = self.market
        return {
            "file": market.file,
            "account": self.account,
            "symbol": self.symbol,
            "bot": self.bot,
            "name": self.name,
            "state": self.state,
            "candles": market.candles,
            "market_from": market.started_at.isoformat() if market.started_at else None,
            "market_to": market.ended_at.isoformat() if market.ended_at else None,
            "fills": self.fills,
            "buys": self.buys,
            "sells": self.sells,
            "cycles": self.cycles,
            "matched": exact(self.matched),
            "floating": exact(self.floating),
            "total": exact(self.total),
            "fees": exact(self.fees),
            "fees_base": exact(self.fees_base),
            "base": self.base,
            "quote": self.quote,
            "base_held": exact(self.base_held),
            "cash": exact(self.cash),
            "price": exact(self.price),
            "equity_start": exact(self.equity_start),
            "equity_end": exact(self.equity_end),
            "is_ledger_exact": not self.ledger_problems,
            "ledger_problems": list(self.ledger_problems),
            "elapsed_s": round(market.elapsed_s, 3),
            "candles_per_s": round(self.candles_per_s, 1),
        }

    def as_text(self) -> str:
        """The same for a person."""
        market = self.market
        quote, base = self.quote, self.base
        rows: list[tuple[str, Value]] = [
            ("Candles", market.candles),
            ("Fills", self.fills),
            ("  bought", self.buys),
            ("  sold", self.sells),
            ("Cycles", self.cycles),
            (f"Matched profit ({quote})", self.matched),
            (f"Floating PnL ({quote})", self.floating),
            (f"Total PnL ({quote})", self.total),
            (f"Fees ({quote})", self.fees),
        ]
        if self.fees_base:
            rows.append((f"Fees ({base})", self.fees_base))
        rows += [
            (f"Base held ({base})", self.base_held),
            (f"Cash ({quote})", self.cash),
            (f"Last price ({quote})", self.price),
            (f"Equity at start ({quote})", self.equity_start),
            (f"Equity at end ({quote})", self.equity_end),
        ]
        first, last = (f"{at:%Y-%m-%d %H:%M}" if at else "-" for at in (market.started_at, market.ended_at))
        books = "exact to the last unit" if not self.ledger_problems else "WRONG"
        return "\n".join(
            [
                f"{self.name} on {self.account}, {self.symbol}, {self.state}",
                f"Market {first} to {last} UTC, from {market.file}",
                "",
                as_pairs(rows),
                "",
                f"Ledger {books}.",
                *(f"  {problem}" for problem in self.ledger_problems),
                # How many of its candles a session that was taken up still walked is not known.
                f"{market.elapsed_s:,.1f} s"
                + (f", {self.candles_per_s:,.0f} candles a second." if market.candles_walked else "."),
            ]
        )


def build_report(
    market: ReplayedMarket,
    row: BotView,
    base: str,
    quote: str,
    books: AccountBooks,
    *,
    is_alone: bool = True,
) -> ReplayReport:
    """The report of one bot from its view and its account's books.

    `is_alone`: no other bot traded on the account, so the change of its equity is the bot's PnL. Cash, base and equity
    are the account's. Deposits of base count at the price at which the bot started.
    """
    bot = row.bot
    price = row.price if row.price is not None else ZERO
    held, cash = books.ledger.get(base, ZERO), books.ledger.get(quote, ZERO)
    deposited = books.deposits.get(base, ZERO)
    report = ReplayReport(
        market=market,
        account=bot.account_id,
        symbol=bot.symbol,
        bot=bot.bot_id,
        name=bot.name,
        state=bot.state.value,
        quote=quote,
        base=base,
        buys=bot.buy_fills,
        sells=bot.sell_fills,
        cycles=bot.closed_cycles,
        matched=row.matched_profit,
        floating=row.floating_pnl,
        total=row.total_pnl,
        fees=bot.fees_quote,
        fees_base=bot.fees_base,
        base_held=held,
        cash=cash,
        price=price,
        equity_start=books.deposits.get(quote, ZERO) + deposited * (bot.start_price or price),
        equity_end=cash + held * price,
        ledger_problems=(),
    )
    return replace(report, ledger_problems=tuple(_problems(report, books, is_alone=is_alone and not deposited)))


def _problems(report: ReplayReport, books: AccountBooks, *, is_alone: bool) -> Iterator[str]:
    """What does not agree to the last unit, one sentence each."""
    for asset in sorted({*books.ledger, *books.venue}):
        ours, theirs = books.ledger.get(asset, ZERO), books.venue.get(asset, ZERO)
        if ours != theirs:
            yield f"The ledger has {exact(ours)} {asset}, the venue has {exact(theirs)}."
    if report.matched + report.floating != report.total:
        yield f"Matched {exact(report.matched)} and floating {exact(report.floating)} are not {exact(report.total)}."
    change = report.equity_end - report.equity_start
    # Base that was deposited and not adopted changes its value without the bot.
    if is_alone and change != report.total:
        yield f"Equity changed by {exact(change)} {report.quote}, the bot says {exact(report.total)}."
