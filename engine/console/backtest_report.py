"""The report of a backtest for a person, as JSON (its names are a contract), and its positions as CSV."""

import csv
import io
import re
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal

from engine.console.listing import Column, Value, as_pairs, as_table, exact, json_row
from engine.domain.arbitrage import ArbitrageConfig, Leg, TwoLegPosition
from engine.domain.codec import Json
from engine.domain.instrument import InstrumentKind
from engine.domain.money import ONE
from engine.lab.arbitrage.experiment import CandleTape, Outcome
from engine.lab.arbitrage.parts import Parts, parts_of
from engine.lab.arbitrage.summary import Day, Summary, has_traded, is_perp, share_pct
from engine.venues.tape import instant

CENT, PERCENT = Decimal("0.01"), Decimal("0.0001")
#: What no report of a backtest may leave out.
NOT_KNOWN_OF_BOOKS = (
    "Recorded books do not know our orders: what we take is missing in them only until they change, and where we would "
    "stand in a queue is not known."
)
NOT_KNOWN = (
    "Candles tell no depth and no simultaneous prices: every fill is the next open of its venue after the order had "
    "arrived, at the stated slippage; how long a leg stood alone within a candle is not known."
)


def report_json(outcome: Outcome, summary: Summary) -> dict[str, Json]:
    """Everything, amounts as exact decimal text."""
    periods, trace, config = outcome.coverage, outcome.trace, outcome.experiment.config
    home, foreign = outcome.tapes.home.instrument, outcome.tapes.foreign.instrument
    exposure, drawdown = summary.exposure, summary.drawdown
    return {
        "home": {"file": str(outcome.experiment.home.file), "symbol": home.symbol, **_stated(outcome, is_home=True)},
        "foreign": {
            "file": str(outcome.experiment.foreign.file),
            "symbol": foreign.symbol,
            **_stated(outcome, is_home=False),
        },
        "fx": _source(outcome),
        "funding": _funding(outcome),
        "settings": _settings(config),
        "from": instant(trace.first_ms).isoformat(),
        "to": instant(trace.last_ms).isoformat(),
        "period_s": exact(periods.period_s),
        "periods": {
            "span": periods.span,
            "decided": trace.decisions,
            "home_alone": periods.home_alone,
            "foreign_alone": periods.foreign_alone,
            "neither": periods.neither,
            "longest_gap_s": periods.longest_gap_s,
        },
        "trades": {
            "entered": summary.entered,
            "in_vain": summary.vain,
            "closed": summary.closed,
            "unwound": summary.unwound,
            "open": summary.open,
            "won": summary.won,
            "orders": trace.orders,
            "fills": len(trace.fills),
        },
        "quote": home.quote,
        "pnl": exact(summary.parts.pnl),
        **_parts(summary.parts),
        "open_pnl": exact(summary.open_pnl),
        "tied": exact(summary.tied),
        "mean_pct": exact(summary.mean_pct.quantize(PERCENT, ROUND_HALF_UP)),
        "max_drawdown": exact(drawdown.amount),
        "drawdown_from": instant(drawdown.top_ms).isoformat() if drawdown.amount else None,
        "drawdown_to": instant(drawdown.bottom_ms).isoformat() if drawdown.amount else None,
        "exposure": {
            "alone_s": exact(exposure.alone_s),
            "longest_s": exact(exposure.longest_s),
            "stretches": exposure.stretches,
            "worst_value": exact(exposure.worst_value),
            "in_position_s": exact(exposure.in_position_s),
        },
        "waits": dict(summary.waits.most_common()),
        "refused": dict(summary.refused.most_common()),
        "days": [json_row(DAY_COLUMNS, day) for day in summary.days],
        "is_ledger_exact": not summary.problems,
        "ledger_problems": list(summary.problems),
        "items": periods.items,
        "elapsed_s": round(outcome.elapsed_s, 3),
        "items_per_s": round(periods.items / outcome.elapsed_s, 1) if outcome.elapsed_s else 0.0,
    }


