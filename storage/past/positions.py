# ruff: noqa: S608 - the statements are put together from constants of this program; values travel as arguments.
"""Two-leg positions, page by page, and what each day of them brought, taken apart."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from asyncpg import InvalidParameterValueError

from engine.domain.arbitrage import Leg, Legs, PairStage, TwoLegPosition
from engine.domain.money import ZERO
from engine.domain.order import Side
from engine.domain.premium import Direction, Pair
from engine.domain.premium_past import PairDay, PastPosition, symbols_of
from engine.errors import UsageError
from storage.database import Connection
from storage.records import two_legs
from storage.recovery import OWN, legs_of

DECIDED_AT = "COALESCE(decided_at, opened_at)"

#: Flows are what each leg's fills moved before fees, received positive; rates of a pair without one are 1. The formula
#: is that of `engine.lab.arbitrage.parts`, with what an exit could not trade any more counted as premium.
DAYS = f"""
    WITH closed AS (
        SELECT p.*, (p.closed_at AT TIME ZONE $2)::date AS day FROM two_leg_positions p
        WHERE {OWN} AND p.status = 'CLOSED' AND ($1::text IS NULL OR COALESCE(p.bot_uid, '') = $1)
    ), days AS (
        SELECT DISTINCT COALESCE(bot_uid, '') AS bot_uid, day FROM closed ORDER BY day DESC, 1 LIMIT $3
    ), flows AS (
        SELECT l.position_id, l.phase, l.place, l.fee, l.fee - l.fee_paid AS in_base,
            CASE l.side WHEN 'buy' THEN -l.value ELSE l.value END AS flow
        FROM order_legs l WHERE {OWN} AND l.phase IS NOT NULL AND l.position_id IN (
            SELECT c.id FROM closed c JOIN days d ON d.bot_uid = COALESCE(c.bot_uid, '') AND d.day = c.day)
    ), sums AS (
        SELECT f.position_id, COALESCE(sum(flow) FILTER (WHERE place = 'home'), 0) AS home,
            COALESCE(sum(flow) FILTER (WHERE place = 'foreign' AND phase = 'entry'), 0) AS sent,
            COALESCE(sum(flow) FILTER (WHERE place = 'foreign' AND phase = 'exit'), 0) AS back,
            sum(fee * CASE WHEN place = 'home' THEN 1 WHEN phase = 'entry' THEN COALESCE(c.entry_fx_rate, 1)
                ELSE COALESCE(c.exit_fx_rate, 1) END) AS fees
        FROM flows f JOIN closed c ON c.id = f.position_id GROUP BY 1
    ), parts AS (
        SELECT COALESCE(c.bot_uid, '') AS bot_uid, c.day, split_part(COALESCE(c.won_symbol, '/KRW'), '/', 2) AS quote,
            c.stage IS NOT NULL AS is_whole, c.pnl_krw AS pnl, s.fees,
            c.funding * COALESCE(c.exit_fx_rate, c.entry_fx_rate, 1) AS funding,
            CASE WHEN i.kind = 'perp' THEN s.sent + s.back ELSE s.back END
                * (COALESCE(c.exit_fx_rate, c.entry_fx_rate, 1) - COALESCE(c.entry_fx_rate, 1)) AS fx
        FROM closed c JOIN days d ON d.bot_uid = COALESCE(c.bot_uid, '') AND d.day = c.day
        LEFT JOIN sums s ON s.position_id = c.id
        LEFT JOIN instruments i ON i.user_id = c.user_id AND i.venue = c.foreign_venue AND i.symbol = c.foreign_symbol
    )
    SELECT bot_uid, day, quote, count(*) AS positions, COALESCE(sum(pnl), 0) AS pnl, bool_and(is_whole) AS is_whole,
        sum(fees) AS fees, sum(funding) AS funding, sum(fx) AS fx
    FROM parts GROUP BY bot_uid, day, quote ORDER BY day DESC, bot_uid, quote LIMIT $3
