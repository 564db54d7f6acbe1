"""Real money on the command line: the switch of an account, its key, orders that are not ours, a bot's first orders."""

from argparse import Namespace
from dataclasses import dataclass
from decimal import Decimal
from typing import TextIO

from engine.bots.grid_rules import preview
from engine.console.bot_commands import find_account, find_bot, find_instrument, refused
from engine.console.desk import Desk
from engine.console.listing import Column, as_json, as_pairs, as_table, dump
from engine.console.previews import preview_json, preview_text
from engine.console.symbols import change_symbols, without_rehearsal
from engine.domain import live_phrases
from engine.domain.bot import Account, Bot, BotState
from engine.domain.codec import Json, to_json
from engine.domain.key_facts import described
from engine.domain.live import ForeignKind, ForeignOrder, KeyFacts
from engine.domain.live_messages import (
    AcceptFacts,
    AdoptOrder,
    AllowWithdrawalKey,
    CancelUnknown,
    ConfirmBot,
    GoDark,
    GoLive,
)
from engine.domain.order import Order
from engine.domain.sentences import plain, say
from engine.domain.views import LiveView
from engine.errors import UsageError
from engine.kernel.kernel import Kernel
from engine.recovered import RecoveredState

WHOSE = {
    ForeignKind.PERSON: "by hand",
    ForeignKind.PROGRAM: "another program",
    ForeignKind.OTHER_DESK: "another Gridwright",
    ForeignKind.UNKNOWN: "ours, unknown",
}


@dataclass(frozen=True, slots=True)
class OrderLine:
    """An open order of an account, ours or not."""

    number: str
    name: str
    whose: str
    symbol: str
    side: str
    price: Decimal | None
    quantity: Decimal
    filled: Decimal


ORDER_LINES: tuple[Column[OrderLine], ...] = (
    Column("order", "Order", lambda line: line.number),
    Column("client_order_id", "Its id", lambda line: line.name),
    Column("whose", "Whose", lambda line: line.whose),
    Column("symbol", "Symbol", lambda line: line.symbol),
    Column("side", "Side", lambda line: line.side),
    Column("price", "Price", lambda line: line.price),
    Column("quantity", "Quantity", lambda line: line.quantity),
    Column("filled", "Filled", lambda line: line.filled),
)


async def act_on_live(options: Namespace, desk: Desk, out: TextIO) -> bool:
    """Carry out a sub-command about real money that changes something. False when `options` are none of these.

    Raises UsageError with one sentence when it is refused.
    """
    match options.command, vars(options).get(f"{options.command}_command"):
        case "account", "go-live":
            await _go_live(options, desk, out)
        case "account", "go-dark":
            account = await _account(options, desk)
            await desk.ask(GoDark(account.account_id))
            when = "at once or as soon as it is connected"
            sentence = f"{account.account_id} is switched off: its resting orders are cancelled, {when}."
            if not await _is_run(desk, account):
                later = "its resting orders are cancelled when a desk runs it again"
                sentence = f"{account.account_id} is switched off; {later}."
            _done(options, out, sentence, account)
        case "account", "accept-facts":
            account = await _account(options, desk)
            await desk.ask(AcceptFacts(account.account_id))
            _done(options, out, str(say(live_phrases.FACTS_ACCEPTED, account=account.account_id)), account)
        case "account", "allow-withdrawal-key":
            account = await _account(options, desk)
            if not options.yes:
                raise UsageError(
                    f"Whoever gets hold of the key of {account.account_id} can take its money; say --yes to trade with "
                    "it all the same, or make a key that cannot withdraw."
                )
            await desk.ask(AllowWithdrawalKey(account.account_id))
            _done(options, out, str(say(live_phrases.WITHDRAWAL_ALLOWED, account=account.account_id)), account)
        case "account", "symbols":
            await change_symbols(options, desk, out)
        case "account", "adopt":
            await _adopt(options, desk, out)
        case "account", "cancel-unknown":
            await _cancel_unknown(options, desk, out)
        case "bot", "confirm":
            await _confirm(options, desk, out)
        case _:
            return False
    return True


async def show_key(options: Namespace, desk: Desk, out: TextIO) -> None:
    """`account key`."""
    account = await _account(options, desk)
    live = _live_of(await desk.state(), account, desk.desk_id)
    if options.json:
        out.write(dump({"account": account.account_id, **_live_json(live)}) + "\n")
    else:
        out.write(_live_text(account, live) + "\n")