def report_text(outcome: Outcome, summary: Summary) -> str:
    """The same for a person."""
    periods, trace = outcome.coverage, outcome.trace
    home, foreign = outcome.tapes.home.instrument, outcome.tapes.foreign.instrument
    first, last = (f"{instant(at_ms):%Y-%m-%d %H:%M}" for at_ms in (trace.first_ms, trace.last_ms))
    speed = periods.items / outcome.elapsed_s if outcome.elapsed_s else 0.0
    books = "exact to the last unit" if not summary.problems else "WRONG"
    refusals = [(f"  {_blanked(reason)}", count) for reason, count in summary.refused.most_common()]
    waits = [(f"  {_blanked(reason)}", count) for reason, count in summary.waits.most_common()]
    days = as_table(DAY_COLUMNS, summary.days, empty="No position was closed.")
    here, there = (source.file.name for source in (outcome.experiment.home, outcome.experiment.foreign))
    is_candles = isinstance(outcome.tapes.home, CandleTape)
    what, not_known = ("candles", NOT_KNOWN) if is_candles else ("changes of books", NOT_KNOWN_OF_BOOKS)
    gaps = (
        f"in {periods.home_alone:,} only home traded, in {periods.foreign_alone:,} only the other venue, in "
        f"{periods.neither:,} neither; the longest gap is {timedelta(seconds=periods.longest_gap_s)}"
    )
    return "\n".join(
        [
            f"{home.symbol} of {here} against {foreign.symbol} of {there}",
            f"{first} to {last} UTC, {periods.span:,} periods of {periods.period_s:,} s: {trace.decisions:,} decided,",
            gaps,
            f"Rate: {_source(outcome)}. Funding: {_funding(outcome)}.",
            not_known,
            "",
            as_pairs(_rows(summary, outcome, home.quote)),
            "",
            days,
            "",
            as_pairs([("Orders refused", sum(summary.refused.values())), *refusals]),
            as_pairs([("Closes without an entry, by reason", sum(summary.waits.values())), *waits]),
            "",
            f"Ledger {books}.",
            *(f"  {problem}" for problem in summary.problems),
            f"{periods.items:,} {what} in {outcome.elapsed_s:,.1f} s, {speed:,.0f} a second.",
        ]
    )


