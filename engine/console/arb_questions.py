"""What two-leg bots hold and brought, what premiums were, and what lies where: sub-commands that only read."""

import math
from argparse import Namespace
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TextIO

from engine.bots.arbitrage import directions_of, entry_sides
from engine.bots.arbitrage_rules import needed_for, preview
from engine.console.arb_commands import config_of, find_pair_bot, new_config, places, places_of
from engine.console.arb_tables import (
    DAYS,
    OPPORTUNITIES,
    PAIRS,
    POSITIONS,
    PREMIUMS,
    SHORTAGES,
    STOCKS,
    PairRow,
    PremiumRow,
    StockRow,
    preview_json,
    preview_text,
)
from engine.console.desk import Desk
from engine.console.listing import Column, Row, as_json, as_table, dump, exact, json_row
from engine.console.watching import NONE_WATCHED, show_watched
from engine.domain.bot import Bot, BotKind
from engine.domain.codec import Json
from engine.domain.instrument import Instrument, InstrumentKind
from engine.domain.money import ZERO
from engine.domain.order import Side
from engine.domain.premium import Pair
from engine.domain.premium_past import SpreadSeries, series_symbol
from engine.domain.rebalancing import Need, Shortage, TransferTerms, shortages
from engine.errors import UsageError
from engine.recovered import RecoveredState

Reserved = Mapping[tuple[str, str], Decimal]
#: How far back a last reading is looked for: first where it is, then where it may be.
RECENT = (timedelta(minutes=5), timedelta(days=1), timedelta(days=30))


async def answer_about_pairs(options: Namespace, desk: Desk, out: TextIO, reserved: Reserved) -> bool:
    """Answer a sub-command about two-leg bots. False when `options` are none of these. Raises UsageError."""
    match options.command, vars(options).get(f"{options.command}_command"):
        case "arb", "list":
            _write(options, out, PAIRS, await _pairs(options, desk), "There are no two-leg bots; `arb add` adds one.")
        case "arb", "preview":
            await _preview(options, desk, out)
        case "arb", "positions":
            found = await desk.premiums.two_leg_positions(
                await _bot_id(options, desk), options.is_open, None, options.limit
            )
            _write(options, out, POSITIONS, found, "There are no two-leg positions.")
        case "arb", "pnl":
            days = await desk.premiums.daily_pnl(await _bot_id(options, desk), options.zone, options.limit)
            _write(options, out, DAYS, days, "No two-leg position was closed.")
        case "premium", None:
            await _premiums(options, desk, out)
        case "premium", "list":
            await show_watched(options, desk, out)
        case "opportunities", None:
            await _opportunities(options, desk, out)
        case "inventory", None:
            await _inventory(options, desk, out, reserved)
        case _:
            return False
    return True


async def _pairs(options: Namespace, desk: Desk) -> list[PairRow]:
    state = await desk.state()
    venues = {account.account_id: account.venue for account in state.accounts}
    quotes = {account.account_id: account.quote for account in state.accounts}
    bots = [b for b in state.bots if b.kind is BotKind.ARBITRAGE and (options.removed or not b.is_removed)]
    return [
        PairRow(
            bot,
            venues.get(config_of(bot).hedge_account_id, ""),
            quotes.get(bot.account_id, ""),
            sum(position.bot_id == bot.bot_id for position in state.positions),
        )
        for bot in bots
    ]


async def _bot_id(options: Namespace, desk: Desk) -> str | None:
    return None if options.bot is None else find_pair_bot((await desk.state()).bots, options.bot).bot_id


async def _preview(options: Namespace, desk: Desk, out: TextIO) -> None:
    state = await desk.state()
    where = places(options, state)
    seen = preview(new_config(options, where), where.home, where.foreign)
    exchanges = [account.exchange or account.venue for account, _ in (where.home, where.foreign)]
    pair = Pair(exchanges[0], seen.pair.home_symbol, exchanges[1], seen.pair.foreign_symbol, seen.pair.fx_pair)
    last = await _last(desk, pair)
    if options.json:
        out.write(dump({**preview_json(seen), "last": json_row(PREMIUMS, last)}) + "\n")
        return
    out.write(preview_text(seen) + "\n\n" + as_table(PREMIUMS, [last] if last.at else [], empty=NEVER) + "\n")


NEVER = "No premium of this pair was recorded; the spread desk records pairs that are watched."


async def _premiums(options: Namespace, desk: Desk, out: TextIO) -> None:
    watched = [each.pair for each in await desk.watched()]
    pairs = [pair for pair in watched if options.base is None or pair.base == options.base.upper()]
    if not pairs and watched:
        raise UsageError(f"No pair of {options.base.upper()} is watched.")
    rows = [await _last(desk, pair) for pair in pairs]
    rows.sort(key=lambda row: (row.net is None, -(row.net or 0)))
    _write(options, out, PREMIUMS, rows, NONE_WATCHED)
    if not options.json and any(row.at is None for row in rows):
        out.write(f"\n{UNREAD}\n")


UNREAD = "Pairs without a reading: no running desk has had both books and a rate; the window's spread board says why."