async def show_orders(options: Namespace, desk: Desk, out: TextIO) -> None:
    """`account orders`: what is open, ours first."""
    account = await _account(options, desk)
    state = await desk.state()
    foreign = next((live.foreign for live in state.live if live.account_id == account.account_id), ())
    ours = [] if options.foreign else [order for order in state.open_orders if order.account_id == account.account_id]
    lines = [*map(_our_line, ours), *map(_line_of, foreign)]
    empty = "There are no orders that are not ours." if options.foreign else "There are no open orders."
    out.write((as_json(ORDER_LINES, lines) if options.json else as_table(ORDER_LINES, lines, empty=empty)) + "\n")


async def waiting_words(desk: Desk, bot_id: str) -> str:
    """What is said of a bot that waits until its first orders with real money were seen; "" of any other."""
    state = await desk.state()
    bot = next((bot for bot in state.bots if bot.bot_id == bot_id), None)
    live = [live for live in state.live if bot is not None and live.account_id == bot.account_id]
    if bot is None or not live or bot_id in live[0].confirmed_bots:
        return ""
    return (
        f" It waits until its first orders with real money were seen: `bot confirm {bot_id} --dry-run` shows them, "
        f"`bot confirm {bot_id} --yes` sends them."
    )


async def first_orders(options: Namespace, desk: Desk, out: TextIO, bot: Bot) -> None:
    """What a bot would send first, with its money, at the last price. Raises UsageError for a ladder that cannot be."""
    state = await desk.state()
    instrument = find_instrument(state.instruments, find_account(state.accounts, bot.account_id), bot.symbol)
    price = await desk.last_price(bot.venue, bot.symbol)
    seen = preview(bot.grid, instrument, price)
    if seen.refusals:
        raise refused([refusal.pair for refusal in seen.refusals])
    text = preview_text(seen, instrument, is_price_known=price is not None or bot.grid.trigger_price is not None)
    out.write((dump(preview_json(seen)) if options.json else text) + "\n")


async def _go_live(options: Namespace, desk: Desk, out: TextIO) -> None:
    account = await _account(options, desk)
    is_without = without_rehearsal(options, account)
    live = _live_of(await desk.state(), account, desk.desk_id)
    if not options.json:
        texts = (_live_text(account, live), await _money_text(desk, account), await _rehearsal_text(desk, account))
        out.write("\n".join(texts) + "\n")
    if options.dry_run:
        if options.json:
            done: list[Json] = [*sorted(await desk.rehearsed(account) & set(account.symbols))]
            out.write(dump({"account": account.account_id, **_live_json(live), "rehearsed": done}) + "\n")
        return
    await desk.ask(GoLive(account.account_id, without_rehearsal=is_without))
    _done(options, out, str(say(live_phrases.LIVE_ON, account=account.account_id)), account)


async def _adopt(options: Namespace, desk: Desk, out: TextIO) -> None:
    account, state = await _account(options, desk), await desk.state()
    bot = find_bot(state.bots, options.bot)
    found = [order for order in _unknown(state, account) if order.venue_order_id == options.order]
    if not found:
        raise UsageError(str(say(live_phrases.NO_SUCH_ORDER, order=options.order, account=account.account_id)))
    if options.dry_run:
        lines = [_line_of(found[0])]
        sentence = f"It would be rung {options.rung} of {bot.name}; what it has filled is asked for and booked."
        out.write((as_json(ORDER_LINES, lines) if options.json else as_table(ORDER_LINES, lines, empty="")) + "\n")
        if not options.json:
            out.write(sentence + "\n")
        return
    await desk.ask(AdoptOrder(bot.bot_id, options.order, options.rung - 1))
    _done(options, out, f"{found[0].client_order_id} is an order of {bot.name} now; `bot start` takes it up.", account)


async def _cancel_unknown(options: Namespace, desk: Desk, out: TextIO) -> None:
    account = await _account(options, desk)
    lines = [_line_of(order) for order in _unknown(await desk.state(), account)]
    if options.dry_run:
        empty = str(say(live_phrases.NOTHING_UNKNOWN, account=account.account_id))
        out.write((as_json(ORDER_LINES, lines) if options.json else as_table(ORDER_LINES, lines, empty=empty)) + "\n")
        return
    await desk.ask(CancelUnknown(account.account_id))
    _done(options, out, f"{len(lines)} orders with our name that nobody knew are being cancelled.", account)