def positions_csv(outcome: Outcome) -> str:
    """A line for each position that had a fill; times in UTC, amounts exact."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow([column.key for column in POSITION_COLUMNS])
    for position in outcome.trace.positions.values():
        if has_traded(position):
            parts = parts_of(position, is_perp=is_perp(outcome)) if position.pnl is not None else None
            rows.writerow([_cell(column.value((position, parts))) for column in POSITION_COLUMNS])
    return text.getvalue()


def _rows(summary: Summary, outcome: Outcome, quote: str) -> list[tuple[str, Value]]:
    parts, exposure, drawdown = summary.parts, summary.exposure, summary.drawdown
    span_s = Decimal(outcome.trace.last_ms - outcome.trace.first_ms) / 1000

    def money(amount: Decimal) -> Decimal:
        return amount.quantize(CENT, ROUND_HALF_UP)

    found: list[tuple[str, Value]] = [
        ("Positions entered", summary.entered),
        ("  closed", summary.closed),
        ("  of these won", summary.won),
        ("  of these taken back at the entry", summary.unwound),
        ("  still open", summary.open),
        ("Entries that came to nothing", summary.vain),
        (f"PnL of the closed ({quote})", money(parts.pnl)),
        ("  premium", money(parts.premium)),
        ("  fees", money(parts.fees)),
        ("  funding", money(parts.funding)),
        ("  change of the rate", money(parts.fx)),
        ("  base left over", money(parts.other)),
        ("  (tied money alone would have gained)", money(summary.tied)),
        (f"PnL of the open at the end ({quote})", money(summary.open_pnl)),
        ("Mean of a closed position (%)", summary.mean_pct.quantize(PERCENT, ROUND_HALF_UP)),
        (f"Deepest drawdown ({quote})", money(drawdown.amount)),
        ("Seconds a leg stood alone", exposure.alone_s),
        ("  longest", exposure.longest_s),
        ("  how often", exposure.stretches),
        (f"  at most apart ({quote})", money(exposure.worst_value)),
        ("Seconds in a position", exposure.in_position_s),
        ("  of the whole time (%)", share_pct(exposure.in_position_s, span_s).quantize(CENT, ROUND_HALF_UP)),
    ]
    return found


def _stated(outcome: Outcome, *, is_home: bool) -> dict[str, Json]:
    leg = outcome.experiment.home if is_home else outcome.experiment.foreign
    instrument = (outcome.tapes.home if is_home else outcome.tapes.foreign).instrument
    return {
        "kind": instrument.kind.value,
        "taker_fee": exact(instrument.rules.taker_fee),
        "maker_fee": exact(instrument.rules.maker_fee),
        "slippage_pct": exact(leg.terms.slippage_pct),
        "latency_ms": leg.terms.latency_ms,
        "participation": exact(leg.terms.participation),
    }


def _source(outcome: Outcome) -> str:
    config, rates = outcome.experiment.config, outcome.tapes.rates
    if rates is None or not config.fx_pair:
        return "none needed"
    days = timedelta(seconds=float(config.max_fx_age_s)) / timedelta(days=1)
    return f"{config.fx_pair} from {config.fx_source}, at most {days:g} days old"


def _funding(outcome: Outcome) -> str:
    if outcome.tapes.foreign.instrument.kind is not InstrumentKind.PERP:
        return "none on spot"
    if not outcome.tapes.funding:
        return "not recorded, so not in the PnL"
    return f"recorded, {len(outcome.trace.funding)} payments"


def _blanked(template: str) -> str:
    """A sentence counted over all its numbers."""
    return re.sub(r"\{\w+\}", "…", template)


def _settings(config: ArbitrageConfig) -> dict[str, Json]:
    shown = ("hedge_account_id", "hedge_symbol")
    found: dict[str, Json] = {}
    for name in config.__slots__:
        value = getattr(config, name)
        if name not in shown:
            found[name] = exact(value) if isinstance(value, Decimal) else value
    return found


def _parts(parts: Parts) -> dict[str, Json]:
    names = ("premium", "fees", "funding", "fx", "other")
    return {name: exact(getattr(parts, name)) for name in names}


def _cell(value: Value) -> str:
    if value is None:
        return ""
    return exact(value) if isinstance(value, Decimal) else str(value)


def _price(leg: Leg | None) -> Decimal | None:
    return leg.effective_price if leg is not None else None


def _rate(position: TwoLegPosition, *, is_exit: bool) -> Decimal | None:
    legs = position.exit if is_exit else position.entry
    if legs is None:
        return None
    return legs.rate.rate if legs.rate is not None else ONE


DAY_COLUMNS: tuple[Column[Day], ...] = (
    Column("day", "Day (UTC)", lambda row: row.day.isoformat()),
    Column("closed", "Closed", lambda row: row.closed),
    Column("pnl", "PnL", lambda row: row.parts.pnl.quantize(CENT, ROUND_HALF_UP), is_signed=True),
    Column("premium", "Premium", lambda row: row.parts.premium.quantize(CENT, ROUND_HALF_UP)),
    Column("fees", "Fees", lambda row: row.parts.fees.quantize(CENT, ROUND_HALF_UP)),
    Column("funding", "Funding", lambda row: row.parts.funding.quantize(CENT, ROUND_HALF_UP)),
    Column("fx", "Rate", lambda row: row.parts.fx.quantize(CENT, ROUND_HALF_UP)),
)

Row = tuple[TwoLegPosition, Parts | None]


def _leg(row: Row, *, is_exit: bool, is_home: bool) -> Leg | None:
    legs = row[0].exit if is_exit else row[0].entry
    if legs is None:
        return None
    return legs.home if is_home else legs.foreign


POSITION_COLUMNS: tuple[Column[Row], ...] = (
    Column("position", "", lambda row: row[0].number),
    Column("direction", "", lambda row: row[0].direction.value),
    Column("stage", "", lambda row: row[0].stage.value),
    Column("size", "", lambda row: row[0].size),
    Column("decided_at", "", lambda row: row[0].entry.decided_at.isoformat()),
    Column("opened_at", "", lambda row: row[0].opened_at.isoformat() if row[0].opened_at else None),
    Column("closed_at", "", lambda row: row[0].closed_at.isoformat() if row[0].closed_at else None),
    Column("entry_premium_pct", "", lambda row: row[0].entry.premium_pct),
    Column("entry_net_pct", "", lambda row: row[0].entry.net_pct),
    Column("entry_home_price", "", lambda row: _price(_leg(row, is_exit=False, is_home=True))),
    Column("entry_foreign_price", "", lambda row: _price(_leg(row, is_exit=False, is_home=False))),
    Column("entry_rate", "", lambda row: _rate(row[0], is_exit=False)),
    Column("exit_premium_pct", "", lambda row: row[0].exit.premium_pct if row[0].exit else None),
    Column("exit_home_price", "", lambda row: _price(_leg(row, is_exit=True, is_home=True))),
    Column("exit_foreign_price", "", lambda row: _price(_leg(row, is_exit=True, is_home=False))),
    Column("exit_rate", "", lambda row: _rate(row[0], is_exit=True)),
    Column("pnl", "", lambda row: row[0].pnl),
    Column("pnl_pct", "", lambda row: row[0].pnl_pct),
    Column("premium", "", lambda row: row[1].premium if row[1] else None),
    Column("fees", "", lambda row: row[1].fees if row[1] else None),
    Column("funding", "", lambda row: row[1].funding if row[1] else None),
    Column("fx", "", lambda row: row[1].fx if row[1] else None),
)
