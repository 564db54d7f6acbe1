"""Sub-commands that only read: lists, one bot, profits, the state of the desk. They work beside a running engine."""

from argparse import Namespace
from collections.abc import Sequence
from decimal import Decimal
from typing import TextIO

from engine.console.arb_questions import answer_about_pairs
from engine.console.bot_commands import find_bot
from engine.console.desk import Desk, LedgerTotal
from engine.console.listing import Column, Row, Value, as_json, as_pairs, as_table, dump, exact, json_row
from engine.console.live import show_key, show_orders
from engine.console.symbols import is_change, show_symbols
from engine.console.tables import (
    ACCOUNTS,
    BOTS,
    DAYS,
    DESKS,
    FILLS,
    LEASES,
    LOG,
    ORDERS,
    PROFITS,
    RUNGS,
    AccountRow,
    BotRow,
    bot_row,
    pair_row,
)
from engine.console.truth import show_truth
from engine.domain.bot import Bot, BotKind
from engine.domain.codec import Json, to_json
from engine.domain.grid import Rung
from engine.domain.money import ZERO
from engine.domain.order import OrderState
from engine.domain.risk import reserve_of
from engine.recovered import RecoveredState


async def answer_question(options: Namespace, desk: Desk, out: TextIO) -> bool:
    """Answer a sub-command that only reads. False when `options` are none of these. Raises UsageError."""
    match options.command, vars(options).get(f"{options.command}_command"):
        case "bot", "list":
            bots = [bot for bot in shown((await desk.state()).bots) if options.removed or not bot.is_removed]
            _write(options, out, BOTS, await bot_rows(desk, bots), "There are no bots; `bot add grid` adds one.")
        case "bot", "show":
            await _show(options, desk, out)
        case "account", "list":
            empty = "There are no accounts; `account open-simulated` opens one."
            _write(options, out, ACCOUNTS, await account_rows(desk), empty)
        case "account", "key":
            await show_key(options, desk, out)
        case "account", "orders":
            await show_orders(options, desk, out)
        case "account", "symbols" if not is_change(options):
            await show_symbols(options, desk, out)
        case "account", "truth":
            await show_truth(options, desk, out)
        case "pnl", None:
            await _pnl(options, desk, out)
        case "fills", None:
            bot_id = await _bot_id(options, desk)
            _write(options, out, FILLS, await desk.history.fills(bot_id, None, options.limit), "There are no fills.")
        case "orders", None:
            await _orders(options, desk, out)
        case "log", None:
            bot_id = await _bot_id(options, desk)
            _write(options, out, LOG, await desk.history.log(bot_id, None, options.limit), "The log is empty.")
        case "desks", None:
            _write(options, out, DESKS, await desk.desks(), "There are no desks.")
        case "lease", "list":
            _write(
                options, out, LEASES, await desk.leases(), "There are no accounts; `account open-simulated` opens one."
            )
        case "status", None:
            await _status(options, desk, out)
        case _:
            reserved = reserves(await desk.state()) if options.command == "inventory" else {}
            return await answer_about_pairs(options, desk, out, reserved)
    return True


def shown(bots: Sequence[Bot]) -> list[Bot]:
    """What a list of bots shows: of the two halves of a two-leg bot the one at home."""
    return [bot for bot in bots if bot.kind is not BotKind.HEDGE]


async def bot_rows(desk: Desk, bots: Sequence[Bot]) -> list[BotRow]:
    """Rows with every bot's money at the last recorded price of its market."""
    state = await desk.state()
    markets = {(bot.venue, bot.symbol) for bot in bots}
    quotes = {account.account_id: account.quote for account in state.accounts}
    prices = {market: await desk.last_price(*market) for market in markets}
    held = {position.bot_id for position in state.positions}
    return [
        bot_row(bot, quotes.get(bot.account_id, ""), rungs_of(state, bot), prices[bot.venue, bot.symbol])
        if bot.is_grid
        else pair_row(bot, quotes.get(bot.account_id, ""), prices[bot.venue, bot.symbol], is_open=bot.bot_id in held)
        for bot in bots
    ]


def rungs_of(state: RecoveredState, bot: Bot) -> tuple[Rung, ...]:
    """The ladder of one bot, lowest rung first."""
    rungs = (rung for owner, rung in state.rungs if owner == bot.bot_id)
    return tuple(sorted(rungs, key=lambda rung: rung.index))