async def _confirm(options: Namespace, desk: Desk, out: TextIO) -> None:
    bot = find_bot((await desk.state()).bots, options.bot)
    if bot.state is not BotState.WAITING:
        raise UsageError(str(say(live_phrases.NOT_WAITING, bot=bot.name)))
    if options.dry_run:
        await first_orders(options, desk, out, bot)
        return
    await desk.ask(ConfirmBot(bot.bot_id))
    answer: dict[str, Json] = {"done": True, "bot": bot.bot_id}
    out.write((dump(answer) if options.json else f"The first orders of {bot.name} are being sent.") + "\n")


async def _is_run(desk: Desk, account: Account) -> bool:
    """Whether some desk has the account now."""
    return any(lease.account_id == account.account_id and lease.desk for lease in await desk.leases())


async def _account(options: Namespace, desk: Desk) -> Account:
    return find_account((await desk.state()).accounts, options.account)


async def _rehearsal_text(desk: Desk, account: Account) -> str:
    done = await desk.rehearsed(account)
    states = (f"{symbol} {'is there' if symbol in done else 'is not there yet'}" for symbol in account.symbols)
    return f"Rehearsal on paper: {', '.join(states)}."


async def _money_text(desk: Desk, account: Account) -> str:
    own = [row for row in await desk.ledger() if row.account_id == account.account_id and row.total]
    booked = ", ".join(f"{plain(row.total)} {row.asset}" for row in own) or "nothing yet"
    return f"In our books of it: {booked}. What it really has: `account truth {account.account_id}`."


def _live_of(state: RecoveredState, account: Account, desk_id: str) -> LiveView:
    """As the engine would show it. Raises UsageError where there is no real money."""
    views = Kernel(desk_id, state).account_views()
    live = next((view.live for view in views if view.account.account_id == account.account_id), None)
    if live is None:
        raise UsageError(str(say(live_phrases.NOT_LIVE, account=account.account_id)))
    return live


def _unknown(state: RecoveredState, account: Account) -> list[ForeignOrder]:
    foreign = next((live.foreign for live in state.live if live.account_id == account.account_id), ())
    return [order for order in foreign if order.kind is ForeignKind.UNKNOWN]


def _live_text(account: Account, live: LiveView) -> str:
    facts = described(live.facts) if live.facts is not None else ()
    pinned = dict(described(live.pinned)) if live.pinned is not None else {}
    pairs: list[tuple[str, str]] = [
        ("Account", account.account_id),
        ("Exchange", account.exchange),
        ("Trades real money", "yes" if live.is_on and live.hold is None else "no"),
        ("Key looked at", live.checked_at.isoformat(sep=" ", timespec="seconds") if live.checked_at else "never"),
    ]
    for name, value in facts:
        accepted = pinned.get(name, value)
        pairs.append((f"  {name}", value if accepted == value else f"{value} (accepted: {accepted})"))
    told = [*([str(live.hold)] if live.hold is not None else []), *map(str, live.warnings)]
    return as_pairs(pairs) + ("\n\n" + "\n".join(told) if told else "")


def _live_json(live: LiveView) -> dict[str, Json]:
    def facts(each: KeyFacts | None) -> Json:
        return None if each is None else to_json(each)

    return {
        "is_on": live.is_on,
        "hold": None if live.hold is None else str(live.hold),
        "is_withdrawal_allowed": live.is_withdrawal_allowed,
        "checked_at": to_json(live.checked_at),
        "facts": facts(live.facts),
        "pinned": facts(live.pinned),
        "changes": [str(sentence) for sentence in live.changes],
        "warnings": [str(sentence) for sentence in live.warnings],
        "foreign_orders": len(live.foreign),
    }


def _our_line(order: Order) -> OrderLine:
    number = order.venue_order_id or "-"
    return OrderLine(
        number, order.client_order_id, "ours", order.symbol, order.side.value, order.price, order.quantity,
        order.filled_quantity,
    )  # fmt: skip


def _line_of(order: ForeignOrder) -> OrderLine:
    return OrderLine(
        order.venue_order_id, order.client_order_id or "-", WHOSE[order.kind], order.symbol, order.side.value,
        order.price, order.quantity, order.filled_quantity,
    )  # fmt: skip


def _done(options: Namespace, out: TextIO, sentence: str, account: Account) -> None:
    answer: dict[str, Json] = {"done": True, "account": account.account_id}
    out.write((dump(answer) if options.json else sentence) + "\n")