"""


async def positions(
    connection: Connection, bot_id: str | None, is_open: bool | None, before: datetime | None, limit: int
) -> list[PastPosition]:
    """See `engine.premium_history.PremiumHistory.two_leg_positions`."""
    # A condition that is sometimes none would hide the index from the planner.
    asked: list[tuple[str, Any]] = []
    where = [OWN]
    if before is not None:
        asked.append((f"{DECIDED_AT} < ", before))
    if bot_id:
        asked.append(("bot_uid = ", bot_id))
    elif bot_id == "":
        where.append("bot_uid IS NULL")
    if is_open is not None:
        where.append(f"status {'<>' if is_open else '='} 'CLOSED'")
    where += [f"{text}${at}" for at, (text, _) in enumerate(asked, start=2)]
    rows = await connection.fetch(
        f"SELECT * FROM (SELECT *, {DECIDED_AT} AS since FROM two_leg_positions WHERE {' AND '.join(where)} "
        f"ORDER BY {DECIDED_AT} DESC FETCH FIRST ($1::bigint) ROWS WITH TIES) page ORDER BY since DESC, id DESC",
        limit,
        *(value for _, value in asked),
    )
    legs = await legs_of(connection, [row["id"] for row in rows if row["stage"] is not None])
    return [
        PastPosition(two_legs.position_of(row, legs[row["id"]]), _pair_of(row))
        if row["stage"] is not None
        else PastPosition(_imported(row), _pair_of(row), is_imported=True)
        for row in rows
    ]


async def days(connection: Connection, bot_id: str | None, zone: str, limit: int) -> list[PairDay]:
    """See `engine.premium_history.PremiumHistory.daily_pnl`. Raises UsageError for a time zone that is none."""
    try:
        # Where nothing was closed the server would not look at it.
        await connection.execute("SELECT now() AT TIME ZONE $1", zone)
        rows = await connection.fetch(DAYS, bot_id, zone, limit)
    except InvalidParameterValueError:
        raise UsageError(f"There is no time zone {zone!r}.") from None
    return [_day(row) for row in rows]


def _day(row: Mapping[str, Any]) -> PairDay:
    if not row["is_whole"]:
        return PairDay(
            row["bot_uid"], row["day"], row["quote"], row["positions"], row["pnl"], None, None, None, None
        )  # fmt: skip
    pnl, fees, funding, fx = row["pnl"], row["fees"] or ZERO, row["funding"] or ZERO, row["fx"] or ZERO
    premium = pnl + fees - funding - fx
    return PairDay(row["bot_uid"], row["day"], row["quote"], row["positions"], pnl, premium, fees, funding, fx)


def _pair_of(row: Mapping[str, Any]) -> Pair:
    home, foreign = symbols_of(row["symbol"])
    return Pair(
        row["won_venue"],
        row["won_symbol"] or home,
        row["foreign_venue"],
        row["foreign_symbol"] or foreign,
        row["entry_fx_pair"] or "",
    )


def _imported(row: Mapping[str, Any]) -> TwoLegPosition:
    """A position of the customer's documents: its legs are its size at the prices it names."""
    direction = direction_of(row["direction"], row["foreign_venue"])
    home_side = Side.SELL if direction is Direction.SELL_HOME else Side.BUY
    size = row["size"]

    def legs(phase: str, side: Side, at: datetime, premium: Any) -> Legs:
        sides = ((side, row[f"{phase}_won_price"]), (side.opposite, row[f"{phase}_foreign_price"]))
        home, foreign = (Leg(each, size, price, size, size * price) for each, price in sides)
        return Legs(home, foreign, None, premium, premium, at)

    back = None
    if row["exit_won_price"] is not None and row["exit_foreign_price"] is not None:
        premium = row["exit_spread_pct"] if row["exit_spread_pct"] is not None else ZERO
        back = legs("exit", home_side.opposite, row["closed_at"], premium)
    return TwoLegPosition(
        position_id=row["reference"] or f"gw{row['id']}",
        bot_id=row["bot_uid"] or "",
        number=row["id"],
        direction=direction,
        size=size,
        stage=PairStage.CLOSED if row["status"] == two_legs.CLOSED else PairStage.OPEN,
        entry=legs("entry", home_side, row["opened_at"], row["entry_spread_pct"]),
        exit=back,
        opened_at=row["opened_at"],
        closed_at=row["closed_at"],
        pnl=row["pnl_krw"],
        pnl_pct=row["pnl_pct"],
    )


def direction_of(text: str, foreign_venue: str) -> Direction:
    """The direction of the customer's words, such as "upbit_short_binance_long": one word for each venue, then what is
    done there.
    """
    if text in tuple(Direction):
        return Direction(text)
    words = text.lower().replace("-", "_").split("_")
    deed = next((word for word in words if word in ("short", "sell", "long", "buy")), "short")
    is_home_first = not words[0] or not foreign_venue.lower().startswith(words[0])
    return Direction.SELL_HOME if (deed in ("short", "sell")) is is_home_first else Direction.BUY_HOME