async def _last(desk: Desk, pair: Pair) -> PremiumRow:
    """The last reading of a pair, looked for further and further back."""
    now = datetime.now(UTC)
    for span in RECENT:
        found = await desk.premiums.spreads(pair, now - span, None, 2_000)
        if len(found):
            return _row(pair, found)
    return PremiumRow(series_symbol(pair), pair.home_venue, pair.foreign_venue)


def _row(pair: Pair, found: SpreadSeries) -> PremiumRow:
    return PremiumRow(
        series_symbol(pair),
        pair.home_venue,
        pair.foreign_venue,
        premium=_number(found.premium_pct[-1]),
        net=_number(found.net_pct[-1]),
        back=_number(found.back_pct[-1]),
        back_net=_number(found.back_net_pct[-1]),
        home_price=_number(found.home_price[-1]),
        foreign_price=_number(found.foreign_price[-1]),
        rate=_number(found.rate[-1]),
        at=datetime.fromtimestamp(found.times_s[-1], UTC),
    )


def _number(value: float) -> Decimal | None:
    # What is recorded in double precision has no more digits than that.
    return None if math.isnan(value) else Decimal(f"{value:.12g}")


async def _opportunities(options: Namespace, desk: Desk, out: TextIO) -> None:
    if options.hours < 1:
        raise UsageError("--hours must be 1 or more.")
    since = datetime.now(UTC) - timedelta(hours=options.hours)
    found = await desk.premiums.opportunities(None, since, None, options.limit)
    wanted = None if options.base is None else options.base.upper()
    rows = [each for each in found if wanted in (None, each.symbol.partition("/")[0])]
    _write(options, out, OPPORTUNITIES, rows, "There was no opportunity.")


async def _inventory(options: Namespace, desk: Desk, out: TextIO, reserved: Reserved) -> None:
    state = await desk.state()
    exchanges = {account.account_id: account.exchange for account in state.accounts}
    stocks = [
        StockRow(
            total.account_id, exchanges[total.account_id], total.asset, total.total,
            reserved.get((total.account_id, total.asset), Decimal(0)),
        )
        for total in await desk.ledger()
        if total.account_id in exchanges and total.total
    ]  # fmt: skip
    free = {(row.account, row.asset): row.total - row.reserved for row in stocks}
    terms = {
        (account, asset): TransferTerms(fee, minimum)
        for exchange, asset, fee, minimum in options.withdrawal
        for account, its in exchanges.items()
        if its == exchange
    }
    advice = shortages(free, await _needs(desk, state), terms)
    stocks.sort(key=lambda row: (row.asset, row.account))
    if options.json:
        rows: list[Json] = [json_row(STOCKS, row) for row in stocks]
        out.write(dump({"stocks": rows, "advice": [_advice(each) for each in advice]}) + "\n")
        return
    out.write(as_table(STOCKS, stocks, empty="No account holds anything.") + "\n\n")
    out.write(as_table(SHORTAGES, advice, empty="No two-leg bot runs out of anything.") + "\n")
    if any(each.transfer is not None for each in advice):
        out.write("Transfers are yours to make: this program never withdraws.\n")


def _advice(short: Shortage) -> dict[str, Json]:
    arriving = None if short.transfer is None else exact(short.transfer.arriving)
    return {**json_row(SHORTAGES, short), "arriving": arriving}


async def _needs(desk: Desk, state: RecoveredState) -> list[Need]:
    """What one more entry of each two-leg bot that should trade takes from either account, at the last prices."""
    found: list[Need] = []
    for bot in state.bots:
        if bot.kind is BotKind.ARBITRAGE and bot.is_active:
            found += await _needs_of(desk, state, bot)
    return found


async def _needs_of(desk: Desk, state: RecoveredState, bot: Bot) -> Sequence[Need]:
    config, where = config_of(bot), places_of(bot, state)
    taken = sum(position.bot_id == bot.bot_id for position in state.positions)
    entries = config.max_positions - taken
    prices = [await desk.last_price(*instrument.key) for _, instrument in (where.home, where.foreign)]
    found: list[Need] = []
    for direction in directions_of(config.ways):
        both = zip((where.home, where.foreign), entry_sides(direction), prices, strict=True)
        for at, ((account, instrument), side, price) in enumerate(both):
            if entries <= 0 or (price is None and not sells_base(side, instrument)):
                continue
            asset, amount = needed_for(config, instrument, side, price or ZERO)
            partner = (where.foreign, where.home)[at][0].account_id
            found.append(Need(account.account_id, asset, amount, entries, partner))
    return found


def sells_base(side: Side, instrument: Instrument) -> bool:
    """Whether a leg sells base that must be there, whatever its price."""
    return side is Side.SELL and instrument.kind is InstrumentKind.SPOT


def _write(options: Namespace, out: TextIO, columns: Sequence[Column[Row]], rows: Sequence[Row], empty: str) -> None:
    out.write((as_json(columns, rows) if options.json else as_table(columns, rows, empty=empty)) + "\n")