async def account_rows(desk: Desk) -> list[AccountRow]:
    """One row per account and asset; an account that has nothing yet has one row with zeros."""
    state = await desk.state()
    totals = await desk.ledger()
    reserved = reserves(state)
    rows: list[AccountRow] = []
    for account in state.accounts:
        own = [total for total in totals if total.account_id == account.account_id]
        rows.extend(
            AccountRow(account, total, reserved.get((account.account_id, total.asset), ZERO))
            for total in own or [LedgerTotal(account.account_id, account.quote, ZERO, ZERO)]
        )
    return rows


def reserves(state: RecoveredState) -> dict[tuple[str, str], Decimal]:
    """What open orders hold back, by (account, asset)."""
    instruments = {instrument.key: instrument for instrument in state.instruments}
    sums: dict[tuple[str, str], Decimal] = {}
    for order in state.open_orders:
        if instrument := instruments.get((order.venue, order.symbol)):
            asset, amount = reserve_of(order, instrument, ZERO)
            sums[order.account_id, asset] = sums.get((order.account_id, asset), ZERO) + amount
    return sums


async def _bot_id(options: Namespace, desk: Desk) -> str | None:
    return None if options.bot is None else find_bot((await desk.state()).bots, options.bot).bot_id


async def _orders(options: Namespace, desk: Desk, out: TextIO) -> None:
    bot_id = await _bot_id(options, desk)
    if options.open:
        found = (await desk.state()).open_orders
        rows = [order for order in found if bot_id in (None, order.bot_id)][-options.limit :][::-1]
        _write(options, out, ORDERS, rows, "There are no open orders.")
    else:
        _write(options, out, ORDERS, await desk.history.orders(bot_id, None, options.limit), "There are no orders.")


async def _pnl(options: Namespace, desk: Desk, out: TextIO) -> None:
    bot_id = await _bot_id(options, desk)
    if options.by == "day":
        _write(options, out, DAYS, await desk.profits_by_day(bot_id), "There are no fills.")
        return
    bots = [
        bot
        for bot in shown((await desk.state()).bots)
        if (not bot.is_removed if bot_id is None else bot.bot_id == bot_id)
    ]
    _write(options, out, PROFITS, await bot_rows(desk, bots), "There are no bots.")


async def _show(options: Namespace, desk: Desk, out: TextIO) -> None:
    state = await desk.state()
    bot = find_bot(state.bots, options.bot)
    row = (await bot_rows(desk, [bot]))[0]
    rungs = rungs_of(state, bot)
    orders = [order for order in state.open_orders if order.bot_id == bot.bot_id]
    if options.json:
        found = json_row((*BOTS, *PROFITS), row)
        found["config"] = to_json(bot.config)
        found["allocation_percent"] = exact(bot.allocation_percent)
        found["rungs"] = [json_row(RUNGS, rung) for rung in rungs]
        found["open_orders"] = [json_row(ORDERS, order) for order in orders]
        out.write(dump(found) + "\n")
        return
    pairs = [(column.title, column.value(row)) for column in (*BOTS, *PROFITS[-4:-1])]
    pairs.append(("Allocation %", bot.allocation_percent))
    pairs.append(("Open orders", len(orders)))
    out.write(as_pairs(pairs) + "\n\n")
    if bot.is_grid:
        out.write(as_table(RUNGS, rungs[::-1], empty="The ladder is made when the bot starts.") + "\n")
    else:
        out.write(f"`arb positions {bot.bot_id}` shows its positions.\n")


async def _status(options: Namespace, desk: Desk, out: TextIO) -> None:
    state = await desk.state()
    bots = shown(state.bots)
    active = [bot for bot in bots if bot.is_active]
    unknown = sum(order.state is OrderState.UNKNOWN for order in state.open_orders)
    pairs: list[tuple[str, str, Value]] = [
        ("desk", "Desk", desk.desk_id),
        ("is_engine_running", "Engine running", await desk.is_engine_running()),
        ("is_halted", "Trading halted", state.is_halted),
        ("bots", "Bots", sum(not bot.is_removed for bot in bots)),
        ("active_bots", "  of them active", len(active)),
        ("open_orders", "Open orders", len(state.open_orders)),
        ("unknown_orders", "  of them unknown", unknown),
        ("accounts", "Accounts", len(state.accounts)),
    ]
    if options.json:
        found: dict[str, Json] = {key: to_json(value) for key, _, value in pairs}
        out.write(dump(found) + "\n")
        return
    out.write(as_pairs([(title, value) for _, title, value in pairs]) + "\n")
    rows = await bot_rows(desk, active)
    if rows:
        out.write("\n" + as_table(BOTS, rows, empty="") + "\n")


def _write(options: Namespace, out: TextIO, columns: Sequence[Column[Row]], rows: Sequence[Row], empty: str) -> None:
    out.write((as_json(columns, rows) if options.json else as_table(columns, rows, empty=empty)) + "\n")
