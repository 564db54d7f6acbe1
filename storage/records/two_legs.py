# ruff: noqa: S608 - the statements are put together from constants of this program; values travel as arguments.
"""Positions of two-leg bots: the position, its legs, and its opening and closing as trades."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from engine.domain.arbitrage import Leg, Legs, PairStage, TwoLegPosition
from engine.domain.market import FxRate
from engine.domain.order import Side
from engine.domain.premium import Direction
from storage.records.part import Part, RowValues

ENTERING, OPEN, CLOSED = "ENTERING", "OPEN", "CLOSED"
STATUS: Mapping[PairStage, str] = {
    PairStage.ENTERING: ENTERING,
    PairStage.UNWINDING: ENTERING,
    PairStage.OPEN: OPEN,
    PairStage.EXITING: OPEN,
    PairStage.CLOSED: CLOSED,
}
ENTRY, EXIT = "entry", "exit"
HOME, FOREIGN = "home", "foreign"

_COLUMNS = (
    ("reference", "text"),
    ("bot_uid", "text"),
    ("number", "bigint"),
    ("direction", "text"),
    ("size", "numeric"),
    ("stage", "text"),
    ("status", "text"),
    ("opened_at", "timestamptz"),
    ("closed_at", "timestamptz"),
    ("decided_at", "timestamptz"),
    ("entry_won_price", "numeric"),
    ("entry_foreign_price", "numeric"),
    ("entry_spread_pct", "numeric"),
    ("entry_net_pct", "numeric"),
    ("entry_fx_pair", "text"),
    ("entry_fx_rate", "numeric"),
    ("entry_fx_source", "text"),
    ("entry_fx_at", "timestamptz"),
    ("exit_decided_at", "timestamptz"),
    ("exit_won_price", "numeric"),
    ("exit_foreign_price", "numeric"),
    ("exit_spread_pct", "numeric"),
    ("exit_net_pct", "numeric"),
    ("exit_fx_pair", "text"),
    ("exit_fx_rate", "numeric"),
    ("exit_fx_source", "text"),
    ("exit_fx_at", "timestamptz"),
    ("pnl_krw", "numeric"),
    ("pnl_pct", "numeric"),
    ("funding", "numeric"),
    ("imbalance_since", "timestamptz"),
)
_NAMES = ", ".join(name for name, _ in _COLUMNS)
_CHANGES = ", ".join(f"{name} = EXCLUDED.{name}" for name, _ in _COLUMNS if name not in ("reference", "bot_uid"))

#: Where it trades is what its two bots trade, in this statement (it needs bots_rows) or before. A closed one stays so.
TWO_LEGS = Part(
    "two_legs",
    _COLUMNS,
    f"""
    INSERT INTO two_leg_positions (user_id, {_NAMES}, symbol, won_venue, won_symbol, foreign_venue, foreign_symbol)
    SELECT $1, {", ".join(f"r.{name}" for name, _ in _COLUMNS)},
        split_part(COALESCE(n.symbol, b.symbol, ''), '/', 1), COALESCE(n.venue, b.venue, ''),
        COALESCE(n.symbol, b.symbol), COALESCE(m.venue, h.venue, ''), COALESCE(m.symbol, h.symbol)
    FROM two_legs_rows r
    LEFT JOIN bots_rows n ON n.bot_uid = r.bot_uid
    LEFT JOIN bot_instances b ON b.user_id = $1 AND b.bot_uid = r.bot_uid
    LEFT JOIN bots_rows m ON m.pair_bot_uid = r.bot_uid
    LEFT JOIN bot_instances h ON h.user_id = $1 AND h.pair_bot_uid = r.bot_uid WHERE {{guard}}
    ON CONFLICT (user_id, reference) DO UPDATE SET {_CHANGES}, updated_at = now()
    WHERE two_leg_positions.bot_uid = EXCLUDED.bot_uid
        AND (two_leg_positions.stage IS DISTINCT FROM 'closed' OR EXCLUDED.stage = 'closed')
    RETURNING id, reference, symbol, direction, size, won_venue, foreign_venue, entry_won_price, entry_foreign_price,
        exit_won_price, exit_foreign_price, exit_decided_at, opened_at, closed_at, pnl_krw, pnl_pct
    """,
)

#: Needs `two_legs` before it in the statement, as do the other two.
LEGS = Part(
    "legs",
    (
        ("reference", "text"),
        ("phase", "text"),
        ("place", "text"),
        ("side", "text"),
        ("qty", "numeric"),
        ("price_theoretical", "numeric"),
        ("price_effective", "numeric"),
        ("slippage_bps", "numeric"),
        ("filled", "numeric"),
        ("value", "numeric"),
        ("fee", "numeric"),
        ("fee_base", "numeric"),
        ("fee_paid", "numeric"),
        ("ordered_at", "timestamptz"),
    ),
    """
    INSERT INTO order_legs (user_id, position_id, symbol, venue, leg_id, phase, place, side, qty, price_theoretical,
        price_effective, slippage_bps, filled, value, fee, fee_base, fee_paid, ordered_at)
    SELECT $1, p.id, p.symbol, CASE r.place WHEN 'home' THEN p.won_venue ELSE p.foreign_venue END,
        concat_ws(':', r.reference, r.phase, r.place), r.phase, r.place, r.side, r.qty, r.price_theoretical,
        r.price_effective, r.slippage_bps, r.filled, r.value, r.fee, r.fee_base, r.fee_paid, r.ordered_at
    FROM legs_rows r JOIN two_legs p USING (reference)
    ON CONFLICT (position_id, phase, place) DO UPDATE SET side = EXCLUDED.side, qty = EXCLUDED.qty,
        price_theoretical = EXCLUDED.price_theoretical, price_effective = EXCLUDED.price_effective,
        slippage_bps = EXCLUDED.slippage_bps, filled = EXCLUDED.filled, value = EXCLUDED.value, fee = EXCLUDED.fee,
        fee_base = EXCLUDED.fee_base, fee_paid = EXCLUDED.fee_paid, ordered_at = EXCLUDED.ordered_at
    """,
)
#: An exit that is not wanted any more and came to nothing leaves no legs behind.
NO_EXIT = Part(
    "no_exit",
    (),
    """
    DELETE FROM order_legs l USING two_legs p
    WHERE l.user_id = $1 AND l.position_id = p.id AND l.phase = 'exit' AND p.exit_decided_at IS NULL
    """,
)
TRADES = Part(
    "two_leg_trades",
    (),
    """
    INSERT INTO two_leg_trades (user_id, position_id, symbol, direction, size, side, won_price, foreign_price, pnl_krw,
        pnl_pct, traded_at)
    SELECT $1, id, symbol, direction, size, 'OPEN', entry_won_price, entry_foreign_price, NULL, NULL, opened_at
    FROM two_legs WHERE opened_at IS NOT NULL
    UNION ALL
    SELECT $1, id, symbol, direction, size, 'CLOSE', exit_won_price, exit_foreign_price, pnl_krw, pnl_pct, closed_at
    FROM two_legs WHERE closed_at IS NOT NULL
    ON CONFLICT (user_id, position_id, side, traded_at) DO UPDATE SET won_price = EXCLUDED.won_price,
        foreign_price = EXCLUDED.foreign_price, pnl_krw = EXCLUDED.pnl_krw, pnl_pct = EXCLUDED.pnl_pct
    """,
)
#: All of them, in the order of the statement.
PARTS = (TWO_LEGS, LEGS, NO_EXIT, TRADES)


def position_row(position: TwoLegPosition) -> RowValues:
    """A position as a row of TWO_LEGS."""
    entry, back = position.entry, position.exit
    is_closed = position.stage is PairStage.CLOSED
    out = (_price(back.home), _price(back.foreign)) if back is not None and is_closed else (None, None)
    return (
        position.position_id, position.bot_id, position.number, position.direction, position.size, position.stage,
        STATUS[position.stage], position.opened_at, position.closed_at, entry.decided_at, _price(entry.home),
        _price(entry.foreign), entry.premium_pct, entry.net_pct, *_rate_row(entry.rate),
        back.decided_at if back else None, *out, back.premium_pct if back else None, back.net_pct if back else None,
        *_rate_row(back.rate if back else None), position.pnl if is_closed else None,
        position.pnl_pct if is_closed else None, position.funding, position.imbalance_since,
    )  # fmt: skip


def leg_rows(position: TwoLegPosition) -> Iterable[RowValues]:
    """Its legs as rows of LEGS."""
    for phase, legs in ((ENTRY, position.entry), (EXIT, position.exit)):
        if legs is None:
            continue
        for place, leg in ((HOME, legs.home), (FOREIGN, legs.foreign)):
            price = _price(leg)
            slippage = leg.slippage_bps if price is not None and leg.theoretical_price else None
            yield (
                position.position_id, phase, place, leg.side, leg.quantity, leg.theoretical_price, price, slippage,
                leg.filled, leg.value, leg.fee, leg.fee_base, leg.fee_paid, legs.decided_at,
            )  # fmt: skip


def position_of(row: Mapping[str, Any], legs: Sequence[Mapping[str, Any]]) -> TwoLegPosition:
    """A position of a bot from its row and those of its legs."""
    parts = {(leg["phase"], leg["place"]): _leg_of(leg) for leg in legs}
    entry = Legs(
        parts[ENTRY, HOME], parts[ENTRY, FOREIGN], _rate_of(row, ENTRY), row["entry_spread_pct"], row["entry_net_pct"],
        row["decided_at"],
    )  # fmt: skip
    back = None
    if row["exit_decided_at"] is not None:
        back = Legs(
            parts[EXIT, HOME], parts[EXIT, FOREIGN], _rate_of(row, EXIT), row["exit_spread_pct"], row["exit_net_pct"],
            row["exit_decided_at"],
        )  # fmt: skip
    return TwoLegPosition(
        position_id=row["reference"],
        bot_id=row["bot_uid"],
        number=row["number"],
        direction=Direction(row["direction"]),
        size=row["size"],
        stage=PairStage(row["stage"]),
        entry=entry,
        exit=back,
        funding=row["funding"],
        opened_at=row["opened_at"],
        closed_at=row["closed_at"],
        imbalance_since=row["imbalance_since"],
        pnl=row["pnl_krw"],
        pnl_pct=row["pnl_pct"],
    )


def _price(leg: Leg) -> Any:
    """What was paid on average. Fills that went the other way may leave a sum that is no price."""
    price = leg.effective_price
    return price if price is not None and price > 0 else None


def _rate_row(rate: FxRate | None) -> RowValues:
    return (rate.pair, rate.rate, rate.source, rate.at) if rate is not None else (None, None, None, None)


def _rate_of(row: Mapping[str, Any], phase: str) -> FxRate | None:
    pair = row[f"{phase}_fx_pair"]
    if pair is None:
        return None
    return FxRate(pair, row[f"{phase}_fx_rate"], row[f"{phase}_fx_source"], row[f"{phase}_fx_at"])


def _leg_of(row: Mapping[str, Any]) -> Leg:
    return Leg(
        Side(row["side"]), row["qty"], row["price_theoretical"], row["filled"], row["value"], row["fee"],
        row["fee_base"], row["fee_paid"],
    )  # fmt: skip
